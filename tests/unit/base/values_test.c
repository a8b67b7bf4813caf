/*
 * err, clock, uuid and digest: small values, known answers.
 *
 * SPDX-License-Identifier: ISC
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/uuid.h"

START_TEST(set_returns_its_code)
{
	struct err e = ERR_INIT;

	ck_assert_int_eq(err_set(&e, ERR_GONE, "%d", 7), ERR_GONE);
	ck_assert_str_eq(e.text, "7");
	ck_assert_int_eq(err_set(NULL, ERR_GONE, "x"), ERR_GONE);
}
END_TEST

START_TEST(long_texts_are_cut_not_overrun)
{
	struct err e = ERR_INIT;
	char wide[2000];

	memset(wide, 'w', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	err_set(&e, ERR_IO, "%s", wide);
	ck_assert_uint_eq(strlen(e.text), sizeof(e.text) - 1);
}
END_TEST

START_TEST(every_code_has_a_name_of_its_own)
{
	int i, k;

	for (i = 0; i < ERR_COUNT; i++) {
		ck_assert_ptr_nonnull(err_name((enum err_code)i));
		for (k = 0; k < i; k++)
			ck_assert_str_ne(err_name((enum err_code)i),
			    err_name((enum err_code)k));
	}
}
END_TEST

START_TEST(instants_are_written_in_utc)
{
	char out[TIME_TEXT_SIZE];

	ck_assert_str_eq(
	    time_rfc3339(1795327126123999, out), "2026-11-22T05:58:46.123Z");
	ck_assert_str_eq(
	    time_http(1795327126123999, out), "Sun, 22 Nov 2026 05:58:46 GMT");
	ck_assert_str_eq(time_rfc3339(0, out), "1970-01-01T00:00:00.000Z");
	ck_assert_str_eq(time_rfc3339(-1, out), "1969-12-31T23:59:59.999Z");
}
END_TEST

START_TEST(durations_as_people_write_them)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = { { "45", 45000 }, { "90 s", 90000 }, { "0", 0 },
		{ "15min", 900000 }, { "1h30m", 5400000 },
		{ " 1 hour 5 seconds ", 3605000 }, { "2 days", 172800000 },
		{ "366 d", 31622400000 } };
	static const char *const bad[] = { "", " ", "s", "-1", "1.5h", "1 week",
		"367 d", "999999999", "1h,2m", "1 h x", "400d400d" };
	int64_t ms;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ms = -1;
		ck_assert_msg(duration_parse(slice_str(good[i].text), &ms),
		    "%s", good[i].text);
		ck_assert_int_eq(ms, good[i].ms);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ms = -1;
		ck_assert_msg(
		    !duration_parse(slice_str(bad[i]), &ms), "%s", bad[i]);
		ck_assert_int_eq(ms, -1);
	}
}
END_TEST

START_TEST(uuid_v7_carries_time_placement_and_version)
{
	struct uuid u = uuid_v7(0x0123456789ab, 0xfabc), back, other;
	char text[UUID_TEXT_LEN + 1];

	uuid_format(&u, text);
	ck_assert_msg(
	    strncmp(text, "01234567-89ab-7abc-", 19) == 0, "%s", text);
	ck_assert(strchr("89ab", text[19]) != NULL);
	ck_assert(uuid_parse(slice_str(text), &back));
	ck_assert(uuid_eq(&u, &back));
	other = uuid_v7(0x0123456789ab, 0xfabc);
	ck_assert(!uuid_eq(&u, &other));
}
END_TEST

static const struct {
	int line;
	const char *text;
	bool good;
} uuids[] = {
	{ __LINE__, "019AB000-0000-7000-8000-00000000000F", true },
	{ __LINE__, "019ab000-0000-7000-8000-00000000000", false },
	{ __LINE__, "019ab000-0000-7000-8000-0000000000000", false },
	{ __LINE__, "019ab000000070008000000000000000", false },
	{ __LINE__, "019ab000-0000-7000-8000-00000000000g", false },
	{ __LINE__, "019ab000_0000-7000-8000-000000000000", false },
	{ __LINE__, "", false },
};

START_TEST(uuid_parse_takes_the_hyphenated_form_only)
{
	struct uuid u;

	ck_assert_msg(
	    uuid_parse(slice_str(uuids[_i].text), &u) == uuids[_i].good,
	    "line %d", uuids[_i].line);
}
END_TEST

/* FIPS 180-2 B.1, RFC 4231 case 2. */
START_TEST(digests_have_their_known_values)
{
	uint8_t d[DIGEST_LEN], again[DIGEST_LEN];
	struct digest *running;
	struct buf b;

	buf_init(&b, 256);
	digest_sha256(SLICE_LIT("abc"), d);
	digest_hex(&b, d, sizeof(d));
	ck_assert_str_eq(b.ptr, "ba7816bf8f01cfea414140de5dae2223"
				"b00361a396177a9cb410ff61f20015ad");
	running = digest_new();
	digest_add(running, "a", 1);
	digest_add(running, "bc", 2);
	digest_end(running, again);
	digest_free(running);
	ck_assert(digest_equal(d, again, DIGEST_LEN));
	buf_reset(&b);
	digest_hmac(
	    SLICE_LIT("Jefe"), SLICE_LIT("what do ya want for nothing?"), d);
	digest_hex(&b, d, sizeof(d));
	ck_assert_str_eq(b.ptr, "5bdcc146bf60754e6a042426089575c7"
				"5a003f089d2739839dec58b964ec3843");
	buf_fini(&b);
}
END_TEST

/* RFC 4648 §10, and the two letters in which base64url differs. */
START_TEST(base64_is_padded_and_base64url_is_not)
{
	struct buf b;

	buf_init(&b, 64);
	digest_base64(&b, "fooba", 5);
	ck_assert_str_eq(b.ptr, "Zm9vYmE=");
	buf_reset(&b);
	digest_base64url(&b, "fooba", 5);
	ck_assert_str_eq(b.ptr, "Zm9vYmE");
	buf_reset(&b);
	digest_base64url(&b, "\xfb\xff\xbf", 3);
	ck_assert_str_eq(b.ptr, "-_-_");
	buf_fini(&b);
}
END_TEST

Suite *values_suite(void);

Suite *
values_suite(void)
{
	Suite *s = suite_create("base/values");
	TCase *t = tcase_create("values");

	tcase_add_test(t, set_returns_its_code);
	tcase_add_test(t, long_texts_are_cut_not_overrun);
	tcase_add_test(t, every_code_has_a_name_of_its_own);
	tcase_add_test(t, instants_are_written_in_utc);
	tcase_add_test(t, durations_as_people_write_them);
	tcase_add_test(t, uuid_v7_carries_time_placement_and_version);
	tcase_add_loop_test(t, uuid_parse_takes_the_hyphenated_form_only, 0,
	    sizeof(uuids) / sizeof(uuids[0]));
	tcase_add_test(t, digests_have_their_known_values);
	tcase_add_test(t, base64_is_padded_and_base64url_is_not);
	suite_add_tcase(s, t);
	return s;
}
