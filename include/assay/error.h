/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSAY_ERROR_H
#define ASSAY_ERROR_H

/**
 * @file
 * How the library says that something went wrong.
 *
 * Functions return 0 or a negative `enum assay_error`. Results come through an `out` parameter that is untouched on
 * failure. The library never prints and never ends the process; whoever wants to know more than the code hands in a
 * `struct assay_diag`, which says where and why in a form fit for one line on a terminal.
 */

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ASSAY_EXPORT __attribute__((visibility("default")))
#else
#define ASSAY_EXPORT
#endif

enum assay_error {
	ASSAY_OK = 0,
	ASSAY_ERR_NOMEM = -1,       /**< an allocation failed */
	ASSAY_ERR_FORMAT = -2,      /**< the bytes are no profile, or break a rule of their format */
	ASSAY_ERR_TRUNCATED = -3,   /**< the input ends inside an object */
	ASSAY_ERR_TOO_BIG = -4,     /**< a limit of `struct assay_limits` was reached */
	ASSAY_ERR_IO = -5,          /**< the system could not read or write */
	ASSAY_ERR_ARGUMENT = -6,    /**< an option has a value that cannot be used */
	ASSAY_ERR_CANCELED = -7,    /**< the caller set the cancel flag */
	ASSAY_ERR_UNSUPPORTED = -8, /**< understood, but this build cannot do it */
	ASSAY_ERR_NO_MATCH = -9,    /**< an expression that must match something matched nothing */
};

/**
 * Where and why something failed. Plain memory: nothing to release, may be copied, zero it before the first use.
 * Texts may hold bytes of the input; escape them before they reach a terminal.
 */
struct assay_diag {
	enum assay_error code;
	bool has_offset;
	uint64_t offset;   /**< byte offset in the (inflated) input, if has_offset */
	char path[128];    /**< the field at fault, such as `sample[12].location_id[3]`, or "" */
	char text[512];    /**< what is wrong, one line without a full stop; never empty after a failure */
};

/** A short text for an error code; never NULL, not to be freed. */
ASSAY_EXPORT const char *assay_strerror(int error);

#ifdef __cplusplus
}
#endif

#endif
