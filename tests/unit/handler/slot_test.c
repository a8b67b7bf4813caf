/*
 * One job from its start to its outcome, with real processes: each test writes
 * a small shell script and runs it in a slot.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/slot.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "handler/escape.h"

#define HEAD "printf 'Content-Type: text/plain\\n\\n'; "
#define FIRST "0190c2f4-0000-7000-8000-000000000001"
#define SECOND "0190c2f4-0000-7000-8000-000000000002"

Suite *slot_suite(void);

static char top[64];
static struct escape *escape;

/* A slot with a job in it, and what has come out of it. */
struct trial {
	struct slot *slot;
	struct slot_job job;
	char tmp[96], program[96], id_text[64], tmp_text[112];
	char *env[4];
	struct slice body; /* still to be fed */
	struct buf output; /* its parts, or the inline body */
	char progress[256];
	int parts;
	bool refuse; /* parts */
	struct slot_outcome out;
};

static void
setup(void)
{
	signal(SIGPIPE, SIG_IGN);
	snprintf(top, sizeof(top), "/tmp/slot-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(top));
	escape = escape_new();
}

static void
teardown(void)
{
	char command[96];

	/* Whatever escaped has been killed and reaped by now. */
	ck_assert(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
	escape_free(escape);
	snprintf(command, sizeof(command), "rm -rf %s", top);
	ck_assert_int_eq(system(command), 0);
}

static void
write_file(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

/* name tells the trial's files from others'. */
static void
trial_open(
    struct trial *t, const char *name, const char *id, const char *script)
{
	char text[2048];

	memset(t, 0, sizeof(*t));
	t->slot = slot_new(escape);
	buf_init(&t->output, 16 << 20);
	snprintf(t->program, sizeof(t->program), "%s/%s", top, name);
	snprintf(t->tmp, sizeof(t->tmp), "%s/%s.tmp", top, name);
	snprintf(t->id_text, sizeof(t->id_text), "NIGHTDROP_JOB_ID=%s", id);
	snprintf(t->tmp_text, sizeof(t->tmp_text), "TMPDIR=%s", t->tmp);
	t->env[0] = t->id_text;
	t->env[1] = t->tmp_text;
	t->env[2] = NULL;
	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
	write_file(t->program, text, 0755);
	t->job = (struct slot_job) { .program = t->program,
		.directory = top,
		.tmp = t->tmp,
		.env = t->env,
		.time_limit_ms = 20000,
		.max_output = 8 << 20,
		.grace_ms = 200 };
	ck_assert(uuid_parse(slice_str(id), &t->job.id));
}

static void
trial_close(struct trial *t)
{
	slot_free(t->slot);
	ck_assert_int_ne(access(t->tmp, F_OK), 0);
	buf_fini(&t->output);
}

static void
trial_start(struct trial *t, struct slice body)
{
	struct err e = ERR_INIT;

	t->body = body;
	t->job.size = (int64_t)body.len;
	t->parts = 0;
	t->progress[0] = '\0';
	buf_reset(&t->output);
	ck_assert_msg(slot_start(t->slot, &t->job, &e) == ERR_OK, "%s", e.text);
}

static void
feed(struct trial *t)
{
	while (slot_wants_input(t->slot)) {
		size_t n = t->body.len < SLOT_INPUT_SIZE ? t->body.len :
							   SLOT_INPUT_SIZE;

		slot_feed(t->slot, slice_mem(t->body.ptr, n));
		t->body = slice_mem(t->body.ptr + n, t->body.len - n);
	}
}

static void
take(struct trial *t)
{
	const char *said = slot_progress(t->slot);
	struct slice part;
	int seq;

	if (said != NULL)
		snprintf(t->progress, sizeof(t->progress), "%s", said);
	while (slot_output(t->slot, &part, &seq)) {
		ck_assert_int_eq(seq, t->parts);
		t->parts++;
		buf_slice(&t->output, part);
		if (t->refuse)
			slot_output_refused(t->slot);
		else
			slot_output_taken(t->slot);
	}
}

/* One turn of a poll loop; true when the job is done. */
static bool
trial_step(struct trial *t)
{
	struct pollfd fds[SLOT_FDS];
	int n, ms;

	feed(t);
	n = slot_poll(t->slot, fds);
	ms = slot_timeout_ms(t->slot);
	ck_assert_msg(n > 0 || ms >= 0, "nothing to wait for");
	ck_assert_int_ge(poll(fds, (nfds_t)n, ms), 0);
	slot_step(t->slot, fds, n);
	take(t);
	if (!slot_done(t->slot, &t->out))
		return false;
	if (t->out.body.ptr != NULL)
		buf_slice(&t->output, t->out.body);
	else
		ck_assert_int_gt(t->parts, 0);
	return true;
}

static void
trial_run(struct trial *t, struct slice body)
{
	trial_start(t, body);
	while (!trial_step(t))
		continue;
}

static void
expect(const struct trial *t, int status, bool by_handler, const char *output)
{
	ck_assert_msg(
	    t->out.status == status && t->out.by_handler == by_handler,
	    "%d %s, log: %.*s", t->out.status, t->out.reason,
	    (int)t->out.log.len, t->out.log.ptr);
	if (output != NULL)
		ck_assert_str_eq(
		    t->output.ptr == NULL ? "" : t->output.ptr, output);
}

static bool
log_has(const struct trial *t, const char *words)
{
	return t->out.log.len > 0 && strstr(t->out.log.ptr, words) != NULL;
}

static int
count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	ck_assert_ptr_nonnull(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static struct slice
pattern(struct buf *b, size_t len)
{
	buf_init(b, len);
	ck_assert_ptr_nonnull(buf_room(b, len));
	for (; b->len < len; b->len++)
		b->ptr[b->len] = (char)(b->len * 31 + b->len / 255);
	return buf_view(b);
}

START_TEST(answers)
{
	struct trial t;

	trial_open(&t, "h", FIRST, HEAD "cat; pwd; echo $# $0 >&2");
	trial_run(&t, SLICE_LIT("in "));
	expect(&t, 200, true, NULL);
	ck_assert(strncmp(t.output.ptr, "in /tmp/slot-test-", 18) == 0);
	ck_assert_int_eq(t.out.exit_code, 0);
	ck_assert_int_eq(t.out.signal, 0);
	ck_assert(t.out.size == (int64_t)t.output.len);
	ck_assert(
	    slice_eq_str(t.out.fields, "[[\"Content-Type\",\"text/plain\"]]"));
	ck_assert(log_has(&t, "0 /tmp/slot-test-"));
	ck_assert(t.out.started_us <= t.out.ended_us);
	trial_close(&t);
}
END_TEST

START_TEST(no_body)
{
	struct trial t;

	trial_open(&t, "h", FIRST, HEAD "cat; echo end");
	trial_run(&t, SLICE_LIT(""));
	expect(&t, 200, true, "end\n");
	trial_close(&t);
}
END_TEST

START_TEST(ends_badly)
{
	static const struct {
		int line;
		const char *script;
		int status, exit_code, signal;
		const char *words;
	} rows[] = {
		{ __LINE__, HEAD "echo oops >&2; exit 3", 502, 3, 0,
		    "oops\nnightdrop: it exited with 3\n" },
		{ __LINE__, HEAD "kill -9 $$", 502, -1, 9, "signal 9" },
		{ __LINE__, HEAD "kill -SEGV $$", 502, -1, 11, "signal 11" },
		{ __LINE__, "exit 0", 502, 0, 0, "answered nothing" },
		{ __LINE__, "echo hello; echo; echo x", 502, 0, 0, "colon" },
		{ __LINE__, "printf 'Status: 200\\n'", 502, 0, 0,
		    "empty line" },
		{ __LINE__, "printf 'X-A: b\\000c\\n\\n'", 502, 0, 0,
		    "control" },
		{ __LINE__, "head -c 200000 /dev/zero", 502, 0, 0, "header" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct trial t;

		trial_open(&t, "h", FIRST, rows[i].script);
		trial_run(&t, SLICE_LIT("body"));
		ck_assert_msg(t.out.status == rows[i].status &&
				  t.out.exit_code == rows[i].exit_code &&
				  t.out.signal == rows[i].signal &&
				  t.out.result == RESULT_RETRY &&
				  !t.out.by_handler && t.out.body.len == 0,
		    "line %d: %d, exit %d, signal %d", rows[i].line,
		    t.out.status, t.out.exit_code, t.out.signal);
		ck_assert_msg(log_has(&t, rows[i].words), "line %d: %.*s",
		    rows[i].line, (int)t.out.log.len, t.out.log.ptr);
		trial_close(&t);
	}
}
END_TEST

START_TEST(cannot_be_run)
{
	int before;
	struct trial t;

	trial_open(&t, "h", FIRST, "");
	before = count_fds();
	write_file(t.program, "#!/nonexistent\n", 0755);
	trial_run(&t, SLICE_LIT("body"));
	expect(&t, 502, false, "");
	ck_assert_int_eq(t.out.exit_code, 127);
	ck_assert(log_has(&t, "No such file"));
	ck_assert_int_eq(count_fds(), before + 1); /* TMPDIR */
	slot_reset(t.slot);
	t.job.directory = "/nonexistent";
	trial_run(&t, SLICE_LIT(""));
	expect(&t, 502, false, "");
	trial_close(&t);
}
END_TEST

START_TEST(large_body_through_cat)
{
	struct slice body;
	struct trial t;
	struct buf b;

	body = pattern(&b, 1 << 20);
	trial_open(&t, "h", FIRST, HEAD "cat");
	trial_run(&t, body);
	expect(&t, 200, true, NULL);
	ck_assert(slice_eq(buf_view(&t.output), body));
	ck_assert(t.out.size == 1 << 20);
	ck_assert_ptr_null(t.out.body.ptr);
	ck_assert_int_eq(t.parts, 4);
	trial_close(&t);
	buf_fini(&b);
}
END_TEST

START_TEST(inline_limit)
{
	char script[128];
	struct trial t;

	for (int more = 0; more < 2; more++) {
		snprintf(script, sizeof(script), HEAD "head -c %d /dev/zero",
		    SLOT_INLINE_SIZE + more);
		trial_open(&t, "h", FIRST, script);
		trial_run(&t, SLICE_LIT(""));
		expect(&t, 200, true, NULL);
		ck_assert_int_eq(t.parts, more);
		ck_assert_uint_eq(
		    t.output.len, (size_t)(SLOT_INLINE_SIZE + more));
		trial_close(&t);
	}
}
END_TEST

START_TEST(closes_stdin_early)
{
	struct slice body;
	struct trial t;
	struct buf b;

	body = pattern(&b, 4 << 20);
	trial_open(&t, "h", FIRST, "exec <&-; sleep 0.1; " HEAD "echo ok");
	trial_run(&t, body);
	expect(&t, 200, true, "ok\n");
	trial_close(&t);
	trial_open(&t, "h", FIRST, HEAD "echo reads nothing");
	trial_run(&t, body);
	expect(&t, 200, true, "reads nothing\n");
	trial_close(&t);
	buf_fini(&b);
}
END_TEST

START_TEST(floods_stdout)
{
	struct trial t;

	trial_open(&t, "h", FIRST, HEAD "head -c 104857600 /dev/zero");
	t.job.max_output = 1 << 20;
	trial_run(&t, SLICE_LIT(""));
	expect(&t, 502, false, NULL);
	ck_assert(log_has(&t, "longer than 1048576 bytes"));
	ck_assert_int_le(t.parts, 4);
	trial_close(&t);
	/* No header, either. */
	trial_open(&t, "h", FIRST, "exec head -c 104857600 /dev/zero");
	t.job.max_output = 1 << 20;
	trial_run(&t, SLICE_LIT(""));
	expect(&t, 502, false, "");
	ck_assert_int_eq(t.out.signal, SIGKILL);
	trial_close(&t);
}
END_TEST

START_TEST(floods_stderr)
{
	struct trial t;

	trial_open(&t, "h", FIRST,
	    "echo first >&2;"
	    "head -c 10000000 /dev/zero | tr '\\0' x >&2; echo last >&2;" HEAD);
	trial_run(&t, SLICE_LIT(""));
	expect(&t, 200, true, "");
	ck_assert(strncmp(t.out.log.ptr, "first\nxxx", 9) == 0);
	ck_assert(log_has(&t, "bytes dropped]\nxxx"));
	ck_assert(strcmp(t.out.log.ptr + t.out.log.len - 6, "xlast\n") == 0);
	ck_assert_uint_le(t.out.log.len, SLOT_LOG_HEAD + SLOT_LOG_TAIL + 64);
	trial_close(&t);
}
END_TEST

START_TEST(progress)
{
	struct trial t;

	trial_open(&t, "h", FIRST,
	    "echo 10 reading >&3; echo 40 resizing >&3;"
	    "sleep 0.05; " HEAD);
	trial_run(&t, SLICE_LIT(""));
	expect(&t, 200, true, "");
	ck_assert_str_eq(t.progress, "40 resizing");
	trial_close(&t);
	trial_open(&t, "h", FIRST,
	    "head -c 1000000 /dev/zero >&3;"
	    "printf '\\nn\\303\\244\\n\\344\\nunfinished' >&3;" HEAD);
	trial_run(&t, SLICE_LIT(""));
	expect(&t, 200, true, "");
	ck_assert_str_eq(t.progress, "n\xc3\xa4");
	trial_close(&t);
}
END_TEST

START_TEST(time_limit)
{
	struct trial t;

	trial_open(&t, "h", FIRST, HEAD "exec sleep 30");
	t.job.time_limit_ms = 100;
	trial_run(&t, SLICE_LIT(""));
	expect(&t, 504, false, "");
	ck_assert_int_eq(t.out.signal, SIGTERM);
	trial_close(&t);
	/* It finishes in good order, but too late. */
	trial_open(
	    &t, "h", FIRST, "trap 'exit 0' TERM; " HEAD "sleep 30 & wait");
	t.job.time_limit_ms = 100;
	trial_run(&t, SLICE_LIT(""));
	expect(&t, 504, false, "");
	ck_assert_int_eq(t.out.exit_code, 0);
	trial_close(&t);
}
END_TEST

START_TEST(ignores_term)
{
	int64_t began = clock_mono_ms();
	struct trial t;

	trial_open(&t, "h", FIRST, "trap '' TERM; " HEAD "sleep 30; sleep 30");
	t.job.time_limit_ms = 100;
	trial_run(&t, SLICE_LIT(""));
	expect(&t, 504, false, "");
	ck_assert_int_eq(t.out.signal, SIGKILL);
	ck_assert_int_lt(clock_mono_ms() - began, 3000);
	trial_close(&t);
}
END_TEST

START_TEST(stop)
{
	struct trial t;

	trial_open(&t, "h", FIRST, "echo go >&3; exec sleep 30");
	trial_start(&t, SLICE_LIT(""));
	while (t.progress[0] == '\0')
		ck_assert(!trial_step(&t));
	slot_stop(t.slot);
	while (!trial_step(&t))
		continue;
	expect(&t, 502, false, "");
	ck_assert_int_eq(t.out.signal, SIGTERM);
	trial_close(&t);
}
END_TEST

START_TEST(output_refused)
{
	struct trial t;

	trial_open(&t, "h", FIRST, HEAD "head -c 1000000 /dev/zero; sleep 30");
	t.refuse = true;
	trial_run(&t, SLICE_LIT(""));
	ck_assert(!t.out.by_handler);
	ck_assert_int_eq(t.parts, 1);
	trial_close(&t);
}
END_TEST

/* Whatever it leaves behind is gone, and did not hold the job up. */
START_TEST(leaves_something_behind)
{
	static const char *const scripts[] = {
		"sleep 30 & " HEAD "echo ok",
		"setsid sleep 30 & " HEAD "echo ok",
		"(setsid sh -c 'sleep 30 & sleep 30' &); " HEAD "echo ok",
		"(trap '' HUP TERM; setsid sh -c \"trap '' TERM;"
		" (setsid sleep 30 &); sleep 30\" &); sleep 0.1; " HEAD
		"echo ok",
		"setsid env -i sleep 30 & " HEAD "echo ok",
		"bash -c 'set -m; sleep 30 & exit' ; " HEAD "echo ok",
	};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		int64_t began = clock_mono_ms();
		struct trial t;

		trial_open(&t, "h", FIRST, scripts[i]);
		trial_run(&t, SLICE_LIT(""));
		expect(&t, 200, true, "ok\n");
		ck_assert_int_lt(clock_mono_ms() - began, 1500);
		ck_assert_msg(waitpid(-1, NULL, WNOHANG) == -1,
		    "script %zu left a process", i);
		trial_close(&t);
	}
}
END_TEST

/* The end of one job leaves the escaped helper of another alone. */
START_TEST(another_jobs_daemon)
{
	struct trial a, b;

	trial_open(&a, "a", FIRST,
	    HEAD
	    "(setsid sh -c 'echo go >&3; sleep 0.3; echo yes >$TMPDIR/f' &);"
	    "sleep 0.6; cat $TMPDIR/f");
	trial_open(&b, "b", SECOND, "setsid sleep 30 & " HEAD "echo ok");
	trial_start(&a, SLICE_LIT(""));
	while (a.progress[0] == '\0')
		ck_assert(!trial_step(&a));
	trial_run(&b, SLICE_LIT(""));
	expect(&b, 200, true, "ok\n");
	while (!trial_step(&a))
		continue;
	expect(&a, 200, true, "yes\n");
	trial_close(&a);
	trial_close(&b);
}
END_TEST

/* The same slot, the same directory: nothing of one job in the next. */
START_TEST(private_directory)
{
	static const char *const before[] = {
		"touch $TMPDIR/a $TMPDIR/.b; mkdir -p $TMPDIR/c/d/e/f $TMPDIR/g;"
		" touch $TMPDIR/c/d/e/f/h; ln -s / $TMPDIR/root;"
		" chmod 0 $TMPDIR/c/d $TMPDIR/g",
		"cd $TMPDIR; mkdir .moved-0 .moved-1; touch .moved-0/x .moved-2;"
		" mkdir -p a/b; touch a/b/c",
		"rm -r $TMPDIR",
		"chmod 777 $TMPDIR",
		"rmdir $TMPDIR; ln -s /tmp $TMPDIR",
		"mv $TMPDIR $TMPDIR.away; echo x >$TMPDIR",
		"mv $TMPDIR $TMPDIR.else; mkdir $TMPDIR; touch $TMPDIR/x",
		"i=0; cd $TMPDIR; while [ $i -lt 100 ]; do mkdir d; touch f;"
		" cd d; i=$((i+1)); done",
		"cd $TMPDIR; seq 1 3000 | xargs touch",
	};
	char script[1024];
	struct trial t;

	trial_open(&t, "h", FIRST, "");
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		snprintf(script, sizeof(script),
		    "#!/bin/sh\n" HEAD "\n"
		    "ls -A $TMPDIR; stat -c %%a,%%F $TMPDIR\n%s\n",
		    before[i]);
		write_file(t.program, script, 0755);
		trial_run(&t, SLICE_LIT(""));
		expect(&t, 200, true, "700,directory\n");
		slot_reset(t.slot);
	}
	trial_close(&t);
	ck_assert_int_eq(access("/tmp", F_OK), 0);
}
END_TEST

/* A directory that has long been empty is not read again; one job that uses it
 * must be noticed all the same. */
START_TEST(private_directory_long_unused)
{
	static const char list[] =
	    "#!/bin/sh\n" HEAD "ls -A $TMPDIR; stat -c %a,%F $TMPDIR\n";
	static const char *const uses[] = { "touch $TMPDIR/x",
		"mkdir $TMPDIR/d; touch -r / $TMPDIR",
		("touch $TMPDIR/x; rm $TMPDIR/x; mv $TMPDIR $TMPDIR.old;"
		 " cp -a $TMPDIR.old $TMPDIR; touch $TMPDIR/y") };
	char script[256];
	struct trial t;

	trial_open(&t, "h", FIRST, "");
	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		snprintf(
		    script, sizeof(script), "#!/bin/sh\n" HEAD "%s\n", uses[i]);
		write_file(t.program, list, 0755);
		for (int n = 0; n < 3; n++) {
			(void)poll(NULL, 0, n == 1 ? 150 : 0);
			trial_run(&t, SLICE_LIT(""));
			expect(&t, 200, true, "700,directory\n");
			slot_reset(t.slot);
		}
		write_file(t.program, script, 0755);
		trial_run(&t, SLICE_LIT(""));
		expect(&t, 200, true, "");
		slot_reset(t.slot);
	}
	write_file(t.program, list, 0755);
	trial_run(&t, SLICE_LIT(""));
	expect(&t, 200, true, "700,directory\n");
	trial_close(&t);
}
END_TEST

START_TEST(limits)
{
	struct trial t;

	trial_open(
	    &t, "h", FIRST, HEAD "ulimit -c; ulimit -n; ulimit -t; ulimit -v");
	t.job.cpu_limit_s = 7;
	t.job.memory_limit = INT64_C(1) << 30;
	trial_run(&t, SLICE_LIT(""));
	expect(&t, 200, true, "0\n1024\n7\n1048576\n");
	trial_close(&t);
}
END_TEST

/* Its descriptors are its four, its signals are none of ours, its group is its
 * own. */
START_TEST(inherits_nothing)
{
	int leak = fcntl(STDIN_FILENO, F_DUPFD, 40); /* not close-on-exec */
	struct trial t;
	sigset_t set;

	signal(SIGUSR1, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	trial_open(&t, "h", FIRST,
	    HEAD
	    "ls /proc/self/fd | tr '\\n' ' '; env | grep -v '^PWD=' | wc -l;"
	    /* The first 28: two real-time ones are the C library's own, and
	     * stay as whoever started us left them. */
	    " awk '/^Sig(Blk|Ign)/ { print $1 substr($2, 10) }'"
	    " /proc/self/status | tr -d '\\n';"
	    " test $(cut -d' ' -f5 /proc/$$/stat) = $$ && echo leads");
	trial_run(&t, SLICE_LIT(""));
	/* 4 is the directory that ls reads. */
	expect(&t, 200, true,
	    "0 1 2 3 4 2\nSigBlk:0000000"
	    "SigIgn:0000000leads\n");
	trial_close(&t);
	close(leak);
}
END_TEST

START_TEST(dies_with_us)
{
	char path[128], *end;
	struct trial t;
	pid_t child;
	long pid;
	FILE *f;

	trial_open(&t, "h", FIRST,
	    "echo $$ >$TMPDIR/../pid.new;"
	    "mv $TMPDIR/../pid.new $TMPDIR/../pid; exec sleep 30");
	snprintf(path, sizeof(path), "%s/pid", top);
	if ((child = fork()) == 0) {
		trial_start(&t, SLICE_LIT(""));
		while (access(path, F_OK) != 0)
			(void)poll(NULL, 0, 5);
		raise(SIGKILL);
	}
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(fgets(path, sizeof(path), f));
	fclose(f);
	pid = strtol(path, &end, 10);
	/* We are its reaper now. */
	ck_assert_int_eq(waitpid((pid_t)pid, NULL, 0), (pid_t)pid);
	/* The directory that it left is no obstacle. */
	write_file(t.program, "#!/bin/sh\n" HEAD "ls -A $TMPDIR\n", 0755);
	trial_run(&t, SLICE_LIT(""));
	expect(&t, 200, true, "");
	trial_close(&t);
}
END_TEST

START_TEST(no_descriptors_leak)
{
	struct trial t;
	int before;

	trial_open(&t, "h", FIRST, HEAD "cat");
	trial_run(&t, SLICE_LIT("x"));
	before = count_fds();
	for (int i = 0; i < 50; i++) {
		slot_reset(t.slot);
		trial_run(&t, SLICE_LIT("x"));
		expect(&t, 200, true, "x");
	}
	ck_assert_int_eq(count_fds(), before);
	trial_close(&t);
	ck_assert_int_eq(count_fds(), before - 1);
}
END_TEST

START_TEST(freed_while_running)
{
	struct trial t;
	int before = count_fds();

	trial_open(&t, "h", FIRST,
	    "echo go >&3; trap '' TERM;"
	    "setsid sleep 30; sleep 30");
	trial_start(&t, SLICE_LIT("x"));
	while (t.progress[0] == '\0')
		ck_assert(!trial_step(&t));
	trial_close(&t);
	ck_assert_int_eq(count_fds(), before);
}
END_TEST

/* An application that has done one job leaves when the next has been sent; its
 * successor would stay at that one. */
#define LEAVES                                                                \
	"exec perl -MSocket -e '"                                             \
	"sleep 30 if -e q(lived); open my $f, q(>), q(lived); close $f;"      \
	"accept(C, STDIN); sysread C, $_, 65536; $h = qq(Status: 200\\n\\n);" \
	"syswrite C, pack(q(CCnnCx), 1, 6, 1, length $h, 0) . $h ."           \
	"    pack(q(CCnnCxx8), 1, 3, 1, 8, 0);"                               \
	"recv C, $_, 1, MSG_PEEK'"

START_TEST(freed_while_leaving)
{
	struct trial t;
	int before = count_fds();
	int64_t until;

	trial_open(&t, "h", FIRST, LEAVES);
	t.job.kind = HANDLER_FCGI;
	trial_run(&t, SLICE_LIT("x"));
	expect(&t, 200, true, "");
	slot_reset(t.slot);
	trial_start(&t, SLICE_LIT("x"));
	feed(&t);
	(void)poll(NULL, 0, 300); /* it is gone, and we have not looked yet */
	until = clock_mono_ms() + 4000;
	trial_close(&t);
	ck_assert_int_lt(clock_mono_ms(), until);
	ck_assert_int_eq(count_fds(), before);
}
END_TEST

START_TEST(no_process_for_want_of_descriptors)
{
	int fds[64] = { 0 }, n = 0, before;
	struct err e = ERR_INIT;
	struct rlimit old, low;
	struct trial t;

	trial_open(&t, "h", FIRST, HEAD);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	low.rlim_cur = (rlim_t)count_fds() + 20;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
	while (n < 64 && (fds[n] = open("/dev/null", O_RDONLY)) >= 0)
		n++;
	/* However many are left, it works or it is ERR_IO, and none leaks. */
	for (int i = 0; i < 10; i++) {
		close(fds[--n]);
		if (slot_start(t.slot, &t.job, &e) == ERR_OK)
			break;
		ck_assert_int_eq(e.code, ERR_IO);
	}
	while (!trial_step(&t))
		continue;
	expect(&t, 200, true, "");
	while (n > 0)
		close(fds[--n]);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
	before = count_fds();
	slot_reset(t.slot);
	trial_run(&t, SLICE_LIT(""));
	ck_assert_int_eq(count_fds(), before);
	trial_close(&t);
}
END_TEST

Suite *
slot_suite(void)
{
	Suite *s = suite_create("handler/slot");
	TCase *t = tcase_create("slot");

	tcase_set_timeout(t, 20);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, answers);
	tcase_add_test(t, no_body);
	tcase_add_test(t, ends_badly);
	tcase_add_test(t, cannot_be_run);
	tcase_add_test(t, large_body_through_cat);
	tcase_add_test(t, inline_limit);
	tcase_add_test(t, closes_stdin_early);
	tcase_add_test(t, floods_stdout);
	tcase_add_test(t, floods_stderr);
	tcase_add_test(t, progress);
	tcase_add_test(t, time_limit);
	tcase_add_test(t, ignores_term);
	tcase_add_test(t, stop);
	tcase_add_test(t, output_refused);
	tcase_add_test(t, leaves_something_behind);
	tcase_add_test(t, another_jobs_daemon);
	tcase_add_test(t, private_directory);
	tcase_add_test(t, private_directory_long_unused);
	tcase_add_test(t, limits);
	tcase_add_test(t, inherits_nothing);
	tcase_add_test(t, dies_with_us);
	tcase_add_test(t, no_descriptors_leak);
	tcase_add_test(t, freed_while_running);
	tcase_add_test(t, freed_while_leaving);
	tcase_add_test(t, no_process_for_want_of_descriptors);
	suite_add_tcase(s, t);
	return s;
}
