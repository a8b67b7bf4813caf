/*
 * The bytes between a FastCGI application and us, where they are others than a
 * program's: what the request begins with, and what is left when it has ended.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/traffic.h"

#include <stdlib.h>
#include <unistd.h>

void
traffic_take_records(struct traffic *t, struct slice in)
{
	struct fastcgi_piece piece;

	while (fastcgi_next(&t->reader, &in, &piece))
		if (piece.type == FASTCGI_STDOUT)
			answer_add(&t->answer, piece.data.ptr, piece.data.len);
		else
			excerpt_add(&t->log, piece.data.ptr, piece.data.len);
}

void
traffic_frame(struct traffic *t, char *const *variables)
{
	uint16_t id = (uint16_t)(t->reader.id % UINT16_MAX + 1);

	t->framed = t->whole = true;
	t->fed = t->cut_short = false;
	fastcgi_reader_init(&t->reader, id);
	fastcgi_put_request(&t->input, id, variables);
	if (t->input.failed)
		abort();
}

void
traffic_again(struct traffic *t)
{
	t->written = 0;
	t->cut_short = false;
	t->drained = 0;
	fastcgi_reader_init(&t->reader, t->reader.id);
}

/*
 * Was all that we wrote read?  If not, the application's library may throw
 * away part of it and take the rest, which a client wrote, for records.
 */
bool
traffic_settle(struct traffic *t)
{
	const struct fastcgi_reader *r = &t->reader;

	traffic_read_log(t);
	return t->process.fd[STDIN_FILENO] >= 0 &&
	       t->process.fd[STDOUT_FILENO] >= 0 && t->unfed == 0 &&
	       t->written == t->input.len && r->padding == 0 && !r->excess &&
	       !process_unread(t->process.fd[STDIN_FILENO]);
}

void
traffic_catch_up(struct traffic *t)
{
	traffic_read_log(t);
	progress_reset(&t->progress);
}
