/* SPDX-License-Identifier: Apache-2.0 */
#include "app/options.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "fixture.h"
#include "report/report.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define SYNTAX "parse error"
#define RANGE "value out of range"

Test(options, stand_in_alphabetical_order_and_each_says_what_it_is_for)
{
	for (enum option_id id = 0; id < N_OPTIONS; id++) {
		const struct option *o = &options[id];

		cr_assert_not_null(o->name, "row %d", id);
		cr_expect(id == 0 || strcmp(options[id - 1].name, o->name) < 0, "%s stands behind %s", o->name,
			options[id - 1].name);
		cr_expect_eq(option_find(o->name), id);
		cr_expect(o->help && *o->help, "%s", o->name);
		cr_expect(o->help && o->help[strlen(o->help) - 1] != '.' && !strchr(o->help, '\n'), "%s: %s", o->name,
			o->help);
		cr_expect_eq(o->argument == NULL, o->type == OPTION_SWITCH, "%s: values have a name, switches none",
			o->name);
		cr_expect(o->group == GROUP_NONE || o->type == OPTION_SWITCH, "%s", o->name);
		cr_expect_eq(strspn(o->name, "abcdefghijklmnopqrstuvwxyz_"), strlen(o->name), "%s", o->name);
	}
	cr_expect_eq(option_find("nosuch"), N_OPTIONS);
	cr_expect_eq(option_find(""), N_OPTIONS);
}

Test(options, every_default_is_a_value_and_nothing_is_given)
{
	struct assay_diag diag = { .text = "" };
	struct assay_options o;

	cr_assert_eq(options_init(&o, &diag), 0, "%s", diag.text);
	for (enum option_id id = 0; id < N_OPTIONS; id++)
		cr_expect_not(o.given[id]);
	cr_expect_str_eq(option_text(&o, OPT_UNIT), "minimum");
	cr_expect_eq(o.values[OPT_NODECOUNT].number, -1);
	cr_expect_eq(o.values[OPT_NODEFRACTION].fraction, 0.005);
	cr_expect_eq(o.values[OPT_EDGEFRACTION].fraction, 0.001);
	cr_expect_eq(o.values[OPT_DIVIDE_BY].fraction, 1);
	cr_expect(option_on(&o, OPT_TRIM));
	cr_expect_not(option_on(&o, OPT_CUM));
	cr_expect_eq(options_settle(&o, NULL, NULL, &diag), 0, "the defaults agree: %s", diag.text);
	options_release(&o);
}

Test(reports, stand_in_alphabetical_order_and_each_says_what_it_shows)
{
	size_t n = 0;

	for (const struct report *r = reports; r->name; r++, n++) {
		cr_expect(r == reports || strcmp(r[-1].name, r->name) < 0, "%s", r->name);
		cr_expect_eq(report_find(r->name), r);
		cr_expect(r->help && *r->help && r->help[strlen(r->help) - 1] != '.', "%s", r->name);
		cr_expect_eq(option_find(r->name), N_OPTIONS, "%s is an option as well", r->name);
		cr_expect(!r->details || r->details[strlen(r->details) - 1] == '\n', "%s", r->name);
		for (const char *line = r->details; line && *line; line += strcspn(line, "\n") + 1)
			cr_expect_leq(strcspn(line, "\n"), 78, "%s: %s", r->name, line);
	}
	cr_expect_gt(n, 0);
	cr_expect_null(report_find("nosuch"));
	cr_expect_not_null(report_find("top")->run);
}

Test(options, switches_take_the_words_of_the_command_line_and_no_others)
{
	static const char *const yes[] = { "1", "t", "T", "TRUE", "true", "True" };
	static const char *const no[] = { "0", "f", "F", "FALSE", "false", "False" };
	static const char *const neither[] = { "", "yes", "no", "on", "off", "tRUE", "2", "true ", " 1", "y", "01" };
	struct assay_options o;
	struct assay_diag diag;

	cr_assert_eq(options_init(&o, NULL), 0);
	for (size_t i = 0; i < N(yes); i++) {
		o.values[OPT_MEAN].on = false;
		cr_expect_eq(options_parse(&o, OPT_MEAN, yes[i], NULL), 0);
		cr_expect(option_on(&o, OPT_MEAN), "%s", yes[i]);
	}
	for (size_t i = 0; i < N(neither); i++) {
		cr_expect_eq(options_parse(&o, OPT_MEAN, neither[i], &diag), ASSAY_ERR_ARGUMENT, "%s", neither[i]);
		cr_expect_str_eq(diag.text, SYNTAX);
		cr_expect(option_on(&o, OPT_MEAN), "what cannot be read changes nothing");
	}
	for (size_t i = 0; i < N(no); i++) {
		o.values[OPT_MEAN].on = true;
		cr_expect_eq(options_parse(&o, OPT_MEAN, no[i], NULL), 0);
		cr_expect_not(option_on(&o, OPT_MEAN), "%s", no[i]);
	}
	options_release(&o);
}

