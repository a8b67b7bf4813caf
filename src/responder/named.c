/*
 * /queues/{queue}/jobs/{name}: a job that its client names, and may replace
 * until a run takes it.
 *
 * The scope of a name is its queue and its owner.  Where nobody owns it, the
 * name is all that there is to know: who knows it sees the job and replaces it.
 *
 * A PUT is repeated without harm (it replaces itself), so an Idempotency-Key
 * is not looked at.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/named.h"
#include "db/rows.h"
#include "http/etag.h"
#include "http/fields.h"
#include "responder/document.h"
#include "responder/job_request.h"
#include "responder/resource.h"
#include "responder/submit.h"

#define JOB_NAME_MAX 255 /* bytes of a name */
#define LIST_LIMIT 65536 /* bytes of If-Match and of If-None-Match */

static enum err_code
read_name(const struct call *c, struct slice *out, struct err *e)
{
	struct slice name = c->request.segment[3];

	if (name.len > JOB_NAME_MAX)
		return err_set(e, ERR_SYNTAX,
		    "the name of a job has at most %d bytes", JOB_NAME_MAX);
	*out = name;
	return ERR_OK;
}

static void
etag_field(struct call *c, const struct uuid *id)
{
	char text[UUID_TEXT_LEN + 1];

	buf_printf(reply_open_field(&c->reply, "ETag"), "\"%s\"",
	    uuid_format(id, text));
	reply_close_field(&c->reply);
}

/* What is created is what can be got here. */
static void
location_field(struct call *c, const struct submission *j)
{
	struct buf *b = reply_open_field(&c->reply, "Location");

	buf_slice(b, buf_view(&c->base));
	buf_puts(b, "/queues/");
	field_uri_segment(b, j->queue);
	buf_puts(b, "/jobs/");
	field_uri_segment(b, j->name);
	reply_close_field(&c->reply);
}

/* What the body of a 201 speaks of is the monitor (RFC 9110 §8.7). */
static void
send_created(struct call *c, const struct submission *j,
    const struct job_ref *ref, const struct receipt *r)
{
	struct job_state s = document_state(r, j->queue);
	struct buf body;

	location_field(c, j);
	job_ref_field(c, "Content-Location", ref, "");
	document_preference_field(c, false, true);
	buf_init(&body, DOCUMENT_LIMIT);
	document_put(&body, c, ref, &s);
	document_body(c, &body);
	buf_fini(&body);
}

static void
send_answer(struct call *c, const struct submission *j,
    const struct job_ref *ref, const struct receipt *r)
{
	reply_start(&c->reply, r->reply, SLICE_NONE, CACHE_DOCUMENT);
	etag_field(c, &r->id);
	job_ref_link(c, ref);
	if (r->reply == 201)
		send_created(c, j, ref, r);
	else
		reply_send_empty(&c->reply);
}

/*
 * The conditions, as they go to the database.  What cannot be read does not
 * hold: If-Match names nothing then, If-None-Match whatever there is.
 */
static void
read_conditions(const struct call *c, struct submission *j, struct buf *match,
    struct buf *none_match)
{
	const struct request_variables *v = &c->request.var;

	if (v->if_match.ptr != NULL) {
		etag_list(v->if_match, true, match);
		j->if_match = buf_view(match);
	}
	if (v->if_none_match.ptr != NULL) {
		if (!etag_list(v->if_none_match, false, none_match))
			buf_putc(none_match, '*');
		j->if_none_match = buf_view(none_match);
	}
}

/* Before the body is read: do the conditions fail already? */
static enum err_code
check_early(struct call *c, const struct submission *j, struct err *e)
{
	int64_t limit = 0;
	enum err_code code;

	if (j->if_match.ptr == NULL && j->if_none_match.ptr == NULL)
		return ERR_OK;
	code = named_check(c->x->store, j, c->request.content_length,
	    c->x->deadline_ms, &limit, e);
	c->limit = code == ERR_OK ? 0 : limit;
	return code;
}

static enum err_code
read_all(struct call *c, struct submit *s, struct err *e)
{
	enum err_code code;

	if (c->request.var.content_range.ptr != NULL)
		return err_set(e, ERR_SYNTAX,
		    "a job is put as a whole: send it without Content-Range");
	if ((code = read_name(c, &s->job.name, e)) != ERR_OK)
		return code;
	return submit_read(c, s, e);
}

enum err_code
named_put(struct call *c, struct err *e)
{
	struct receipt receipt = { .limit = 0 };
	struct buf match, none_match;
	struct submit s;
	struct job_ref ref;
	enum err_code code;

	submit_init(&s);
	buf_init(&match, LIST_LIMIT);
	buf_init(&none_match, LIST_LIMIT);
	read_conditions(c, &s.job, &match, &none_match);
	code = read_all(c, &s, e);
	if (code == ERR_OK)
		code = check_early(c, &s.job, e);
	if (code == ERR_OK)
		code = intake_accept(c, &s.job, s.claim, &ref, &receipt, e);
	if (code == ERR_OK)
		send_answer(c, &s.job, &ref, &receipt);
	buf_fini(&none_match);
	buf_fini(&match);
	submit_fini(&s);
	return code;
}

static void
send_to_monitor(struct call *c, const struct job_ref *ref)
{
	reply_start(&c->reply, 303, SLICE_NONE, CACHE_DOCUMENT);
	job_ref_field(c, "Location", ref, "");
	job_ref_link(c, ref);
	reply_header(&c->reply, 0);
}

enum err_code
named_get(struct call *c, struct err *e)
{
	struct named n = { .waits = false };
	struct slice name = SLICE_NONE;
	struct job_ref ref;
	enum err_code code;

	if ((code = read_name(c, &name, e)) != ERR_OK)
		return code;
	code = named_read(c->x->store, c->request.segment[1], c->request.owner,
	    name, c->x->deadline_ms, &n, e);
	if (code == ERR_OK)
		code = job_ref_make(c, &n.id, c->request.owner, &ref, e);
	/* Not as other stored bytes: these may be others at any time. */
	if (code == ERR_OK && n.waits)
		code = job_request_send(c, &ref, &n.stored, CACHE_DOCUMENT, e);
	else if (code == ERR_OK)
		send_to_monitor(c, &ref);
	rows_free(n.stored.rows);
	return code;
}
