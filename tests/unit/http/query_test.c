/* SPDX-License-Identifier: ISC */
#include "http/query.h"

#include <check.h>
#include <string.h>

static const struct {
	int line;
	const char *query, *value; /* NULL: not given */
} finding[] = {
	{ __LINE__, "", NULL },
	{ __LINE__, "b=1", NULL },
	{ __LINE__, "aa=1&b=2", NULL },
	{ __LINE__, "a=1", "1" },
	{ __LINE__, "a=", "" },
	{ __LINE__, "a", "" },
	{ __LINE__, "b&a", "" },
	{ __LINE__, "a&a=1", "" },
	{ __LINE__, "a=1&a=2", "1" },
	{ __LINE__, "b=2&&a=1&", "1" },
	{ __LINE__, "&=&a=1", "1" },
	{ __LINE__, "a=1=2", "1=2" },
	{ __LINE__, "a=1?b=2", "1?b=2" },
	{ __LINE__, "a=x+y", "x+y" },
	{ __LINE__, "a=%2B%20%26%3d", "+ &=" },
	{ __LINE__, "a=%2541", "%41" },
	{ __LINE__, "%61=1", "1" },
	{ __LINE__, "A=1", NULL },
	{ __LINE__, "%zz=1&a=2", "2" },
	{ __LINE__, "b=%zz&a=2", "2" },
	{ __LINE__, "a=%C3%A9", "\xc3\xa9" },
};

START_TEST(found)
{
	struct query_value v = { true, 3, "xyz" };
	struct err e = ERR_INIT;

	ck_assert_int_eq(
	    query_find(slice_str(finding[_i].query), "a", &v, &e), ERR_OK);
	ck_assert_msg(v.given == (finding[_i].value != NULL), "line %d",
	    finding[_i].line);
	if (v.given)
		ck_assert_msg(slice_eq_str(query_view(&v), finding[_i].value) &&
				  v.text[v.len] == '\0',
		    "line %d: %s", finding[_i].line, v.text);
	else
		ck_assert_ptr_null(query_view(&v).ptr);
}
END_TEST

static const char *const bad[] = { "a=%", "a=%4", "a=%4g", "a=%00", "a=%ff",
	"a=%c3", "b=1&a=%zz" };

START_TEST(unreadable)
{
	struct query_value v = { true, 3, "xyz" };
	struct err e = ERR_INIT;

	ck_assert_int_eq(
	    query_find(slice_str(bad[_i]), "a", &v, &e), ERR_SYNTAX);
	ck_assert_str_eq(v.text, "xyz");
	ck_assert_ptr_nonnull(strstr(e.text, "a is not"));
}
END_TEST

START_TEST(limit)
{
	char query[2 + QUERY_VALUE_MAX + 2];
	struct query_value v;
	struct err e = ERR_INIT;

	memset(query, 'x', sizeof(query));
	memcpy(query, "a=", 2);
	ck_assert_int_eq(
	    query_find(slice_mem(query, 2 + QUERY_VALUE_MAX), "a", &v, &e),
	    ERR_OK);
	ck_assert_uint_eq(v.len, QUERY_VALUE_MAX);
	ck_assert_int_eq(
	    query_find(slice_mem(query, 3 + QUERY_VALUE_MAX), "a", &v, &e),
	    ERR_SYNTAX);
	memset(query, 'x', sizeof(query)); /* a name longer than any of ours */
	ck_assert_int_eq(
	    query_find(slice_mem(query, sizeof(query)), "a", &v, &e), ERR_OK);
	ck_assert(!v.given);
}
END_TEST

static const struct {
	int line;
	const char *query;
	enum err_code code;
	int64_t value;
} numbers[] = {
	{ __LINE__, "b=3", ERR_OK, 100 },
	{ __LINE__, "a=1", ERR_OK, 1 },
	{ __LINE__, "a=1000", ERR_OK, 1000 },
	{ __LINE__, "a=%31", ERR_OK, 1 },
	{ __LINE__, "a=0", ERR_SYNTAX, 100 },
	{ __LINE__, "a=1001", ERR_SYNTAX, 100 },
	{ __LINE__, "a=-1", ERR_SYNTAX, 100 },
	{ __LINE__, "a=+1", ERR_SYNTAX, 100 },
	{ __LINE__, "a=", ERR_SYNTAX, 100 },
	{ __LINE__, "a", ERR_SYNTAX, 100 },
	{ __LINE__, "a=1.0", ERR_SYNTAX, 100 },
	{ __LINE__, "a=18446744073709551617", ERR_SYNTAX, 100 },
	{ __LINE__, "a=9223372036854775809", ERR_SYNTAX, 100 },
};

START_TEST(number)
{
	struct err e = ERR_INIT;
	int64_t n = 100;

	ck_assert_msg(query_int(slice_str(numbers[_i].query), "a", 1, 1000, &n,
			  &e) == numbers[_i].code,
	    "line %d", numbers[_i].line);
	ck_assert_int_eq(n, numbers[_i].value);
}
END_TEST

Suite *query_suite(void);

Suite *
query_suite(void)
{
	Suite *s = suite_create("http/query");
	TCase *t = tcase_create("query");

	tcase_add_loop_test(t, found, 0, sizeof(finding) / sizeof(finding[0]));
	tcase_add_loop_test(t, unreadable, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, limit);
	tcase_add_loop_test(t, number, 0, sizeof(numbers) / sizeof(numbers[0]));
	suite_add_tcase(s, t);
	return s;
}
