/*
 * POST /queues/{queue}/jobs: take a job, and say what is true of it.
 *
 * No 2xx leaves here before intake_accept has returned ERR_OK, which is after
 * the COMMIT has been answered.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/rows.h"
#include "responder/document.h"
#include "responder/resource.h"
#include "responder/submit.h"

/* What the queue's reply says (http.md, "What each 2xx means here"). */
struct answer_form {
	int status;
	const char *location; /* below the job; NULL: none */
	bool body, async;
};

static const struct answer_form forms[] = {
	{ 202, "/response", true, true },
	{ 201, "", true, false },
	{ 204, NULL, false, false },
};

static void
send_answer(struct call *c, const struct answer_form *form,
    const struct job_ref *ref, const struct job_state *s)
{
	struct buf body;

	reply_start(&c->reply, form->status, SLICE_NONE, CACHE_DOCUMENT);
	job_ref_link(c, ref);
	if (form->location != NULL)
		job_ref_field(c, "Location", ref, form->location);
	if (!form->body) {
		reply_send_empty(&c->reply);
		return;
	}
	job_ref_field(c, "Content-Location", ref, "");
	document_preference_field(c, form->async, true);
	if (form->async)
		document_retry_field(
		    c, document_retry_after(s, store_now_us(c->x->store)));
	buf_init(&body, DOCUMENT_LIMIT);
	document_put(&body, c, ref, s);
	document_body(c, &body);
	buf_fini(&body);
}

/*
 * The receipt of a key's first job does not tell what has become of it since:
 * its monitor does.  Who sent the same key, and without an owner the same
 * body, is who sent the first.
 */
static enum err_code
answer(struct call *c, const struct submission *j, struct job_ref *ref,
    const struct receipt *r, struct err *e)
{
	const struct answer_form *form = &forms[0];
	struct job_state s = document_state(r, j->queue);
	struct reader who = { r->id, j->owner, true };
	enum err_code code;

	if (!uuid_eq(&r->id, &j->id)) {
		code = job_ref_make(c, &r->id, j->owner, ref, e);
		if (code != ERR_OK)
			return code;
	}
	if (r->repeated && j->key.ptr != NULL) {
		code =
		    monitor_read(c->x->store, &who, c->x->deadline_ms, &s, e);
		if (code != ERR_OK)
			return code;
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].status == r->reply)
			form = &forms[i];
	send_answer(c, form, ref, &s);
	rows_free(s.rows);
	return ERR_OK;
}

enum err_code
jobs_post(struct call *c, struct err *e)
{
	struct receipt receipt = { .limit = 0 };
	struct submit s;
	struct job_ref ref;
	enum err_code code;

	submit_init(&s);
	code = submit_read(c, &s, e);
	if (code == ERR_OK)
		code = submit_read_key(c, &s, e);
	if (code == ERR_OK)
		code = intake_accept(c, &s.job, s.claim, &ref, &receipt, e);
	if (code == ERR_OK)
		code = answer(c, &s.job, &ref, &receipt, e);
	submit_fini(&s);
	return code;
}
