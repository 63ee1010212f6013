// Work keeps a small machine busy with ordinary things for a few seconds and
// records what each of the profilers of runtime/pprof has to say about it.
//
// Usage: work DIR
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"sort"
	"strings"
	"sync"
	"time"
)

const (
	runFor    = 3 * time.Second
	nDocs     = 120
	nWords    = 400
	nBuilders = 3
)

// A document is one generated text.
type document struct {
	ID    int               `json:"id"`
	Title string            `json:"title"`
	Words []string          `json:"words"`
	Meta  map[string]string `json:"meta"`
}

// An index tells in which documents a word stands, and how often.
type index struct {
	mu       sync.Mutex
	postings map[string]map[int]int
}

// A queue hands out document numbers. It is one lock for everybody, which is
// what the mutex profile is meant to show.
type queue struct {
	mu    sync.Mutex
	items []int
}

func (q *queue) push(id int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, id)
}

func (q *queue) pop() (int, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		return 0, false
	}
	sort.Ints(q.items) // slow on purpose, under the lock
	id := q.items[0]
	q.items = q.items[1:]
	return id, true
}

func syllable(r *rand.Rand) string {
	const consonants, vowels = "bcdfglmnprstvz", "aeiou"
	return string([]byte{consonants[r.Intn(len(consonants))], vowels[r.Intn(len(vowels))]})
}

func word(r *rand.Rand) string {
	var b strings.Builder
	for n := 2 + r.Intn(2); n > 0; n-- {
		b.WriteString(syllable(r))
	}
	return b.String()
}

func generate(r *rand.Rand) []document {
	docs := make([]document, nDocs)
	for i := range docs {
		words := make([]string, nWords)
		for j := range words {
			words[j] = word(r)
		}
		docs[i] = document{
			ID:    i,
			Title: strings.Join(words[:3], " "),
			Words: words,
			Meta:  map[string]string{"first": words[0], "last": words[len(words)-1]},
		}
	}
	return docs
}

func newIndex() *index {
	return &index{postings: make(map[string]map[int]int)}
}

func (x *index) add(d *document) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, w := range d.Words {
		in := x.postings[w]
		if in == nil {
			in = make(map[int]int)
			x.postings[w] = in
		}
		in[d.ID]++
	}
}

func (x *index) ranked() []string {
	words := make([]string, 0, len(x.postings))
	for w := range x.postings {
		words = append(words, w)
	}
	sort.Slice(words, func(i, j int) bool {
		if a, b := len(x.postings[words[i]]), len(x.postings[words[j]]); a != b {
			return a > b
		}
		return words[i] < words[j]
	})
	return words
}

// build fills an index with several goroutines that take documents from one queue.
func build(docs []document) *index {
	x, q := newIndex(), &queue{}
	for i := range docs {
		q.push(i)
	}
	var wg sync.WaitGroup
	for n := 0; n < nBuilders; n++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				id, ok := q.pop()
				if !ok {
					return
				}
				x.add(&docs[id])
			}
		}()
	}
	wg.Wait()
	return x
}

func encode(docs []document) []byte {
	text, err := json.Marshal(docs)
	check(err)
	return text
}

func decode(text []byte) []document {
	var docs []document
	check(json.Unmarshal(text, &docs))
	return docs
}

func compress(text []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(text)
	check(err)
	check(w.Close())
	return b.Bytes()
}

func expand(packed []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	check(err)
	text, err := io.ReadAll(r)
	check(err)
	return text
}

// digest hashes the text over and over, each round starting from the last sum.
func digest(text []byte, rounds int) string {
	sum := sha256.Sum256(text)
	for ; rounds > 0; rounds-- {
		h := sha256.New()
		h.Write(sum[:])
		h.Write(text)
		h.Sum(sum[:0])
	}
	return hex.EncodeToString(sum[:])
}

// pipeline sends packed texts through channels: producer, two hashers, consumer.
func pipeline(packed [][]byte) map[string]int {
	in, out := make(chan []byte), make(chan string)
	go func() {
		defer close(in)
		for _, p := range packed {
			in <- p
		}
	}()
	var wg sync.WaitGroup
	for n := 0; n < 2; n++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for p := range in {
				out <- digest(expand(p), 2)
			}
		}()
	}
	go func() {
		wg.Wait()
		close(out)
	}()
	seen := make(map[string]int)
	for sum := range out {
		seen[sum]++
	}
	return seen
}

// A keeper holds on to results, so that the heap profile has something in use.
type keeper struct {
	indexes []*index
	packed  [][]byte
	sums    map[string]int
}

func (k *keeper) keep(x *index, packed []byte) {
	const most = 8
	k.indexes = append(k.indexes, x)
	k.packed = append(k.packed, packed)
	if len(k.indexes) > most {
		k.indexes = k.indexes[1:]
		k.packed = k.packed[1:]
	}
}

func run(k *keeper) int {
	r := rand.New(rand.NewSource(1))
	rounds := 0
	for end := time.Now().Add(runFor); time.Now().Before(end); rounds++ {
		docs := generate(r)
		text := encode(docs)
		x := build(decode(text))
		x.ranked()
		k.keep(x, compress(text))
		for sum, n := range pipeline(k.packed) {
			k.sums[sum] += n
		}
	}
	return rounds
}

// idle starts goroutines that wait in various ways, for the goroutine profile.
func idle(stop chan struct{}) {
	var never sync.WaitGroup
	never.Add(1)
	for n := 0; n < 5; n++ {
		go func() { <-stop }()
	}
	for n := 0; n < 2; n++ {
		go func() { time.Sleep(time.Hour) }()
	}
	go never.Wait()
	runtime.Gosched()
	time.Sleep(20 * time.Millisecond)
}

func write(dir, name string) {
	f, err := os.Create(filepath.Join(dir, "work."+name+".pb.gz"))
	check(err)
	check(pprof.Lookup(name).WriteTo(f, 0))
	check(f.Close())
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "work:", err)
		os.Exit(1)
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: work DIR")
		os.Exit(2)
	}
	dir := os.Args[1]
	runtime.MemProfileRate = 64 << 10
	runtime.SetBlockProfileRate(int(10 * time.Microsecond))
	runtime.SetMutexProfileFraction(1)

	k := &keeper{sums: make(map[string]int)}
	f, err := os.Create(filepath.Join(dir, "work.cpu.pb.gz"))
	check(err)
	check(pprof.StartCPUProfile(f))
	rounds := run(k)
	pprof.StopCPUProfile()
	check(f.Close())

	stop := make(chan struct{})
	idle(stop)
	runtime.GC() // so that the heap profile is up to date
	for _, name := range []string{"heap", "allocs", "block", "mutex", "goroutine"} {
		write(dir, name)
	}
	close(stop)
	fmt.Printf("%d rounds, %d sums\n", rounds, len(k.sums))
}
