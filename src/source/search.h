/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SOURCE_SEARCH_H
#define SOURCE_SEARCH_H

#include "source/find.h"

/* What the parts of source_find() share: one search, which tries one path after the other until one can be read. */
struct search {
	const struct source_options *options;
	struct str roots; /* the folders that the person named: source_path, or the working directory */
	struct source_found *found;
	struct source_tried *tried;
	struct buf joined, candidate;
	int error;   /* errno of the last candidate */
	bool failed; /* out of memory */
};

/*
 * Takes dir/path if it can be read. Also ends the search when memory has run out: then failed says so, and every further
 * try is at its end at once.
 */
bool search_try(struct search *s, struct str dir, struct str path);

/* Where Go keeps sources. */
bool search_go(struct search *s, struct str recorded);

/* The folder above: "/" and "." are above themselves. */
struct str search_parent(struct str dir);

/* A descriptor of a regular file that is not too large, or -1 and why in *error, which may be NOT_REGULAR. */
int search_open(const char *path, uint64_t *size, int *error);

/* What errno has no word for. */
#define NOT_REGULAR ENOTSUP

/* The next element of a list into *item; false at its end. */
static inline bool next_item(struct str *rest, char separator, struct str *item)
{
	const char *at;

	if (!rest->p)
		return false;
	at = rest->len ? memchr(rest->p, separator, rest->len) : NULL;
	*item = (struct str){ rest->p, at ? (size_t)(at - rest->p) : rest->len };
	*rest = at ? str_skip(*rest, item->len + 1) : (struct str){ NULL, 0 };
	return true;
}

/* The folders of a ':' list. An empty list has none, which next_item() alone does not see. */
static inline struct str list_of(struct str text)
{
	return text.len ? text : (struct str){ NULL, 0 };
}

#endif
