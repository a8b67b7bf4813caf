/*
 * What the calls of this folder have in common.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/ask.h"

#include "queue/receipt.h"

void
ask_owner(struct params *p, struct slice owner)
{
	params_text(p, owner.ptr == NULL ? SLICE_LIT("") : owner);
}

void
ask_reader(struct params *p, const struct reader *who)
{
	params_uuid(p, &who->id);
	ask_owner(p, who->owner);
	params_bool(p, who->capability);
}

enum err_code
ask_rows(struct store *s, enum stmt_id stmt, struct params *p,
    int64_t deadline_ms, struct rows **out, struct err *e)
{
	return pool_call(
	    store_pool(s), stmt, p, deadline_ms, CALL_REPEAT, out, e);
}

enum err_code
ask_row(struct store *s, enum stmt_id stmt, struct params *p,
    int64_t deadline_ms, struct rows **out, struct err *e)
{
	struct rows *r = NULL;
	enum err_code code = ask_rows(s, stmt, p, deadline_ms, &r, e);

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
ask_limit(struct store *s, enum stmt_id stmt, struct params *p,
    int64_t deadline_ms, int64_t *limit, struct err *e)
{
	struct rows *r = NULL;
	enum err_code code = ask_row(s, stmt, p, deadline_ms, &r, e);

	if (code != ERR_OK)
		return code;
	*limit = rows_int8(r, 0, 1);
	code = receipt_verdict(rows_text(r, 0, 0), *limit, e);
	rows_free(r);
	if (code == ERR_CLOCK)
		store_clock_doubted(s);
	return code;
}

static enum err_code
put_once(struct store *s, enum stmt_id stmt, ask_fill_fn *fill, const void *arg,
    int64_t deadline_ms, bool *there, struct err *e)
{
	struct params p;
	struct rows *r = NULL;
	enum err_code code;

	params_init(&p);
	fill(&p, arg);
	code = ask_row(s, stmt, &p, deadline_ms, &r, e);
	if (code == ERR_OK)
		*there = rows_bool(r, 0, 0);
	rows_free(r);
	return code;
}

enum err_code
ask_put(struct store *s, enum stmt_id stmt, ask_fill_fn *fill, const void *arg,
    int64_t deadline_ms, bool *there, struct err *e)
{
	enum err_code code =
	    put_once(s, stmt, fill, arg, deadline_ms, there, e);

	if (code == ERR_NO_PARTITION && store_upkeep(s, deadline_ms))
		code = put_once(s, stmt, fill, arg, deadline_ms, there, e);
	return code;
}

enum err_code
ask_receipt(struct store *s, enum stmt_id stmt, struct params *p,
    int64_t deadline_ms, struct receipt *out, struct err *e)
{
	struct rows *r = NULL;
	enum err_code code =
	    pool_call(store_pool(s), stmt, p, deadline_ms, CALL_ONCE, &r, e);

	if (code == ERR_OK)
		code = receipt_only(r, out, e);
	rows_free(r);
	return code;
}

enum err_code
ask_judge(const struct ask_word *w, struct slice verdict, struct err *e)
{
	while (w->word != NULL && !slice_eq_str(verdict, w->word))
		w++;
	if (w->word == NULL)
		return err_set(e, ERR_SHAPE,
		    "the database's verdict is %.*s, which this program does "
		    "not know: install the newer program",
		    (int)verdict.len, verdict.ptr == NULL ? "" : verdict.ptr);
	return w->code == ERR_OK ? ERR_OK : err_set(e, w->code, "%s", w->text);
}
