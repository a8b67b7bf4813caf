/* SPDX-License-Identifier: ISC */
#include "http/tus.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* 18 and 252 bytes, and what the latter are. */
#define A18 "QUFBQUFBQUFBQUFBQUFBQUFB"
#define A252 A18 A18 A18 A18 A18 A18 A18 A18 A18 A18 A18 A18 A18 A18
#define T18 "AAAAAAAAAAAAAAAAAA"
#define T252 T18 T18 T18 T18 T18 T18 T18 T18 T18 T18 T18 T18 T18 T18

static const struct {
	int line;
	const char *field;
	const char *filename, *type; /* NULL: refused */
} metadata[] = {
	{ __LINE__, "filename YS5jc3Y=", "a.csv", "" },
	{ __LINE__, "filename YS5jc3Y", "a.csv", "" },
	{ __LINE__, "name Yg==,filename YQ==", "a", "" },
	{ __LINE__, "name Yg==,filename", "b", "" },
	{ __LINE__, "mime Yy9j,filetype YS9h,type Yi9i", "", "a/a" },
	{ __LINE__, "mime Yy9j,type Yi9i", "", "b/b" },
	{ __LINE__, "mime Yy9j , secret", "", "c/c" },
	{ __LINE__, "Filename YQ==", "", "" },
	{ __LINE__, "x_y.z-!\" YQ==", "", "" },
	/* the last component, without what could be a control */
	{ __LINE__, "filename Li4vLi4vYQ==", "a", "" },	   /* ../../a */
	{ __LINE__, "filename YzpcYlxh", "a", "" },	   /* c:\b\a */
	{ __LINE__, "filename Li4=", "", "" },		   /* .. */
	{ __LINE__, "filename YS8u", "", "" },		   /* a/. */
	{ __LINE__, "filename YS8=", "", "" },		   /* a/ */
	{ __LINE__, "filename Li4u", "...", "" },	   /* ... */
	{ __LINE__, "filename YQ0KYn9jwoVk", "abcd", "" }, /* CR LF DEL NEL */
	{ __LINE__, "filename LgEu", "", "" },		   /* . SOH . */
	{ __LINE__, "filename w6TCoA==", "\xc3\xa4\xc2\xa0", "" },
	{ __LINE__, "filename " A252, T252, "" },
	/* refused */
	{ __LINE__, "filename /w==", NULL, NULL },
	{ __LINE__, "filename AA==", NULL, NULL },
	{ __LINE__, "filetype YQph", NULL, NULL },
	{ __LINE__, "filetype /w==", NULL, NULL },
	{ __LINE__, "a YQ==,a YQ==", NULL, NULL },
	{ __LINE__, ",", NULL, NULL },
	{ __LINE__, "a,", NULL, NULL },
	{ __LINE__, "a b c", NULL, NULL },
	{ __LINE__, "a  YQ==", NULL, NULL },
	{ __LINE__, "a Y", NULL, NULL },
	{ __LINE__, "a YR==", NULL, NULL },
	{ __LINE__, "\xc3\xa4 YQ==", NULL, NULL },
	{ __LINE__, "filename " A252 A18, NULL, NULL },
	{ __LINE__, "filetype " A252 A18, NULL, NULL },
	{ __LINE__, "other " A252 A18, "", "" },
};

START_TEST(metadata_fields)
{
	struct tus_metadata m;
	struct err e = ERR_INIT;
	enum err_code code =
	    tus_metadata_parse(slice_str(metadata[_i].field), &m, &e);

	if (metadata[_i].filename == NULL) {
		ck_assert_msg(code == ERR_SYNTAX, "line %d", metadata[_i].line);
		return;
	}
	ck_assert_msg(code == ERR_OK, "line %d: %s", metadata[_i].line, e.text);
	ck_assert_msg(slice_eq_str(slice_mem(m.filename, m.filename_len),
			  metadata[_i].filename),
	    "line %d: %.*s", metadata[_i].line, (int)m.filename_len,
	    m.filename);
	ck_assert_msg(
	    slice_eq_str(slice_mem(m.type, m.type_len), metadata[_i].type),
	    "line %d: %.*s", metadata[_i].line, (int)m.type_len, m.type);
}
END_TEST

/* So many pairs "kNN", or one value of so many digits. */
static enum err_code
parse_long(int pairs, int digits)
{
	struct tus_metadata m;
	struct buf b;
	enum err_code code;

	buf_init(&b, 1 << 20);
	for (int i = 0; i < pairs; i++)
		buf_printf(&b, "%sk%d", i > 0 ? "," : "", i);
	buf_putc(&b, ' ');
	for (int i = 0; i < digits; i++)
		buf_putc(&b, 'A');
	code = tus_metadata_parse(buf_view(&b), &m, NULL);
	buf_fini(&b);
	return code;
}

