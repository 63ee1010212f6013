/* SPDX-License-Identifier: Apache-2.0 */
#include "app/symbolize_mode.h"

#include <string.h>
#include <strings.h>

static bool is_word(const char *text, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(text, word, n) == 0;
}

/* The modes may stand without their key, as they do in the reference; but "none" alone asks for something else. */
static bool parse_demangle(struct symbolize_mode *m, const char *text, size_t n)
{
	static const struct {
		const char *word;
		enum demangle_mode mode;
	} modes[] = {
		{ "demangle=full", DEMANGLE_FULL },
		{ "demangle=none", DEMANGLE_NONE },
		{ "demangle=templates", DEMANGLE_TEMPLATES },
		{ "full", DEMANGLE_FULL },
		{ "templates", DEMANGLE_TEMPLATES },
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!is_word(text, n, modes[i].word))
			continue;
		m->demangle = modes[i].mode;
		m->force = true;
		return true;
	}
	return is_word(text, n, "demangle=default") || is_word(text, n, "default");
}

static bool parse_word(struct symbolize_mode *m, const char *text, size_t n)
{
	if (is_word(text, n, "local") || is_word(text, n, "fastlocal")) {
		m->local = true;
		m->remote = false;
		m->fast |= is_word(text, n, "fastlocal");
	} else if (is_word(text, n, "remote")) {
		m->local = false;
		m->remote = true;
	} else if (is_word(text, n, "force")) {
		m->force = true;
	} else {
		return parse_demangle(m, text, n);
	}
	return true;
}

bool symbolize_mode_parse(struct symbolize_mode *m, const char *text)
{
	bool known = true;

	*m = (struct symbolize_mode){ .local = true, .remote = true, .demangle = DEMANGLE_DEFAULT };
	for (;; text++) {
		size_t n = strcspn(text, ":");

		if (is_word(text, n, "none") || is_word(text, n, "no")) {
			m->none = true;
			return known;
		}
		if (n && !parse_word(m, text, n))
			known = false;
		text += n;
		if (!*text)
			return known;
	}
}
