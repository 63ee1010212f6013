/* SPDX-License-Identifier: Apache-2.0 */
#include "symbol/channel.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t channel_deadline(int64_t milliseconds_from_now)
{
	return now_ms() + milliseconds_from_now;
}

static int wait_until(int socket, short events, int64_t deadline)
{
	struct pollfd p = { socket, events, 0 };
	int64_t left = -1;

	for (;;) {
		int n;

		if (deadline != CHANNEL_FOREVER) {
			left = deadline - now_ms();
			if (left < 0)
				left = 0;
			if (left > 1000 * 1000)
				left = 1000 * 1000;
		}
		n = poll(&p, 1, (int)left);
		if (n > 0)
			return 0;
		if (n == 0)
			return ASSAY_ERR_CANCELED;
		if (errno != EINTR)
			return ASSAY_ERR_IO;
	}
}

union control {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static void attach(struct msghdr *m, union control *control, int fd)
{
	memset(control, 0, sizeof(*control));
	m->msg_control = control->bytes;
	m->msg_controllen = sizeof(control->bytes);
	control->head.cmsg_level = SOL_SOCKET;
	control->head.cmsg_type = SCM_RIGHTS;
	control->head.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control->head), &fd, sizeof(fd));
}

/* All of both parts; the descriptor goes with the first byte. */
static int send_all(int socket, struct iovec *parts, int fd, int64_t deadline)
{
	union control control;

	while (parts[0].iov_len || parts[1].iov_len) {
		struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2 };
		ssize_t n;
		int err;

		if (fd >= 0)
			attach(&m, &control, fd);
		n = sendmsg(socket, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return ASSAY_ERR_IO;
		if (n < 0) {
			err = wait_until(socket, POLLOUT, deadline);
			if (err)
				return err;
			continue;
		}
		fd = -1;
		for (int i = 0; i < 2; i++) {
			size_t done = (size_t)n < parts[i].iov_len ? (size_t)n : parts[i].iov_len;

			parts[i].iov_base = (char *)parts[i].iov_base + done;
			parts[i].iov_len -= done;
			n -= (ssize_t)done;
		}
	}
	return 0;
}

int channel_send(int socket, enum message_type type, struct str body, int fd, int64_t deadline)
{
	uint8_t head[CHANNEL_HEAD] = { (uint8_t)body.len, (uint8_t)(body.len >> 8), (uint8_t)(body.len >> 16),
		(uint8_t)(body.len >> 24), (uint8_t)type };
	struct iovec parts[2] = { { head, sizeof(head) }, { (void *)body.p, body.len } };

	if (body.len > PROTOCOL_MAX_REQUEST)
		return ASSAY_ERR_TOO_BIG;
	return send_all(socket, parts, fd, deadline);
}

/* The descriptor of a message, where one came; another one there was no room for, and the system has closed it. */
static void take_descriptor(struct msghdr *m, int *fd)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || c->cmsg_len < CMSG_LEN(sizeof(int)))
			continue;
		if (*fd >= 0)
			close(*fd);
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	}
}

static int receive_all(int socket, void *to, size_t n, int *fd, int64_t deadline)
{
	char *p = to;

	while (n) {
		struct iovec part = { p, n };
		struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
		union control control;
		ssize_t got;
		int err;

		if (fd) {
			m.msg_control = control.bytes;
			m.msg_controllen = sizeof(control.bytes);
		}
		got = recvmsg(socket, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		if (got < 0 && errno == EAGAIN) {
			err = wait_until(socket, POLLIN, deadline);
			if (err)
				return err;
		}
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return ASSAY_ERR_IO;
		if (got <= 0)
			continue;
		if (fd)
			take_descriptor(&m, fd);
		p += got;
		n -= (size_t)got;
	}
	return 0;
}

/* Room for n bytes, which are not set. */
static bool make_room(struct buf *b, size_t n)
{
	buf_reset(b);
	b->failed = false;
	buf_add_fill(b, 0, n);
	return !b->failed;
}

int channel_receive(int socket, enum message_type *type, struct buf *body, uint32_t max, int *fd, int64_t deadline)
{
	uint8_t head[CHANNEL_HEAD];
	int taken = -1, *to = fd ? &taken : NULL;
	uint32_t n;
	int err = receive_all(socket, head, sizeof(head), to, deadline);

	n = err ? 0 : head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16 | (uint32_t)head[3] << 24;
	if (!err && (n > max || !head[4] || head[4] >= N_MESSAGES))
		err = ASSAY_ERR_FORMAT;
	if (!err && !make_room(body, n))
		err = ASSAY_ERR_NOMEM;
	if (!err && n)
		err = receive_all(socket, body->data, n, to, deadline);
	if (err) {
		if (taken >= 0)
			close(taken);
		return err;
	}
	if (fd)
		*fd = taken;
	*type = (enum message_type)head[4];
	return 0;
}
