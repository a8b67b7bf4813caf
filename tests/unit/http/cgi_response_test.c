/*
 * The parser of a CGI program's answer.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/cgi_response.h"

#include <check.h>
#include <string.h>

#define ROWS(t) (int)(sizeof(t) / sizeof((t)[0]))

Suite *cgi_response_suite(void);

START_TEST(header_ends_at_its_empty_line)
{
	static const struct {
		int line;
		const char *bytes;
		size_t end;
	} rows[] = {
		{ __LINE__, "", 0 },
		{ __LINE__, "A: b", 0 },
		{ __LINE__, "A: b\n", 0 },
		{ __LINE__, "A: b\r\n\r", 0 },
		{ __LINE__, "A: b\n\nbody\n\n", 6 },
		{ __LINE__, "A: b\r\n\r\nbody", 8 },
		{ __LINE__, "A: b\r\n\nbody", 7 },
		{ __LINE__, "\nbody", 1 },
		{ __LINE__, "\r\nbody", 2 },
		{ __LINE__, "A: b\n \n\n", 8 },
	};

	for (int i = 0; i < ROWS(rows); i++) {
		struct slice all = slice_str(rows[i].bytes);
		size_t line = 0, end = 0, n;

		ck_assert_msg(cgi_header_end(all, &line) == rows[i].end,
		    "line %d", rows[i].line);
		/* The same, byte by byte. */
		line = 0;
		for (n = 0; n <= all.len && end == 0; n++)
			end = cgi_header_end(slice_mem(all.ptr, n), &line);
		ck_assert_msg(
		    end == rows[i].end, "line %d: bytewise", rows[i].line);
	}
}
END_TEST

START_TEST(status)
{
	static const struct {
		int line;
		const char *header;
		int status; /* 0: not valid */
		const char *reason;
	} rows[] = {
		{ __LINE__, "Content-Type: text/plain\n\n", 200, "" },
		{ __LINE__, "content-type:text/plain\r\n\r\n", 200, "" },
		{ __LINE__, "Content-Type:\n\n", 200, "" },
		{ __LINE__, "Status: 404 Not Here\n\n", 404, "Not Here" },
		{ __LINE__, "STATUS:404\n\n", 404, "" },
		{ __LINE__, "Status: 200\nLocation: /x\n\n", 200, "" },
		{ __LINE__, "Location: /x?y\n\n", 303, "" },
		{ __LINE__, "Location: https://a.example/\n\n", 302, "" },
		{ __LINE__, "Location: urn:x\n\n", 302, "" },
		{ __LINE__, "Location: x/y\n\n", 0, "" },
		{ __LINE__, "Location: 1x:y\n\n", 0, "" },
		{ __LINE__, "Location:\n\n", 0, "" },
		{ __LINE__, "X-A: b\n\n", 0, "" },
		{ __LINE__, "\n", 0, "" },
		{ __LINE__, "hello\n\n", 0, "" },
		{ __LINE__, "hello world: x\nStatus: 200\n\n", 0, "" },
		{ __LINE__, ": x\nStatus: 200\n\n", 0, "" },
		{ __LINE__, "Status : 200\n\n", 0, "" },
		{ __LINE__, "Status: 200\n folded\n\n", 0, "" },
		{ __LINE__, "Status: 99\n\n", 0, "" },
		{ __LINE__, "Status: 100\n\n", 0, "" },
		{ __LINE__, "Status: 199\n\n", 0, "" },
		{ __LINE__, "Status: 600\n\n", 0, "" },
		{ __LINE__, "Status: 0200\n\n", 0, "" },
		{ __LINE__, "Status: -20\n\n", 0, "" },
		{ __LINE__, "Status: OK\n\n", 0, "" },
		{ __LINE__, "Status:\n\n", 0, "" },
		{ __LINE__, "Status: 599\n\n", 599, "" },
		{ __LINE__, "Status: 200\nStatus: 200\n\n", 0, "" },
		{ __LINE__, "Content-Type: a\ncontent-type: b\n\n", 0, "" },
		{ __LINE__, "Status: 200\nX-A: b\rc\n\n", 0, "" },
		{ __LINE__, "Status: 200\nX-A: b\033c\n\n", 0, "" },
		{ __LINE__, "Status: 200\nX-A: b\tc\n\n", 200, "" },
		{ __LINE__, "Status: 200\nX-A: \xe4\n\n", 200, "" },
	};

	for (int i = 0; i < ROWS(rows); i++) {
		struct cgi_response r;
		struct err e = ERR_INIT;
		enum err_code code =
		    cgi_response_parse(slice_str(rows[i].header), &r, &e);

		if (rows[i].status == 0) {
			ck_assert_msg(
			    code == ERR_SYNTAX, "line %d", rows[i].line);
			ck_assert_msg(
			    e.text[0] != '\0', "line %d", rows[i].line);
			continue;
		}
		ck_assert_msg(
		    code == ERR_OK, "line %d: %s", rows[i].line, e.text);
		ck_assert_msg(r.status == rows[i].status, "line %d: %d",
		    rows[i].line, r.status);
		ck_assert_msg(slice_eq_str(r.reason, rows[i].reason),
		    "line %d: %.*s", rows[i].line, (int)r.reason.len,
		    r.reason.ptr);
	}
}
END_TEST

