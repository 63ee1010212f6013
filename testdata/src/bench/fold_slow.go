// SPDX-License-Identifier: Apache-2.0

//go:build slow

package bench

import (
	"regexp"
	"strings"
)

var letters = regexp.MustCompile(`[\pL\pN]+`)

// Punctuation does not count any more.
func fold(word string) string {
	return strings.ToLower(letters.FindString(word))
}
