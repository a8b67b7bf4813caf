/* SPDX-License-Identifier: ISC */
#include "responder/listen.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char dir[64], path[80], lock[88], setting[96];
static char no_group[] = "";
static struct config config;

static void
setup(void)
{
	strcpy(dir, "/tmp/nightdrop-listen-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/s", dir);
	snprintf(lock, sizeof(lock), "%s.lock", path);
	snprintf(setting, sizeof(setting), "unix:%s", path);
	config = (struct config) {
		.listen = setting, .socket_mode = 0660, .socket_group = no_group
	};
}

static void
teardown(void)
{
	unlink(path);
	unlink(lock);
	rmdir(dir);
}

START_TEST(a_unix_socket_has_its_mode_before_anybody_can_connect)
{
	struct err e = ERR_INIT;
	struct stat st;
	int fd = -1;

	ck_assert_int_eq(listen_open(&config, &fd, &e), ERR_OK);
	ck_assert(listen_inherited(fd));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0660);
	listen_remove(&config);
	ck_assert_int_eq(stat(path, &st), -1);
	close(fd);
}
END_TEST

START_TEST(a_second_instance_is_refused_and_the_first_keeps_its_socket)
{
	struct err e = ERR_INIT;
	struct stat before, after;
	int fd = -1, status = 0;
	pid_t pid;

	ck_assert_int_eq(listen_open(&config, &fd, &e), ERR_OK);
	stat(path, &before);
	if ((pid = fork()) == 0) { /* record locks are a process's own */
		int second = -1;
		enum err_code code = listen_open(&config, &second, &e);

		_exit(code == ERR_CONFIG &&
			      strstr(e.text, "another process") != NULL &&
			      second == -1 ?
			  0 :
			  1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	close(fd);
}
END_TEST

START_TEST(a_socket_left_over_from_a_crash_is_replaced)
{
	struct err e = ERR_INIT;
	int fd = -1, status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(listen_open(&config, &fd, &e) == ERR_OK ? 0 : 1);
	waitpid(pid, &status, 0);
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(access(path, F_OK), 0);
	ck_assert_int_eq(listen_open(&config, &fd, &e), ERR_OK);
	close(fd);
}
END_TEST

START_TEST(a_file_that_is_no_socket_is_never_removed)
{
	struct err e = ERR_INIT;
	int fd = -1;
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fclose(f);
	ck_assert_int_eq(listen_open(&config, &fd, &e), ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "not a socket"));
	ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

static const struct {
	int line;
	const char *listen;
	enum err_code code;
} addresses[] = {
	{ __LINE__, "127.0.0.1:0", ERR_OK },
	{ __LINE__, "localhost:0", ERR_CONFIG }, /* no look-ups at start */
	{ __LINE__, ":9000", ERR_CONFIG },	 /* not all addresses */
	{ __LINE__, "9000", ERR_CONFIG },
	{ __LINE__, "127.0.0.1:http", ERR_CONFIG },
	{ __LINE__, "127.0.0.1:123456789", ERR_CONFIG },
	{ __LINE__, "192.0.2.1:1", ERR_CONFIG }, /* not ours */
};

START_TEST(an_address_is_numeric)
{
	struct err e = ERR_INIT;
	char text[64];
	int fd = -1;

	strcpy(text, addresses[_i].listen);
	config.listen = text;
	ck_assert_msg(listen_open(&config, &fd, &e) == addresses[_i].code,
	    "line %d: %s", addresses[_i].line, e.text);
	if (fd != -1)
		close(fd);
}
END_TEST

START_TEST(an_ordinary_descriptor_is_not_inherited_as_a_listener)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert(!listen_inherited(pair[0]));
	ck_assert(!listen_inherited(-1));
	close(pair[0]);
	close(pair[1]);
}
END_TEST

Suite *listen_suite(void);

Suite *
listen_suite(void)
{
	Suite *s = suite_create("responder/listen");
	TCase *t = tcase_create("listen");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(
	    t, a_unix_socket_has_its_mode_before_anybody_can_connect);
	tcase_add_test(
	    t, a_second_instance_is_refused_and_the_first_keeps_its_socket);
	tcase_add_test(t, a_socket_left_over_from_a_crash_is_replaced);
	tcase_add_test(t, a_file_that_is_no_socket_is_never_removed);
	tcase_add_loop_test(t, an_address_is_numeric, 0,
	    sizeof(addresses) / sizeof(addresses[0]));
	tcase_add_test(
	    t, an_ordinary_descriptor_is_not_inherited_as_a_listener);
	suite_add_tcase(s, t);
	return s;
}
