/*
 * Taking a job whose body comes in parts.
 *
 * Parts need not be durable one by one: the last call verifies that every part
 * is there, and its commit, which is flushed, covers what was written before
 * it.  Each call is idempotent (by id, by id and number), so a part whose
 * answer was lost is simply sent again.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/accept.h"

#include "queue/ask.h"
#include "queue/named.h"
#include "queue/settle.h"

enum err_code
upload_open(struct store *s, const struct submission *j, int64_t declared,
    int64_t deadline_ms, int64_t *limit, struct err *e)
{
	struct params p;

	params_init(&p);
	params_uuid(&p, &j->id);
	params_text(&p, j->queue);
	ask_owner(&p, j->owner);
	params_text(&p, j->type);
	if (declared < 0)
		params_null(&p);
	else
		params_int8(&p, declared);
	params_text(&p, j->key);
	params_text(&p, j->name);
	return ask_limit(s, STMT_UPLOAD_OPEN, &p, deadline_ms, limit, e);
}

struct part {
	const struct uuid *id;
	int seq;
	struct slice data;
};

static void
fill_part(struct params *p, const void *arg)
{
	const struct part *part = arg;

	params_uuid(p, part->id);
	params_int4(p, part->seq);
	params_bytes_lent(p, part->data);
}

enum err_code
upload_part(struct store *s, const struct uuid *id, int seq, struct slice data,
    int64_t deadline_ms, struct err *e)
{
	struct part part = { id, seq, data };
	bool there = false;
	enum err_code code =
	    ask_put(s, STMT_PART_PUT, fill_part, &part, deadline_ms, &there, e);

	if (code == ERR_OK && !there)
		return err_set(e, ERR_GONE,
		    "the upload is kept no longer; send the whole body again");
	return code;
}

static enum err_code
try_finish(struct store *s, const struct submission *j, int64_t deadline_ms,
    struct receipt *out, struct err *e)
{
	struct params p;

	params_init(&p);
	params_uuid(&p, &j->id);
	params_text(&p, j->request);
	params_text(&p, j->type);
	params_int8(&p, j->size);
	params_bytes(&p, slice_mem(j->digest, DIGEST_LEN));
	params_text(&p, j->key);
	return ask_receipt(s, STMT_UPLOAD_FINISH, &p, deadline_ms, out, e);
}

enum err_code
accept_upload(struct store *s, const struct submission *j, int64_t deadline_ms,
    struct receipt *out, struct err *e)
{
	return settle(j->name.ptr != NULL ? named_accept : try_finish, s, j,
	    deadline_ms, out, e);
}

void
upload_abort(struct store *s, const struct uuid *id, int64_t deadline_ms)
{
	struct params p;
	struct rows *r = NULL;

	params_init(&p);
	params_uuid(&p, id);
	ask_rows(s, STMT_UPLOAD_ABORT, &p, deadline_ms, &r, NULL);
	rows_free(r);
}
