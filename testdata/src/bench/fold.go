// SPDX-License-Identifier: Apache-2.0

//go:build !slow

package bench

import "strings"

func fold(word string) string {
	return strings.ToLower(word)
}
