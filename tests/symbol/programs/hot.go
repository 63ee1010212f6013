// SPDX-License-Identifier: Apache-2.0
// As spend.c with hot.c; takes its profile itself, which has names already.
package main

import (
	"fmt"
	"os"
	"runtime/pprof"
	"syscall"
)

func stir(x uint64) uint64 {
	x ^= x >> 7
	return x*2654435761 + 1 // the line that costs
}

//go:noinline
func hot(n uint64) uint64 {
	x := n
	for i := uint64(0); i < 4*n; i++ {
		x = stir(x)
	}
	return x
}

//go:noinline
func warm(n uint64) uint64 {
	x := n
	for i := uint64(0); i < n; i++ {
		x = stir(x)
	}
	return x
}

func spent() int64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Utime.Nano() / 1e6
}

func main() {
	out, err := os.Create("cpu.prof")
	if err != nil {
		panic(err)
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		panic(err)
	}
	x := uint64(0)
	for spent() < 800 {
		x += hot(100000) + warm(100000)
	}
	pprof.StopCPUProfile()
	fmt.Println(x)
}
