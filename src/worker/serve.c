/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/serve.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/diag.h"
#include "symbol/channel.h"
#include "worker/disasm.h"
#include "worker/object.h"

struct server {
	int socket;
	struct object *object;   /* opened last, or NULL */
	struct buf in, out;      /* a request, and the message that is being put together */
	enum message_type batch; /* what out is, while a list is sent */
	int err;                 /* the socket is of no use any more */
};

static int send_out(struct server *s, enum message_type type)
{
	int err =
		s->out.failed ? ASSAY_ERR_NOMEM : channel_send(s->socket, type, buf_str(&s->out), -1, CHANNEL_FOREVER);

	buf_reset(&s->out);
	if (err)
		s->err = err;
	return err;
}

/* An element of a list was added. A message may become as long as one element beyond a batch. */
static int send_if_full(struct server *s)
{
	return s->out.len < PROTOCOL_BATCH && !s->out.failed ? 0 : send_out(s, s->batch);
}

static int send_rest(struct server *s)
{
	return s->out.len || s->out.failed ? send_out(s, s->batch) : 0;
}

static int send_failed(struct server *s, const struct assay_diag *diag)
{
	buf_reset(&s->out);
	protocol_add_number(&s->out, (uint64_t) - (int64_t)diag->code);
	protocol_add_text(&s->out, *diag->text ? str_of(diag->text) : STR("no reason known"));
	return send_out(s, MESSAGE_FAILED);
}

static int send_done(struct server *s, const char *flaw)
{
	protocol_add_text(&s->out, str_of(flaw));
	return send_out(s, MESSAGE_DONE);
}

static int send_info(struct server *s)
{
	protocol_add_info(&s->out, object_info(s->object));
	return send_out(s, MESSAGE_INFO);
}

/*
 * A file that the binary refers to. This may come while answers are being put together, which are not sent for that:
 * the other side hears them in order all the same.
 */
static int need_file(void *data, const struct object_need *need)
{
	struct buf message = BUF_INIT, body = BUF_INIT;
	struct server *s = data;
	enum message_type type;
	int fd = -1, err;

	protocol_add_need(&message, need);
	err = message.failed ? ASSAY_ERR_NOMEM
			     : channel_send(s->socket, MESSAGE_NEED, buf_str(&message), -1, CHANNEL_FOREVER);
	if (!err)
		err = channel_receive(s->socket, &type, &body, 0, &fd, CHANNEL_FOREVER);
	if (err)
		s->err = err;
	buf_release(&message);
	buf_release(&body);
	return fd;
}

static int open_object(struct server *s, struct cursor *c, int fd, struct assay_diag *diag)
{
	const struct object_files files = { need_file, s };
	struct buf name = BUF_INIT;
	int err;

	object_free(s->object);
	s->object = NULL;
	buf_add_str(&name, protocol_text(c));
	if (fd < 0 || protocol_end(c) < 0 || name.failed) {
		if (fd >= 0)
			close(fd);
		buf_release(&name);
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "no question");
	}
	err = object_open(&s->object, fd, buf_str(&name).p, &files, diag);
	buf_release(&name);
	return err ? err : send_info(s);
}

static int add_answer(void *data, const struct object_answer *answer)
{
	struct server *s = data;

	protocol_add_answer(&s->out, answer);
	return send_if_full(s);
}

static int resolve(struct server *s, struct cursor *c, struct assay_diag *flaw, struct assay_diag *diag)
{
	const struct object_sink sink = { add_answer, s };
	bool symbols_only = cursor_varint(c);
	uint64_t n = cursor_varint(c), *addresses;
	int err;

	if (c->err || n > cursor_left(c))
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "no question");
	addresses = malloc((n + 1) * sizeof(*addresses));
	if (!addresses)
		return diag_nomem(diag, "addresses");
	s->batch = MESSAGE_ANSWERS;
	err = protocol_read_addresses(c, addresses, n);
	if (!err)
		err = object_resolve(s->object, addresses, n, symbols_only, &sink, flaw, diag);
	if (!err)
		err = send_rest(s);
	free(addresses);
	return err ? err : send_info(s);
}

static int send_symbols(struct server *s, struct assay_diag *diag)
{
	const struct object_symbol *symbols;
	size_t n;
	int err = object_symbols(s->object, &symbols, &n, diag);

	s->batch = MESSAGE_SYMBOL_LIST;
	for (size_t i = 0; !err && i < n; i++) {
		protocol_add_symbol(&s->out, &symbols[i]);
		err = send_if_full(s);
	}
	return err ? err : send_rest(s);
}

static int send_symbol(struct server *s, struct cursor *c, struct assay_diag *diag)
{
	struct str name = protocol_text(c);
	const struct object_symbol *symbols;
	size_t n;
	int err = object_symbols(s->object, &symbols, &n, diag);

	if (err)
		return err;
	for (size_t i = 0; i < n; i++) {
		if (str_equal(symbols[i].name, name)) {
			protocol_add_number(&s->out, symbols[i].address);
			break;
		}
	}
	return send_out(s, MESSAGE_VALUE);
}

