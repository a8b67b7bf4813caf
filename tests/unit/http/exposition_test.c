/* SPDX-License-Identifier: ISC */
#include "http/exposition.h"

#include <check.h>

static struct buf b;

static void
setup(void)
{
	buf_init(&b, 4096);
}

static void
teardown(void)
{
	buf_fini(&b);
}

START_TEST(metric)
{
	exposition_metric(&b, "a_total", "counter", "A \"b\"\\c\nd");
	ck_assert_str_eq(
	    b.ptr, "# HELP a_total A \"b\"\\\\c\\nd\n# TYPE a_total counter\n");
}
END_TEST

static const struct {
	int line;
	struct exposition_label labels[2];
	const char *text;
} samples[] = {
	{ __LINE__, { { "q", { NULL, 0 } }, { "r", { NULL, 0 } } }, "a 1\n" },
	{ __LINE__, { { "q", { "x", 1 } }, { "r", { NULL, 0 } } },
	    "a{q=\"x\"} 1\n" },
	{ __LINE__, { { "q", { NULL, 0 } }, { "r", { "y", 1 } } },
	    "a{r=\"y\"} 1\n" },
	{ __LINE__, { { "q", { "x", 1 } }, { "r", { "y", 1 } } },
	    "a{q=\"x\",r=\"y\"} 1\n" },
	{ __LINE__, { { "q", { "", 0 } }, { "r", { NULL, 0 } } },
	    "a{q=\"\"} 1\n" },
	{ __LINE__, { { "q", { "a\"b\\c\nd", 7 } }, { "r", { NULL, 0 } } },
	    "a{q=\"a\\\"b\\\\c\\nd\"} 1\n" },
	{ __LINE__, { { "q", { "\xc3\xa9", 2 } }, { "r", { NULL, 0 } } },
	    "a{q=\"\xc3\xa9\"} 1\n" },
};

START_TEST(sample)
{
	exposition_sample(&b, "a", samples[_i].labels, 2, SLICE_LIT("1"));
	ck_assert_msg(slice_eq_str(buf_view(&b), samples[_i].text),
	    "line %d: %s", samples[_i].line, b.ptr);
}
END_TEST

Suite *exposition_suite(void);

Suite *
exposition_suite(void)
{
	Suite *s = suite_create("http/exposition");
	TCase *t = tcase_create("exposition");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, metric);
	tcase_add_loop_test(t, sample, 0, sizeof(samples) / sizeof(samples[0]));
	suite_add_tcase(s, t);
	return s;
}
