/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json.h"

#include "assay-config.h"
#include "base/utf8.h"

#if HAVE_JANSSON

#include <jansson.h>

void *json_object_new(void)
{
	return json_object();
}

void json_object_free(void *object)
{
	json_decref(object);
}

/* Takes the value over. */
static bool set(void *object, const char *name, json_t *value)
{
	return json_object_set_new_nocheck(object, name, value) == 0;
}

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

bool json_add_text(void *object, const char *name, struct str text)
{
	return set(object, name, text_new(text));
}

bool json_add_texts(void *object, const char *name, const struct str *texts, size_t n)
{
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < n; i++)
		ok = json_array_append_new(list, text_new(texts[i])) == 0;
	if (!ok) {
		json_decref(list);
		return false;
	}
	return set(object, name, list);
}

bool json_add_integer(void *object, const char *name, int64_t value)
{
	return set(object, name, json_integer(value));
}

bool json_add_real(void *object, const char *name, double value)
{
	return set(object, name, json_real(value));
}

bool json_add_bool(void *object, const char *name, bool value)
{
	return set(object, name, json_boolean(value));
}

bool json_add_null(void *object, const char *name)
{
	return set(object, name, json_null());
}

bool json_add_integers(void *object, const char *name, const int64_t *values, size_t n)
{
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < n; i++)
		ok = json_array_append_new(list, json_integer(values[i])) == 0;
	if (ok)
		return set(object, name, list);
	json_decref(list);
	return false;
}

void *json_list_new(void)
{
	return json_array();
}

void json_list_free(void *list)
{
	json_decref(list);
}

bool json_list_add(void *list, void *object)
{
	return json_array_append_new(list, object) == 0;
}

bool json_add_list(void *object, const char *name, void *list)
{
	return set(object, name, list);
}

/* The one control character that JSON would let through; it stands within texts alone. */
static int add_piece(const char *text, size_t n, void *data)
{
	struct buf *out = data;
	const char *found;

	for (; (found = memchr(text, '\x7f', n)) != NULL; text = found + 1) {
		buf_add(out, text, (size_t)(found - text));
		buf_add_str(out, STR("\\u007f"));
		n -= (size_t)(found - text) + 1;
	}
	buf_add(out, text, n);
	return out->failed ? -1 : 0;
}

bool json_write(const void *object, struct buf *out)
{
	/* What is not ASCII is escaped, so that nothing in a name acts on a terminal. */
	return json_dump_callback(object, add_piece, out, JSON_COMPACT | JSON_ENSURE_ASCII) == 0;
}

const char *json_backend(void)
{
	return "jansson " JANSSON_VERSION;
}

#else

void *json_object_new(void)
{
	return NULL;
}

void json_object_free(void *object)
{
	(void)object;
}

bool json_add_text(void *object, const char *name, struct str text)
{
	return (void)object, (void)name, (void)text, false;
}

bool json_add_texts(void *object, const char *name, const struct str *texts, size_t n)
{
	return (void)object, (void)name, (void)texts, (void)n, false;
}

bool json_add_integer(void *object, const char *name, int64_t value)
{
	return (void)object, (void)name, (void)value, false;
}

bool json_add_real(void *object, const char *name, double value)
{
	return (void)object, (void)name, (void)value, false;
}

bool json_add_bool(void *object, const char *name, bool value)
{
	return (void)object, (void)name, (void)value, false;
}

bool json_add_null(void *object, const char *name)
{
	return (void)object, (void)name, false;
}

bool json_add_integers(void *object, const char *name, const int64_t *values, size_t n)
{
	return (void)object, (void)name, (void)values, (void)n, false;
}

void *json_list_new(void)
{
	return NULL;
}

void json_list_free(void *list)
{
	(void)list;
}

bool json_list_add(void *list, void *object)
{
	return (void)list, (void)object, false;
}

bool json_add_list(void *object, const char *name, void *list)
{
	return (void)object, (void)name, (void)list, false;
}

bool json_write(const void *object, struct buf *out)
{
	return (void)object, (void)out, false;
}

const char *json_backend(void)
{
	return NULL;
}

#endif
