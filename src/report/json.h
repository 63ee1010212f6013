/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <stdint.h>

#include "base/buf.h"

/*
 * JSON objects, made member by member in their order and then written. A function that returns false ran out of
 * memory. Without the library behind it there are no objects: json_object_new() gives NULL.
 */
void *json_object_new(void);
void json_object_free(void *object);

/* Bytes that are no UTF-8, which JSON cannot hold, become \xff as in the text of reports. */
bool json_add_text(void *object, const char *name, struct str text);
bool json_add_texts(void *object, const char *name, const struct str *texts, size_t n);
bool json_add_integer(void *object, const char *name, int64_t value);
bool json_add_real(void *object, const char *name, double value);
bool json_add_bool(void *object, const char *name, bool value);
bool json_add_null(void *object, const char *name);
bool json_add_integers(void *object, const char *name, const int64_t *values, size_t n);

/* A list of objects. What is added to something belongs to it from then on, also where that fails. */
void *json_list_new(void);
void json_list_free(void *list);
bool json_list_add(void *list, void *object);
bool json_add_list(void *object, const char *name, void *list);

bool json_write(const void *object, struct buf *out);

/* "jansson 2.14", or NULL. */
const char *json_backend(void);

#endif
