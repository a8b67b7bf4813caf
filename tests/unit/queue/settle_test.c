/*
 * queue/settle: which answer of which call decides.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/settle.h"

#include <check.h>

#include "base/clock.h"

#define CALLS 3

/* What the calls answer, one after the other; the last one again and again. */
static const struct {
	int line;
	enum err_code answer[CALLS];
	int calls;
	enum err_code outcome;
} cases[] = {
	{ __LINE__, { ERR_OK }, 1, ERR_OK },
	{ __LINE__, { ERR_TOO_LARGE }, 1, ERR_TOO_LARGE },
	{ __LINE__, { ERR_DB_AWAY }, 1, ERR_DB_AWAY },
	{ __LINE__, { ERR_BUSY, ERR_OK }, 2, ERR_OK },
	{ __LINE__, { ERR_UNKNOWN, ERR_OK }, 2, ERR_OK },
	{ __LINE__, { ERR_UNKNOWN, ERR_UNKNOWN }, 2, ERR_UNKNOWN },
	{ __LINE__, { ERR_UNKNOWN, ERR_DB_AWAY, ERR_OK }, 3, ERR_OK },
	{ __LINE__, { ERR_UNKNOWN, ERR_KEY_REUSED }, 2, ERR_KEY_REUSED },
	{ __LINE__, { ERR_UNKNOWN, ERR_GONE }, 2, ERR_GONE },
	/* The first may have taken it, and not be visible yet. */
	{ __LINE__, { ERR_UNKNOWN, ERR_NOT_FOUND }, 2, ERR_UNKNOWN },
	{ __LINE__, { ERR_UNKNOWN, ERR_MEDIA_TYPE }, 2, ERR_UNKNOWN },
	{ __LINE__, { ERR_UNKNOWN, ERR_TOO_LARGE }, 2, ERR_UNKNOWN },
	{ __LINE__, { ERR_UNKNOWN, ERR_CONFLICT }, 2, ERR_UNKNOWN },
	{ __LINE__, { ERR_UNKNOWN, ERR_FULL }, 2, ERR_UNKNOWN },
};

static const enum err_code *answers;
static int calls;

static enum err_code
answer(struct store *s, const struct submission *j, int64_t deadline_ms,
    struct receipt *out, struct err *e)
{
	int n = calls < CALLS ? calls : CALLS - 1;

	(void)s;
	(void)j;
	(void)deadline_ms;
	(void)out;
	calls++;
	return answers[n] == ERR_OK ? ERR_OK : err_set(e, answers[n], "so");
}

START_TEST(the_answer_that_decides)
{
	struct submission j = { .key = SLICE_NONE };
	struct receipt out;
	struct err e = ERR_INIT;
	enum err_code code;

	answers = cases[_i].answer;
	calls = 0;
	code = settle(answer, NULL, &j, clock_mono_ms() + 5000, &out, &e);
	ck_assert_msg(code == cases[_i].outcome, "line %d: %s", cases[_i].line,
	    err_name(code));
	ck_assert_msg(calls == cases[_i].calls, "line %d: %d calls",
	    cases[_i].line, calls);
	ck_assert_msg(e.code == code, "line %d", cases[_i].line);
}
END_TEST

Suite *settle_suite(void);

Suite *
settle_suite(void)
{
	Suite *s = suite_create("queue/settle");
	TCase *t = tcase_create("settle");

	tcase_add_loop_test(t, the_answer_that_decides, 0,
	    (int)(sizeof(cases) / sizeof(cases[0])));
	suite_add_tcase(s, t);
	return s;
}
