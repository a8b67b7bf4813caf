/*
 * The list of an owner's jobs.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/job_list.h"

#include "db/pool.h"
#include "db/rows.h"

enum {
	COL_ID,
	COL_QUEUE,
	COL_STATUS,
	COL_ACCEPTED,
	COL_FINISHED,
	COL_OUTCOME,
	COL_NEXT
};

enum err_code
job_list_read(struct store *s, const struct job_filter *filter,
    int64_t deadline_ms, struct rows **rows, struct err *e)
{
	struct params p;

	params_init(&p);
	params_text(&p, filter->owner);
	params_text(&p, filter->queue);
	params_text(&p, filter->status);
	if (filter->before != NULL)
		params_uuid(&p, filter->before);
	else
		params_null(&p);
	params_int4(&p, filter->most);
	return pool_call(store_pool(s), STMT_JOB_LIST, &p, deadline_ms,
	    CALL_REPEAT, rows, e);
}

bool
job_list_next(const struct rows *rows, struct uuid *before)
{
	int last = rows_count(rows) - 1;

	if (last < 0 || rows_null(rows, last, COL_NEXT))
		return false;
	*before = rows_uuid(rows, last, COL_NEXT);
	return true;
}

int
job_list_count(const struct rows *rows)
{
	struct uuid next;

	return rows_count(rows) - (job_list_next(rows, &next) ? 1 : 0);
}

struct job_item
job_list_at(const struct rows *rows, int i)
{
	return (struct job_item) {
		.id = rows_uuid(rows, i, COL_ID),
		.queue = rows_text(rows, i, COL_QUEUE),
		.status = rows_text(rows, i, COL_STATUS),
		.accepted = rows_time(rows, i, COL_ACCEPTED),
		.finished = rows_time(rows, i, COL_FINISHED),
		.outcome_status = rows_int4(rows, i, COL_OUTCOME),
	};
}