Test(options, integers_are_read_as_go_reads_them)
{
	static const struct {
		const char *text;
		int64_t number;
		const char *fault;
	} cases[] = {
		{ "0", 0, NULL }, { "80", 80, NULL }, { "-1", -1, NULL }, { "+7", 7, NULL }, { "-0", 0, NULL },
		{ "0x1F", 31, NULL }, { "-0X10", -16, NULL }, { "010", 8, NULL }, { "0o17", 15, NULL },
		{ "0b101", 5, NULL },
		{ "0B1", 1, NULL }, { "0x_ff", 255, NULL }, { "0_7", 7, NULL }, { "00", 0, NULL },
		{ "9223372036854775807", INT64_MAX, NULL }, { "-9223372036854775808", INT64_MIN, NULL },
		{ "0x7fffffffffffffff", INT64_MAX, NULL }, { "-0x8000000000000000", INT64_MIN, NULL },
		{ "9223372036854775808", 0, RANGE }, { "-9223372036854775809", 0, RANGE },
		{ "99999999999999999999", 0, RANGE },
		{ "999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999", 0,
			RANGE },
		{ "-99999999999999999999", 0, RANGE }, { "0xffffffffffffffff", 0, RANGE },
		{ "1_000", 1000, NULL }, { "0x_1f", 31, NULL }, { "1__0", 0, SYNTAX },
		{ "", 0, SYNTAX }, { "-", 0, SYNTAX }, { "+", 0, SYNTAX }, { "abc", 0, SYNTAX }, { "1x", 0, SYNTAX },
		{ "0x", 0, SYNTAX }, { "0b", 0, SYNTAX }, { "0b2", 0, SYNTAX }, { "0o8", 0, SYNTAX },
		{ "09", 0, SYNTAX },
		{ "1.5", 0, SYNTAX }, { "1e3", 0, SYNTAX }, { " 1", 0, SYNTAX }, { "\t1", 0, SYNTAX },
		{ "1 ", 0, SYNTAX }, { "--1", 0, SYNTAX },
		{ "+-1", 0, SYNTAX }, { "- 1", 0, SYNTAX }, { "_1", 0, SYNTAX }, { "1_", 0, SYNTAX },
		{ "1__0", 0, SYNTAX },
		{ "0x1_", 0, SYNTAX }, { "_0x1", 0, SYNTAX }, { "0x0x1", 0, SYNTAX }, { "0x-1", 0, SYNTAX },
		{ "ff", 0, SYNTAX },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct assay_diag diag = { .text = "" };
		struct assay_options o;
		int err;

		cr_assert_eq(options_init(&o, NULL), 0);
		err = options_parse(&o, OPT_NODECOUNT, cases[i].text, &diag);
		if (cases[i].fault) {
			cr_expect_eq(err, ASSAY_ERR_ARGUMENT, "'%s'", cases[i].text);
			cr_expect_str_eq(diag.text, cases[i].fault, "'%s': %s", cases[i].text, diag.text);
			cr_expect_eq(o.values[OPT_NODECOUNT].number, -1, "'%s'", cases[i].text);
			cr_expect_not(o.given[OPT_NODECOUNT]);
		} else {
			cr_expect_eq(err, 0, "'%s': %s", cases[i].text, diag.text);
			cr_expect_eq(o.values[OPT_NODECOUNT].number, cases[i].number, "'%s'", cases[i].text);
			cr_expect(o.given[OPT_NODECOUNT]);
		}
		options_release(&o);
	}
}

