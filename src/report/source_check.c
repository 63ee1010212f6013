/* SPDX-License-Identifier: Apache-2.0 */
#include "report/source_check.h"

#include <stdlib.h>

#include "base/diag.h"
#include "base/md5.h"

/* The first frame in a binary that a file has. */
struct source_place {
	uint32_t location; /* + 1, 0 for none */
	uint32_t path;     /* string: the file as it was recorded */
	bool done;
};

void source_check_init(struct source_check *c, const struct report_ctx *ctx)
{
	*c = (struct source_check){ .ctx = ctx };
}

void source_check_release(struct source_check *c)
{
	free(c->places);
}

static void place_location(struct source_check *c, uint32_t location)
{
	const struct view *v = c->ctx->view;
	const struct graph *g = c->ctx->graph;
	struct frames frames = view_frames(v, location);
	uint32_t node = g->location_nodes[location], id;
	const uint32_t *chain = &node;

	if (node == GRAPH_HIDDEN || v->locations[location].mapping == PROFILE_NONE || !v->locations[location].address)
		return;
	if (node & GRAPH_MANY)
		chain = g->chains.items + (node & ~GRAPH_MANY) + 1;
	/* Nodes stand outermost first, frames innermost first. */
	for (uint32_t i = 0; i < frames.n; i++) {
		uint32_t path = v->functions[frames.lines[frames.n - 1 - i].function].file;

		if (strtab_find(&g->files, g->nodes.items[chain[i]].file, &id) && !c->places[id].location)
			c->places[id] = (struct source_place){ location + 1, path, false };
	}
}

static int place_all(struct source_check *c, struct assay_diag *diag)
{
	if (c->places)
		return 0;
	c->places = calloc(c->ctx->graph->files.strings.n + 1, sizeof(*c->places));
	if (!c->places)
		return diag_nomem(diag, "source files");
	for (size_t i = 0; i < c->ctx->view->n_locations; i++)
		place_location(c, (uint32_t)i);
	return 0;
}

/* What is known of the checksum of a file. */
enum sum { SUM_UNKNOWN, SUM_SAME, SUM_OTHER };

/* A binary that is known lies here, but its base is found when it is opened. */
static int compare_sum(const struct source_check *c, const struct source_place *place, const struct source_text *text,
	enum sum *sum, struct assay_diag *diag)
{
	const struct code *code = c->ctx->code;
	const struct location *l = &c->ctx->view->locations[place->location - 1];
	const struct code_object *object;
	uint8_t recorded[MD5_SIZE], actual[MD5_SIZE];
	struct assay_diag why;
	bool found = false;
	int err = code->open(code->data, l->mapping, l->address, &object, &why);

	*sum = SUM_UNKNOWN;
	if (!err)
		err = code->source_md5(code->data, object, l->address - object->base,
			view_str(c->ctx->view, place->path), recorded, &found, &why);
	if (err == ASSAY_ERR_NOMEM)
		return diag_nomem(diag, "a checksum");
	if (err || !found)
		return 0;
	md5(text->bytes, actual);
	*sum = memcmp(recorded, actual, MD5_SIZE) == 0 ? SUM_SAME : SUM_OTHER;
	return 0;
}

static void warn(
	const struct source_check *c, enum sum sum, const struct source_text *text, const struct code_object *object)
{
	if (sum == SUM_OTHER)
		ctx_warn(c->ctx->ctx, "%.*s: not the file that %.*s was made of, by its checksum", (int)text->path.len,
			text->path.p, (int)object->path.len, object->path.p);
	else if (sum == SUM_UNKNOWN && object->modified && text->modified > object->modified)
		ctx_warn(c->ctx->ctx, "%.*s: newer than %.*s, lines may have moved", (int)text->path.len, text->path.p,
			(int)object->path.len, object->path.p);
}

int source_check(struct source_check *c, struct str file, const struct source_text *text, struct assay_diag *diag)
{
	const struct code *code = c->ctx->code;
	const struct code_object *object;
	struct source_place *place;
	enum sum sum;
	uint32_t id;
	int err;

	if (!code || !strtab_find(&c->ctx->graph->files, file, &id))
		return 0;
	err = place_all(c, diag);
	if (err)
		return err;
	place = &c->places[id];
	if (!place->location || place->done)
		return 0;
	place->done = true;
	object = code->known(code->data, c->ctx->view->locations[place->location - 1].mapping);
	if (!object)
		return 0;
	err = compare_sum(c, place, text, &sum, diag);
	if (!err)
		warn(c, sum, text, object);
	return err;
}
