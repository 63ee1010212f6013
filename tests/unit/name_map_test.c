/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/name_map.h"

#include <criterion/criterion.h>

static size_t parse(struct name_map *m, const char *text, enum name_map_format format)
{
	struct assay_diag diag;
	size_t n_bad = 99;

	cr_assert_eq(name_map_parse(m, strdup(text), strlen(text), format, &n_bad, &diag), 0);
	return n_bad;
}

static void expect_name(const struct name_map *m, uint64_t address, const char *name)
{
	struct str found = STR("");
	bool is = name_map_find(m, address, &found);

	cr_expect_eq(is, name != NULL, "%#llx: %.*s", (unsigned long long)address, (int)found.len, found.p);
	if (is && name)
		cr_expect(str_equal(found, str_of(name)), "%#llx: %.*s", (unsigned long long)address, (int)found.len,
			found.p);
}

Test(name_map, kallsyms_run_to_the_next_symbol)
{
	struct name_map m;

	cr_expect_eq(parse(&m,
			     "ffffffff81000100 T second\n"
			     "ffffffff81000000 T _stext\n"
			     "ffffffff81000000 T alias\r\n"
			     "0000000000001000 D data\n"
			     "ffffffffc0a01000 t probe\t[veth]\n"
			     "\n"
			     "nonsense\n",
			     NAME_MAP_KALLSYMS),
		2, "data and nonsense");
	expect_name(&m, 0xffffffff80ffffff, NULL);
	expect_name(&m, 0xffffffff81000000, "_stext");
	expect_name(&m, 0xffffffff810000ff, "_stext");
	expect_name(&m, 0xffffffff81000100, "second");
	expect_name(&m, 0xffffffffc0a01fff, "probe");
	expect_name(&m, UINT64_MAX, NULL);
	expect_name(&m, 0x1000, NULL);
	name_map_release(&m);
}

Test(name_map, kallsyms_leave_gaps_without_a_name)
{
	struct name_map m;

	parse(&m,
		"0000000000000000 A fixed_percpu_data\n"
		"000000000002c000 A __per_cpu_end\n"
		"ffffffff81000000 A _text\n"
		"ffffffff81e00000 T _etext\n"
		"ffffffffc0a01000 t probe\t[veth]\n",
		NAME_MAP_KALLSYMS);
	expect_name(&m, 0x2c010, NULL);
	expect_name(&m, 0xfffffe0000001000, NULL);
	expect_name(&m, 0xffffffff81000010, "_text");
	expect_name(&m, 0xffffffff81e00010, "_etext");
	expect_name(&m, 0xffffffffc0001000, NULL);
	expect_name(&m, 0xffffffffc0a01010, "probe");
	name_map_release(&m);
}

Test(name_map, ranges_of_a_jit_end_where_they_say)
{
	struct name_map m;

	cr_expect_eq(parse(&m,
			     "7f2a40001000 1c0 interpret with blanks\n"
			     "0x7f2a40002000 0x10 a\n"
			     "7f2a40002000 20 a again\n"
			     "7f2a40003000 0 empty\n"
			     "7f2a4000400g 10 no number\n"
			     "fffffffffffffff0 ffff last",
			     NAME_MAP_PERF),
		2);
	expect_name(&m, 0x7f2a40000fff, NULL);
	expect_name(&m, 0x7f2a400011bf, "interpret with blanks");
	expect_name(&m, 0x7f2a400011c0, NULL);
	expect_name(&m, 0x7f2a4000201f, "a again");
	expect_name(&m, 0x7f2a40003000, NULL);
	expect_name(&m, 0xfffffffffffffff8, "last");
	name_map_release(&m);
}
