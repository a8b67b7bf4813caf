/* SPDX-License-Identifier: ISC */
#include "base/config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];

static void
write_file(const char *text)
{
	int fd;

	strcpy(path, "/tmp/nightdrop-config-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ne(fd, -1);
	ck_assert(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static enum err_code
load(const char *text, struct config *c, struct err *e)
{
	enum err_code code;

	write_file(text);
	code = config_load(c, path, e);
	unlink(path);
	return code;
}

START_TEST(the_environment_wins_over_the_file_and_the_file_over_defaults)
{
	struct config c;
	struct err e = ERR_INIT;

	setenv("NIGHTDROP_PREFIX", "/env", 1);
	ck_assert_int_eq(load("# a comment\n\nprefix = /file\n"
			      "threads=7\nlog = \"stderr\"\n",
			     &c, &e),
	    ERR_OK);
	ck_assert_str_eq(c.prefix, "/env");
	ck_assert_int_eq(c.threads, 7);
	ck_assert_str_eq(c.log, "stderr");
	ck_assert_int_eq(c.socket_mode, 0660);
	ck_assert_int_eq(c.inline_limit, 65536);
	unsetenv("NIGHTDROP_PREFIX");
	config_fini(&c);
}
END_TEST

static const struct {
	int line;
	const char *file;
	const char *names; /* what the error has to mention */
} bad[] = {
	{ __LINE__, "colour = red\n", "colour" },
	{ __LINE__, "\nthreads = many\n", ":2: setting 'threads' = 'many'" },
	{ __LINE__, "threads = 513\n", "0 to 512" },
	{ __LINE__, "threads = -1\n", "threads" },
	{ __LINE__, "threads = 1 2\n", "threads" },
	{ __LINE__, "socket_mode = 0888\n", "octal" },
	{ __LINE__, "just words\n", "name = value" },
	{ __LINE__, "deadline_ms =\n", "deadline_ms" },
};

START_TEST(a_bad_line_is_named_with_what_is_wanted)
{
	struct config c;
	struct err e = ERR_INIT;

	ck_assert_int_eq(load(bad[_i].file, &c, &e), ERR_CONFIG);
	ck_assert_msg(strstr(e.text, bad[_i].names) != NULL, "line %d: %s",
	    bad[_i].line, e.text);
	config_fini(&c);
}
END_TEST

START_TEST(the_first_error_is_told_and_the_rest_taken)
{
	struct config c;
	struct err e = ERR_INIT;

	setenv("NIGHTDROP_JOBS", "some", 1);
	setenv("NIGHTDROP_LOG", "stderr", 1);
	ck_assert_int_eq(
	    load("threads = many\njobs = few\nprefix = /p\n", &c, &e),
	    ERR_CONFIG);
	unsetenv("NIGHTDROP_JOBS");
	unsetenv("NIGHTDROP_LOG");
	ck_assert_msg(strstr(e.text, ":1: ") != NULL, "%s", e.text);
	ck_assert_msg(strstr(e.text, "threads") != NULL, "%s", e.text);
	ck_assert_str_eq(c.prefix, "/p");
	ck_assert_str_eq(c.log, "stderr");
	config_fini(&c);
}
END_TEST

START_TEST(a_long_line_is_an_error)
{
	char text[6000];
	struct config c;
	struct err e = ERR_INIT;

	memset(text, 'x', sizeof(text));
	memcpy(text, "prefix = ", 9);
	text[sizeof(text) - 2] = '\n';
	text[sizeof(text) - 1] = '\0';
	ck_assert_int_eq(load(text, &c, &e), ERR_CONFIG);
	config_fini(&c);
}
END_TEST

START_TEST(a_missing_file_is_an_error_only_when_it_was_named)
{
	struct config c;
	struct err e = ERR_INIT;

	ck_assert_int_eq(
	    config_load(&c, "/nonexistent/x.conf", &e), ERR_CONFIG);
	config_fini(&c);
}
END_TEST

START_TEST(what_is_printed_can_be_read_and_shows_no_password)
{
	struct config c, again;
	struct err e = ERR_INIT;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	ck_assert_int_eq(load("prefix = /p\n", &c, &e), ERR_OK);
	config_print(&c, f);
	fflush(f);
	ck_assert_int_eq(load(text, &again, &e), ERR_OK);
	ck_assert_str_eq(again.prefix, "/p");
	ck_assert_int_eq(again.socket_mode, c.socket_mode);
	config_fini(&again);
	rewind(f);
	config_set(&c, "database", SLICE_LIT("password=hush"), &e);
	config_print(&c, f);
	fclose(f);
	ck_assert_ptr_null(strstr(text, "hush"));
	free(text);
	config_fini(&c);
}
END_TEST

Suite *config_suite(void);

Suite *
config_suite(void)
{
	Suite *s = suite_create("base/config");
	TCase *t = tcase_create("config");

	tcase_add_test(
	    t, the_environment_wins_over_the_file_and_the_file_over_defaults);
	tcase_add_loop_test(t, a_bad_line_is_named_with_what_is_wanted, 0,
	    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, the_first_error_is_told_and_the_rest_taken);
	tcase_add_test(t, a_long_line_is_an_error);
	tcase_add_test(t, a_missing_file_is_an_error_only_when_it_was_named);
	tcase_add_test(t, what_is_printed_can_be_read_and_shows_no_password);
	suite_add_tcase(s, t);
	return s;
}
