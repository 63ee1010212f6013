// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"strings"
	"testing"
)

func BenchmarkCount(b *testing.B) {
	text := strings.Repeat("The quick brown Fox jumps over the lazy Dog, and the Dog sleeps on. ", 2000)
	for i := 0; i < b.N; i++ {
		Count(text)
	}
}