Test(options, fractions_are_decimal_or_hexadecimal)
{
	static const struct {
		const char *text;
		double value;
		const char *fault;
	} cases[] = {
		{ "0", 0, NULL }, { "0.005", 0.005, NULL }, { ".5", 0.5, NULL }, { "5.", 5, NULL },
		{ "-1.5", -1.5, NULL },
		{ "+2", 2, NULL }, { "1e3", 1000, NULL }, { "1E-3", 0.001, NULL }, { "0x1p-2", 0.25, NULL },
		{ "inf", (double)INFINITY, NULL }, { "-Infinity", (double)-INFINITY, NULL },
		{ "1_0", 10, NULL }, { "0x_1p4", 16, NULL }, { "1_.5", 0, SYNTAX }, { "1__0", 0, SYNTAX },
		{ "1e-999", 0, NULL }, { "1e999", 0, RANGE }, { "-1e999", 0, RANGE }, { "", 0, SYNTAX },
		{ "abc", 0, SYNTAX },
		{ "1,5", 0, SYNTAX }, { "1.5x", 0, SYNTAX }, { " 1", 0, SYNTAX }, { "\t1", 0, SYNTAX },
		{ "1 ", 0, SYNTAX },
		{ "1e", 0, SYNTAX }, { ".", 0, SYNTAX }, { "0x10", 0, SYNTAX }, { "+nan", 0, SYNTAX },
		{ "nan(1)", 0, SYNTAX },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct assay_diag diag = { .text = "" };
		struct assay_options o;
		int err;

		cr_assert_eq(options_init(&o, NULL), 0);
		err = options_parse(&o, OPT_DIVIDE_BY, cases[i].text, &diag);
		cr_expect_eq(err, cases[i].fault ? ASSAY_ERR_ARGUMENT : 0, "'%s'", cases[i].text);
		cr_expect_str_eq(diag.text, cases[i].fault ? cases[i].fault : "", "'%s': %s", cases[i].text, diag.text);
		cr_expect_eq(o.values[OPT_DIVIDE_BY].fraction, cases[i].fault ? 1 : cases[i].value, "'%s'",
			cases[i].text);
		options_release(&o);
	}
}

Test(options, of_a_text_given_twice_the_last_counts)
{
	struct assay_options o;

	cr_assert_eq(options_init(&o, NULL), 0);
	cr_expect_eq(options_parse(&o, OPT_FOCUS, "a", NULL), 0);
	cr_expect_eq(options_parse(&o, OPT_FOCUS, "b c", NULL), 0);
	cr_expect_str_eq(option_text(&o, OPT_FOCUS), "b c");
	cr_expect_eq(options_parse(&o, OPT_FOCUS, "", NULL), 0);
	cr_expect_str_eq(option_text(&o, OPT_FOCUS), "");
	cr_expect(o.given[OPT_FOCUS]);
	options_release(&o);
}

Test(options, sizes_have_powers_of_1024_behind_them)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t size;
	} cases[] = {
		{ "0", true, 0 }, { "1", true, 1 }, { "100B", true, 100 }, { "1k", true, 1024 }, { "1K", true, 1024 },
		{ "1KB", true, 1024 }, { "1KiB", true, 1024 }, { "2M", true, 2 << 20 },
		{ "3gb", true, UINT64_C(3) << 30 },
		{ "1T", true, UINT64_C(1) << 40 }, { "1.5K", true, 1536 }, { "0.5", true, 0 }, { "1e3", true, 1000 },
		{ "8388607T", true, UINT64_C(8388607) << 40 }, { "8388608T", false, 0 }, { "1e400", false, 0 },
		{ "", false, 0 },
		{ "-1", false, 0 }, { "+1", false, 0 }, { " 1", false, 0 }, { "K", false, 0 }, { "1X", false, 0 },
		{ "1KK", false, 0 }, { "1i", false, 0 }, { "1 K", false, 0 }, { "nan", false, 0 }, { "inf", false, 0 },
		{ "1KBx", false, 0 },
	};

	for (size_t i = 0; i < N(cases); i++) {
		uint64_t size = 77;

		cr_expect_eq(options_parse_size(cases[i].text, &size), cases[i].ok ? 0 : ASSAY_ERR_ARGUMENT, "'%s'",
			cases[i].text);
		cr_expect_eq(size, cases[i].ok ? cases[i].size : 77, "'%s': %llu", cases[i].text,
			(unsigned long long)size);
	}
}

static void keep(void *data, const char *text)
{
	buf_addf(data, "%s\n", text);
}

/* "name=value" pairs, then what settling them says. */
struct settling {
	const char *set[4];
	int code;
	const char *text, *warnings, *sample_index;
	bool mean;
};

