// SPDX-License-Identifier: Apache-2.0

// Writes a CPU profile of work that goes through many functions: parsing, formatting, compressing, encoding, matching,
// sorting, drawing, computing. tests/bench/wide makes many profiles out of it; busy.pb.gz is one of 60 seconds on one
// processor, by a program built with -trimpath.
//
//	go run busy.go SECONDS FILE
package main

import (
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"compress/gzip"
	"compress/lzw"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/csv"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"hash/crc32"
	"html/template"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"log"
	"math/big"
	mathrand "math/rand"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/pprof"
	"sort"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

type record struct {
	Name  string            `json:"name" xml:"name"`
	Count int               `json:"count" xml:"count"`
	Share float64           `json:"share" xml:"share"`
	Tags  []string          `json:"tags" xml:"tags"`
	Notes map[string]string `json:"notes" xml:"-"`
	Next  *record           `json:"next" xml:"next"`
}

func newRecord(r *mathrand.Rand, depth int) *record {
	rec := &record{Name: strconv.Itoa(r.Int()), Count: r.Intn(1000), Share: r.Float64(), Notes: map[string]string{}}
	for i := 0; i < 8; i++ {
		rec.Tags = append(rec.Tags, fmt.Sprintf("tag %d <%x>", i, r.Uint32()))
		rec.Notes[rec.Tags[i]] = strings.Repeat(rec.Name, i)
	}
	if depth > 0 {
		rec.Next = newRecord(r, depth-1)
	}
	return rec
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func sources(r *mathrand.Rand) []byte {
	files, _ := filepath.Glob(filepath.Join(runtime.GOROOT(), "src", "*", "*.go"))
	if len(files) == 0 {
		log.Fatal("no sources of Go to work on")
	}
	text, err := os.ReadFile(files[r.Intn(len(files))])
	check(err)
	return text
}

func parse(r *mathrand.Rand) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "x.go", sources(r), parser.ParseComments)
	if err != nil {
		return
	}
	ast.Inspect(file, func(n ast.Node) bool { return n != nil })
	config := types.Config{Importer: importer.Default(), Error: func(error) {}}
	config.Check("x", files, []*ast.File{file}, nil)
	format.Node(io.Discard, files, file)
}

func compress(r *mathrand.Rand) {
	text := sources(r)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(text)
	z.Close()
	back, err := gzip.NewReader(&packed)
	check(err)
	io.Copy(io.Discard, back)
	f, _ := flate.NewWriter(io.Discard, r.Intn(10))
	f.Write(text)
	f.Close()
	l := lzw.NewWriter(io.Discard, lzw.LSB, 8)
	l.Write(text)
	l.Close()
	io.Copy(io.Discard, bzip2.NewReader(bytes.NewReader(text)))
	crc32.ChecksumIEEE(text)
}

func encode(r *mathrand.Rand) {
	rec := newRecord(r, 5)
	text, err := json.MarshalIndent(rec, "", " ")
	check(err)
	var back record
	check(json.Unmarshal(text, &back))
	var any interface{}
	check(json.Unmarshal(text, &any))
	text, err = xml.Marshal(rec)
	check(err)
	check(xml.Unmarshal(text, &back))
	var packed bytes.Buffer
	check(gob.NewEncoder(&packed).Encode(rec))
	check(gob.NewDecoder(&packed).Decode(&back))
	w := csv.NewWriter(io.Discard)
	w.Write(rec.Tags)
	w.Flush()
	hex.Dump(text)
	base64.StdEncoding.EncodeToString(text)
	asn1.Marshal(rec.Tags)
}

var expressions = []*regexp.Regexp{
	regexp.MustCompile(`func \(?(\w+) \*?(\w+)\)? (\w+)\(`),
	regexp.MustCompile(`(?i)(err(or)?|nil)[^a-z]+(return|if)`),
	regexp.MustCompile(`^\s*//.*\b(the|a)\b`),
}

func match(r *mathrand.Rand) {
	text := sources(r)
	for _, re := range expressions {
		re.FindAllSubmatchIndex(text, -1)
	}
	expressions[1].ReplaceAll(text, []byte("$1"))
	words := strings.Fields(string(text))
	sort.Strings(words)
	sort.Slice(words, func(a, b int) bool { return len(words[a]) < len(words[b]) })
	counts := map[string]int{}
	for _, w := range words {
		counts[strings.ToUpper(w)]++
	}
	t := tabwriter.NewWriter(io.Discard, 0, 8, 1, ' ', 0)
	for w, n := range counts {
		fmt.Fprintf(t, "%s\t%d\t%8.3f\t%q\n", w, n, float64(n)/float64(len(words)), w)
	}
	t.Flush()
}

var page = template.Must(template.New("page").Parse(
	`<h1>{{.Name}}</h1>{{range $i, $t := .Tags}}<a href="{{$t}}">{{printf "%d: %s" $i $t}}</a>{{end}}` +
		`{{with .Next}}<script>var x = {{.}};</script>{{end}}`))

func render(r *mathrand.Rand) {
	check(page.Execute(io.Discard, newRecord(r, 2)))
}

func draw(r *mathrand.Rand) {
	m := image.NewRGBA(image.Rect(0, 0, 128, 128))
	for i := 0; i < 3000; i++ {
		m.Set(r.Intn(128), r.Intn(128), color.RGBA{uint8(i), uint8(r.Intn(256)), 7, 255})
	}
	var packed bytes.Buffer
	check(png.Encode(&packed, m))
	_, err := png.Decode(&packed)
	check(err)
	check(jpeg.Encode(&packed, m, nil))
	_, err = jpeg.Decode(&packed)
	check(err)
	check(gif.Encode(io.Discard, m, nil))
}

func compute(r *mathrand.Rand) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	check(err)
	sum := sha256.Sum256([]byte(strconv.Itoa(r.Int())))
	ecdsa.SignASN1(rand.Reader, key, sum[:])
	p, err := rand.Prime(rand.Reader, 256)
	check(err)
	p.Exp(p, big.NewInt(65537), new(big.Int).Lsh(p, 64))
	new(big.Rat).SetFrac(p, big.NewInt(977)).FloatString(50)
}

func main() {
	seconds, err := strconv.ParseFloat(os.Args[1], 64)
	check(err)
	out, err := os.Create(os.Args[2])
	check(err)
	check(pprof.StartCPUProfile(out))
	end := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	var all sync.WaitGroup
	for i := 0; i < runtime.NumCPU(); i++ {
		all.Add(1)
		go func(r *mathrand.Rand) {
			defer all.Done()
			works := []func(*mathrand.Rand){parse, parse, compress, encode, match, render, draw, compute}
			for time.Now().Before(end) {
				works[r.Intn(len(works))](r)
			}
		}(mathrand.New(mathrand.NewSource(end.UnixNano() + int64(i))))
	}
	all.Wait()
	pprof.StopCPUProfile()
	check(out.Close())
}
