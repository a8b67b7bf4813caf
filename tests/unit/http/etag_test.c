/* SPDX-License-Identifier: ISC */
#include "http/etag.h"

#include <check.h>

static const struct {
	int line;
	const char *field, *tag;
	bool matches;
} matching[] = {
	{ __LINE__, "\"a\"", "\"a\"", true },
	{ __LINE__, "W/\"a\"", "\"a\"", true },
	{ __LINE__, "\"a\"", "W/\"a\"", true },
	{ __LINE__, "*", "\"a\"", true },
	{ __LINE__, " * ", "\"a\"", true },
	{ __LINE__, "\"b\", W/\"a\"", "W/\"a\"", true },
	{ __LINE__, ",, \"b\" ,\t\"a\" ,", "\"a\"", true },
	{ __LINE__, "\"b,c\", \"a\"", "\"a\"", true },
	{ __LINE__, "\"\"", "\"\"", true },
	{ __LINE__, "\"b\"", "\"a\"", false },
	{ __LINE__, "\"a", "\"a\"", false },
	{ __LINE__, "a", "\"a\"", false },
	{ __LINE__, "\"A\"", "\"a\"", false },
	{ __LINE__, "w/\"a\"", "\"a\"", false },
	{ __LINE__, "\"b\" \"a\"", "\"a\"", false },
	{ __LINE__, "\"b\"x, \"a\"", "\"a\"", false },
	{ __LINE__, "*, \"a\"", "\"a\"", false },
	{ __LINE__, "", "\"a\"", false },
	{ __LINE__, NULL, "\"a\"", false },
	{ __LINE__, "\"a\"", "a", false },
	{ __LINE__, "\"ab\"", "\"a\"", false },
	{ __LINE__, "\"a\"", "\"a\" b", false },
};

START_TEST(if_none_match)
{
	ck_assert_msg(etag_matches(slice_str(matching[_i].field),
			  slice_str(matching[_i].tag)) == matching[_i].matches,
	    "line %d", matching[_i].line);
}
END_TEST

static const struct {
	int line;
	const char *field, *tag;
	bool matches;
} strong[] = {
	{ __LINE__, "\"a\"", "\"a\"", true },
	{ __LINE__, "*", "\"a\"", true },
	{ __LINE__, "W/\"a\", \"a\"", "\"a\"", true },
	{ __LINE__, "W/\"a\"", "\"a\"", false },
	{ __LINE__, "\"a\"", "W/\"a\"", false },
	{ __LINE__, "W/\"a\"", "W/\"a\"", false },
	{ __LINE__, "\"b\"", "\"a\"", false },
	{ __LINE__, "*", "", false },
	{ __LINE__, NULL, "\"a\"", false },
};

START_TEST(if_match)
{
	ck_assert_msg(etag_is(slice_str(strong[_i].field),
			  slice_str(strong[_i].tag)) == strong[_i].matches,
	    "line %d", strong[_i].line);
}
END_TEST

static const struct {
	int line;
	const char *tag;
	bool valid;
} validity[] = {
	{ __LINE__, "\"\"", true },
	{ __LINE__, "\"a\"", true },
	{ __LINE__, "W/\"a\"", true },
	{ __LINE__, "\"\xc3\xa9\"", true },
	{ __LINE__, "", false },
	{ __LINE__, "\"", false },
	{ __LINE__, "W/", false },
	{ __LINE__, "W/W/\"a\"", false },
	{ __LINE__, "a", false },
	{ __LINE__, "\"a\" ", false },
	{ __LINE__, "\"a b\"", false },
	{ __LINE__, "\"a\r\n\"", false },
	{ __LINE__, "\"a\", \"b\"", false },
};

START_TEST(well_formed)
{
	ck_assert_msg(
	    etag_valid(slice_str(validity[_i].tag)) == validity[_i].valid,
	    "line %d", validity[_i].line);
}
END_TEST

