// Server answers requests, leaks a few goroutines, holds a lock too long, and fetches from itself over the loopback
// interface what net/http/pprof has to say about all that, as text.
//
// Usage: server DIR
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// A cache keeps every answer under one lock.
type cache struct {
	mu   sync.Mutex
	data map[int][]byte
}

func (c *cache) fill(key int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.data[key] = make([]byte, 64<<10)
	time.Sleep(2 * time.Millisecond)
}

// A watcher waits for news that never come: this is the leak.
type watcher[T any] struct {
	news chan T
}

func (w *watcher[T]) wait() T {
	return <-w.news
}

func watch(n int) {
	for i := 0; i < n; i++ {
		w := &watcher[string]{news: make(chan string)}
		go func() {
			w.wait()
		}()
	}
}

func fillAll(c *cache, n int) {
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			c.fill(i)
		}(i)
	}
	wg.Wait()
}

func fetch(dir, address, file, query string) error {
	answer, err := http.Get("http://" + address + "/debug/pprof/" + query)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, file), text, 0o644)
}

func run(dir string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go http.Serve(listener, nil)
	for _, q := range []struct{ file, query string }{
		{"server.heap.txt", "heap?debug=1&gc=1"},
		{"server.goroutine.txt", "goroutine?debug=1"},
		{"server.goroutine2.txt", "goroutine?debug=2"},
		{"server.mutex.txt", "mutex?debug=1"},
		{"server.block.txt", "block?debug=1"},
		{"server.threadcreate.txt", "threadcreate?debug=1"},
	} {
		if err := fetch(dir, listener.Addr().String(), q.file, q.query); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: server DIR")
		os.Exit(2)
	}
	runtime.MemProfileRate = 32 << 10
	runtime.SetMutexProfileFraction(1)
	runtime.SetBlockProfileRate(1)
	c := &cache{data: map[int][]byte{}}
	watch(12)
	fillAll(c, 8)
	go func() {
		runtime.LockOSThread()
		select {}
	}()
	go func() {
		var never sync.WaitGroup
		never.Add(1)
		never.Wait()
	}()
	time.Sleep(50 * time.Millisecond)
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
	// What Go prints when it dies is the same text again.
	var nothing *cache
	nothing.fill(1)
}
