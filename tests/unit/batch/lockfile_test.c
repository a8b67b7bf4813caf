/*
 * batch/lockfile: a free lock proves death, a missing file proves nothing.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/lockfile.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct config config;

static void
setup(void)
{
	static char path[4096], none[] = "";

	ck_assert_ptr_nonnull(getcwd(path, 4000));
	strcat(path, "/lockfile_test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(path));
	config.instance = none;
	config.run_dir = path;
}

static void
teardown(void)
{
	ck_assert_int_eq(rmdir(config.run_dir), 0); /* nothing was left */
}

START_TEST(held_then_free)
{
	struct err e = ERR_INIT;
	char *path;
	int fd, other;

	ck_assert_int_eq(lockfile_new(&config, &path, &fd, &e), ERR_OK);
	ck_assert_int_eq(lockfile_try(path), -1);
	close(fd);
	other = lockfile_try(path);
	ck_assert_int_ne(other, -1);
	ck_assert_int_eq(lockfile_try(path), -1); /* one has the proof */
	unlink(path);
	close(other);
	ck_assert_int_eq(lockfile_try(path), -1); /* not here to tell */
	free(path);
}
END_TEST

/* Paths come out of the database: nothing but our own files is touched. */
START_TEST(another_file)
{
	static const char *const names[] = { "notes", "lock", ".lock",
		"x.0123456789abcdef.txt", "x.0123456789abcdeg.lock",
		"x.123456789abcdef.lock", "x.0123456789abcdef.lock" };
	char path[8192];
	size_t i;
	FILE *f;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", config.run_dir, names[i]);
		f = fopen(path, "w");
		ck_assert_ptr_nonnull(f);
		fputs("something", f);
		fclose(f);
		ck_assert_int_eq(lockfile_try(path), -1);
		unlink(path);
	}
}
END_TEST

static void
make_deep(const char *dir, int depth)
{
	int at = open(dir, O_RDONLY | O_DIRECTORY), next;

	for (; depth > 0; depth--, at = next) {
		ck_assert_int_eq(mkdirat(at, "d", 0700), 0);
		next = openat(at, "d", O_RDONLY | O_DIRECTORY);
		close(at);
	}
	close(at);
}

START_TEST(marked_and_clear)
{
	static const char id[] = "0b7c7b5e-8ac5-4d3c-9a3a-4c1f0d3c5e77";
	struct lock_mark mark, again;
	struct err e = ERR_INIT;
	char *path;
	int fd, other;

	ck_assert_int_eq(lockfile_new(&config, &path, &fd, &e), ERR_OK);
	ck_assert(lockfile_is_clear(fd));
	ck_assert_int_eq(lockfile_mark(fd, SLICE_LIT("x"), &e), ERR_SHAPE);
	ck_assert(lockfile_look(path, &mark));
	ck_assert_str_eq(mark.instance, "");
	ck_assert_int_eq(lockfile_mark(fd, slice_str(id), &e), ERR_OK);
	ck_assert(!lockfile_is_clear(fd));
	ck_assert(lockfile_look(path, &again));
	ck_assert_str_eq(again.instance, id);

	lockfile_remove(path, &again); /* it lives */
	ck_assert_int_eq(access(path, F_OK), 0);
	close(fd);
	lockfile_remove(path, &mark); /* it was marked meanwhile */
	ck_assert_int_eq(access(path, F_OK), 0);
	ck_assert_int_ne(other = lockfile_try(path), -1);
	lockfile_clear(other);
	ck_assert(lockfile_is_clear(other));
	close(other);
	ck_assert(lockfile_look(path, &mark));
	lockfile_remove(path, &mark);
	ck_assert_int_eq(access(path, F_OK), -1);
	free(path);
}
END_TEST

