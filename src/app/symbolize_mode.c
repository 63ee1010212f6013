/* SPDX-License-Identifier: Apache-2.0 */
#include "app/symbolize_mode.h"

#include <string.h>
#include <strings.h>

static bool is_word(const char *text, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(text, word, n) == 0;
}

/* The modes may stand without their key, as they do in the reference; all but "none", which means something else. */
static bool take_demangle(struct symbolize_mode *m, const char *text, size_t n)
{
	static const struct {
		const char *word;
		enum demangle_mode mode;
		bool needs_key;
	} words[] = {
		{ "full", DEMANGLE_FULL, false },
		{ "templates", DEMANGLE_TEMPLATES, false },
		{ "default", DEMANGLE_DEFAULT, false },
		{ "none", DEMANGLE_NONE, true },
	};
	static const char key[] = "demangle=";
	bool has_key = n > strlen(key) && strncasecmp(text, key, strlen(key)) == 0;

	if (has_key) {
		text += strlen(key);
		n -= strlen(key);
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!is_word(text, n, words[i].word) || (words[i].needs_key && !has_key))
			continue;
		if (words[i].mode != DEMANGLE_DEFAULT) {
			m->demangle = words[i].mode;
			m->force = true;
		}
		return true;
	}
	return false;
}

static bool take_word(struct symbolize_mode *m, const char *text, size_t n)
{
	if (is_word(text, n, "none") || is_word(text, n, "no"))
		m->none = true;
	else if (is_word(text, n, "local"))
		m->remote = false, m->local = true;
	else if (is_word(text, n, "fastlocal"))
		m->remote = false, m->local = m->fast = true;
	else if (is_word(text, n, "remote"))
		m->remote = true, m->local = false;
	else if (is_word(text, n, "force"))
		m->force = true;
	else
		return !n || take_demangle(m, text, n);
	return true;
}

bool symbolize_mode_parse(struct symbolize_mode *m, const char *text)
{
	bool known = true;

	*m = (struct symbolize_mode){ .local = true };
	for (;; text++) {
		size_t n = strcspn(text, ":");

		known &= take_word(m, text, n);
		text += n;
		if (!*text)
			return known;
	}
}
