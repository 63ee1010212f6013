/* SPDX-License-Identifier: Apache-2.0 */
#include "app/symbolize_mode.h"

#include <string.h>
#include <strings.h>

static bool is_word(const char *text, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(text, word, n) == 0;
}

/* The demangle modes may stand without their key, as they do in the reference. */
static bool is_known(const char *text, size_t n)
{
	static const char *const words[] = { "local", "fastlocal", "remote", "force", "demangle=full", "demangle=none",
		"demangle=templates", "demangle=default", "full", "templates", "default" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_word(text, n, words[i]))
			return true;
	return false;
}

bool symbolize_mode_parse(struct symbolize_mode *m, const char *text)
{
	bool known = true;

	*m = (struct symbolize_mode){ 0 };
	for (;; text++) {
		size_t n = strcspn(text, ":");

		if (is_word(text, n, "none") || is_word(text, n, "no"))
			m->none = true;
		else if (n && !is_known(text, n))
			known = false;
		text += n;
		if (!*text)
			return known;
	}
}
