/*
 * Long bodies and answers, between the slots and the database.
 *
 * One part of the body is read ahead of the handler, one part of the answer is
 * on its way to the database: half a megabyte a slot, whatever the job's size.
 * A handler that writes faster than the database stores waits in write(2).
 *
 * While the database is away both wait; parts are numbered, so that a call
 * whose outcome is not known is simply made again.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/worker.h"

#include "base/clock.h"
#include "base/log.h"

/* The job cannot be served: it ends, and is tried again. */
static void
give_up(struct seat *s, const char *why, const struct err *e)
{
	char id[UUID_TEXT_LEN + 1];

	log_event(LEVEL_ERROR, "job %s: %s%s%s", uuid_format(&s->job->id, id),
	    why, e != NULL ? ": " : "", e != NULL ? e->text : "");
	s->trouble = why;
	s->ended = true;
	slot_kill(s->slot);
}

static void
read_done(void *ctx, struct rows *rows, const struct err *e)
{
	struct seat *s = ctx;

	s->reading = false;
	if (rows == NULL && worker_may_retry(e->code))
		s->again_at = worker_again_at(e->code);
	else if (rows == NULL)
		give_up(s, "its body could not be read", e);
	else if (rows_count(rows) != 1 || rows_null(rows, 0, 0))
		give_up(s, "its stored body is not complete", NULL);
	else {
		s->part = conn_keep_rows(s->worker->conn);
		s->parts++;
	}
}

static void
read_ahead(struct seat *s, int64_t now)
{
	struct params p;

	if (s->part != NULL || s->reading || s->ended ||
	    s->fed >= s->job->claim.size)
		return;
	params_init(&p);
	input_params(&p, &s->job->id, s->parts);
	s->reading = true;
	conn_submit(s->worker->conn, STMT_PART_READ, &p,
	    worker_deadline(s->worker, now), CALL_REPEAT, read_done, s);
	params_fini(&p);
}

/* The next bytes that are here; SLICE_NONE: none yet. */
static struct slice
next_input(const struct seat *s)
{
	const struct turn_row *c = &s->job->claim;
	struct slice data;

	if (c->body.ptr == NULL)
		return s->part != NULL ? rows_bytes(s->part, 0, 0) : SLICE_NONE;
	data = slice_mem(c->body.ptr + s->fed, c->body.len - (size_t)s->fed);
	if (data.len > SLOT_INPUT_SIZE)
		data.len = SLOT_INPUT_SIZE;
	return data;
}

static void
digest_done(void *ctx, struct rows *rows, const struct err *e)
{
	(void)ctx;
	if (rows == NULL)
		log_event(LEVEL_WARNING, "digest_put: %s", e->text);
}

/* With its last bytes the body's digest is told.  Nothing waits for that; where
 * it is lost the next attempt tells it again. */
static void
add_digest(struct seat *s, struct slice data, int64_t now)
{
	uint8_t digest[DIGEST_LEN];
	struct params p;

	if (s->digest == NULL)
		return;
	digest_add(s->digest, data.ptr, data.len);
	if (s->fed < s->job->claim.size)
		return;
	digest_end(s->digest, digest);
	digest_free(s->digest);
	s->digest = NULL;
	params_init(&p);
	digest_params(&p, &s->worker->me, &s->job->id, digest);
	conn_submit(s->worker->conn, STMT_DIGEST_PUT, &p,
	    worker_deadline(s->worker, now), CALL_REPEAT, digest_done, NULL);
	params_fini(&p);
}

static void
feed(struct seat *s, int64_t now)
{
	struct slice data;

	while (!s->ended && slot_wants_input(s->slot)) {
		if (s->fed >= s->job->claim.size) {
			slot_feed(s->slot, SLICE_LIT(""));
			s->ended = true;
			return;
		}
		data = next_input(s);
		if (data.ptr == NULL)
			break;
		if (data.len == 0) {
			give_up(s, "its stored body is not complete", NULL);
			return;
		}
		slot_feed(s->slot, data);
		s->fed += (int64_t)data.len;
		add_digest(s, data, now);
		rows_free(s->part);
		s->part = NULL;
	}
	if (s->job->claim.body.ptr == NULL)
		read_ahead(s, now);
}

static void
write_done(void *ctx, struct rows *rows, const struct err *e)
{
	struct seat *s = ctx;

	s->writing = false;
	if (rows != NULL && rows_count(rows) == 1 && rows_bool(rows, 0, 0)) {
		slot_output_taken(s->slot);
	} else if (rows != NULL) {
		s->stale = true;
		slot_output_refused(s->slot);
	} else if (worker_may_retry(e->code)) {
		s->again_at = worker_again_at(e->code);
	} else {
		give_up(s, "its answer could not be stored", e);
		slot_output_refused(s->slot);
	}
}

static void
put_output(struct seat *s, int64_t now)
{
	struct turn_start job = { s->job->id, s->job->attempt };
	struct slice data;
	struct params p;
	int seq;

	if (s->writing || !slot_output(s->slot, &data, &seq))
		return;
	params_init(&p);
	output_params(&p, &s->worker->me, &job, seq, data);
	s->writing = true;
	conn_submit(s->worker->conn, STMT_OUTPUT_PUT, &p,
	    worker_deadline(s->worker, now), CALL_REPEAT, write_done, s);
	params_fini(&p);
}

void
stream_begin(struct seat *s)
{
	s->part = NULL;
	s->parts = 0;
	s->fed = 0;
	s->digest = s->job->claim.digest.ptr == NULL ? digest_new() : NULL;
	s->ended = false;
	s->again_at = 0;
	s->trouble = NULL;
}

void
stream_step(struct seat *s, int64_t now)
{
	if (now < s->again_at)
		return;
	s->again_at = 0;
	feed(s, now);
	put_output(s, now);
}

bool
stream_quiet(const struct seat *s)
{
	return !s->reading && !s->writing;
}

void
stream_end(struct seat *s)
{
	rows_free(s->part);
	s->part = NULL;
	digest_free(s->digest);
	s->digest = NULL;
}
