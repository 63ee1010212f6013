/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker says: a type in the first byte and a body behind it, as a worker that was taken over would send them. */
#include "harness.h"
#include "symbol/protocol.h"

static struct object_segment segments[PROTOCOL_MAX_SEGMENTS];
static struct object_frame frames[PROTOCOL_MAX_FRAMES];

/* Texts lie in the body, so that nobody reads what the worker did not send. */
static void check_text(struct str text, struct str body)
{
	CHECK(text.len <= PROTOCOL_MAX_NAME);
	CHECK(!text.len || (text.p >= body.p && text.p + text.len <= body.p + body.len));
}

static void read_info(struct cursor *c, struct str body)
{
	struct object_info info;

	if (protocol_read_info(c, &info, segments) < 0)
		return;
	CHECK(info.n_segments <= PROTOCOL_MAX_SEGMENTS);
	check_text(info.build_id, body);
	check_text(info.debuglink, body);
	check_text(info.debug_file, body);
}

static void read_answers(struct cursor *c, struct str body)
{
	struct object_answer a;

	while (cursor_left(c) && protocol_read_answer(c, &a, frames) == 0) {
		CHECK(a.n_frames <= PROTOCOL_MAX_FRAMES);
		for (size_t i = 0; i < a.n_frames; i++) {
			check_text(frames[i].name, body);
			check_text(frames[i].file, body);
		}
	}
}

static void read_symbols(struct cursor *c, struct str body)
{
	struct object_symbol s;

	while (cursor_left(c) && protocol_read_symbol(c, &s) == 0)
		check_text(s.name, body);
}

static void read_need(struct cursor *c, struct str body)
{
	struct object_need need;

	if (protocol_read_need(c, &need) < 0)
		return;
	CHECK(need.kind <= OBJECT_NEED_ALT);
	check_text(need.name, body);
	check_text(need.directory, body);
	check_text(need.build_id, body);
}

static void read_addresses(struct cursor *c)
{
	uint64_t n = cursor_varint(c), *addresses;

	if (c->err || n > cursor_left(c))
		return;
	addresses = malloc((n + 1) * sizeof(*addresses));
	CHECK(addresses);
	protocol_read_addresses(c, addresses, n);
	free(addresses);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str body = { (const char *)data + 1, size - 1 };
	struct cursor c;

	if (!size)
		return 0;
	c = protocol_body(body);
	switch (data[0]) {
	case MESSAGE_INFO:
		read_info(&c, body);
		break;
	case MESSAGE_ANSWERS:
		read_answers(&c, body);
		break;
	case MESSAGE_SYMBOL_LIST:
		read_symbols(&c, body);
		break;
	case MESSAGE_NEED:
		read_need(&c, body);
		break;
	case MESSAGE_RESOLVE:
		read_addresses(&c);
		break;
	default:
		check_text(protocol_text(&c), body);
	}
	CHECK(c.p <= c.end);
	return 0;
}
