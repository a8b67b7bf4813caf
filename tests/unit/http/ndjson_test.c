/* SPDX-License-Identifier: ISC */
#include "http/ndjson.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "http/json_check.h"

#define BAD(text, at)                                           \
	{                                                       \
		__LINE__, (text), sizeof(text) - 1, false, (at) \
	}
#define GOOD(text)                                          \
	{                                                   \
		__LINE__, (text), sizeof(text) - 1, true, 0 \
	}

static const struct {
	int line;
	const char *text;
	size_t len;
	bool ok;
	size_t at;
} values[] = {
	GOOD("0"),
	GOOD("-0"),
	GOOD("12345678901234567890123"), /* no number of C's */
	GOOD("1e400"),
	GOOD("-1.5E+3"),
	GOOD("0.0e-0"),
	GOOD("true"),
	GOOD("false"),
	GOOD("null"),
	GOOD(" \t\r1 \n"),
	GOOD("\"\""),
	GOOD("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00eF\""),
	GOOD("\"\\u0000\""),
	GOOD("\"\xc3\xa9\xf0\x9f\x8c\x99\""),
	GOOD("[]"),
	GOOD("{}"),
	GOOD("[ 1 , [ ] , { } ]"),
	GOOD("{\"a\":1,\"a\":[{\"b\" : null}] }"),
	BAD("", 0),
	BAD("  ", 2),
	BAD("+1", 0),
	BAD("01", 1),
	BAD("-", 1),
	BAD("1.", 2),
	BAD(".5", 0),
	BAD("1e", 2),
	BAD("1e+", 3),
	BAD("0x1", 1),
	BAD("NaN", 0),
	BAD("tru", 3),
	BAD("trux", 3),
	BAD("nullx", 4),
	BAD("1 2", 2),
	BAD("'a'", 0),
	BAD("\"a", 2),
	BAD("\"\\", 2),
	BAD("\"\\x\"", 2),
	BAD("\"\\u12g4\"", 5),
	BAD("\"\\u12", 5),
	BAD("\"\t\"", 1),
	BAD("\"\0\"", 1),
	BAD("\"\\\0\"", 2),
	BAD("\0", 0),
	BAD("[1,]", 3),
	BAD("[1 2]", 3),
	BAD("[", 1),
	BAD("[1", 2),
	BAD("]", 0),
	BAD("{1:2}", 1),
	BAD("{\"a\" 2}", 5),
	BAD("{\"a\":}", 5),
	BAD("{\"a\":1,}", 7),
	BAD("{\"a\":1", 6),
	BAD("[}", 1),
	BAD("\xef\xbb\xbf"
	    "1",
	    0),
	BAD("\"\xff\"", 3),
	BAD("\"\xc3\"", 3),
	BAD("\"\xed\xa0\x80\"", 5),
};

START_TEST(a_value)
{
	size_t at = 99;
	bool ok = json_check(slice_mem(values[_i].text, values[_i].len), &at);

	ck_assert_msg(ok == values[_i].ok, "line %d", values[_i].line);
	ck_assert_msg(
	    at == values[_i].at, "line %d: at %zu", values[_i].line, at);
}
END_TEST

/* Every beginning of a value, in memory of its own length: nothing is read
 * behind the end. */
START_TEST(cut_anywhere)
{
	static const char text[] =
	    "{\"a\\u0041\\n\":[-1.25e+7,true,false,null,\"\xc3\xa9\"]}";

	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		char *p = malloc(len + (len == 0));
		size_t at;

		ck_assert_ptr_nonnull(p);
		memcpy(p, text, len);
		ck_assert_msg(!json_check(slice_mem(p, len), &at), "%zu", len);
		ck_assert_uint_eq(at, len);
		free(p);
	}
}
END_TEST

START_TEST(depth)
{
	char text[2 * JSON_CHECK_DEPTH + 2];
	size_t n = JSON_CHECK_DEPTH, at;

	memset(text, '[', n);
	memset(text + n, ']', n);
	ck_assert(json_check(slice_mem(text, 2 * n), &at));
	memset(text, '[', n + 1);
	memset(text + n + 1, ']', n + 1);
	ck_assert(!json_check(slice_mem(text, 2 * n + 2), &at));
	ck_assert_uint_eq(at, n + 1);
}
END_TEST

