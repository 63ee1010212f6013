/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/md5.h"
#include "fake_code.h"

static const struct fake_source sources[] = {
	{ "/src/w.c", "int work;\n", 2000 },
	{ "/src/o.c", "int other;\n", 500 },
	{ NULL, NULL, 0 },
};

/* Two functions of one file, and one of another, in a binary that was written at 1000. */
static const struct assay_profile *profile(void)
{
	struct fixture f;

	fixture_init(&f, "cpu/ms");
	SAMPLE(&f, "work@/src/w.c:1", 5);
	SAMPLE(&f, "more@/src/w.c:1", 5);
	SAMPLE(&f, "main@/src/o.c:1~in@/src/w.c:1", 5);
	return fixture_seal(&f);
}

static char *warnings_of(struct fake_object *object, const char *expression)
{
	const struct assay_profile *p = profile();
	struct warnings w;
	struct fake_code fake;
	char *text;

	warnings_init(&w);
	fake_code_init(&fake, object, 1);
	free(code_report_text(p, &(struct code_report){ "list", expression, &fake, sources, &w }));
	if (!object->is_known)
		cr_expect_eq(fake.n_opened, 0, "a binary that nobody knows is not opened");
	text = strdup(warnings_text(&w));
	fake_code_release(&fake);
	warnings_release(&w);
	profile_free(p);
	return text;
}

Test(list_warnings, a_source_newer_than_its_binary_is_told_of_once)
{
	struct fake_object object = { .object = { .path = STR_INIT("/bin/prog"), .modified = 1000 }, .is_known = true };

	EXPECT_TEXT(warnings_of(&object, "."), "/src/w.c: newer than /bin/prog, lines may have moved\n");
	EXPECT_TEXT(warnings_of(&object, "main"), "");
	object.object.modified = 2000;
	EXPECT_TEXT(warnings_of(&object, "."), "");
	object.object.modified = 0;
	EXPECT_TEXT(warnings_of(&object, "."), "");
}

Test(list_warnings, a_checksum_has_the_last_word)
{
	struct fake_object object = {
		.object = { .path = STR_INIT("/bin/prog"), .modified = 1000 }, .is_known = true, .md5_file = "/src/w.c"
	};

	md5(str_of("int work;\n"), object.md5);
	EXPECT_TEXT(warnings_of(&object, "."), "");
	object.md5[0] ^= 1;
	EXPECT_TEXT(warnings_of(&object, "."), "/src/w.c: not the file that /bin/prog was made of, by its checksum\n");
	object.object.modified = 3000;
	EXPECT_TEXT(
		warnings_of(&object, "work"), "/src/w.c: not the file that /bin/prog was made of, by its checksum\n");
	object.error = "broken";
	object.object.modified = 1000;
	EXPECT_TEXT(warnings_of(&object, "work"), "/src/w.c: newer than /bin/prog, lines may have moved\n");
}

Test(list_warnings, binaries_that_are_not_known_cost_nothing)
{
	struct fake_object object = { .object = { .path = STR_INIT("/bin/prog"), .modified = 1000 },
		.is_known = false };
	struct fake_object elsewhere = { .object = { .modified = 1000 }, .is_known = true, .mapping = 7 };

	EXPECT_TEXT(warnings_of(&object, "."), "");
	EXPECT_TEXT(warnings_of(&elsewhere, "."), "");
}
