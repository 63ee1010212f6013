/* SPDX-License-Identifier: Apache-2.0 */
#include "app/symbolize_mode.h"

#include <string.h>
#include <strings.h>

static bool is_word(const char *text, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(text, word, n) == 0;
}

/* The demangle modes may stand without their key, as they do in the reference. */
static bool is_demangle_mode(const char *text, size_t n)
{
	static const char *const modes[] = { "demangle=full", "demangle=none", "demangle=templates", "demangle=default",
		"full", "templates", "default" };

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (is_word(text, n, modes[i]))
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
		else if (is_word(text, n, "fastlocal"))
			m->fast = true;
		else if (is_word(text, n, "remote"))
			m->remote_only = true;
		else if (is_word(text, n, "force"))
			m->force = true;
		else if (n && !is_word(text, n, "local") && !is_demangle_mode(text, n))
			known = false;
		text += n;
		if (!*text)
			return known;
	}
}
