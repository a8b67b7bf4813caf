/*
 * batch/job: what is claimed and what has ended is copied whole.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/job.h"

#include <check.h>
#include <string.h>

static struct job_index held;

static struct job *
claimed(unsigned char n)
{
	char queue[] = "report", body[] = "body\0with NUL";
	struct turn_row r = { .id.b = { n },
		.attempt = 1,
		.queue = slice_str(queue),
		.body = slice_mem(body, sizeof(body) - 1) };
	struct job *j = job_new(&held, &r);

	memset(queue, 'x', sizeof(queue)); /* the rows are gone */
	memset(body, 'x', sizeof(body));
	return j;
}

START_TEST(a_claim_is_copied)
{
	struct job *j = claimed(1);

	ck_assert(slice_eq_str(j->claim.queue, "report"));
	ck_assert_uint_eq(j->claim.body.len, 13);
	ck_assert_mem_eq(j->claim.body.ptr, "body\0with NUL", 13);
	ck_assert_ptr_null(j->claim.state.ptr);
	ck_assert_uint_eq(j->held, 6 + 13);
	job_free(j);
}
END_TEST

START_TEST(an_outcome_is_copied)
{
	struct job *j = claimed(1);
	char reason[] = "Not Found", log[] = "why";
	struct slot_outcome o = { .result = RESULT_FAILED,
		.status = 404,
		.reason = reason,
		.by_handler = true,
		.fields = SLICE_LIT("[]"),
		.body = SLICE_NONE,
		.size = 1 << 20,
		.log = slice_str(log),
		.retry_ms = -1,
		.started_us = 5,
		.ended_us = 9 };

	job_end(j, &o, 100);
	memset(reason, 'x', sizeof(reason));
	memset(log, 'x', sizeof(log));
	ck_assert_int_eq(j->finish.result, TURN_FAILED);
	ck_assert_int_eq(j->finish.attempt, 1);
	ck_assert_int_eq(j->finish.started, 105);
	ck_assert_int_eq(j->finish.ended, 109);
	ck_assert(slice_eq_str(j->finish.reason, "Not Found"));
	ck_assert(slice_eq_str(j->finish.log, "why"));
	ck_assert_ptr_null(j->finish.body.ptr); /* in parts, still */
	ck_assert(slice_eq_str(j->claim.queue, "report"));
	ck_assert_ptr_null(j->text);
	job_free(j);
}
END_TEST

START_TEST(lists)
{
	struct job_list l = { NULL, NULL, 0, 0 };
	struct uuid two = { .b = { 2 } };
	struct job *j;
	unsigned char i;

	for (i = 1; i <= 3; i++)
		list_add(&l, claimed(i));
	ck_assert_uint_eq(l.count, 3);
	ck_assert_uint_eq(l.held, 3 * 19);
	j = list_take_id(&l, &two);
	ck_assert_int_eq(j->id.b[0], 2);
	job_free(j);
	j = list_take(&l);
	ck_assert_int_eq(j->id.b[0], 1);
	list_add(&l, j); /* behind the third now */
	ck_assert_int_eq(l.first->id.b[0], 3);
	ck_assert_int_eq(l.last->id.b[0], 1);
	list_free(&l);
	ck_assert_uint_eq(l.count, 0);
	ck_assert_uint_eq(l.held, 0);
	ck_assert_ptr_null(list_take(&l));
}
END_TEST

/* These share a row of the index. */
START_TEST(a_job_in_hand_is_found)
{
	struct uuid id = { .b = { 0 } };
	struct job *j[4];
	unsigned char i;

	for (i = 1; i <= 3; i++)
		j[i] = claimed(i);
	for (i = 1; i <= 3; i++) {
		id.b[0] = i;
		ck_assert_ptr_eq(job_find(&held, &id), j[i]);
	}
	id.b[0] = 4;
	ck_assert_ptr_null(job_find(&held, &id));
	for (i = 2; i <= 4; i++) { /* from the middle, one end, the other */
		id.b[0] = (unsigned char)(i % 3 + 1);
		job_free(j[id.b[0]]);
		ck_assert_ptr_null(job_find(&held, &id));
	}
	job_free(NULL);
}
END_TEST

Suite *job_suite(void);

Suite *
job_suite(void)
{
	Suite *s = suite_create("batch/job");
	TCase *t = tcase_create("job");

	tcase_add_test(t, a_claim_is_copied);
	tcase_add_test(t, an_outcome_is_copied);
	tcase_add_test(t, lists);
	tcase_add_test(t, a_job_in_hand_is_found);
	suite_add_tcase(s, t);
	return s;
}
