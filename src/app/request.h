/* SPDX-License-Identifier: Apache-2.0 */
#ifndef APP_REQUEST_H
#define APP_REQUEST_H

#include "app/load.h"

/* Any number of sources as one profile, and what is to be subtracted from it. */
struct load_request {
	const char *const *sources;
	size_t n_sources; /* not 0 */
	const char *base; /* a source, or NULL or "" */
	bool is_diff;     /* label the base's samples, so that percentages are of the base */
	bool normalize;   /* bring the sources to the base's sums before */
	bool tag_source;  /* label each source's samples with its name, under "source" */
	bool merge_one;   /* merge even a single source: its equal samples become one, what nothing needs goes */
	struct load_options options;

	/*
	 * Instead of a base, any number of them: the old side of a comparison. They are labelled. With keep_old they are
	 * not subtracted, but stand beside the others under a label of their own, which load_find_old() reads.
	 */
	const char *const *old;
	size_t n_old;
	bool keep_old;
	size_t *n_read; /* set to how many of old and of sources could be read, before meet() is called; or NULL */

	/* Called with both sides, new and old, before they become one; or NULL. Fails like everything else. */
	int (*meet)(void *data, struct profile_builder *sides, struct assay_diag *diag);
	void *meet_data;

	/*
	 * Told, in order, of each source that cannot be read, and of what makes the whole fail: then source is NULL
	 * where it is no single one's fault. A source that cannot be read counts as a flaw as long as there are others.
	 */
	void (*complain)(void *data, const char *source, const struct assay_diag *why);
	void *data;
};

/*
 * As long as the sources measure the same, no more than one of them is in memory beside what they have come to. When
 * this fails, complain() has been told all there is to say.
 */
int load_request(const struct assay_profile **out, const struct load_request *request, struct assay_ctx *ctx);

/* By sample, whether it came from the old side, 1 or 0; the caller frees *is_old. Of a profile loaded with keep_old. */
int load_find_old(const struct assay_profile *p, uint8_t **is_old, struct assay_diag *diag);

#endif
