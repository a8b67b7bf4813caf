/*
 * /bundles/{id}: the monitor of a bundle, and its dismissal.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/rows.h"
#include "http/etag.h"
#include "responder/bundle_doc.h"
#include "responder/document.h"
#include "responder/resource.h"

/* Of the deadline, for the answer where the dismissal is not done. */
#define ANSWER_PART 4

enum err_code
bundle_get(struct call *c, struct err *e)
{
	struct reader who;
	struct job_ref ref;
	struct bundle_state s;
	enum err_code code;

	if ((code = job_ref_read_bundle(c, &who, &ref, e)) != ERR_OK)
		return code;
	code = bundle_read(c->x->store, &who, c->x->deadline_ms, &s, e);
	if (code != ERR_OK)
		return code;
	bundle_doc_monitor(c, &ref, &s);
	rows_free(s.rows);
	return ERR_OK;
}

/* Some are running, or it takes its time: the monitor will say when. */
static enum err_code
send_stopping(struct call *c, const struct reader *who,
    const struct job_ref *ref, struct err *e)
{
	struct bundle_state s;
	enum err_code code;

	exchange_renew(c->x); /* it is wished by now, and that is to be said */
	code = bundle_read(c->x->store, who, c->x->deadline_ms, &s, e);
	if (code != ERR_OK)
		return code;
	reply_start(&c->reply, 202, SLICE_NONE, CACHE_DOCUMENT);
	job_ref_field(c, "Content-Location", ref, "");
	job_ref_field(c, "Location", ref, "/responses");
	document_preference_field(c, false, true);
	bundle_doc_send(c, ref, &s);
	rows_free(s.rows);
	return ERR_OK;
}

static enum err_code
check_conditions(struct call *c, const struct reader *who, struct err *e)
{
	const struct request_variables *v = &c->request.var;
	struct bundle_state s;
	enum err_code code;
	struct buf etag;

	if (v->if_match.ptr == NULL && v->if_none_match.ptr == NULL)
		return ERR_OK;
	code = bundle_read(c->x->store, who, c->x->deadline_ms, &s, e);
	if (code != ERR_OK)
		return code;
	buf_init(&etag, 256);
	bundle_doc_etag(&etag, c, &s);
	code = etag_permits(v->if_match, v->if_none_match, buf_view(&etag), e);
	buf_fini(&etag);
	rows_free(s.rows);
	return code;
}

enum err_code
bundle_delete(struct call *c, struct err *e)
{
	int64_t deadline = c->x->deadline_ms;
	int64_t until = deadline - c->x->config->deadline_ms / ANSWER_PART;
	struct reader who;
	struct job_ref ref;
	bool done = false;
	enum err_code code;

	if ((code = job_ref_read_bundle(c, &who, &ref, e)) != ERR_OK ||
	    (code = check_conditions(c, &who, e)) != ERR_OK)
		return code;
	code = bundle_stop(c->x->store, &who, until, deadline, &done, e);
	if (code != ERR_OK)
		return code;
	if (!done)
		return send_stopping(c, &who, &ref, e);
	reply_start(&c->reply, 204, SLICE_NONE, CACHE_DOCUMENT);
	job_ref_link(c, &ref);
	reply_send_empty(&c->reply);
	return ERR_OK;
}
