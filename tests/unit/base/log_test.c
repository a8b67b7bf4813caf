/* SPDX-License-Identifier: ISC */
#include "base/log.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64], moved[72];

static void
setup(void)
{
	struct err e = ERR_INIT;

	strcpy(path, "/tmp/nightdrop-log-XXXXXX");
	close(mkstemp(path));
	snprintf(moved, sizeof(moved), "%s.1", path);
	ck_assert_int_eq(log_open(path, "test", &e), ERR_OK);
}

static void
teardown(void)
{
	log_close();
	unlink(path);
	unlink(moved);
}

static size_t
contents(const char *name, char *out, size_t size)
{
	FILE *f = fopen(name, "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(out, 1, size - 1, f);
	fclose(f);
	out[n] = '\0';
	return n;
}

START_TEST(an_event_is_one_line_whatever_a_client_wrote)
{
	char text[4096], wide[3000];

	log_event(LEVEL_WARNING, "queue %s", "a\nforged: line\x1b[0m\xc3\xa9");
	memset(wide, '\n', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	contents(path, text, sizeof(text));
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
	ck_assert_ptr_nonnull(strstr(text, " warning: queue a\\x0aforged: line"
					   "\\x1b[0m\\xc3\\xa9\n"));
	log_event(LEVEL_ERROR, "%s", wide); /* four times as long: cut */
	ck_assert_uint_lt(contents(path, text, sizeof(text)), 4000);
}
END_TEST

START_TEST(reopen_follows_the_name)
{
	char text[1024];

	log_event(LEVEL_NOTICE, "before");
	ck_assert_int_eq(rename(path, moved), 0);
	log_event(LEVEL_NOTICE, "still the old file");
	log_reopen();
	log_event(LEVEL_NOTICE, "after");
	contents(moved, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "still the old file"));
	contents(path, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "after"));
	ck_assert_ptr_null(strstr(text, "before"));
}
END_TEST

START_TEST(a_target_that_cannot_be_opened_leaves_the_old_one)
{
	struct err e = ERR_INIT;
	char text[1024];

	ck_assert_int_eq(log_open("/nonexistent/dir/log", "test", &e), ERR_IO);
	ck_assert_ptr_nonnull(strstr(e.text, "'log'"));
	log_event(LEVEL_NOTICE, "here");
	contents(path, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "here"));
}
END_TEST

START_TEST(nobody_who_reads_is_waited_for)
{
	static const char full[4096];
	struct err e = ERR_INIT;
	char text[4096] = "";
	int fds[2], saved = dup(STDERR_FILENO);

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	while (write(fds[1], full, sizeof(full)) > 0)
		continue;
	ck_assert_int_eq(fcntl(fds[1], F_SETFL, 0), 0);
	ck_assert_int_eq(dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(log_open("stderr", "test", &e), ERR_OK);
	log_event(LEVEL_NOTICE, "one");
	log_event(LEVEL_NOTICE, "two");
	while (read(fds[0], text, sizeof(text)) > 0)
		continue;
	log_event(LEVEL_NOTICE, "three");
	dup2(saved, STDERR_FILENO);
	memset(text, 0, sizeof(text));
	ck_assert_int_gt(read(fds[0], text, sizeof(text) - 1), 0);
	ck_assert_ptr_nonnull(
	    strstr(text, "notice: three (left out before this line: 2)\n"));
}
END_TEST

Suite *log_suite(void);

Suite *
log_suite(void)
{
	Suite *s = suite_create("base/log");
	TCase *t = tcase_create("log");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, an_event_is_one_line_whatever_a_client_wrote);
	tcase_add_test(t, reopen_follows_the_name);
	tcase_add_test(t, a_target_that_cannot_be_opened_leaves_the_old_one);
	tcase_add_test(t, nobody_who_reads_is_waited_for);
	suite_add_tcase(s, t);
	return s;
}
