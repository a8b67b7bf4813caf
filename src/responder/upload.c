/*
 * /uploads/{id}: an upload on its way (tus 1.0.0), until it is a job, and how
 * it was received for as long as the job is kept.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/rows.h"
#include "http/etag.h"
#include "responder/append.h"
#include "responder/job_ref.h"
#include "responder/resource.h"
#include "responder/tus.h"

static enum err_code
read_ref(struct call *c, struct reader *who, struct job_ref *ref, struct err *e)
{
	enum err_code code = tus_check_version(c, e);

	return code == ERR_OK ? job_ref_read(c, who, ref, e) : code;
}

/* What is there has no tag. */
static enum err_code
check_conditions(struct call *c, const struct reader *who, struct err *e)
{
	const struct request_variables *v = &c->request.var;
	struct upload_state s;
	enum err_code code;

	if (v->if_match.ptr == NULL && v->if_none_match.ptr == NULL)
		return ERR_OK;
	code = resume_read(c->x->store, who, c->x->deadline_ms, &s, e);
	if (code != ERR_OK)
		return code;
	rows_free(s.rows);
	return etag_permits(v->if_match, v->if_none_match, ETAG_UNNAMED, e);
}

enum err_code
upload_options(struct call *c, struct err *e)
{
	(void)e;
	tus_options_send(c, 0);
	return ERR_OK;
}

enum err_code
upload_head(struct call *c, struct err *e)
{
	struct upload_state s;
	struct reader who;
	struct job_ref ref;
	enum err_code code;

	if ((code = read_ref(c, &who, &ref, e)) != ERR_OK)
		return code;
	code = resume_read(c->x->store, &who, c->x->deadline_ms, &s, e);
	if (code != ERR_OK)
		return code;
	reply_start(&c->reply, 200, SLICE_NONE, CACHE_NONE);
	tus_number_field(c, "Upload-Offset", s.received);
	tus_number_field(c, "Upload-Length", s.length);
	tus_expires_field(c, s.expires);
	if (s.metadata.ptr != NULL)
		reply_field(&c->reply, "Upload-Metadata", s.metadata);
	if (s.done)
		job_ref_link(c, &ref);
	reply_send_empty(&c->reply);
	rows_free(s.rows);
	return ERR_OK;
}

/* What of a PATCH can be refused without the database. */
static enum err_code
read_patch(struct call *c, struct append *a, struct err *e)
{
	const struct request_variables *var = &c->request.var;
	enum err_code code;

	if (!slice_eq_nocase(var->content_type, TUS_MEDIA_TYPE))
		return err_set(e, ERR_MEDIA_TYPE,
		    "a PATCH to an upload has the Content-Type " TUS_MEDIA_TYPE);
	if ((code = append_read_checksum(var, a, e)) != ERR_OK)
		return code;
	return tus_number_parse(
	    var->upload_offset, "Upload-Offset", &a->offset, e);
}

/* Of an upload that is a job already there is nothing to take: whoever missed
 * the answer to its last bytes gets it now. */
static enum err_code
take(struct append *a, const struct reader *who, struct err *e)
{
	struct exchange *x = a->call->x;
	struct upload_state s;
	enum err_code code;

	a->writer = uuid_random();
	code = resume_take(
	    x->store, who, a->offset, &a->writer, x->deadline_ms, &s, e);
	if (code != ERR_OK)
		return code;
	a->id = who->id;
	a->length = s.length;
	a->parts = s.parts;
	a->expires = s.expires;
	a->done = s.done;
	rows_free(s.rows);
	if (a->done && a->call->request.content_length != 0)
		return err_set(e, ERR_OFFSET, "the upload has all its bytes");
	return ERR_OK;
}

enum err_code
upload_patch(struct call *c, struct err *e)
{
	struct append a = { .call = c };
	struct reader who;
	struct job_ref ref;
	enum err_code code;

	if ((code = read_ref(c, &who, &ref, e)) != ERR_OK ||
	    (code = read_patch(c, &a, e)) != ERR_OK ||
	    (code = check_conditions(c, &who, e)) != ERR_OK ||
	    (code = take(&a, &who, e)) != ERR_OK)
		return code;
	if (!a.done && (code = append_body(&a, e)) != ERR_OK)
		return code;
	reply_start(&c->reply, 204, SLICE_NONE, CACHE_NONE);
	tus_number_field(c, "Upload-Offset", a.offset);
	if (a.done)
		job_ref_link(c, &ref);
	else
		tus_expires_field(c, a.expires);
	reply_send_empty(&c->reply);
	return ERR_OK;
}

/* What is a job already is dismissed as one. */
enum err_code
upload_delete(struct call *c, struct err *e)
{
	struct reader who;
	struct job_ref ref;
	enum err_code code;
	bool done;

	if ((code = read_ref(c, &who, &ref, e)) != ERR_OK ||
	    (code = check_conditions(c, &who, e)) != ERR_OK)
		return code;
	code = resume_end(c->x->store, &who, c->x->deadline_ms, &done, e);
	if (code != ERR_OK)
		return code;
	if (done)
		return job_delete(c, e);
	reply_start(&c->reply, 204, SLICE_NONE, CACHE_NONE);
	reply_send_empty(&c->reply);
	return ERR_OK;
}

/* For clients behind what lets only GET and POST through. */
enum err_code
upload_post(struct call *c, struct err *e)
{
	static const struct {
		enum method method;
		resource_fn *fn;
	} instead[] = {
		{ METHOD_PATCH, upload_patch },
		{ METHOD_DELETE, upload_delete },
		{ METHOD_HEAD, upload_head },
	};

	for (size_t i = 0; i < sizeof(instead) / sizeof(instead[0]); i++)
		if (slice_eq_str(c->request.var.method_override,
			method_name(instead[i].method)))
			return instead[i].fn(c, e);
	return err_set(e, ERR_METHOD,
	    "POST to an upload is for X-HTTP-Method-Override alone");
}
