// Recurse spends its time in functions that call themselves or each other, with
// leaves small enough for the compiler to inline, and writes a CPU profile of it.
//
// Usage: recurse DIR
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"
)

const runFor = 3 * time.Second

// Small leaves: the compiler inlines all of these, some of them into each other.

func square(n uint64) uint64 { return n * n }

func mix(n uint64) uint64 { return square(n)>>7 ^ n<<3 }

func step(n uint64) uint64 { return mix(n) + square(n|1) }

func less(a, b uint64) bool { return a < b }

// fib recurses directly, twice per call.
func fib(n int) uint64 {
	if n < 2 {
		return uint64(n)
	}
	return fib(n-1) + fib(n-2)
}

// even and odd recurse through each other, down to depth n, working on each level.
//
//go:noinline
func even(n int, acc uint64) uint64 {
	for i := 0; i < 64; i++ {
		acc = step(acc)
	}
	if n == 0 {
		return acc
	}
	return odd(n-1, acc)
}

//go:noinline
func odd(n int, acc uint64) uint64 {
	for i := 0; i < 64; i++ {
		acc ^= mix(acc + uint64(i))
	}
	if n == 0 {
		return acc
	}
	return even(n-1, acc)
}

// A tree is a binary search tree without any balancing.
type tree struct {
	key         uint64
	left, right *tree
}

func (t *tree) insert(key uint64) *tree {
	if t == nil {
		return &tree{key: key}
	}
	if less(key, t.key) {
		t.left = t.left.insert(key)
	} else {
		t.right = t.right.insert(key)
	}
	return t
}

func (t *tree) sum() uint64 {
	if t == nil {
		return 0
	}
	return t.left.sum() + t.right.sum() + square(t.key)
}

func (t *tree) walk(visit func(*tree)) {
	if t == nil {
		return
	}
	t.left.walk(visit)
	visit(t)
	t.right.walk(visit)
}

func grow(n int) *tree {
	var t *tree
	key := uint64(88172645463325252)
	for i := 0; i < n; i++ {
		key ^= key << 13
		key ^= key >> 7
		key ^= key << 17
		t = t.insert(key)
	}
	return t
}

// ackermann recurses on its argument and on its result.
func ackermann(m, n int) int {
	switch {
	case m == 0:
		return n + 1
	case n == 0:
		return ackermann(m-1, 1)
	default:
		return ackermann(m-1, ackermann(m, n-1))
	}
}

func round(seed uint64) uint64 {
	total := fib(27)
	// Well past the 64 frames that a Go CPU profile keeps, and well below.
	total += even(400, seed)
	for i := 0; i < 2000; i++ {
		total += even(12, seed+uint64(i))
	}
	t := grow(4000)
	total += t.sum()
	t.walk(func(t *tree) { total += step(t.key) })
	return total + uint64(ackermann(2, 300))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "recurse:", err)
		os.Exit(1)
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: recurse DIR")
		os.Exit(2)
	}
	f, err := os.Create(filepath.Join(os.Args[1], "recurse.cpu.pb.gz"))
	check(err)
	check(pprof.StartCPUProfile(f))
	total := uint64(1)
	for end := time.Now().Add(runFor); time.Now().Before(end); {
		total = round(total)
	}
	pprof.StopCPUProfile()
	check(f.Close())
	fmt.Println(total)
}
