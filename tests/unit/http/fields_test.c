/* SPDX-License-Identifier: ISC */
#include "http/fields.h"

#include <check.h>
#include <string.h>

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X255 X50 X50 X50 X50 X50 "xxxxx"

static const struct {
	int line;
	const char *field;
	const char *key; /* NULL: refused */
} keys[] = {
	{ __LINE__, "\"a\"", "a" },
	{ __LINE__, " \"a b\"\t", "a b" },
	{ __LINE__, "\"a\\\"b\\\\\"", "a\"b\\" },
	{ __LINE__, "8e03978e-40d5-43dd", "8e03978e-40d5-43dd" },
	{ __LINE__, "a=b/c:d", "a=b/c:d" },
	{ __LINE__, "\"" X255 "\"", X255 },
	{ __LINE__, X255, X255 },
	{ __LINE__, "\"" X255 "x\"", NULL },
	{ __LINE__, X255 "x", NULL },
	{ __LINE__, "", NULL },
	{ __LINE__, " ", NULL },
	{ __LINE__, "\"\"", NULL },
	{ __LINE__, "\"", NULL },
	{ __LINE__, "\"a", NULL },
	{ __LINE__, "\"a\\", NULL },
	{ __LINE__, "\"a\\b\"", NULL },
	{ __LINE__, "\"a\"b", NULL },
	{ __LINE__, "\"a\", \"b\"", NULL },
	{ __LINE__, "\"a\";p=1", NULL },
	{ __LINE__, "a, b", NULL },
	{ __LINE__, "a b", NULL },
	{ __LINE__, "a;b", NULL },
	{ __LINE__, "\"\xc3\xa9\"", NULL },
	{ __LINE__, "\xc3\xa9", NULL },
	{ __LINE__, "\"a\tb\"", NULL },
};

START_TEST(idempotency_keys)
{
	struct field_key key = { .len = 0 };
	struct err e = ERR_INIT;
	enum err_code code =
	    field_key_parse(slice_str(keys[_i].field), &key, &e);

	ck_assert_msg(code == (keys[_i].key != NULL ? ERR_OK : ERR_SYNTAX),
	    "line %d: %s", keys[_i].line, e.text);
	ck_assert_msg(slice_eq_str(slice_mem(key.text, key.len),
			  keys[_i].key != NULL ? keys[_i].key : ""),
	    "line %d: %.*s", keys[_i].line, (int)key.len, key.text);
}
END_TEST

/* SHA-256 of "" */
#define EMPTY "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define ZEROS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static const struct {
	int line;
	const char *field;
	enum err_code code;
	bool found;
} digests[] = {
	{ __LINE__, "sha-256=:" EMPTY ":", ERR_OK, true },
	{ __LINE__, "sha-512=:AAAA:, sha-256=:" EMPTY ":", ERR_OK, true },
	{ __LINE__, "sha-256=:" EMPTY ": ,md5=:AA==:", ERR_OK, true },
	{ __LINE__, "sha-256=:" EMPTY ":;x=1", ERR_OK, true },
	{ __LINE__, "sha-256=:" ZEROS ":, sha-256=:" EMPTY ":", ERR_OK, true },
	{ __LINE__, "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU:",
	    ERR_OK, true },
	{ __LINE__, "sha-512=:AAAA:", ERR_OK, false },
	{ __LINE__, "SHA-256=:" EMPTY ":", ERR_OK, false },
	{ __LINE__, "", ERR_SYNTAX, false },
	{ __LINE__, "sha-256", ERR_SYNTAX, false },
	{ __LINE__, "sha-256=", ERR_SYNTAX, false },
	{ __LINE__, "sha-256=:", ERR_SYNTAX, false },
	{ __LINE__, "sha-256=::", ERR_SYNTAX, false },
	{ __LINE__, "sha-256=" EMPTY, ERR_SYNTAX, false },
	{ __LINE__, "sha-256=:" EMPTY, ERR_SYNTAX, false },
	{ __LINE__, "sha-256=:" EMPTY ":x", ERR_SYNTAX, false },
	{ __LINE__, "sha-256=:AAAA:", ERR_SYNTAX, false },
	{ __LINE__, "sha-256=:" EMPTY "=:", ERR_SYNTAX, false },
	{ __LINE__, "sha-256=:" EMPTY ":,", ERR_SYNTAX, false },
	/* the same digest must not have two spellings */
	{ __LINE__, "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=:",
	    ERR_SYNTAX, false },
	{ __LINE__, "sha-256=:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=:",
	    ERR_SYNTAX, false },
};

