/*
 * From a queue's name to its program.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/find.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *find_suite(void);

static char top[64], dir[128], file[256];

static void
make_file(const char *name, mode_t mode)
{
	FILE *f;

	snprintf(file, sizeof(file), "%s/%s", dir, name);
	f = fopen(file, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(file, mode), 0);
}

static void
setup(void)
{
	snprintf(top, sizeof(top), "/tmp/find-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(top));
	snprintf(dir, sizeof(dir), "%s/handlers", top);
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	make_file("report", 0755);
}

static void
teardown(void)
{
	static const char *const names[] = { "report", "report.sql",
		"report.fcgi", "other" };

	(void)chmod(dir, 0755);
	for (int i = 0; i < 4; i++) {
		snprintf(file, sizeof(file), "%s/%s", dir, names[i]);
		if (unlink(file) != 0)
			(void)rmdir(file);
	}
	(void)rmdir(dir);
	snprintf(file, sizeof(file), "%s/link", top);
	(void)unlink(file);
	(void)rmdir(top);
}

/* Refused, in words that hold this one. */
static void
refused(const char *in, const char *queue, const char *word)
{
	struct handler h = { HANDLER_CGI, NULL };
	struct err e = ERR_INIT;

	ck_assert_int_eq(find_handler(in, queue, &h, &e), ERR_CONFIG);
	ck_assert_ptr_null(h.path);
	ck_assert_msg(strstr(e.text, word) != NULL, "%s", e.text);
}

static void
found(const char *in, const char *queue)
{
	struct handler h = { HANDLER_SQL, NULL };
	struct err e = ERR_INIT;
	char want[256];

	ck_assert_msg(find_handler(in, queue, &h, &e) == ERR_OK, "%s", e.text);
	ck_assert_int_eq(h.kind, HANDLER_CGI);
	snprintf(want, sizeof(want), "%s/%s", in, queue);
	ck_assert_str_eq(h.path, want);
	free(h.path);
}

START_TEST(program)
{
	found(dir, "report");
	/* Nobody else may change it, root or not. */
	ck_assert_int_eq(chmod(dir, 0700), 0);
	found(dir, "report");
}
END_TEST

START_TEST(missing)
{
	refused(dir, "other", "no program");
	refused("/nonexistent", "report", "/nonexistent");
}
END_TEST

START_TEST(names)
{
	static const char *const bad[] = { "", "../report", "Report", "a.b",
		"-a", "_a", "9", "a b", "report/", ".report" };
	char longest[65];

	for (int i = 0; i < 10; i++)
		refused(dir, bad[i], "name");
	memset(longest, 'a', 64);
	longest[64] = '\0';
	refused(dir, longest, "name");
	longest[63] = '\0';
	refused(dir, longest, "no program");
}
END_TEST

START_TEST(not_executable)
{
	make_file("report", 0644);
	refused(dir, "report", "chmod +x");
}
END_TEST

START_TEST(writable_by_others)
{
	make_file("report", 0775);
	refused(dir, "report", "chmod go-w");
	make_file("report", 0757);
	refused(dir, "report", "chmod go-w");
	make_file("report", 0755);
	ck_assert_int_eq(chmod(dir, 0775), 0);
	refused(dir, "report", dir);
	/* Sticky helps above it, not for itself. */
	ck_assert_int_eq(chmod(dir, 01777), 0);
	refused(dir, "report", dir);
	ck_assert_int_eq(chmod(dir, 0755), 0);
	ck_assert_int_eq(chmod(top, 01777), 0);
	found(dir, "report");
	ck_assert_int_eq(chmod(top, 0777), 0);
	refused(dir, "report", top);
}
END_TEST

START_TEST(foreign_owner)
{
	if (geteuid() != 0)
		return; /* only root can give a file away */
	ck_assert_int_eq(chown(file, 65534, 65534), 0);
	refused(dir, "report", "chown root");
	ck_assert_int_eq(chown(file, 0, 0), 0);
	ck_assert_int_eq(chown(top, 65534, 65534), 0);
	refused(dir, "report", "chown root");
}
END_TEST

START_TEST(not_a_file)
{
	ck_assert_int_eq(unlink(file), 0);
	ck_assert_int_eq(mkdir(file, 0755), 0);
	refused(dir, "report", "not a regular file");
	ck_assert_int_eq(rmdir(file), 0);
	ck_assert_int_eq(symlink("/bin/true", file), 0);
	refused(dir, "report", "not a regular file");
}
END_TEST

START_TEST(directory)
{
	char link[128];

	refused("handlers", "report", "absolute");
	refused(file, "report", "not a directory");
	snprintf(link, sizeof(link), "%s/link", top);
	ck_assert_int_eq(symlink(dir, link), 0);
	refused(link, "report", "symbolic link");
}
END_TEST

START_TEST(two_programs)
{
	make_file("report.sql", 0644);
	refused(dir, "report", "two programs");
}
END_TEST

START_TEST(an_application)
{
	struct handler h = { HANDLER_CGI, NULL };
	struct err e = ERR_INIT;

	ck_assert_int_eq(unlink(file), 0);
	make_file("report.fcgi", 0644);
	refused(dir, "report", "chmod +x");
	make_file("report.fcgi", 0755);
	ck_assert_msg(
	    find_handler(dir, "report", &h, &e) == ERR_OK, "%s", e.text);
	ck_assert_int_eq(h.kind, HANDLER_FCGI);
	ck_assert_str_eq(h.path, file);
	free(h.path);
}
END_TEST

/* It is read, not executed. */
START_TEST(a_statement)
{
	struct handler h = { HANDLER_CGI, NULL };
	struct err e = ERR_INIT;

	make_file("report.sql", 0644);
	snprintf(file, sizeof(file), "%s/report", dir);
	ck_assert_int_eq(unlink(file), 0);
	ck_assert_int_eq(find_handler(dir, "report", &h, &e), ERR_OK);
	ck_assert_int_eq(h.kind, HANDLER_SQL);
	ck_assert_ptr_nonnull(strstr(h.path, "/report.sql"));
	free(h.path);
	make_file("report.sql", 0666);
	refused(dir, "report", "can be written by others");
}
END_TEST

Suite *
find_suite(void)
{
	Suite *s = suite_create("handler/find");
	TCase *t = tcase_create("find");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, program);
	tcase_add_test(t, missing);
	tcase_add_test(t, names);
	tcase_add_test(t, not_executable);
	tcase_add_test(t, writable_by_others);
	tcase_add_test(t, foreign_owner);
	tcase_add_test(t, not_a_file);
	tcase_add_test(t, directory);
	tcase_add_test(t, two_programs);
	tcase_add_test(t, an_application);
	tcase_add_test(t, a_statement);
	suite_add_tcase(s, t);
	return s;
}