START_TEST(metadata_limits)
{
	struct tus_metadata m;

	ck_assert_int_eq(parse_long(TUS_PAIRS_MAX, 0), ERR_OK);
	ck_assert_int_eq(parse_long(TUS_PAIRS_MAX + 1, 0), ERR_SYNTAX);
	ck_assert_int_eq(parse_long(1, TUS_METADATA_MAX - 4), ERR_OK);
	ck_assert_int_eq(parse_long(1, TUS_METADATA_MAX), ERR_SYNTAX);
	ck_assert_int_eq(tus_metadata_parse(SLICE_NONE, &m, NULL), ERR_OK);
	ck_assert_uint_eq(m.filename_len + m.type_len, 0);
}
END_TEST

static const struct {
	int line;
	const char *field;
	enum tus_algorithm algorithm; /* TUS_NO_CHECKSUM: refused */
} checksums[] = {
	{ __LINE__, "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=", TUS_SHA1 },
	{ __LINE__,
	    "sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", TUS_SHA256 },
	{ __LINE__, "sha1 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
	    TUS_NO_CHECKSUM },
	{ __LINE__, "sha256 2jmj7l5rSw0yVb/vlWAYkK/YBwk=", TUS_NO_CHECKSUM },
	{ __LINE__, "md5 1B2M2Y8AsgTpgAmY7PhCfg==", TUS_NO_CHECKSUM },
	{ __LINE__, "SHA1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=", TUS_NO_CHECKSUM },
	{ __LINE__, "sha1", TUS_NO_CHECKSUM },
	{ __LINE__, "sha1 ", TUS_NO_CHECKSUM },
	{ __LINE__, "sha1  2jmj7l5rSw0yVb/vlWAYkK/YBwk=", TUS_NO_CHECKSUM },
	{ __LINE__, "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk= x", TUS_NO_CHECKSUM },
	{ __LINE__, "", TUS_NO_CHECKSUM },
};

START_TEST(checksum_fields)
{
	struct tus_checksum c;
	uint8_t want[DIGEST_LEN];
	struct digest *d =
	    _i == 0 ? digest_new_sha1() : digest_new(); /* of nothing */
	enum err_code code =
	    tus_checksum_parse(slice_str(checksums[_i].field), &c, NULL);

	ck_assert_msg(c.algorithm == checksums[_i].algorithm, "line %d",
	    checksums[_i].line);
	ck_assert_msg((code == ERR_OK) == (c.algorithm != TUS_NO_CHECKSUM),
	    "line %d", checksums[_i].line);
	digest_end(d, want);
	digest_free(d);
	if (code == ERR_OK)
		ck_assert_msg(memcmp(want, c.digest, c.len) == 0, "line %d",
		    checksums[_i].line);
}
END_TEST

START_TEST(absent_checksum)
{
	struct tus_checksum c;

	ck_assert_int_eq(tus_checksum_parse(SLICE_NONE, &c, NULL), ERR_OK);
	ck_assert_int_eq(c.algorithm, TUS_NO_CHECKSUM);
}
END_TEST

START_TEST(numbers)
{
	static const char *const bad[] = { "", "-1", "+1", "1 ", "0x1",
		"9223372036854775808", NULL };
	int64_t n = 7;

	for (int i = 0; i == 0 || bad[i - 1] != NULL; i++)
		ck_assert_int_eq(
		    tus_number_parse(slice_str(bad[i]), "X", &n, NULL),
		    ERR_SYNTAX);
	ck_assert_int_eq(n, 7);
	ck_assert_int_eq(
	    tus_number_parse(SLICE_LIT("9223372036854775807"), "X", &n, NULL),
	    ERR_OK);
	ck_assert_int_eq(n, INT64_MAX);
}
END_TEST

Suite *tus_suite(void);

Suite *
tus_suite(void)
{
	Suite *s = suite_create("http/tus");
	TCase *t = tcase_create("tus");

	tcase_add_loop_test(
	    t, metadata_fields, 0, sizeof(metadata) / sizeof(metadata[0]));
	tcase_add_test(t, metadata_limits);
	tcase_add_loop_test(
	    t, checksum_fields, 0, sizeof(checksums) / sizeof(checksums[0]));
	tcase_add_test(t, absent_checksum);
	tcase_add_test(t, numbers);
	suite_add_tcase(s, t);
	return s;
}