struct symbol_list {
	const struct object_symbol *items;
	size_t n;
};

/* The last symbol at or before the address, of several at one place the first. */
static bool find_symbol(void *data, uint64_t address, struct str *name, uint64_t *start)
{
	const struct symbol_list *l = data;
	size_t from = 0, to = l->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (l->items[middle].address <= address)
			from = middle + 1;
		else
			to = middle;
	}
	if (!from)
		return false;
	*start = l->items[from - 1].address;
	for (to = l->n; from > 1 && l->items[from - 2].address == *start; from--)
		;
	*name = l->items[from - 1].name;
	if (!l->items[from - 1].size)
		return address < l->items[from - 1].limit;
	return address - *start < l->items[from - 1].size;
}

static int add_instruction(void *data, uint64_t address, size_t n_bytes, struct str text)
{
	struct server *s = data;

	(void)n_bytes;
	protocol_add_number(&s->out, address);
	protocol_add_text(&s->out, text);
	return send_if_full(s);
}

static int disassemble(struct server *s, struct cursor *c, struct assay_diag *diag)
{
	const struct disasm_sink sink = { add_instruction, s };
	uint64_t from = cursor_varint(c), to = cursor_varint(c);
	bool intel = cursor_varint(c);
	struct symbol_list list = { NULL, 0 };
	const struct disasm_names names = { find_symbol, &list };
	const uint8_t *bytes;
	struct disasm *d;
	size_t n;
	int err;

	if (protocol_end(c) < 0 || to < from)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "no question");
	err = object_code(s->object, from, to - from, &bytes, &n, diag);
	if (err)
		return err;
	/* Without symbols calls have no names; that is no reason for no text. */
	if (object_symbols(s->object, &list.items, &list.n, NULL) < 0)
		list.n = 0;
	err = disasm_open(&d, object_info(s->object)->machine, intel, diag);
	if (err)
		return err;
	s->batch = MESSAGE_INSTRUCTION_LIST;
	err = disasm_run(d, bytes, n, from, &names, &sink, diag);
	disasm_close(d);
	return err ? err : send_rest(s);
}

static int send_md5(struct server *s, struct cursor *c, struct assay_diag *diag)
{
	uint64_t address = cursor_varint(c);
	struct str file = protocol_text(c);
	uint8_t md5[16];

	if (protocol_end(c) < 0)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "no question");
	if (object_source_md5(s->object, address, file, md5))
		buf_add(&s->out, (const char *)md5, sizeof(md5));
	return send_out(s, MESSAGE_MD5);
}

static int answer(
	struct server *s, enum message_type type, struct cursor *c, struct assay_diag *flaw, struct assay_diag *diag)
{
	if (!s->object)
		return diag_set(diag, ASSAY_ERR_ARGUMENT, "no binary is open");
	switch (type) {
	case MESSAGE_RESOLVE:
		return resolve(s, c, flaw, diag);
	case MESSAGE_SYMBOLS:
		return send_symbols(s, diag);
	case MESSAGE_SYMBOL:
		return send_symbol(s, c, diag);
	case MESSAGE_INSTRUCTIONS:
		return disassemble(s, c, diag);
	case MESSAGE_SOURCE_MD5:
		return send_md5(s, c, diag);
	default:
		return diag_set(diag, ASSAY_ERR_UNSUPPORTED, "no question");
	}
}

/* One question with all of its answer. What fails costs the question; the next may be about a better binary. */
static int serve_one(struct server *s, enum message_type type, int fd)
{
	struct cursor c = protocol_body(buf_str(&s->in));
	struct assay_diag diag = { .text = "" }, flaw = { .text = "" };
	int err;

	buf_reset(&s->out);
	if (type == MESSAGE_OPEN) {
		err = open_object(s, &c, fd, &diag);
	} else {
		if (fd >= 0)
			close(fd);
		err = answer(s, type, &c, &flaw, &diag);
	}
	if (s->err)
		return s->err;
	if (!err)
		return send_done(s, flaw.text);
	if (!diag.code)
		diag_set(&diag, err, "%s", assay_strerror(err));
	return send_failed(s, &diag);
}

int serve(int socket)
{
	struct server s = { .socket = socket };
	int err = 0;

	while (!err) {
		enum message_type type;
		int fd = -1;

		err = channel_receive(socket, &type, &s.in, PROTOCOL_MAX_REQUEST, &fd, CHANNEL_FOREVER);
		if (!err)
			err = serve_one(&s, type, fd);
	}
	object_free(s.object);
	buf_release(&s.in);
	buf_release(&s.out);
	/* The other side has no more questions. */
	return err == ASSAY_ERR_IO ? 0 : err;
}
