/* SPDX-License-Identifier: ISC */
#include "http/json_put.h"

#include <check.h>
#include <jansson.h>
#include <string.h>

#include "base/clock.h"

START_TEST(commas_go_where_they_belong)
{
	struct buf b;

	buf_init(&b, 1000);
	json_put_open(&b, '{');
	json_put_name(&b, "a");
	json_put_open(&b, '[');
	json_put_open(&b, '{');
	json_put_close(&b, '}');
	json_put_open(&b, '[');
	json_put_close(&b, ']');
	json_put_int(&b, -1);
	json_put_bool(&b, true);
	json_put_close(&b, ']');
	json_put_name(&b, "b");
	json_put_text(&b, SLICE_NONE);
	json_put_name(&b, "c");
	json_put_time(&b, 0);
	json_put_name(&b, "d");
	json_put_time(&b, TIME_NONE);
	json_put_close(&b, '}');
	ck_assert_str_eq(b.ptr,
	    "{\"a\":[{},[],-1,true],\"b\":null,"
	    "\"c\":\"1970-01-01T00:00:00.000Z\",\"d\":null}");
	buf_fini(&b);
}
END_TEST

/* Every ASCII character and some others come back from another's parser. */
START_TEST(what_is_written_can_be_read)
{
	char text[0x80 + 8];
	struct buf b;
	json_t *root;
	size_t n;

	for (n = 0; n < 0x80; n++)
		text[n] = (char)n;
	strcpy(text + n, "\xc3\xa9\xe2\x82\xac");
	n += strlen(text + n);
	buf_init(&b, 10000);
	json_put_open(&b, '[');
	json_put_text(&b, slice_mem(text, n));
	json_put_close(&b, ']');
	root = json_loadb(b.ptr, b.len, JSON_ALLOW_NUL, NULL);
	ck_assert_ptr_nonnull(root);
	ck_assert_uint_eq(json_string_length(json_array_get(root, 0)), n);
	ck_assert_mem_eq(json_string_value(json_array_get(root, 0)), text, n);
	json_decref(root);
	buf_fini(&b);
}
END_TEST

/* A string that ends like an opening bracket is no bracket. */
START_TEST(strings_are_not_brackets)
{
	struct buf b;

	buf_init(&b, 1000);
	json_put_open(&b, '[');
	json_put_text(&b, SLICE_LIT("{"));
	json_put_text(&b, SLICE_LIT(":"));
	json_put_close(&b, ']');
	ck_assert_str_eq(b.ptr, "[\"{\",\":\"]");
	buf_fini(&b);
}
END_TEST

Suite *json_put_suite(void);

Suite *
json_put_suite(void)
{
	Suite *s = suite_create("http/json_put");
	TCase *t = tcase_create("json_put");

	tcase_add_test(t, commas_go_where_they_belong);
	tcase_add_test(t, what_is_written_can_be_read);
	tcase_add_test(t, strings_are_not_brackets);
	suite_add_tcase(s, t);
	return s;
}
