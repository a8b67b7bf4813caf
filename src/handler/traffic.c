/*
 * The bytes between a handler's process and us.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/traffic.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "handler/environment.h"
#include "handler/slot.h"

#define CHUNK 65536	    /* what a pipe holds by default */
#define DRAIN_LIMIT 1048576 /* what it holds at most */
#define FRAMED_LIMIT (SLOT_INPUT_SIZE + 2 * ENVIRONMENT_LIMIT)

enum {
	IN = STDIN_FILENO,
	OUT = STDOUT_FILENO,
	ERR = STDERR_FILENO,
	TOLD = PROGRESS_FD
};

void
traffic_init(struct traffic *t)
{
	*t = (struct traffic) { .written = 0 };
	process_init(&t->process);
	buf_init(&t->input, FRAMED_LIMIT);
	answer_init(&t->answer);
	excerpt_init(&t->log);
}

void
traffic_fini(struct traffic *t)
{
	process_close(&t->process);
	buf_fini(&t->input);
	answer_fini(&t->answer);
	excerpt_fini(&t->log);
}

void
traffic_reset(struct traffic *t, int64_t size, int64_t max_output)
{
	buf_reset(&t->input);
	t->written = 0;
	t->unfed = size;
	t->framed = false;
	answer_reset(&t->answer, max_output);
	excerpt_reset(&t->log);
	progress_reset(&t->progress);
	t->drained = 0;
}

/* Ours may stay: the other end closed it, and what came before counts. */
static void
give_up_input(struct traffic *t)
{
	process_close_fd(&t->process, IN);
	if (t->framed) {
		t->cut_short = true;
		return;
	}
	buf_reset(&t->input);
	t->written = 0;
}

/* How many of these bytes its stdin took; an error is the end of it. */
static size_t
write_some(struct traffic *t, const char *p, size_t len)
{
	ssize_t n = write(t->process.fd[IN], p, len);

	if (n >= 0)
		return (size_t)n;
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	give_up_input(t);
	return len;
}

static void
flush_input(struct traffic *t)
{
	size_t n =
	    write_some(t, t->input.ptr + t->written, t->input.len - t->written);

	if (t->process.fd[IN] < 0)
		return;
	t->written += n;
	if (t->framed || t->written < t->input.len)
		return;
	buf_reset(&t->input);
	t->written = 0;
	if (t->unfed == 0)
		traffic_end_input(t);
}

void
traffic_end_input(struct traffic *t)
{
	if (!t->framed) {
		process_close_fd(&t->process, IN);
		buf_reset(&t->input);
		t->written = 0;
		return;
	}
	t->unfed = 0;
	t->fed = true;
	fastcgi_put_input_end(&t->input, t->reader.id);
	if (t->input.failed)
		abort();
	flush_input(t);
}

/* The first piece follows the request's head; what was written of those is
 * kept while it may be needed again. */
static bool
is_written(const struct traffic *t)
{
	if (t->framed && !t->fed)
		return true;
	return t->written == t->input.len;
}

bool
traffic_wants_input(const struct traffic *t)
{
	return t->process.fd[IN] >= 0 && t->unfed > 0 && is_written(t);
}

static void
feed_framed(struct traffic *t, struct slice data)
{
	if (t->fed) {
		buf_reset(&t->input);
		t->written = 0;
		t->whole = false;
	}
	t->fed = true;
	fastcgi_put_input(&t->input, t->reader.id, data);
	if (t->unfed == 0 || data.len == 0)
		traffic_end_input(t);
	else if (t->input.failed)
		abort();
	else
		flush_input(t);
}

static void
feed_plain(struct traffic *t, struct slice data)
{
	size_t n = data.len == 0 ? 0 : write_some(t, data.ptr, data.len);

	if (n < data.len) {
		if (!buf_append(&t->input, data.ptr + n, data.len - n))
			abort();
	} else if (t->unfed == 0 || data.len == 0)
		traffic_end_input(t);
}

void
traffic_feed(struct traffic *t, struct slice data)
{
	if (!traffic_wants_input(t))
		return;
	t->unfed -= (int64_t)data.len < t->unfed ? (int64_t)data.len : t->unfed;
	if (t->framed)
		feed_framed(t, data);
	else
		feed_plain(t, data);
}

static void
take_answer(struct traffic *t, const char *p, size_t len)
{
	if (t->framed)
		traffic_take_records(t, slice_mem(p, len));
	else
		answer_add(&t->answer, p, len);
}

static void
take_log(struct traffic *t, const char *p, size_t len)
{
	excerpt_add(&t->log, p, len);
}

static void
take_progress(struct traffic *t, const char *p, size_t len)
{
	progress_add(&t->progress, p, len);
}

/* A part that is full must be taken before more is read. */
static size_t
room(const struct traffic *t, int which)
{
	struct slice data;
	int seq;

	if (which != OUT)
		return CHUNK;
	return answer_part(&t->answer, &data, &seq) ? 0 :
						      answer_room(&t->answer);
}

/* Read once from a pipe: bytes read; 0: there is nothing, or no more. */
static size_t
read_some(struct traffic *t, int which)
{
	static void (*const take[SPAWN_FDS])(
	    struct traffic *, const char *, size_t) = {
		[OUT] = take_answer, [ERR] = take_log, [TOLD] = take_progress
	};
	size_t max = room(t, which);
	char chunk[CHUNK];
	ssize_t n;

	if (t->process.fd[which] < 0 || max == 0)
		return 0;
	n = read(t->process.fd[which], chunk, max < CHUNK ? max : CHUNK);
	if (n > 0) {
		take[which](t, chunk, (size_t)n);
		return (size_t)n;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0 && which == OUT)
		t->cut_short = true;
	process_close_fd(&t->process, which);
	return 0;
}

int
traffic_poll(const struct traffic *t, struct pollfd *fds)
{
	int n = 0;

	for (int i = 0; i < SPAWN_FDS; i++) {
		if (t->process.fd[i] < 0 ||
		    (i == IN ? t->written == t->input.len : room(t, i) == 0))
			continue;
		fds[n++] = (struct pollfd) { .fd = t->process.fd[i],
			.events = i == IN ? POLLOUT : POLLIN };
	}
	return n;
}

void
traffic_step(struct traffic *t, const struct pollfd *fd)
{
	int i = 0;

	while (i < SPAWN_FDS && t->process.fd[i] != fd->fd)
		i++;
	if (i == SPAWN_FDS)
		return;
	if (i == IN)
		flush_input(t);
	else if ((fd->revents & POLLIN) == 0) /* hung up, and empty */
		process_close_fd(&t->process, i);
	else
		(void)read_some(t, i);
}

void
traffic_read_log(struct traffic *t)
{
	for (int i = 0; i < DRAIN_LIMIT / CHUNK; i++)
		if (read_some(t, ERR) < CHUNK)
			break;
	(void)read_some(t, TOLD);
}

bool
traffic_drain(struct traffic *t)
{
	size_t n;

	process_close_fd(&t->process, IN);
	while (t->drained < DRAIN_LIMIT && (n = read_some(t, OUT)) > 0)
		t->drained += (int64_t)n;
	if (t->process.fd[OUT] >= 0 && room(t, OUT) == 0)
		return false;
	traffic_read_log(t);
	process_close(&t->process);
	return true;
}