static const struct {
	int line;
	const char *field;
	bool strong;
	const char *list; /* NULL: cannot be read */
} lists[] = {
	{ __LINE__, "*", true, "*" },
	{ __LINE__, " *\t", false, "*" },
	{ __LINE__, "\"a\"", true, "\"a\"" },
	{ __LINE__, "W/\"a\"", true, "" },
	{ __LINE__, "W/\"a\"", false, "\"a\"" },
	{ __LINE__, "\"a\",W/\"b\" , \"c\"", true, "\"a\" \"c\"" },
	{ __LINE__, "\"a\",W/\"b\" , \"c\"", false, "\"a\" \"b\" \"c\"" },
	{ __LINE__, ", ,\"a\",, ", true, "\"a\"" },
	{ __LINE__, "\"a,b\"", true, "\"a,b\"" },
	{ __LINE__, "\"*\"", true, "\"*\"" },
	{ __LINE__, "\"\"", true, "\"\"" },
	{ __LINE__, ",", true, "" },
	{ __LINE__, "", true, "" },
	{ __LINE__, "a", true, NULL },
	{ __LINE__, "\"a", true, NULL },
	{ __LINE__, "\"a b\"", true, NULL },
	{ __LINE__, "\"a\" \"b\"", true, NULL },
	{ __LINE__, "\"a\", b", true, NULL },
	{ __LINE__, "\"a\", *", true, NULL },
	{ __LINE__, "*, \"a\"", false, NULL },
	{ __LINE__, "**", false, NULL },
	{ __LINE__, "w/\"a\"", false, NULL },
	{ __LINE__, "W/ \"a\"", false, NULL },
};

START_TEST(list)
{
	struct buf out;
	bool read;

	buf_init(&out, 100);
	read = etag_list(slice_str(lists[_i].field), lists[_i].strong, &out);
	ck_assert_msg(
	    read == (lists[_i].list != NULL), "line %d", lists[_i].line);
	ck_assert_msg(slice_eq_str(buf_view(&out), read ? lists[_i].list : ""),
	    "line %d", lists[_i].line);
	buf_fini(&out);
}
END_TEST

/* Cut short it would be another condition. */
START_TEST(a_list_over_the_limit_is_none)
{
	struct buf out;

	buf_init(&out, 6);
	ck_assert(!etag_list(SLICE_LIT("\"a\", \"b\""), true, &out));
	ck_assert_uint_eq(out.len, 0);
	buf_fini(&out);
}
END_TEST

/* Not sent, they are no condition; If-Match comes first. */
START_TEST(what_may_be_changed)
{
	static const struct {
		int line;
		const char *match, *none_match, *tag;
		bool may;
	} rows[] = {
		{ __LINE__, NULL, NULL, "\"a\"", true },
		{ __LINE__, "\"a\"", NULL, "\"a\"", true },
		{ __LINE__, "\"a\"", NULL, "W/\"a\"", false },
		{ __LINE__, "*", NULL, "W/\"a\"", true },
		{ __LINE__, "*", "*", "\"a\"", false },
		{ __LINE__, "\"a\"", "\"b\"", "\"a\"", true },
		{ __LINE__, NULL, "W/\"a\"", "\"a\"", false },
		{ __LINE__, "", NULL, "\"a\"", false },
		{ __LINE__, "*", NULL, "W/\"\"", true },
		{ __LINE__, "W/\"\"", NULL, "W/\"\"", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = ERR_INIT;
		enum err_code code = etag_permits(slice_str(rows[i].match),
		    slice_str(rows[i].none_match), slice_str(rows[i].tag), &e);

		ck_assert_msg(code == (rows[i].may ? ERR_OK : ERR_PRECONDITION),
		    "line %d", rows[i].line);
	}
}
END_TEST

Suite *etag_suite(void);

Suite *
etag_suite(void)
{
	Suite *s = suite_create("http/etag");
	TCase *t = tcase_create("etag");

	tcase_add_loop_test(
	    t, if_none_match, 0, sizeof(matching) / sizeof(matching[0]));
	tcase_add_loop_test(t, if_match, 0, sizeof(strong) / sizeof(strong[0]));
	tcase_add_loop_test(
	    t, well_formed, 0, sizeof(validity) / sizeof(validity[0]));
	tcase_add_loop_test(t, list, 0, sizeof(lists) / sizeof(lists[0]));
	tcase_add_test(t, a_list_over_the_limit_is_none);
	tcase_add_test(t, what_may_be_changed);
	suite_add_tcase(s, t);
	return s;
}
