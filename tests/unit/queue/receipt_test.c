/* SPDX-License-Identifier: ISC */
#include "queue/receipt.h"

#include <check.h>
#include <string.h>

#include "../db/make_rows.h"
#include "base/clock.h"
#include "queue/group.h"

Suite *receipt_suite(void);

static const struct uuid ids[] = { { { 1 } }, { { 2 } }, { { 3 } } };

static void
put_receipt(
    struct params *p, const struct uuid *id, const char *verdict, int64_t limit)
{
	char digest[DIGEST_LEN];

	memset(digest, id->b[0], sizeof(digest));
	params_init(p);
	params_uuid(p, id);
	params_text(p, slice_str(verdict));
	params_int4(p, 202);
	params_time(p, 1000);
	params_int8(p, 5);
	params_bytes(p, slice_mem(digest, sizeof(digest)));
	params_text(p, SLICE_LIT("accepted"));
	params_text(p, SLICE_LIT("a1.0.0"));
	params_time(p, TIME_NONE);
	params_time(p, 2000);
	params_time(p, 3000);
	params_int8(p, 17);
	params_bool(p, true);
	params_text(p, SLICE_LIT("the last 12 runs"));
	if (limit < 0)
		params_null(p);
	else
		params_int8(p, limit);
	params_bool(p, true);
}

START_TEST(a_receipt_is_read_whole)
{
	struct params p;
	struct receipt out = { .limit = -1 };
	struct rows *r;

	put_receipt(&p, &ids[0], "ok", -1);
	r = make_rows(STMT_JOB_ACCEPT, &p, 1);
	ck_assert_int_eq(receipt_only(r, &out, NULL), ERR_OK);
	ck_assert(uuid_eq(&out.id, &ids[0]));
	ck_assert_int_eq(out.reply, 202);
	ck_assert_int_eq(out.accepted, 1000);
	ck_assert_int_eq(out.size, 5);
	ck_assert_uint_eq(out.digest[31], 1);
	ck_assert(out.digested);
	ck_assert_str_eq(out.status, "accepted");
	ck_assert_str_eq(out.version, "a1.0.0");
	ck_assert_int_eq(out.quote.earliest, TIME_NONE);
	ck_assert_int_eq(out.quote.latest, 3000);
	ck_assert_int_eq(out.quote.ahead, 17);
	ck_assert(out.quote.fits);
	ck_assert_str_eq(out.quote.basis, "the last 12 runs");
	ck_assert(out.repeated);
	rows_free(r);
}
END_TEST

static const struct {
	const char *verdict;
	enum err_code code;
} verdicts[] = {
	{ "ok", ERR_OK },
	{ "no_queue", ERR_NOT_FOUND },
	{ "closed", ERR_QUEUE_CLOSED },
	{ "backlog", ERR_BACKLOG },
	{ "too_large", ERR_TOO_LARGE },
	{ "media_type", ERR_MEDIA_TYPE },
	{ "clock", ERR_CLOCK },
	{ "taken", ERR_CONFLICT },
	{ "key_conflict", ERR_KEY_REUSED },
	{ "key_busy", ERR_CONFLICT },
	{ "none", ERR_GONE },
	{ "okay", ERR_SHAPE },
	{ NULL, ERR_SHAPE },
};

START_TEST(a_verdict_has_a_code)
{
	struct err e = ERR_INIT;

	ck_assert_int_eq(
	    receipt_verdict(slice_str(verdicts[_i].verdict), 0, &e),
	    verdicts[_i].code);
	ck_assert(e.code == ERR_OK || e.text[0] != '\0');
}
END_TEST

START_TEST(a_refusal_names_its_limit)
{
	struct params p;
	struct receipt out = { .reply = 7 };
	struct err e = ERR_INIT;
	struct rows *r;

	put_receipt(&p, &ids[0], "too_large", 4096);
	r = make_rows(STMT_JOB_ACCEPT, &p, 1);
	ck_assert_int_eq(receipt_only(r, &out, &e), ERR_TOO_LARGE);
	ck_assert_int_eq(out.limit, 4096);
	ck_assert_int_eq(out.reply, 7);
	ck_assert_ptr_nonnull(strstr(e.text, "4096"));
	rows_free(r);
}
END_TEST

START_TEST(receipts_are_matched_by_id_in_any_order)
{
	static const int order[] = { 2, 0, 1 };
	static const struct uuid stranger = { { 9 } };
	struct params p[3];
	struct receipt out = { .limit = 0 };
	struct rows *r;

	for (int i = 0; i < 3; i++)
		put_receipt(
		    &p[i], &ids[order[i]], order[i] == 1 ? "closed" : "ok", -1);
	r = make_rows(STMT_JOB_ACCEPT_MANY, p, 3);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(group_receipt(r, &ids[i], i, &out, NULL),
		    i == 1 ? ERR_QUEUE_CLOSED : ERR_OK);
		ck_assert(i == 1 || uuid_eq(&out.id, &ids[i]));
	}
	ck_assert_int_eq(group_receipt(r, &stranger, 2, &out, NULL), ERR_SHAPE);
	rows_free(r);
}
END_TEST

/* An empty body must not become null: that would mean "in parts". */
START_TEST(a_group_is_seven_arrays)
{
	const struct submission one = { .id = ids[0],
		.queue = SLICE_LIT("q"),
		.request = SLICE_LIT("{}") };
	const struct submission *jobs[] = { &one, &one };
	struct params p;

	params_init(&p);
	group_params(&p, jobs, 2);
	ck_assert_int_eq(p.count, stmt_get(STMT_JOB_ACCEPT_MANY)->params);
	ck_assert_mem_eq(p.arena.ptr + p.value[4].offset + 20,
	    "\xff\xff\xff\xff\xff\xff\xff\xff", 8); /* no types */
	ck_assert_mem_eq(p.arena.ptr + p.value[5].offset + 20,
	    "\0\0\0\0\0\0\0\0", 8); /* empty bodies */
	params_fini(&p);
}
END_TEST

Suite *
receipt_suite(void)
{
	Suite *s = suite_create("queue/receipt");
	TCase *t = tcase_create("receipt");

	tcase_add_test(t, a_receipt_is_read_whole);
	tcase_add_loop_test(
	    t, a_verdict_has_a_code, 0, sizeof(verdicts) / sizeof(*verdicts));
	tcase_add_test(t, a_refusal_names_its_limit);
	tcase_add_test(t, receipts_are_matched_by_id_in_any_order);
	tcase_add_test(t, a_group_is_seven_arrays);
	suite_add_tcase(s, t);
	return s;
}
