/*
 * Uploads that can be resumed.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/resume.h"

#include "db/pool.h"
#include "queue/receipt.h"
#include "queue/settle.h"

static const struct {
	const char *verdict;
	enum err_code code;
	const char *text;
} verdicts[] = {
	{ "none", ERR_NOT_FOUND,
	    "there is no such upload, or it is not yours" },
	{ "gone", ERR_GONE, "the upload is kept no longer; create a new one" },
	{ "offset", ERR_OFFSET, "the upload goes on at another Upload-Offset" },
};

static enum err_code
judge(struct slice verdict, struct err *e)
{
	if (slice_eq_str(verdict, "ok") || slice_eq_str(verdict, "done"))
		return ERR_OK;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (slice_eq_str(verdict, verdicts[i].verdict))
			return err_set(
			    e, verdicts[i].code, "%s", verdicts[i].text);
	return err_set(e, ERR_SHAPE,
	    "the database's verdict is %.*s, which this program does not "
	    "know: install the newer program",
	    (int)verdict.len, verdict.ptr == NULL ? "" : verdict.ptr);
}

static enum err_code
not_the_writer(struct err *e)
{
	return err_set(e, ERR_OFFSET,
	    "another request goes on with this upload, or it is kept no "
	    "longer");
}

/* A call that answers one row. */
static enum err_code
ask(struct store *s, enum stmt_id stmt, struct params *p, int64_t deadline_ms,
    struct rows **out, struct err *e)
{
	struct rows *r = NULL;
	enum err_code code =
	    pool_call(store_pool(s), stmt, p, deadline_ms, CALL_REPEAT, &r, e);

	if (code == ERR_OK && rows_count(r) != 1) {
		rows_free(r);
		return err_set(
		    e, ERR_SHAPE, "%s: not one row", stmt_get(stmt)->name);
	}
	if (code == ERR_OK)
		*out = r;
	return code;
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
	params_text(&p, j->owner.ptr == NULL ? SLICE_LIT("") : j->owner);
	params_text(&p, j->request);
	params_text(&p, j->type);
	params_int8(&p, j->size);
	params_uuid(&p, writer);
	code = ask(s, STMT_UPLOAD_CREATE, &p, deadline_ms, &r, e);
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

static void
put_reader(struct params *p, const struct reader *who)
{
	params_uuid(p, &who->id);
	params_text(p, who->owner.ptr == NULL ? SLICE_LIT("") : who->owner);
	params_bool(p, who->capability);
}

/* upload_read, and upload_take, which has a column more. */
static enum err_code
read_state(struct store *s, enum stmt_id stmt, struct params *p,
    int64_t deadline_ms, struct upload_state *out, struct err *e)
{
	struct rows *r = NULL;
	enum err_code code = ask(s, stmt, p, deadline_ms, &r, e);

	if (code != ERR_OK)
		return code;
	if ((code = judge(rows_text(r, 0, 0), e)) != ERR_OK) {
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
	put_reader(&p, who);
	return read_state(s, STMT_UPLOAD_READ, &p, deadline_ms, out, e);
}

enum err_code
resume_take(struct store *s, const struct reader *who, int64_t at,
    const struct uuid *writer, int64_t deadline_ms, struct upload_state *out,
    struct err *e)
{
	struct params p;

	params_init(&p);
	put_reader(&p, who);
	params_int8(&p, at);
	params_uuid(&p, writer);
	return read_state(s, STMT_UPLOAD_TAKE, &p, deadline_ms, out, e);
}

static enum err_code
append_once(struct store *s, const struct uuid *id, const struct uuid *writer,
    int seq, struct slice data, bool keep, int64_t deadline_ms, struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	enum err_code code;

	params_init(&p);
	params_uuid(&p, id);
	params_uuid(&p, writer);
	params_int4(&p, seq);
	params_bytes_lent(&p, data);
	params_bool(&p, keep);
	code = ask(s, STMT_UPLOAD_APPEND, &p, deadline_ms, &r, e);
	if (code == ERR_OK && !rows_bool(r, 0, 0))
		code = not_the_writer(e);
	rows_free(r);
	return code;
}

enum err_code
resume_append(struct store *s, const struct uuid *id, const struct uuid *writer,
    int seq, struct slice data, bool keep, int64_t deadline_ms, struct err *e)
{
	enum err_code code =
	    append_once(s, id, writer, seq, data, keep, deadline_ms, e);

	if (code == ERR_NO_PARTITION && store_upkeep(s, deadline_ms))
		code =
		    append_once(s, id, writer, seq, data, keep, deadline_ms, e);
	return code;
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
	code = ask(s, STMT_UPLOAD_KEEP, &p, deadline_ms, &r, e);
	if (code != ERR_OK)
		return code;
	if (rows_null(r, 0, 0))
		code = not_the_writer(e);
	else
		*expires = rows_time(r, 0, 0);
	rows_free(r);
	return code;
}

static enum err_code
try_complete(struct store *s, const struct submission *j, int64_t deadline_ms,
    struct receipt *out, struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	enum err_code code;

	params_init(&p);
	params_uuid(&p, &j->id);
	params_uuid(&p, &j->resumed->writer);
	params_int4(&p, j->resumed->parts);
	params_bytes(&p, j->resumed->digested ?
			     slice_mem(j->digest, DIGEST_LEN) :
			     SLICE_NONE);
	code = pool_call(store_pool(s), STMT_UPLOAD_COMPLETE, &p, deadline_ms,
	    CALL_ONCE, &r, e);
	if (code == ERR_OK)
		code = receipt_only(r, out, e);
	rows_free(r);
	return code;
}

enum err_code
resume_complete(struct store *s, const struct submission *j,
    int64_t deadline_ms, struct receipt *out, struct err *e)
{
	enum err_code code = settle(try_complete, s, j, deadline_ms, out, e);

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
	put_reader(&p, who);
	code = ask(s, STMT_UPLOAD_END, &p, deadline_ms, &r, e);
	if (code == ERR_OK)
		code = judge(rows_text(r, 0, 0), e);
	if (code == ERR_OK)
		*done = slice_eq_str(rows_text(r, 0, 0), "done");
	rows_free(r);
	return code;
}
