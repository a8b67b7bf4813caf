/*
 * /jobs/{id}: the monitor of a job, and its dismissal.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/rows.h"
#include "http/etag.h"
#include "responder/document.h"
#include "responder/resource.h"

static void
put_etag(struct buf *b, const struct call *c, const struct job_state *s)
{
	buf_puts(b, "W/\"");
	buf_slice(b, s->version);
	buf_printf(b, "%s\"", document_variant(c));
}

static void
send_state(struct call *c, int status, const struct job_ref *ref,
    const struct job_state *s)
{
	struct buf body;

	document_retry_field(
	    c, document_retry_after(s, store_now_us(c->x->store)));
	job_ref_link(c, ref);
	if (status == 304) {
		reply_send_empty(&c->reply);
		return;
	}
	document_preference_field(c, false, true);
	buf_init(&body, DOCUMENT_LIMIT);
	document_put(&body, c, ref, s);
	document_body(c, &body);
	buf_fini(&body);
}

enum err_code
job_get(struct call *c, struct err *e)
{
	struct reader who;
	struct job_ref ref;
	struct job_state s;
	struct buf etag;
	enum err_code code;
	int status;

	if ((code = job_ref_read(c, &who, &ref, e)) != ERR_OK)
		return code;
	code = monitor_read(c->x->store, &who, c->x->deadline_ms, &s, e);
	if (code != ERR_OK)
		return code;
	buf_init(&etag, 256);
	put_etag(&etag, c, &s);
	status = etag_matches(c->request.var.if_none_match, buf_view(&etag)) ?
		     304 :
		     200;
	reply_start(&c->reply, status, SLICE_NONE, CACHE_DOCUMENT);
	reply_field(&c->reply, "ETag", buf_view(&etag));
	document_sunset_field(c, s.expires);
	send_state(c, status, &ref, &s);
	buf_fini(&etag);
	rows_free(s.rows);
	return ERR_OK;
}

/* It is running: it will be told to stop, and the monitor will say when. */
static enum err_code
send_stopping(struct call *c, const struct reader *who,
    const struct job_ref *ref, struct err *e)
{
	struct job_state s;
	enum err_code code;

	code = monitor_read(c->x->store, who, c->x->deadline_ms, &s, e);
	if (code != ERR_OK)
		return code;
	reply_start(&c->reply, 202, SLICE_NONE, CACHE_DOCUMENT);
	job_ref_field(c, "Content-Location", ref, "");
	job_ref_field(c, "Location", ref, "/response");
	send_state(c, 202, ref, &s);
	rows_free(s.rows);
	return ERR_OK;
}

/* Where it is finished that is the answer, and conditions are not looked at
 * (RFC 9110 §13.2.1). */
static enum err_code
check_conditions(struct call *c, const struct reader *who, struct err *e)
{
	const struct request_variables *v = &c->request.var;
	enum err_code code;
	struct job_state s;
	struct buf etag;

	if (v->if_match.ptr == NULL && v->if_none_match.ptr == NULL)
		return ERR_OK;
	code = monitor_read(c->x->store, who, c->x->deadline_ms, &s, e);
	if (code != ERR_OK)
		return code;
	buf_init(&etag, 256);
	put_etag(&etag, c, &s);
	if (!slice_eq_str(s.status, "successful") &&
	    !slice_eq_str(s.status, "failed"))
		code = etag_permits(
		    v->if_match, v->if_none_match, buf_view(&etag), e);
	buf_fini(&etag);
	rows_free(s.rows);
	return code;
}

enum err_code
job_delete(struct call *c, struct err *e)
{
	struct reader who;
	struct job_ref ref;
	enum stop_result result;
	enum err_code code;

	if ((code = job_ref_read(c, &who, &ref, e)) != ERR_OK ||
	    (code = check_conditions(c, &who, e)) != ERR_OK)
		return code;
	code = monitor_stop(c->x->store, &who, c->x->deadline_ms, &result, e);
	if (code != ERR_OK)
		return code;
	if (result == STOP_STOPPING)
		return send_stopping(c, &who, &ref, e);
	reply_start(&c->reply, 204, SLICE_NONE, CACHE_DOCUMENT);
	job_ref_link(c, &ref);
	reply_send_empty(&c->reply);
	return ERR_OK;
}