static void
sweep_for_ever(void)
{
	struct lock_mark mark;
	struct dirent *entry;
	char path[8192];
	DIR *d = opendir(config.run_dir);

	if (d == NULL)
		abort();
	for (;; rewinddir(d))
		while ((entry = readdir(d)) != NULL) {
			snprintf(path, sizeof(path), "%s/%s", config.run_dir,
			    entry->d_name);
			if (lockfile_look(path, &mark))
				lockfile_remove(path, &mark);
		}
}

/* One that is just being made is not locked yet. */
START_TEST(made_beside_a_sweep)
{
	struct err e = ERR_INIT;
	struct stat here, there;
	pid_t pid = fork();
	char *path;
	int i, fd;

	if (pid == 0)
		sweep_for_ever();
	for (i = 0; i < 2000; i++) {
		ck_assert_int_eq(lockfile_new(&config, &path, &fd, &e), ERR_OK);
		ck_assert_int_eq(stat(path, &there), 0);
		ck_assert_int_eq(fstat(fd, &here), 0);
		ck_assert_int_eq(here.st_ino, there.st_ino);
		ck_assert_int_eq(lockfile_try(path), -1);
		unlink(path);
		close(fd);
		free(path);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
END_TEST

START_TEST(sweeps_its_own_directories)
{
	struct err e = ERR_INIT;
	char *mine, *other, *tmp, *kept, inner[8192], not_mine[8192];
	int fd, fd2;

	ck_assert_int_eq(lockfile_new(&config, &mine, &fd, &e), ERR_OK);
	ck_assert_int_eq(lockfile_new(&config, &other, &fd2, &e), ERR_OK);
	tmp = lockfile_tmp(mine, 3);
	kept = lockfile_tmp(other, 3);
	ck_assert_int_eq(mkdir(tmp, 0700), 0);
	ck_assert_int_eq(mkdir(kept, 0700), 0);
	snprintf(inner, sizeof(inner), "%s/sub", tmp);
	ck_assert_int_eq(mkdir(inner, 0700), 0);
	snprintf(inner, sizeof(inner), "%s/sub/link", tmp);
	ck_assert_int_eq(symlink(kept, inner), 0);
	make_deep(tmp, 300);
	snprintf(inner, sizeof(inner), "%s.12", tmp); /* a socket */
	ck_assert_int_eq(mkfifo(inner, 0600), 0);
	snprintf(not_mine, sizeof(not_mine), "%s.x", tmp);
	ck_assert_int_eq(mkdir(not_mine, 0700), 0);
	lockfile_sweep(mine);
	ck_assert_int_eq(access(tmp, F_OK), -1);
	ck_assert_int_eq(access(inner, F_OK), -1);
	ck_assert_int_eq(rmdir(not_mine), 0);
	ck_assert_int_eq(access(kept, F_OK), 0);
	ck_assert_int_eq(access(mine, F_OK), 0);
	rmdir(kept);
	unlink(mine);
	unlink(other);
	close(fd);
	close(fd2);
	free(mine);
	free(other);
	free(tmp);
	free(kept);
}
END_TEST

START_TEST(no_directory)
{
	struct config nowhere = { .instance = (char[]) { "" },
		.run_dir = (char[]) { "/nonexistent" } };
	struct err e = ERR_INIT;
	char *path = NULL;
	int fd = -1;

	ck_assert_int_eq(lockfile_new(&nowhere, &path, &fd, &e), ERR_CONFIG);
	ck_assert_ptr_null(path);
	ck_assert_int_eq(fd, -1);
}
END_TEST

Suite *lockfile_suite(void);

Suite *
lockfile_suite(void)
{
	Suite *s = suite_create("batch/lockfile");
	TCase *t = tcase_create("lockfile");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, held_then_free);
	tcase_add_test(t, another_file);
	tcase_add_test(t, marked_and_clear);
	tcase_add_test(t, made_beside_a_sweep);
	tcase_add_test(t, sweeps_its_own_directories);
	tcase_add_test(t, no_directory);
	suite_add_tcase(s, t);
	return s;
}
