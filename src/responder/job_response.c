/*
 * GET /jobs/{id}/response: the deferred response.
 *
 * There is no facility for re-sending a status code from an asynchronous
 * operation (RFC 9110 §15.3.3); this is one.  Until the job is finished: 202
 * and the monitor's document.  Then the handler's own status, header fields
 * and body, with AsyncResult, which tells its answer from one of ours about
 * it.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>
#include <strings.h>

#include "base/digest.h"
#include "db/rows.h"
#include "http/served.h"
#include "responder/document.h"
#include "responder/ending.h"
#include "responder/message.h"
#include "responder/resource.h"
#include "responder/stored.h"

#define RETRY_JUST_ENDED_S 5

static enum err_code
send_unfinished(struct call *c, const struct reader *who,
    const struct job_ref *ref, struct err *e)
{
	struct job_state s;
	struct buf body;
	enum err_code code;
	int seconds;

	code = monitor_read(c->x->store, who, c->x->deadline_ms, &s, e);
	if (code != ERR_OK)
		return code;
	seconds = document_retry_after(&s, store_now_us(c->x->store));
	reply_start(&c->reply, 202, SLICE_NONE, CACHE_DOCUMENT);
	job_ref_field(c, "Content-Location", ref, "");
	job_ref_link(c, ref);
	/* 0: it has ended between our two looks. */
	document_retry_field(c, seconds > 0 ? seconds : RETRY_JUST_ENDED_S);
	document_preference_field(c, false, true);
	buf_init(&body, DOCUMENT_LIMIT);
	document_put(&body, c, ref, &s);
	document_body(c, &body);
	buf_fini(&body);
	rows_free(s.rows);
	return ERR_OK;
}

/* There is no answer of the handler's, or none that can be passed on: what
 * became of the job, as a problem. */
static void
send_ending(struct call *c, const struct job_ref *ref, const struct answer *a)
{
	const struct ending *end =
	    ending_get(a->status, slice_eq_str(a->by, "handler"));
	struct problem_note note = { .detail = SLICE_NONE };
	struct buf body, detail;

	buf_init(&detail, 1024);
	buf_printf(&detail, "the outcome is %d ", a->status);
	buf_slice(&detail, a->reason);
	buf_puts(&detail, ", by ");
	buf_slice(&detail, a->by);
	note.detail = buf_view(&detail);
	buf_init(&body, DOCUMENT_LIMIT);
	problem_put(&body, c->request.prefix, end->name, &end->problem, &note);
	reply_start(&c->reply, end->problem.status, SLICE_NONE, CACHE_NONE);
	message_final_fields(c, ref, a);
	document_problem(c, &body);
	buf_fini(&body);
	buf_fini(&detail);
}

struct passing {
	struct call *call;
	struct buf etag, last_modified;
};

static void
keep_validator(void *ctx, const char *name, struct slice value)
{
	struct passing *p = ctx;
	struct buf *b = strcasecmp(name, "ETag") == 0 ? &p->etag :
			strcasecmp(name, "Last-Modified") == 0 ?
							&p->last_modified :
							NULL;

	if (b == NULL)
		return;
	buf_reset(b);
	buf_slice(b, value);
}

static void
pass_field(void *ctx, const char *name, struct slice value)
{
	struct passing *p = ctx;

	if (strcasecmp(name, "ETag") != 0)
		reply_field(&p->call->reply, name, value);
}

/* Only a 200 has a validator with which a later request can be compared, and
 * parts: the handler's, else one of ours. */
static enum err_code
judge(struct call *c, const struct answer *a, struct passing *p,
    struct stored_view *view, struct err *e)
{
	enum err_code code;

	*view = (struct stored_view) { a->status, { 0, 0 }, SLICE_LIT("") };
	code = served_fields(
	    a->fields, a->extra_names, a->status, keep_validator, p, e);
	if (code != ERR_OK || a->status != 200)
		return code;
	if (p->etag.len == 0)
		buf_printf(&p->etag, "\"%" PRIx64 "\"", (uint64_t)a->at);
	return stored_judge(c, buf_view(&p->etag), buf_view(&p->last_modified),
	    a->body.size, view, e);
}

/* SHA-256 of what is at hand; of a body in parts it would have to be read. */
static void
put_digest(struct call *c, const struct stored *s)
{
	uint8_t digest[DIGEST_LEN];

	if (s->body.ptr == NULL)
		return;
	digest_sha256(s->body, digest);
	stored_digest_field(c, slice_mem(digest, sizeof(digest)));
}

static enum err_code
send_view(struct call *c, const struct job_ref *ref, const struct answer *a,
    struct passing *p, const struct stored_view *view, struct err *e)
{
	enum err_code code = ERR_OK;

	reply_start(&c->reply, view->status,
	    view->status == a->status ? a->reason : SLICE_NONE, CACHE_STORED);
	message_final_fields(c, ref, a);
	if (p->etag.len > 0)
		reply_field(&c->reply, "ETag", buf_view(&p->etag));
	if (view->status != 304) {
		stored_fields(c, view, a->body.size);
		code = served_fields(
		    a->fields, a->extra_names, a->status, pass_field, p, e);
	}
	if (code != ERR_OK)
		return code;
	if (view->status == 304 || view->status == 204) {
		reply_send_empty(&c->reply);
		return ERR_OK;
	}
	put_digest(c, &a->body);
	return stored_send(c, &ref->id, &a->body, view, e);
}

static enum err_code
send_answer(struct call *c, const struct job_ref *ref, const struct answer *a,
    struct err *e)
{
	struct passing p = { .call = c };
	struct stored_view view;
	enum err_code code;

	buf_init(&p.etag, REQUEST_ENV_SIZE);
	buf_init(&p.last_modified, REQUEST_ENV_SIZE);
	code = judge(c, a, &p, &view, e);
	if (code == ERR_OK)
		code = send_view(c, ref, a, &p, &view, e);
	buf_fini(&p.last_modified);
	buf_fini(&p.etag);
	return code;
}

enum err_code
job_response_get(struct call *c, struct err *e)
{
	struct reader who;
	struct job_ref ref;
	struct answer a;
	enum err_code code;

	if ((code = job_ref_read(c, &who, &ref, e)) != ERR_OK)
		return code;
	code = monitor_response(c->x->store, &who, c->x->deadline_ms, &a, e);
	if (code != ERR_OK)
		return code;
	if (!a.finished)
		code = send_unfinished(c, &who, &ref, e);
	else if (c->media == MEDIA_HTTP)
		code = message_send(c, &ref, &a, e);
	else if (!slice_eq_str(a.by, "handler") || ending_misleads(a.status))
		send_ending(c, &ref, &a);
	else
		code = send_answer(c, &ref, &a, e);
	rows_free(a.body.rows);
	return code;
}
