module recurse

go 1.18
