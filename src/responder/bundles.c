/*
 * POST /queues/{queue}/bundles: many jobs in one request.
 *
 * No 2xx leaves here before bundle_intake has returned ERR_OK, which is after
 * the COMMIT of the seal has been answered.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/rows.h"
#include "responder/bundle_doc.h"
#include "responder/bundle_intake.h"
#include "responder/document.h"
#include "responder/resource.h"

static enum err_code
check_type(const struct request *r, struct err *e)
{
	struct slice type = r->var.content_type;

	if (!slice_eq_nocase(
		slice_trim(slice_cut(&type, ';')), "application/x-ndjson"))
		return err_set(e, ERR_MEDIA_TYPE,
		    "a bundle is application/x-ndjson: a JSON value a line");
	if (r->var.content_encoding.ptr != NULL &&
	    !slice_eq_nocase(r->var.content_encoding, "identity"))
		return err_set(e, ERR_MEDIA_TYPE,
		    "a bundle is read line by line: send it without a "
		    "Content-Encoding");
	return ERR_OK;
}

/* Where the key was known it is the first one, which has another name. */
static enum err_code
answer(struct call *c, const struct submission *j, struct job_ref *ref,
    const struct bundle_state *s, struct err *e)
{
	enum err_code code;

	if (!uuid_eq(&s->id, &j->id)) {
		code = job_ref_make_bundle(c, &s->id, j->owner, ref, e);
		if (code != ERR_OK)
			return code;
	}
	reply_start(&c->reply, 202, SLICE_NONE, CACHE_DOCUMENT);
	job_ref_field(c, "Location", ref, "/responses");
	job_ref_field(c, "Content-Location", ref, "");
	document_preference_field(c, true, true);
	bundle_doc_send(c, ref, s);
	return ERR_OK;
}

enum err_code
bundles_post(struct call *c, struct err *e)
{
	struct bundle_state state = { .rows = NULL };
	struct submit s;
	struct job_ref ref;
	enum err_code code;

	submit_init(&s);
	code = check_type(&c->request, e);
	if (code == ERR_OK)
		code = submit_read(c, &s, e);
	if (code == ERR_OK)
		code = submit_read_key(c, &s, e);
	if (code == ERR_OK)
		code = bundle_intake(c, &s, &ref, &state, e);
	if (code == ERR_OK) {
		code = answer(c, &s.job, &ref, &state, e);
		rows_free(state.rows);
	}
	submit_fini(&s);
	return code;
}
