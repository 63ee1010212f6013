/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json.h"

#include "assay-config.h"
#include "base/utf8.h"

#if HAVE_JANSSON

#include <jansson.h>

static void add_clean(struct buf *out, struct str text)
{
	while (text.len) {
		uint32_t c;
		size_t n = utf8_decode(text, &c);

		if (n)
			buf_add(out, text.p, n);
		else
			buf_addf(out, "\\x%02x", (unsigned)(unsigned char)*text.p);
		text = str_skip(text, n ? n : 1);
	}
}

static json_t *text_new(struct str text)
{
	json_t *value = json_stringn(text.p, text.len);
	struct buf clean = BUF_INIT;

	if (value)
		return value;
	add_clean(&clean, text);
	value = clean.failed ? NULL : json_stringn(buf_str(&clean).p, clean.len);
	buf_release(&clean);
	return value;
}

/* DEL is the one control character that JSON would let through. */
static int add_piece(const char *text, size_t n, void *data)
{
	struct buf *out = data;
	const char *found;

	for (; n && (found = memchr(text, '\x7f', n)) != NULL; text = found + 1) {
		buf_add(out, text, (size_t)(found - text));
		buf_add_str(out, STR("\\u007f"));
		n -= (size_t)(found - text) + 1;
	}
	buf_add(out, text, n);
	return out->failed ? -1 : 0;
}

/* Takes the value over. */
static bool add(struct buf *out, json_t *value)
{
	int err = value ? json_dump_callback(value, add_piece, out, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : -1;

	json_decref(value);
	return !err;
}

bool json_add_text(struct buf *out, struct str text)
{
	return add(out, text_new(text));
}

bool json_add_real(struct buf *out, double value)
{
	return add(out, json_real(value));
}

const char *json_backend(void)
{
	return "jansson " JANSSON_VERSION;
}

#else

bool json_add_text(struct buf *out, struct str text)
{
	return (void)out, (void)text, false;
}

bool json_add_real(struct buf *out, double value)
{
	return (void)out, (void)value, false;
}

const char *json_backend(void)
{
	return NULL;
}

#endif
