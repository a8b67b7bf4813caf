/*
 * Stored bytes on their way out.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/stored.h"

#include "db/rows.h"

void
stored_fields(struct call *c)
{
	reply_field(&c->reply, "Content-Security-Policy",
	    SLICE_LIT("sandbox; default-src 'none'"));
	/* lighttpd would answer Range itself otherwise (servers.md §1d). */
	reply_field(&c->reply, "Accept-Ranges", SLICE_LIT("none"));
}

static enum err_code
send_parts(struct call *c, const struct uuid *id, const struct stored *s,
    struct err *e)
{
	int64_t left = s->size;

	for (int seq = 0; left > 0; seq++) {
		struct rows *rows = NULL;
		struct slice data;
		enum err_code code;
		bool heard;

		exchange_renew(c->x);
		code = monitor_part(c->x->store, id, s->holder, seq,
		    c->x->deadline_ms, &rows, &data, e);
		if (code != ERR_OK)
			return code;
		if (data.len == 0 || (int64_t)data.len > left)
			code = err_set(e, ERR_SHAPE,
			    "part %d has %zu bytes, %lld were left", seq,
			    data.len, (long long)left);
		heard = code == ERR_OK && reply_body(&c->reply, data);
		left -= (int64_t)data.len;
		rows_free(rows);
		if (!heard)
			return code;
	}
	return ERR_OK;
}

enum err_code
stored_send(struct call *c, const struct uuid *id, const struct stored *s,
    struct err *e)
{
	if (!reply_header(&c->reply, s->size) || c->reply.head)
		return ERR_OK;
	if (s->body.ptr == NULL)
		return send_parts(c, id, s, e);
	reply_body(&c->reply, s->body);
	return ERR_OK;
}