START_TEST(nul_is_not_valid)
{
	struct cgi_response r;

	ck_assert_int_eq(cgi_response_parse(
			     SLICE_LIT("Status: 200\nX-A: b\0c\n\n"), &r, NULL),
	    ERR_SYNTAX);
	ck_assert_int_eq(
	    cgi_response_parse(SLICE_LIT("Status: 200\nX\0A: b\n\n"), &r, NULL),
	    ERR_SYNTAX);
	ck_assert_int_eq(
	    cgi_response_parse(SLICE_LIT("Location: \0:b\n\n"), &r, NULL),
	    ERR_SYNTAX);
}
END_TEST

START_TEST(fields_in_order_without_status)
{
	struct slice header = SLICE_LIT(
	    "Content-Type: text/plain \r\nStatus: 200 OK\nX-A:  b: c\n"
	    "X-Empty:\n\n");
	static const char *const want[][2] = {
		{ "Content-Type", "text/plain" },
		{ "X-A", "b: c" },
		{ "X-Empty", "" },
	};
	struct cgi_response r = { 0 };
	struct cgi_field f;
	int n = 0;

	ck_assert_int_eq(cgi_response_parse(header, &r, NULL), ERR_OK);
	while (n < 3 && cgi_field_next(&r.fields, &f)) {
		ck_assert(slice_eq_str(f.name, want[n][0]));
		ck_assert(slice_eq_str(f.value, want[n][1]));
		n++;
	}
	ck_assert_int_eq(n, 3);
	ck_assert(!cgi_field_next(&r.fields, &f));
}
END_TEST

START_TEST(retry_after)
{
	/* Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110. */
	static const int64_t now_us = INT64_C(784111777) * 1000000;
	static const int64_t year_ms = INT64_C(366) * 86400 * 1000;
	static const struct {
		int line;
		const char *value;
		int64_t ms;
	} rows[] = {
		{ __LINE__, "0", 0 },
		{ __LINE__, "120", 120000 },
		{ __LINE__, "99999999999999999", year_ms },
		{ __LINE__, "Sun, 06 Nov 1994 08:49:37 GMT", 0 },
		{ __LINE__, "Sun, 06 Nov 1994 08:49:47 GMT", 10000 },
		{ __LINE__, "Sunday, 06-Nov-94 08:49:47 GMT", 10000 },
		{ __LINE__, "Sun Nov  6 08:49:47 1994", 10000 },
		{ __LINE__, "Mon, 07 Nov 1994 08:49:37 GMT", 86400000 },
		{ __LINE__, "Wed, 01 Mar 1995 08:49:37 GMT",
		    INT64_C(115) * 86400000 },
		{ __LINE__, "Sun, 06 Nov 1993 08:49:37 GMT", 0 },
		{ __LINE__, "Sun, 06 Nov 9994 08:49:37 GMT", year_ms },
		{ __LINE__, "Sun, 06 Nov 1994 08:49:37 CET", -1 },
		{ __LINE__, "Sun, 06 Nov 1994 08:49:37 GMT+1", -1 },
		{ __LINE__, "Sun, 06 ovD 1994 08:49:37 GMT", -1 },
		{ __LINE__, "Sun, 32 Nov 1994 08:49:37 GMT", -1 },
		{ __LINE__, "Sun, 06 Nov 1994 24:49:37 GMT", -1 },
		{ __LINE__, "-1", -1 },
		{ __LINE__, "", -1 },
		{ __LINE__, "soon", -1 },
	};

	ck_assert(cgi_retry_after_ms(SLICE_NONE, now_us) == -1);
	for (int i = 0; i < ROWS(rows); i++)
		ck_assert_msg(cgi_retry_after_ms(slice_str(rows[i].value),
				  now_us) == rows[i].ms,
		    "line %d", rows[i].line);
}
END_TEST

Suite *
cgi_response_suite(void)
{
	Suite *s = suite_create("http/cgi_response");
	TCase *t = tcase_create("cgi_response");

	tcase_add_test(t, header_ends_at_its_empty_line);
	tcase_add_test(t, status);
	tcase_add_test(t, nul_is_not_valid);
	tcase_add_test(t, fields_in_order_without_status);
	tcase_add_test(t, retry_after);
	suite_add_tcase(s, t);
	return s;
}
