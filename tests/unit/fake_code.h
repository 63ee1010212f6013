/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_FAKE_CODE_H
#define UNIT_FAKE_CODE_H

#include "fixture.h"
#include "report/code.h"

/*
 * Binaries that are tables, for tests of the reports that ask for them:
 *
 *     static const struct code_symbol symbols[] = { { 0x10, 4, STR_INIT("main") } };
 *     struct fake_object objects[] = { { .object = { .base = 0x1000 }, .symbols = symbols, .n_symbols = 1, ... } };
 *     struct fake_code fake;
 *
 *     fake_code_init(&fake, objects, 1);
 *     ctx.code = &fake.code;
 */
struct fake_object {
	struct code_object object;
	uint32_t mapping;
	const char *error; /* what open() says instead */
	bool is_known;     /* to known() */
	const struct code_symbol *symbols;
	size_t n_symbols;
	const struct code_instruction *instructions; /* all of the file */
	size_t n_instructions;
	const char *instructions_error;
	const char *md5_file; /* the only one that source_md5() finds something for, or NULL */
	uint8_t md5[16];
};

struct fake_code {
	struct code code;
	struct fake_object *objects;
	size_t n;
	size_t n_opened; /* calls of open() */
	struct code_instruction *list;
};

/* The initializer of a struct str. */
#define STR_INIT(literal)                      \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}

void fake_code_init(struct fake_code *f, struct fake_object *objects, size_t n);
void fake_code_release(struct fake_code *f);

/* Puts the location of a word at an address, before the profile is sealed. */
void fixture_locate(struct fixture *f, const char *word, uint64_t address);

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define FRAMES(...)                 \
	(const struct code_frame[]) \
	{                           \
		__VA_ARGS__         \
	}
#define FRAME(name, file, line)                                      \
	{                                                            \
		STR_INIT(name), STR_INIT(name), STR_INIT(file), line \
	}

/* A source file, as a report with code reads it. */
struct fake_source {
	const char *path, *text;
	int64_t modified;
};

struct code_report {
	const char *report, *argument;
	struct fake_code *code;            /* or NULL */
	const struct fake_source *sources; /* ends with a path that is NULL; or NULL */
	struct warnings *warnings;
	bool mean;
	double divide_by; /* 0 stands for 1 */
};

/* What the report prints, or "error: " and its diagnosis. */
char *code_report_text(const struct assay_profile *p, const struct code_report *r);

#endif