Test(options, settling_finds_what_does_not_go_together)
{
	static const struct settling cases[] = {
		{ .set = { "cum" }, .sample_index = "" },
		{ .set = { "cum", "flat" }, .code = ASSAY_ERR_ARGUMENT, .text = "conflicting options set: [cum flat]" },
		{ .set = { "files", "lines" }, .code = ASSAY_ERR_ARGUMENT,
			.text = "conflicting options set: [files lines]" },
		{ .set = { "lines", "cum" }, .sample_index = "" }, /* of different groups */
		{ .set = { "addresses", "functions", "files" }, .code = ASSAY_ERR_ARGUMENT,
			.text = "conflicting options set: [addresses files functions]" },
		{ .set = { "http=:8080" }, .code = ASSAY_ERR_UNSUPPORTED,
			.text = "-http: assay reads files; it does not fetch profiles or serve them" },
		{ .set = { "http=" }, .sample_index = "" }, /* which is the default */
		/* Shortcuts name a sample type, the first of them wins. */
		{ .set = { "total_delay" }, .sample_index = "delay" },
		{ .set = { "mean_delay" }, .sample_index = "delay", .mean = true },
		{ .set = { "contentions" }, .sample_index = "contentions" },
		{ .set = { "inuse_space" }, .sample_index = "inuse_space" },
		{ .set = { "inuse_objects" }, .sample_index = "inuse_objects" },
		{ .set = { "alloc_space" }, .sample_index = "alloc_space" },
		{ .set = { "alloc_objects" }, .sample_index = "alloc_objects" },
		{ .set = { "sample_index=cpu", "inuse_space" }, .sample_index = "cpu",
			.warnings = "Multiple value selections, ignoring -inuse_space\n" },
		{ .set = { "alloc_space", "inuse_objects", "mean_delay" }, .sample_index = "delay", .mean = true,
			.warnings = "Multiple value selections, ignoring -inuse_objects\n"
				    "Multiple value selections, ignoring -alloc_space\n" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		const struct settling *c = &cases[i];
		struct assay_diag diag = { .text = "" };
		struct buf warnings = BUF_INIT;
		struct assay_options o;

		cr_assert_eq(options_init(&o, NULL), 0);
		for (size_t k = 0; k < 4 && c->set[k]; k++) {
			const char *equals = strchr(c->set[k], '=');
			char *name = equals ? strndup(c->set[k], (size_t)(equals - c->set[k])) : strdup(c->set[k]);
			enum option_id id = option_find(name);

			cr_assert_neq(id, N_OPTIONS, "%s", name);
			cr_assert_eq(options_parse(&o, id, equals ? equals + 1 : "true", NULL), 0);
			free(name);
		}
		cr_expect_eq(options_settle(&o, keep, &warnings, &diag), c->code, "case %zu: %s", i, diag.text);
		cr_expect_str_eq(diag.text, c->text ? c->text : "", "case %zu: %s", i, diag.text);
		cr_expect_str_eq(buf_str(&warnings).p, c->warnings ? c->warnings : "", "case %zu: %s", i,
			buf_str(&warnings).p);
		if (!c->code) {
			cr_expect_str_eq(option_text(&o, OPT_SAMPLE_INDEX), c->sample_index, "case %zu", i);
			cr_expect_eq(option_on(&o, OPT_MEAN), c->mean, "case %zu", i);
		}
		buf_release(&warnings);
		options_release(&o);
	}
}

Test(options, everything_that_is_refused_says_so_in_one_line)
{
	for (enum option_id id = 0; id < N_OPTIONS; id++) {
		struct assay_diag diag = { .text = "" };
		struct assay_options o;

		if (!options[id].refusal)
			continue;
		cr_assert_eq(options_init(&o, NULL), 0);
		cr_assert_eq(options_parse(&o, id, options[id].type == OPTION_SWITCH ? "true" : "7", NULL), 0);
		cr_expect_eq(options_settle(&o, NULL, NULL, &diag), ASSAY_ERR_UNSUPPORTED, "%s", options[id].name);
		cr_expect_eq(diag.text[0], '-');
		cr_expect_eq(strncmp(diag.text + 1, options[id].name, strlen(options[id].name)), 0, "%s", diag.text);
		cr_expect_not(strchr(diag.text, '\n'));
		options_release(&o);
	}
}
