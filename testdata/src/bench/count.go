// SPDX-License-Identifier: Apache-2.0

// Package bench counts words, for docs/ci.md: as it was, and with -tags=slow as somebody changed it.
package bench

import "strings"

// Count returns how often each word stands in text, whatever its case.
func Count(text string) map[string]int {
	counts := make(map[string]int)
	for _, word := range strings.Fields(text) {
		counts[fold(word)]++
	}
	return counts
}
