/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/binary.h"

#include <ctype.h>

#include "base/diag.h"

int binary_ensure(struct profile_builder *b, struct assay_diag *diag)
{
	struct assay_profile *p = b->profile;

	if (p->mappings.n)
		return 0;
	if (!vec_push(&p->mappings, ((struct mapping){ .id = 1 })))
		return diag_nomem(diag, "a mapping");
	for (size_t i = 0; i < p->locations.n; i++)
		p->locations.items[i].mapping = 0;
	return 0;
}

int binary_override(struct profile_builder *b, const char *file, const char *build_id, struct assay_diag *diag)
{
	struct mapping *main = &b->profile->mappings.items[0];
	int err = 0;

	if (file && *file)
		err = builder_intern(b, str_of(file), &main->file, diag);
	if (!err && build_id && *build_id && !main->build_id)
		err = builder_intern(b, str_of(build_id), &main->build_id, diag);
	return err;
}

/* A scheme and "://": "http://host/x". */
static bool is_url(struct str file)
{
	size_t i = 0;

	while (i < file.len && (isalnum((unsigned char)file.p[i]) || (i && memchr("+-.", file.p[i], 3))))
		i++;
	return i && isalpha((unsigned char)file.p[0]) && str_starts(str_skip(file, i), STR("://"));
}

void binary_forget_urls(struct profile_builder *b)
{
	struct assay_profile *p = b->profile;

	for (size_t i = 0; i < p->mappings.n; i++)
		if (!p->mappings.items[i].build_id && is_url(profile_str(p, p->mappings.items[i].file)))
			p->mappings.items[i].file = 0;
}
