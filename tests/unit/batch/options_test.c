/*
 * batch/options: the command line.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/options.h"

#include <check.h>
#include <string.h>

#include "queue/run.h"

#define ARGS_MAX 8

/* argv from a list of words; the configuration is no file at all. */
static enum err_code
read_words(struct options *o, char **words, struct err *e)
{
	char program[] = "nightdrop-batch", option[] = "--config",
	     file[] = "/dev/null";
	char *argv[ARGS_MAX + 4] = { program, option, file };
	int argc = 3;

	while (*words != NULL && argc < ARGS_MAX + 3)
		argv[argc++] = *words++;
	argv[argc] = NULL;
	return options_read(o, argc, argv, e);
}

#define READ(o, e, ...) read_words((o), (char *[]) { __VA_ARGS__, NULL }, (e))
#define W(s) ((char[]) { s })

START_TEST(queues_and_settings)
{
	struct options o;
	struct err e = ERR_INIT;

	ck_assert_int_eq(READ(&o, &e, W("--queue"), W("a,b"), W("--queue=c"),
			     W("-j"), W("7"), W("--set"), W("run_dir=/x=y")),
	    ERR_OK);
	ck_assert_int_eq(o.mode, MODE_RUN);
	ck_assert_uint_eq(o.scope_len, 3);
	ck_assert_str_eq(o.scope[0], "a");
	ck_assert_str_eq(o.scope[1], "b");
	ck_assert_str_eq(o.scope[2], "c");
	ck_assert_int_eq(o.config.jobs, 7);
	ck_assert_str_eq(o.config.run_dir, "/x=y");
	options_fini(&o);
}
END_TEST

START_TEST(modes)
{
	struct options o;
	struct err e = ERR_INIT;
	enum err_code code;

	/* Not inside the macro: the words must outlive it. */
	code =
	    READ(&o, &e, W("--try"), W("report"), W("--type"), W("text/csv"));
	ck_assert_int_eq(code, ERR_OK);
	ck_assert_int_eq(o.mode, MODE_TRY);
	ck_assert_str_eq(o.handler, "report");
	ck_assert_str_eq(o.type, "text/csv");
	ck_assert_ptr_null(o.scope);
	options_fini(&o);
	code = READ(&o, &e, W("--variable"), W("A=b=c"), W("--try=x"),
	    W("--limit=max_files=20"), W("--variable=C="));
	ck_assert_int_eq(code, ERR_OK);
	ck_assert_uint_eq(o.variables.len, 2);
	ck_assert_str_eq(o.variables.word[0], "A=b=c");
	ck_assert_str_eq(o.variables.word[1], "C=");
	ck_assert_uint_eq(o.limits.len, 1);
	ck_assert_str_eq(o.limits.word[0], "max_files=20");
	options_fini(&o);
	ck_assert_int_eq(READ(&o, &e, W("--help"), W("--whatever")), ERR_OK);
	ck_assert_int_eq(o.mode, MODE_HELP);
	options_fini(&o);
}
END_TEST

START_TEST(ways_and_durations)
{
	struct options o;
	struct err e = ERR_INIT;

	ck_assert_int_eq(READ(&o, &e, W("--quiet")), ERR_OK);
	ck_assert_uint_eq(o.ways, 0);
	ck_assert_int_eq(o.drain_ms, 60000);
	ck_assert_int_eq(o.stale_ms, -1);
	options_fini(&o);
	ck_assert_int_eq(READ(&o, &e, W("--join"), W("--daily"), W("--stale"),
			     W("2h"), W("--drain=0")),
	    ERR_OK);
	ck_assert_uint_eq(o.ways, RUN_WAY_JOIN | RUN_WAY_DAILY);
	ck_assert_int_eq(o.stale_ms, 7200000);
	ck_assert_int_eq(o.drain_ms, 0);
	options_fini(&o);
}
END_TEST

START_TEST(text_that_is_none)
{
	char *rows[] = { W("--queue=a\xff"), W("--adopt=\xff"),
		W("--type=\xff"), W("--variable=\xff=1"),
		W("--variable=A=\xff") };
	struct options o;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = ERR_INIT;

		ck_assert_int_eq(READ(&o, &e, rows[i]), ERR_CONFIG);
		ck_assert_ptr_nonnull(strstr(e.text, "UTF-8"));
		options_fini(&o);
	}
}
END_TEST

START_TEST(windows)
{
	static const struct {
		const char *text, *window; /* NULL: refused */
	} rows[] = {
		{ "06:00", "06:00" },
		{ "6:00", "06:00" },
		{ "23:59", "23:59" },
		{ "00:00", "00:00" },
		{ "2h", "7200000 ms" },
		{ "1 h 30 min", "5400000 ms" },
		{ "3s", "3000 ms" },
		{ "24:00", NULL },
		{ "06:60", NULL },
		{ "06:5", NULL },
		{ "006:00", NULL },
		{ ":00", NULL },
		{ "6", NULL }, /* six o'clock, or six seconds? */
		{ "0s", NULL },
		{ "-2h", NULL },
		{ "", NULL },
		{ "soon", NULL },
	};
	char window[WINDOW_TEXT_SIZE];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool ok = window_parse(slice_str(rows[i].text), window);

		ck_assert_msg(
		    ok == (rows[i].window != NULL), "%s", rows[i].text);
		if (ok)
			ck_assert_str_eq(window, rows[i].window);
	}
}
END_TEST

static void
refused(enum err_code code, struct options *o, const struct err *e)
{
	ck_assert_int_eq(code, ERR_CONFIG);
	ck_assert_str_ne(e->text, "");
	options_fini(o);
}

START_TEST(refusals)
{
	struct options o;
	struct err e = ERR_INIT;

	refused(READ(&o, &e, W("--nix")), &o, &e);
	refused(READ(&o, &e, W("--queue")), &o, &e);
	refused(READ(&o, &e, W("--queue="), NULL), &o, &e);
	refused(READ(&o, &e, W("--queue=a,,b")), &o, &e);
	refused(READ(&o, &e, W("--queue=a,")), &o, &e);
	refused(READ(&o, &e, W("-j"), W("0")), &o, &e);
	refused(READ(&o, &e, W("-jx")), &o, &e);
	refused(READ(&o, &e, W("--set"), W("jobs")), &o, &e);
	refused(READ(&o, &e, W("--set"), W("nix=1")), &o, &e);
	refused(READ(&o, &e, W("--type=a/b")), &o, &e);
	refused(READ(&o, &e, W("report")), &o, &e);
	refused(READ(&o, &e, W("--drain=soon")), &o, &e);
	refused(READ(&o, &e, W("--resume"), W("--daily")), &o, &e);
	refused(READ(&o, &e, W("--join"), W("--resume")), &o, &e);
	refused(READ(&o, &e, W("--until=6")), &o, &e);
	refused(READ(&o, &e, W("--resume"), W("--until=2h")), &o, &e);
}
END_TEST

Suite *options_suite(void);

Suite *
options_suite(void)
{
	Suite *s = suite_create("batch/options");
	TCase *t = tcase_create("options");

	tcase_add_test(t, queues_and_settings);
	tcase_add_test(t, modes);
	tcase_add_test(t, ways_and_durations);
	tcase_add_test(t, windows);
	tcase_add_test(t, text_that_is_none);
	tcase_add_test(t, refusals);
	suite_add_tcase(s, t);
	return s;
}
