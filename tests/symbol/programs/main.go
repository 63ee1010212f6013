// SPDX-License-Identifier: Apache-2.0
package main

import (
	"fmt"
	"sort"
	"strings"
)

type counter map[string]int

func (c counter) add(word string) { c[word]++ }

func square(x int) int { return x * x }

func main() {
	c := counter{}
	for i := 0; i < 50; i++ {
		c.add(strings.Repeat("w", square(i)%7))
	}
	var words []string
	for w := range c {
		words = append(words, w)
	}
	sort.Slice(words, func(i, j int) bool { return c[words[i]] > c[words[j]] })
	fmt.Println(words)
}
