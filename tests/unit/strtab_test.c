/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strtab.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/hash.h"

static uint32_t intern(struct strtab *t, struct str s)
{
	uint32_t id = UINT32_MAX;

	cr_assert_eq(strtab_intern(t, s, &id), 0);
	return id;
}

Test(strtab, the_empty_text_is_0)
{
	struct strtab t;

	cr_assert_eq(strtab_init(&t), 0);
	cr_expect_eq(intern(&t, STR("")), 0);
	cr_expect_eq(strtab_get(&t, 0).len, 0);
	cr_expect_not_null(strtab_get(&t, 0).p);
	strtab_release(&t);
}

Test(strtab, equal_texts_get_equal_ids_and_others_do_not)
{
	static const struct str texts[] = {
		{ "a", 1 }, { "b", 1 }, { "ab", 2 }, { "a\0b", 3 }, { "a\0c", 3 }, { "a\0", 2 }, { "12345678", 8 },
		{ "123456789", 9 }, { "1234567812345678", 16 }, { "\0", 1 }, { "\0\0", 2 },
	};
	uint32_t ids[sizeof(texts) / sizeof(texts[0])];
	struct strtab t;

	cr_assert_eq(strtab_init(&t), 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		ids[i] = intern(&t, texts[i]);
		cr_expect_eq(ids[i], i + 1, "ids count up");
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cr_expect_eq(intern(&t, texts[i]), ids[i]);
		cr_expect(str_equal(strtab_get(&t, ids[i]), texts[i]));
		cr_expect_eq(strtab_get(&t, ids[i]).p[texts[i].len], '\0');
	}
	strtab_release(&t);
}

Test(strtab, texts_are_copied)
{
	char text[] = "before";
	struct strtab t;
	uint32_t id;

	cr_assert_eq(strtab_init(&t), 0);
	id = intern(&t, str_of(text));
	memcpy(text, "after!", 6);
	cr_expect_str_eq(strtab_get(&t, id).p, "before");
	strtab_release(&t);
}

Test(strtab, ids_and_texts_survive_growth)
{
	enum { MANY = 20000 };
	struct strtab t;
	const char *first;
	char text[20];

	cr_assert_eq(strtab_init(&t), 0);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "name %u", i);
		cr_assert_eq(intern(&t, str_of(text)), i + 1);
	}
	first = strtab_get(&t, 1).p;
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "name %u", i);
		cr_assert_eq(intern(&t, str_of(text)), i + 1);
		cr_assert_str_eq(strtab_get(&t, i + 1).p, text);
	}
	cr_expect_eq(strtab_get(&t, 1).p, first);
	strtab_release(&t);
}

Test(strtab, the_hash_reads_all_bytes_and_the_key)
{
	char text[24] = "aaaaaaaaaaaaaaaaaaaaaaa";
	uint64_t plain = hash_bytes(1, text, 23);

	cr_expect_neq(hash_bytes(2, text, 23), plain);
	cr_expect_neq(hash_bytes(1, text, 22), plain);
	for (size_t i = 0; i < 23; i++) {
		text[i] ^= 1;
		cr_expect_neq(hash_bytes(1, text, 23), plain, "byte %zu", i);
		text[i] ^= 1;
	}
	cr_expect_eq(hash_key(), hash_key(), "one key for the process");
}

Test(strtab, finds_what_is_there_and_adds_nothing)
{
	struct strtab t;
	uint32_t id = 7;

	cr_assert_eq(strtab_init(&t), 0);
	cr_expect(strtab_find(&t, STR(""), &id));
	cr_expect_eq(id, 0);
	cr_expect_not(strtab_find(&t, STR("a"), &id));
	cr_expect_eq(t.strings.n, 1);
	for (char c = 'a'; c <= 'z'; c++)
		intern(&t, (struct str){ &c, 1 });
	cr_expect(strtab_find(&t, STR("c"), &id));
	cr_expect_eq(id, 3);
	cr_expect_not(strtab_find(&t, STR("cc"), &id));
	cr_expect_not(strtab_find(&t, (struct str){ "c", 2 }, &id), "the NUL behind a text is none of it");
	cr_expect_eq(t.strings.n, 27);
	strtab_release(&t);
}
