/*
 * Uploads that can be resumed.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/resume.h"

#include "queue/ask.h"
#include "queue/receipt.h"
#include "queue/settle.h"

static const struct ask_word words[] = {
	{ "ok", ERR_OK, NULL },
	{ "done", ERR_OK, NULL },
	{ "none", ERR_NOT_FOUND,
	    "there is no such upload, or it is not yours" },
	{ "gone", ERR_GONE, "the upload is kept no longer; create a new one" },
	{ "offset", ERR_OFFSET, "the upload goes on at another Upload-Offset" },
	{ NULL, ERR_SHAPE, NULL },
};

static enum err_code
not_the_writer(struct err *e)
{
	return err_set(e, ERR_OFFSET,
	    "another request goes on with this upload, or it is kept no "
	    "longer");
}

enum err_code
resume_create(struct store *s, const struct submission *j,
    const struct uuid *writer, int64_t deadline_ms, int64_t *limit,
    int64_t *expires, struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	enum err_code code;

	params_init(&p);
	params_uuid(&p, &j->id);
	params_text(&p, j->queue);
	ask_owner(&p, j->owner);
	params_text(&p, j->request);
	params_text(&p, j->type);
	params_int8(&p, j->size);
	params_uuid(&p, writer);
	code = ask_row(s, STMT_UPLOAD_CREATE, &p, deadline_ms, &r, e);
	if (code != ERR_OK)
		return code;
	*limit = rows_int8(r, 0, 1);
	*expires = rows_time(r, 0, 2);
	code = receipt_verdict(rows_text(r, 0, 0), *limit, e);
	rows_free(r);
	if (code == ERR_CLOCK)
		store_clock_doubted(s);
	return code;
}

/* upload_read, and upload_take, which has a column more. */
static enum err_code
read_state(struct store *s, enum stmt_id stmt, struct params *p,
    int64_t deadline_ms, struct upload_state *out, struct err *e)
{
	struct rows *r = NULL;
	enum err_code code = ask_row(s, stmt, p, deadline_ms, &r, e);

	if (code != ERR_OK)
		return code;
	if ((code = ask_judge(words, rows_text(r, 0, 0), e)) != ERR_OK) {
		rows_free(r);
		return code;
	}
	*out = (struct upload_state) {
		.rows = r,
		.done = slice_eq_str(rows_text(r, 0, 0), "done"),
		.received = rows_int8(r, 0, 1),
		.length = rows_int8(r, 0, 2),
		.metadata = rows_text(r, 0, 3),
		.expires = rows_time(r, 0, 4),
		.parts = stmt == STMT_UPLOAD_TAKE ? rows_int4(r, 0, 5) : 0,
	};
	return ERR_OK;
}

enum err_code
resume_read(struct store *s, const struct reader *who, int64_t deadline_ms,
    struct upload_state *out, struct err *e)
{
	struct params p;

	params_init(&p);
	ask_reader(&p, who);
	return read_state(s, STMT_UPLOAD_READ, &p, deadline_ms, out, e);
}

enum err_code
resume_take(struct store *s, const struct reader *who, int64_t at,
    const struct uuid *writer, int64_t deadline_ms, struct upload_state *out,
    struct err *e)
{
	struct params p;

	params_init(&p);
	ask_reader(&p, who);
	params_int8(&p, at);
	params_uuid(&p, writer);
	return read_state(s, STMT_UPLOAD_TAKE, &p, deadline_ms, out, e);
}

struct more {
	const struct uuid *id, *writer;
	int seq;
	struct slice data;
	bool keep;
};

static void
fill_more(struct params *p, const void *arg)
{
	const struct more *m = arg;

	params_uuid(p, m->id);
	params_uuid(p, m->writer);
	params_int4(p, m->seq);
	params_bytes_lent(p, m->data);
	params_bool(p, m->keep);
}

enum err_code
resume_append(struct store *s, const struct uuid *id, const struct uuid *writer,
    int seq, struct slice data, bool keep, int64_t deadline_ms, struct err *e)
{
	struct more m = { id, writer, seq, data, keep };
	bool there = false;
	enum err_code code = ask_put(
	    s, STMT_UPLOAD_APPEND, fill_more, &m, deadline_ms, &there, e);

	return code == ERR_OK && !there ? not_the_writer(e) : code;
}

enum err_code
resume_keep(struct store *s, const struct uuid *id, const struct uuid *writer,
    int parts, int64_t received, int64_t deadline_ms, int64_t *expires,
    struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	enum err_code code;

	params_init(&p);
	params_uuid(&p, id);
	params_uuid(&p, writer);
	params_int4(&p, parts);
	params_int8(&p, received);
	code = ask_row(s, STMT_UPLOAD_KEEP, &p, deadline_ms, &r, e);
	if (code != ERR_OK)
		return code;
	if (rows_null(r, 0, 0))
		code = not_the_writer(e);
	else
		*expires = rows_time(r, 0, 0);
	rows_free(r);
	return code;
}

struct completion {
	const struct resumed *upload;
	struct receipt *out;
};

static enum err_code
try_complete(struct store *s, void *arg, int64_t deadline_ms, struct err *e)
{
	const struct completion *c = arg;
	struct params p;

	params_init(&p);
	params_uuid(&p, &c->upload->id);
	params_uuid(&p, &c->upload->writer);
	params_int4(&p, c->upload->parts);
	params_bytes(&p, c->upload->digest);
	return ask_receipt(s, STMT_UPLOAD_COMPLETE, &p, deadline_ms, c->out, e);
}

enum err_code
resume_complete(struct store *s, const struct resumed *upload,
    int64_t deadline_ms, struct receipt *out, struct err *e)
{
	struct completion c = { upload, out };
	enum err_code code = settle_call(try_complete, s, &c, deadline_ms, e);

	return code == ERR_GONE ? not_the_writer(e) : code;
}

enum err_code
resume_end(struct store *s, const struct reader *who, int64_t deadline_ms,
    bool *done, struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	enum err_code code;

	params_init(&p);
	ask_reader(&p, who);
	code = ask_row(s, STMT_UPLOAD_END, &p, deadline_ms, &r, e);
	if (code == ERR_OK)
		code = ask_judge(words, rows_text(r, 0, 0), e);
	if (code == ERR_OK)
		*done = slice_eq_str(rows_text(r, 0, 0), "done");
	rows_free(r);
	return code;
}
