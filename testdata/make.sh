#!/bin/sh
# Builds the programs below src/ and lets them write their profiles anew.
#
# The recorded mapping is the path of the running binary, so each one runs from
# one fixed place; -trimpath keeps the path of the sources out as well.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
stage=/tmp/assay-testdata

if ! mkdir -m 700 "$stage"; then
	echo "make.sh: remove $stage if nothing else uses it" >&2
	exit 1
fi
trap 'rm -rf "$stage"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$stage/out"

for name in work recurse labels; do
	(cd "$here/src/$name" &&
		CGO_ENABLED=0 GOFLAGS='' GOPROXY=off GOWORK=off \
			go build -trimpath -buildvcs=false -o "$stage/$name" .)
	(cd "$stage" && "./$name" out)
done

for profile in "$stage"/out/*.pb.gz; do
	if gzip -dc "$profile" | LC_ALL=C grep -qF -e "$here" -e "${HOME:-/home}/"; then
		echo "make.sh: $profile names a path of this machine" >&2
		exit 1
	fi
done
cp "$stage"/out/*.pb.gz "$here/"
