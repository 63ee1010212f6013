/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A text that did not fit ends in three dots, so that nobody takes a cut pattern for the whole. */
static void print_cut(char *to, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(to, size, fmt, ap);

	if (n >= 0 && (size_t)n >= size)
		memcpy(to + size - 4, "...", 4);
}

int diag_set(struct assay_diag *diag, int code, const char *fmt, ...)
{
	va_list ap;

	if (!diag)
		return code;
	*diag = (struct assay_diag){ .code = code };
	va_start(ap, fmt);
	print_cut(diag->text, sizeof(diag->text), fmt, ap);
	va_end(ap);
	return code;
}

/* As much of a name as a text has room for, with \x00 for NUL. */
static void copy_name(char *to, size_t size, struct str name)
{
	size_t n = 0;

	for (size_t i = 0; i < name.len && n + 5 < size; i++) {
		if (name.p[i]) {
			to[n++] = name.p[i];
		} else {
			memcpy(to + n, "\\x00", 4);
			n += 4;
		}
	}
	to[n] = '\0';
}

int diag_set_name(struct assay_diag *diag, int code, const char *before, struct str name, const char *fmt, ...)
{
	char after[sizeof(diag->text)], copy[sizeof(diag->text)];
	va_list ap;

	copy_name(copy, sizeof(copy), name);
	va_start(ap, fmt);
	print_cut(after, sizeof(after), fmt, ap);
	va_end(ap);
	return diag_set(diag, code, "%s%s%s", before, copy, after);
}

int diag_set_at(struct assay_diag *diag, int code, uint64_t offset, const char *path, const char *fmt, ...)
{
	va_list ap;

	if (!diag)
		return code;
	*diag = (struct assay_diag){ .code = code, .has_offset = true, .offset = offset };
	snprintf(diag->path, sizeof(diag->path), "%s", path);
	va_start(ap, fmt);
	print_cut(diag->text, sizeof(diag->text), fmt, ap);
	va_end(ap);
	return code;
}

const char *diag_errno(int error, char *to, size_t size)
{
	snprintf(to, size, "%s", strerror(error));
	*to = (char)tolower((unsigned char)*to);
	return to;
}

int diag_nomem(struct assay_diag *diag, const char *what)
{
	return diag_set(diag, ASSAY_ERR_NOMEM, "out of memory for %s", what);
}

const char *assay_strerror(int error)
{
	switch (error) {
	case ASSAY_OK:
		return "no error";
	case ASSAY_ERR_NOMEM:
		return "out of memory";
	case ASSAY_ERR_FORMAT:
		return "not a valid profile";
	case ASSAY_ERR_TRUNCATED:
		return "input ends too early";
	case ASSAY_ERR_TOO_BIG:
		return "a limit was reached";
	case ASSAY_ERR_IO:
		return "input or output failed";
	case ASSAY_ERR_ARGUMENT:
		return "unusable option value";
	case ASSAY_ERR_CANCELED:
		return "canceled";
	case ASSAY_ERR_UNSUPPORTED:
		return "not supported by this build";
	case ASSAY_ERR_NO_MATCH:
		return "nothing matched";
	}
	return "unknown error";
}