static const struct {
	int line;
	const char *text;
	int good; /* lines before the end or the error */
	enum err_code code;
	int64_t number; /* of the line in the error */
} streams[] = {
	{ __LINE__, "", 0, ERR_OK, 0 },
	{ __LINE__, "1", 1, ERR_OK, 1 },
	{ __LINE__, "1\n", 1, ERR_OK, 1 },
	{ __LINE__, "1\r\n2\n{}\n[]", 4, ERR_OK, 4 },
	{ __LINE__, "\n", 0, ERR_LINE, 1 },
	{ __LINE__, "1\n\n2\n", 1, ERR_LINE, 2 },
	{ __LINE__, "1\n\r\n", 1, ERR_LINE, 2 },
	{ __LINE__, "1\n2\n\n", 2, ERR_LINE, 3 },
	{ __LINE__, "1\r", 1, ERR_OK, 1 },
	{ __LINE__, "1\n \n", 1, ERR_LINE, 2 },
	{ __LINE__, "1\n{\n}\n", 1, ERR_LINE, 2 },
	{ __LINE__, "\"345678\"\n", 1, ERR_OK, 1 },
	{ __LINE__, "\"345678\"\r\n", 1, ERR_OK, 1 },
	{ __LINE__, "1\n\"3456789\"\n", 1, ERR_TOO_LARGE, 2 },
	{ __LINE__, "1\n\"3456789\"", 1, ERR_TOO_LARGE, 2 },
};

/* The same whether it comes at once or a few bytes at a time. */
static void
split(int row, size_t step)
{
	const char *text = streams[row].text;
	size_t len = strlen(text), have = 0;
	struct ndjson n = { .limit = 8 };
	struct slice rest = slice_mem(text, 0), line;
	struct err e = ERR_INIT;
	enum err_code code = ERR_OK;
	int good = 0;
	bool got, end = false;

	while (code == ERR_OK && !end) {
		size_t more = len - have < step ? len - have : step;

		end = more == 0;
		have += more;
		rest.len += more;
		do {
			code = ndjson_next(&n, &rest, end, &line, &got, &e);
			good += code == ERR_OK && got;
		} while (code == ERR_OK && got);
	}
	ck_assert_msg(code == streams[row].code && good == streams[row].good &&
			  n.line == streams[row].number,
	    "line %d, step %zu: %d lines, %s at %d: %s", streams[row].line,
	    step, good, err_name(code), (int)n.line, e.text);
}

START_TEST(a_stream)
{
	split(_i, 1000);
	split(_i, 3);
	split(_i, 1);
}
END_TEST

/* A line without an end is refused before there is one. */
START_TEST(endless)
{
	struct ndjson n = { .limit = 8, .line = 6 };
	struct slice rest = SLICE_LIT("123456789"), line;
	struct err e = ERR_INIT;
	bool got;

	ck_assert_int_eq(
	    ndjson_next(&n, &rest, false, &line, &got, &e), ERR_TOO_LARGE);
	ck_assert_int_eq((int)n.line, 7);
	ck_assert_ptr_nonnull(strstr(e.text, "line 7 is longer than 8 bytes"));
}
END_TEST

START_TEST(too_many)
{
	struct ndjson n = { .limit = 8, .line = NDJSON_LINES };
	struct slice rest = SLICE_LIT("1\n"), line;
	struct err e = ERR_INIT;
	bool got;

	ck_assert_int_eq(
	    ndjson_next(&n, &rest, false, &line, &got, &e), ERR_TOO_LARGE);
}
END_TEST

Suite *ndjson_suite(void);

Suite *
ndjson_suite(void)
{
	Suite *s = suite_create("http/ndjson");
	TCase *t = tcase_create("ndjson");

	tcase_add_loop_test(t, a_value, 0, sizeof(values) / sizeof(values[0]));
	tcase_add_test(t, cut_anywhere);
	tcase_add_test(t, depth);
	tcase_add_loop_test(
	    t, a_stream, 0, sizeof(streams) / sizeof(streams[0]));
	tcase_add_test(t, endless);
	tcase_add_test(t, too_many);
	suite_add_tcase(s, t);
	return s;
}
