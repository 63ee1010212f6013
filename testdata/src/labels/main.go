// Labels plays a small server: each piece of work runs under pprof labels that
// tell the request, the tenant and, further in, the phase.
//
// Usage: labels DIR
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime/pprof"
	"sort"
	"strings"
	"sync"
	"time"
)

const runFor = 3 * time.Second

var tenants = []string{"acme", "globex", "initech", "umbrella & sons"}

var requests = []struct {
	name  string
	serve func(ctx context.Context, size int) int
}{
	{"GET /search", search},
	{"GET /report", report},
	{"POST /upload", upload},
}

func fill(size int) []byte {
	data := make([]byte, size)
	n := uint32(2463534242)
	for i := range data {
		n ^= n << 13
		n ^= n >> 17
		n ^= n << 5
		data[i] = byte(n)
	}
	return data
}

func search(ctx context.Context, size int) int {
	text := fmt.Sprintf("%x", fill(size))
	found := 0
	pprof.Do(ctx, pprof.Labels("phase", "scan"), func(context.Context) {
		for c := 0; c < 256; c++ {
			found += strings.Count(text, fmt.Sprintf("%02x", c))
		}
	})
	return found
}

func report(ctx context.Context, size int) int {
	data := fill(size)
	pprof.Do(ctx, pprof.Labels("phase", "sort"), func(context.Context) {
		sort.Slice(data, func(i, j int) bool { return data[i] < data[j] })
	})
	lines := 0
	pprof.Do(ctx, pprof.Labels("phase", "print"), func(context.Context) {
		for _, b := range data {
			lines += len(fmt.Sprintln("row", b))
		}
	})
	return lines
}

// upload adds no phase of its own.
func upload(_ context.Context, size int) int {
	data := fill(size * 8)
	sum := sha256.Sum256(data)
	return int(crc32.ChecksumIEEE(data)) ^ int(sum[0])
}

// serve answers requests of one tenant; a later tenant has larger ones.
func serve(ctx context.Context, nth int, end time.Time) {
	for n := 0; time.Now().Before(end); n++ {
		r := requests[n%len(requests)]
		pprof.Do(ctx, pprof.Labels("request", r.name), func(ctx context.Context) {
			r.serve(ctx, 4000*(nth+1))
		})
	}
}

// housekeeping runs without any label, now and then.
func housekeeping(end time.Time) {
	for time.Now().Before(end) {
		sha256.Sum256(fill(200000))
		time.Sleep(5 * time.Millisecond)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "labels:", err)
		os.Exit(1)
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: labels DIR")
		os.Exit(2)
	}
	f, err := os.Create(filepath.Join(os.Args[1], "labels.cpu.pb.gz"))
	check(err)
	check(pprof.StartCPUProfile(f))
	end := time.Now().Add(runFor)
	var wg sync.WaitGroup
	for i, t := range tenants {
		wg.Add(1)
		go func(nth int, tenant string) {
			defer wg.Done()
			pprof.Do(context.Background(), pprof.Labels("tenant", tenant), func(ctx context.Context) {
				serve(ctx, nth, end)
			})
		}(i, t)
	}
	housekeeping(end)
	wg.Wait()
	pprof.StopCPUProfile()
	check(f.Close())
}