START_TEST(digest_fields)
{
	uint8_t want[DIGEST_LEN], got[DIGEST_LEN] = { 0 };
	bool found = false;
	struct err e = ERR_INIT;
	enum err_code code =
	    field_digest_parse(slice_str(digests[_i].field), &found, got, &e);

	digest_sha256(SLICE_LIT(""), want);
	ck_assert_msg(code == digests[_i].code, "line %d", digests[_i].line);
	ck_assert_msg(found == digests[_i].found, "line %d", digests[_i].line);
	if (!found)
		memset(want, 0, sizeof(want)); /* untouched */
	ck_assert_msg(
	    memcmp(want, got, DIGEST_LEN) == 0, "line %d", digests[_i].line);
}
END_TEST

static const struct {
	int line;
	const char *text;
	int len; /* -1: refused */
} base64s[] = {
	{ __LINE__, "", 0 },
	{ __LINE__, "YQ==", 1 },
	{ __LINE__, "YQ", 1 },
	{ __LINE__, "YWI=", 2 },
	{ __LINE__, "YWI", 2 },
	{ __LINE__, "YWJj", 3 },
	{ __LINE__, "YWJjZGVm", 6 },
	{ __LINE__, "YWJjZGVmZw==", -1 }, /* longer than there is room */
	{ __LINE__, "YR==", -1 },
	{ __LINE__, "YWJ=", -1 },
	{ __LINE__, "Y", -1 },
	{ __LINE__, "YWJjZ", -1 },
	{ __LINE__, "YQ=", -1 },
	{ __LINE__, "Y===", -1 },
	{ __LINE__, "====", -1 },
	{ __LINE__, "=", -1 },
	{ __LINE__, "YQ==YQ==", -1 },
	{ __LINE__, "Y Q=", -1 },
	{ __LINE__, "YW\n=", -1 },
	{ __LINE__, "YW-_", -1 },
};

START_TEST(base64_values)
{
	char got[6];
	size_t len = 99;
	bool ok =
	    field_base64(slice_str(base64s[_i].text), got, sizeof(got), &len);

	ck_assert_msg(
	    ok == (base64s[_i].len >= 0), "line %d", base64s[_i].line);
	ck_assert_msg(len == (ok ? (size_t)base64s[_i].len : 99), "line %d",
	    base64s[_i].line);
	ck_assert_msg(!ok || memcmp(got, "abcdef", len) == 0, "line %d",
	    base64s[_i].line);
}
END_TEST

START_TEST(values_that_cannot_end_a_line)
{
	ck_assert(field_value_ok(SLICE_LIT("")));
	ck_assert(field_value_ok(SLICE_LIT("a \t\xc3\xa9")));
	ck_assert(!field_value_ok(SLICE_LIT("a\rb")));
	ck_assert(!field_value_ok(SLICE_LIT("a\nb")));
	ck_assert(!field_value_ok(SLICE_LIT("a\0b")));
	ck_assert(!field_value_ok(SLICE_LIT("\x7f")));
	ck_assert(field_uri_ok(SLICE_LIT("https://h:8443/a-b_c~d?e=%20")));
	ck_assert(!field_uri_ok(SLICE_LIT("/a b")));
	ck_assert(!field_uri_ok(SLICE_LIT("/a>b")));
	ck_assert(!field_uri_ok(SLICE_LIT("/\xc3\xa9")));
	ck_assert(!field_uri_ok(SLICE_LIT("/\0")));
}
END_TEST

START_TEST(a_segment_of_a_path)
{
	struct buf out;

	buf_init(&out, 40);
	ck_assert(field_uri_segment(&out, SLICE_LIT("A-z_0.~")));
	ck_assert(field_uri_segment(&out, SLICE_LIT("/% \xc3\xa9\n\0\x7f")));
	ck_assert_str_eq(out.ptr, "A-z_0.~%2F%25%20%C3%A9%0A%00%7F");
	ck_assert(!field_uri_segment(&out, SLICE_LIT("????????")));
	buf_fini(&out);
}
END_TEST

Suite *fields_suite(void);

Suite *
fields_suite(void)
{
	Suite *s = suite_create("http/fields");
	TCase *t = tcase_create("fields");

	tcase_add_loop_test(
	    t, idempotency_keys, 0, sizeof(keys) / sizeof(keys[0]));
	tcase_add_loop_test(
	    t, digest_fields, 0, sizeof(digests) / sizeof(digests[0]));
	tcase_add_loop_test(
	    t, base64_values, 0, sizeof(base64s) / sizeof(base64s[0]));
	tcase_add_test(t, values_that_cannot_end_a_line);
	tcase_add_test(t, a_segment_of_a_path);
	suite_add_tcase(s, t);
	return s;
}
