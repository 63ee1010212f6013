module work

go 1.18
