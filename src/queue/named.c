/*
 * Jobs under a name that the client chose.
 *
 * Whether a job waits under the name, and whether the request's conditions
 * hold for it, is decided where the job is accepted, in one transaction; what
 * is asked before only spares the sending of a body in vain.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/named.h"

#include "base/clock.h"
#include "queue/ask.h"

static void
put_size(struct params *p, int64_t size)
{
	if (size < 0)
		params_null(p);
	else
		params_int8(p, size);
}

enum err_code
named_check(struct store *s, const struct submission *j, int64_t declared,
    int64_t deadline_ms, int64_t *limit, struct err *e)
{
	struct params p;

	params_init(&p);
	params_text(&p, j->queue);
	ask_owner(&p, j->owner);
	params_text(&p, j->name);
	params_text(&p, j->type);
	put_size(&p, declared);
	params_text(&p, j->if_match);
	params_text(&p, j->if_none_match);
	return ask_limit(s, STMT_NAMED_CHECK, &p, deadline_ms, limit, e);
}

enum err_code
named_accept(struct store *s, const struct submission *j, int64_t deadline_ms,
    struct receipt *out, struct err *e)
{
	struct params p;

	params_init(&p);
	params_uuid(&p, &j->id);
	params_text(&p, j->queue);
	ask_owner(&p, j->owner);
	params_text(&p, j->name);
	params_text(&p, j->request);
	params_text(&p, j->type);
	params_bytes_lent(&p, j->body);
	params_int8(&p, j->size);
	params_bytes(&p, slice_mem(j->digest, DIGEST_LEN));
	params_text(&p, j->if_match);
	params_text(&p, j->if_none_match);
	return ask_receipt(s, STMT_NAMED_ACCEPT, &p, deadline_ms, out, e);
}

enum err_code
named_read(struct store *s, struct slice queue, struct slice owner,
    struct slice name, int64_t deadline_ms, struct named *out, struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	struct slice verdict;
	enum err_code code;

	params_init(&p);
	params_text(&p, queue);
	ask_owner(&p, owner);
	params_text(&p, name);
	code = ask_row(s, STMT_NAMED_READ, &p, deadline_ms, &r, e);
	if (code != ERR_OK)
		return code;
	verdict = rows_text(r, 0, 0);
	*out = (struct named) { .waits = slice_eq_str(verdict, "waiting") };
	if (slice_eq_str(verdict, "none"))
		code = err_set(e, ERR_NOT_FOUND,
		    "there is no job of this name, or it is not yours to see");
	else if (!out->waits && !slice_eq_str(verdict, "taken"))
		code = err_set(e, ERR_SHAPE, "named_read: no verdict");
	else
		out->id = rows_uuid(r, 0, 1);
	if (code != ERR_OK || !out->waits) {
		rows_free(r);
		return code;
	}
	out->stored.rows = r;
	out->stored.type = rows_text(r, 0, 2);
	out->stored.encoding = rows_text(r, 0, 3);
	out->stored.accepted = rows_time(r, 0, 4);
	out->stored.size = rows_int8(r, 0, 5);
	out->stored.digest = rows_bytes(r, 0, 6);
	out->stored.body = rows_bytes(r, 0, 7);
	out->stored.expires = TIME_NONE;
	return ERR_OK;
}
