/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_PROFILE_H
#define ASSAY_PROFILE_H

/**
 * @file
 * Loading profiles.
 *
 * A profile is a list of samples. A sample is a stack of locations, leaf first, with one value per sample type ("cpu"
 * in "nanoseconds", "alloc_space" in "bytes", ...) and labels that say in which circumstances it was taken. A location
 * is an address in a mapping (a loaded binary) with one line per inlined function; a line is a function and a line
 * number. The format is `perftools.profiles.Profile` of pprof's `profile.proto`, with or without gzip around it.
 *
 * A loaded profile never changes. It may be read by several threads at once.
 */

#include <stddef.h>
#include <stdint.h>

#include "assay/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct assay_profile;

/** What a load is busy with. */
enum assay_progress {
	ASSAY_PROGRESS_SOURCE, /**< source number done of total begins; told by what loads several */
	ASSAY_PROGRESS_READ,   /**< done bytes of total; total is 0 where nobody knows how much will come */
	ASSAY_PROGRESS_DECODE, /**< done of total, whatever the format counts */
	ASSAY_PROGRESS_MERGE,  /**< done samples of total */
};

/**
 * What a long call may use and how it speaks to its caller. Zero it, set what you need; a NULL context means the
 * defaults. One context belongs to one thread.
 */
struct assay_ctx {
	/**
	 * Inflated bytes that may still be read, over all loads with this context; each load takes from it. Set it
	 * with assay_default_max_size() before the first load; 0 allows nothing.
	 */
	uint64_t bytes_left;

	/** Polled every few thousand samples; the call ends with ASSAY_ERR_CANCELED once it is not 0. May be NULL. */
	const volatile int *cancel;

	/**
	 * Called with one line, without a newline, when something was repaired or left out. The text may hold bytes of
	 * the input: escape them. May be NULL.
	 */
	void (*warn)(void *data, const char *text);
	void *data; /**< for the callbacks */

	/** Called often during a load, on the caller's thread; to be quick. May be NULL. */
	void (*progress)(void *data, enum assay_progress step, uint64_t done, uint64_t total);

	/** Counts up for each flaw of a profile that was repaired or left out; such flaws are warned of as well. */
	size_t n_flaws;
};

/** A quarter of the machine's memory, at most 8 GiB. */
ASSAY_EXPORT uint64_t assay_default_max_size(void);

/**
 * Reads a profile from a file; "-" is standard input. Gzip is found by its first bytes; several members are joined.
 *
 * @param[out] out   the profile, released with assay_profile_free(); untouched on error
 * @param[in]  path  a regular file or a pipe
 * @param[in]  ctx   limits and callbacks, or NULL
 * @param[out] diag  where and why reading failed, or NULL
 * @return 0, ASSAY_ERR_IO, ASSAY_ERR_FORMAT, ASSAY_ERR_TRUNCATED, ASSAY_ERR_TOO_BIG, ASSAY_ERR_CANCELED or
 *         ASSAY_ERR_NOMEM
 */
ASSAY_EXPORT int assay_profile_open(struct assay_profile **out, const char *path, struct assay_ctx *ctx,
	struct assay_diag *diag);

/**
 * Reads a profile from memory, compressed or plain.
 *
 * @param[in] data  @p len bytes; not kept, may be freed on return
 *
 * Otherwise as assay_profile_open().
 */
ASSAY_EXPORT int assay_profile_parse(struct assay_profile **out, const void *data, size_t len, struct assay_ctx *ctx,
	struct assay_diag *diag);

/** Gives a profile back; NULL is allowed. */
ASSAY_EXPORT void assay_profile_free(struct assay_profile *profile);

/** The number of samples, those with an empty stack or zero values included. */
ASSAY_EXPORT size_t assay_profile_n_samples(const struct assay_profile *profile);

/** The number of sample types, that is of values per sample. */
ASSAY_EXPORT size_t assay_profile_n_types(const struct assay_profile *profile);

/**
 * Name and unit of a sample type, such as "cpu" and "nanoseconds".
 *
 * @param[in]  index  below assay_profile_n_types()
 * @param[out] type   ends in NUL, lives as long as the profile; either pointer may be NULL
 * @param[out] unit   likewise
 */
ASSAY_EXPORT void assay_profile_type(const struct assay_profile *profile, size_t index, const char **type,
	const char **unit);

/** Value number @p type of sample number @p sample; both must be in range. */
ASSAY_EXPORT int64_t assay_profile_value(const struct assay_profile *profile, size_t sample, size_t type);

#ifdef __cplusplus
}
#endif

#endif
