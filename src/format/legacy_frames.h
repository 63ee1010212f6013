/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_LEGACY_FRAMES_H
#define FORMAT_LEGACY_FRAMES_H

#include "profile/model.h"

/*
 * Frames that are in every stack of an old profile because of how it was taken. Newer programs leave them out
 * themselves or say so in the profile; for older ones the reader does, by the names of the sample types. The texts end
 * up in what -proto writes, so they are those of the reference to the byte.
 */
struct legacy_frames {
	const char *drop, *keep; /* regular expressions */
};

const struct legacy_frames *legacy_frames_of(const struct assay_profile *p);

#endif
