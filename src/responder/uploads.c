/*
 * POST /queues/{queue}/uploads: an upload that can be resumed is created (tus
 * 1.0.0), with or without its first bytes.
 *
 * SPDX-License-Identifier: ISC
 */
#include <string.h>

#include "db/rows.h"
#include "http/problem.h"
#include "http/variables.h"
#include "responder/append.h"
#include "responder/job_ref.h"
#include "responder/resource.h"
#include "responder/tus.h"

struct creation {
	struct submission job; /* that it is to become */
	struct tus_metadata metadata;
	struct buf variables;
	struct append append;
	struct job_ref ref;
};

static enum err_code
find_max_size(struct call *c, int64_t *max_size, struct err *e)
{
	struct rows *rows = NULL;
	enum err_code code = monitor_queue(
	    c->x->store, c->request.segment[1], c->x->deadline_ms, &rows, e);

	if (code == ERR_OK && rows_count(rows) != 1)
		code = err_set(e, ERR_NOT_FOUND, "there is no such queue");
	if (code == ERR_OK)
		*max_size = monitor_queue_at(rows, 0).max_size;
	rows_free(rows);
	return code;
}

enum err_code
uploads_options(struct call *c, struct err *e)
{
	int64_t max_size = 0;
	enum err_code code = find_max_size(c, &max_size, e);

	if (code == ERR_OK)
		tus_options_send(c, max_size);
	return code;
}

/* Its length; a body that comes along must say that it is the upload's. */
static enum err_code
read_fields(struct call *c, struct creation *n, struct err *e)
{
	const struct request_variables *var = &c->request.var;

	/* Its parts would each become a job. */
	if (var->upload_concat.ptr != NULL)
		return err_set(e, ERR_SYNTAX,
		    "Upload-Concat is not offered: send it as one upload");
	if (var->upload_length.ptr == NULL)
		return err_set(e, ERR_LENGTH_REQUIRED,
		    "Upload-Length is missing (Upload-Defer-Length is not "
		    "offered)");
	if (c->request.content_length > 0 &&
	    !slice_eq_nocase(var->content_type, TUS_MEDIA_TYPE))
		return err_set(e, ERR_MEDIA_TYPE,
		    "bytes of the upload that come along have the "
		    "Content-Type " TUS_MEDIA_TYPE
		    "; their own type is filetype in Upload-Metadata");
	if (append_read_checksum(var, &n->append, e) != ERR_OK)
		return ERR_SYNTAX;
	return tus_number_parse(
	    var->upload_length, "Upload-Length", &n->job.size, e);
}

static enum err_code
read_creation(struct call *c, struct creation *n, struct err *e)
{
	struct request *r = &c->request;
	struct tus_metadata *m = &n->metadata;
	enum err_code code;

	if ((code = tus_check_version(c, e)) != ERR_OK)
		return code;
	if (!queue_name_ok(r->segment[1]))
		return err_set(e, ERR_NOT_FOUND, "there is no such queue");
	if ((code = read_fields(c, n, e)) != ERR_OK)
		return code;
	code = tus_metadata_parse(r->var.upload_metadata, m, e);
	if (code != ERR_OK)
		return code;
	if (m->filename_len > 0)
		r->filename = slice_mem(m->filename, m->filename_len);
	if (m->type_len > 0)
		n->job.type = slice_mem(m->type, m->type_len);
	n->job.queue = r->segment[1];
	n->job.owner = r->owner;
	if ((code = variables_put(&n->variables, r, e)) != ERR_OK)
		return code;
	n->job.request = buf_view(&n->variables);
	return ERR_OK;
}

static enum err_code
create(struct call *c, struct creation *n, struct err *e)
{
	struct exchange *x = c->x;
	struct append *a = &n->append;
	int64_t limit = 0;
	uint16_t placement;
	enum err_code code;

	digest_random(&placement, sizeof(placement));
	code = store_new_id(
	    x->store, placement & 0xfff, x->deadline_ms, &n->job.id, e);
	if (code != ERR_OK)
		return code;
	code = job_ref_make(c, &n->job.id, n->job.owner, &n->ref, e);
	if (code != ERR_OK)
		return code;
	a->call = c;
	a->id = n->job.id;
	a->writer = uuid_random();
	a->length = n->job.size;
	code = resume_create(x->store, &n->job, &a->writer, x->deadline_ms,
	    &limit, &a->expires, e);
	if (code == ERR_TOO_LARGE || code == ERR_BACKLOG || code == ERR_QUOTA)
		c->limit = limit;
	return code;
}

/*
 * The first bytes; an upload without any is a job at once.  Where they cannot
 * be taken nobody will ever know the upload's URL; with the database in trouble
 * it is left to the sweep.
 */
static enum err_code
begin(struct call *c, struct creation *n, struct err *e)
{
	enum err_code code;

	if (n->job.size > 0 &&
	    !slice_eq_nocase(c->request.var.content_type, TUS_MEDIA_TYPE))
		return ERR_OK;
	code = append_body(&n->append, e);
	if (code != ERR_OK && !problem_get(code)->ours) {
		exchange_renew(c->x);
		upload_abort(c->x->store, &n->job.id, c->x->deadline_ms);
	}
	return code;
}

static void
send_created(struct call *c, const struct creation *n)
{
	struct buf *b;

	reply_start(&c->reply, 201, SLICE_NONE, CACHE_NONE);
	/* It is called as the job that it will be. */
	b = reply_open_field(&c->reply, "Location");
	buf_slice(b, buf_view(&c->base));
	buf_puts(b, "/uploads");
	buf_puts(b, n->ref.path + strlen("/jobs"));
	reply_close_field(&c->reply);
	tus_number_field(c, "Upload-Offset", n->append.offset);
	if (n->append.done)
		job_ref_link(c, &n->ref);
	else
		tus_expires_field(c, n->append.expires);
	reply_header(&c->reply, 0);
}

enum err_code
uploads_post(struct call *c, struct err *e)
{
	struct creation n = { .job.type = SLICE_NONE };
	enum err_code code;

	buf_init(&n.variables, 8 * REQUEST_ENV_SIZE);
	if ((code = read_creation(c, &n, e)) == ERR_OK &&
	    (code = create(c, &n, e)) == ERR_OK &&
	    (code = begin(c, &n, e)) == ERR_OK)
		send_created(c, &n);
	buf_fini(&n.variables);
	return code;
}
