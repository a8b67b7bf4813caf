/*
 * GET /jobs/{id}/request: what was submitted, to the byte.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/job_request.h"

#include "db/rows.h"
#include "responder/document.h"
#include "responder/resource.h"
#include "responder/stored.h"

static void
put_fields(struct call *c, const struct job_ref *ref, const struct stored *s,
    const struct stored_view *view, struct slice etag, enum reply_cache cache)
{
	reply_start(&c->reply, view->status, SLICE_NONE, cache);
	reply_field(&c->reply, "ETag", etag);
	document_sunset_field(c, s->expires);
	if (view->status == 304)
		return;
	stored_fields(c, view, s->size);
	job_ref_link(c, ref);
	if (!reply_field(&c->reply, "Content-Type",
		s->type.len > 0 ? s->type :
				  SLICE_LIT("application/octet-stream")))
		reply_field(&c->reply, "Content-Type",
		    SLICE_LIT("application/octet-stream"));
	if (s->encoding.len > 0)
		reply_field(&c->reply, "Content-Encoding", s->encoding);
	stored_digest_field(c, s->digest);
}

/* What was submitted never changes: the job's id is as good a tag as any. */
enum err_code
job_request_send(struct call *c, const struct job_ref *ref,
    const struct stored *s, enum reply_cache cache, struct err *e)
{
	char etag[UUID_TEXT_LEN + 3] = "\"";
	struct stored_view view;
	enum err_code code;

	uuid_format(&ref->id, etag + 1);
	etag[UUID_TEXT_LEN + 1] = '"';
	etag[UUID_TEXT_LEN + 2] = '\0';
	code =
	    stored_judge(c, slice_str(etag), SLICE_LIT(""), s->size, &view, e);
	if (code != ERR_OK)
		return code;
	put_fields(c, ref, s, &view, slice_str(etag), cache);
	if (view.status != 304)
		return stored_send(c, &ref->id, s, &view, e);
	reply_send_empty(&c->reply);
	return ERR_OK;
}

enum err_code
job_request_get(struct call *c, struct err *e)
{
	struct reader who;
	struct job_ref ref;
	struct stored s;
	enum err_code code;

	if ((code = job_ref_read(c, &who, &ref, e)) != ERR_OK)
		return code;
	code = monitor_request(c->x->store, &who, c->x->deadline_ms, &s, e);
	if (code != ERR_OK)
		return code;
	code = job_request_send(c, &ref, &s, CACHE_STORED, e);
	rows_free(s.rows);
	return code;
}
