#!/bin/sh
# Builds the programs below src/ and lets them write their profiles anew.
#
# Usage: make.sh [PART ...], a part being one of those below; all of them without.
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

build_go() {
	(cd "$here/src/$1" &&
		CGO_ENABLED=0 GOFLAGS='' GOPROXY=off GOWORK=off \
			go build -trimpath -buildvcs=false -o "$stage/$1" .)
}

build_words() {
	gcc -O1 -g -fno-omit-frame-pointer "-ffile-prefix-map=$here/src/=" -o "$stage/words" \
		"$here/src/gperftools/words.c" -ltcmalloc_and_profiler
}

make_go() {
	for name in work recurse labels; do
		build_go "$name"
		(cd "$stage" && "./$name" out)
	done
}

# The benchmark of docs/ci.md, four runs before and after a change; each of the same work, so that totals may be compared.
make_bench() {
	for side in old new; do
		tags=
		[ $side = old ] || tags=slow
		(cd "$here/src/bench" &&
			CGO_ENABLED=0 GOFLAGS='' GOPROXY=off GOWORK=off \
				go test -c -tags="$tags" -trimpath -buildvcs=false -o "$stage/bench.test" .)
		for run in 1 2 3 4; do
			(cd "$stage" && ./bench.test -test.run='^$' -test.bench=. -test.benchtime=300x \
				-test.cpuprofile="out/bench.$side$run.pb.gz" >/dev/null)
		done
	done
}

# The server fetches the texts from itself, over the loopback interface, and dies at the end.
make_server() {
	build_go server
	(cd "$stage" && GOTRACEBACK=all ./server out 2>out/server.panic.txt) || true
}

make_gperftools() {
	build_words
	(cd "$stage" && CPUPROFILE_FREQUENCY=100 ./words out)
}

# perf_event_open() must be allowed; clocks of the kernel do for a machine that has no counters.
make_perf() {
	[ -x "$stage/words" ] || build_words
	(cd "$stage" && mkdir scratch &&
		perf record -q -B -N -e cpu-clock/period=10000000/ -e page-faults/period=100/ -g -o perf.data ./words scratch &&
		perf script -i perf.data >out/words.perf.txt &&
		perf record -q -B -N -e cpu-clock -c 20000000 --user-callchains -g -o perf.data ./words scratch &&
		perf script -i perf.data -F comm,pid,tid,time,period,event,ip,sym,symoff,dso,srcline >out/words.perf-lines.txt &&
		perf record -q -B -N -e cpu-clock -c 10000000 --sample-cpu -o perf.data ./words scratch &&
		perf script -i perf.data -F comm,tid,cpu,time,event,ip,sym,dso >out/words.perf-flat.txt)
}

for part in ${*:-go bench server gperftools perf}; do
	"make_$part"
done

for profile in "$stage"/out/*; do
	if gzip -dcf "$profile" | LC_ALL=C grep -qF -e "$here" -e "${HOME:-/home}/"; then
		echo "make.sh: $profile names a path of this machine" >&2
		exit 1
	fi
done
cp "$stage"/out/* "$here/"
