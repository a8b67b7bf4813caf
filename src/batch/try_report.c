/*
 * --try: what is told.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>
#include <stdlib.h>

#include "batch/trial.h"

/* A value may hold what would move the terminal's cursor. */
static void
print_safe(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			printf("\\x%02x", (unsigned char)*s);
		else
			putchar(*s);
	}
}

void
trial_print_start(const struct trial *t)
{
	printf("handler      %s%s\n", t->handler.path,
	    handler_note(t->handler.kind));
	if (t->user.other)
		printf("runs as      %s\n", t->user.name);
	printf("limits       ");
	trial_limits_print(t);
	for (char *const *v = t->env; *v != NULL; v++) {
		printf("\n%-12s ", v == t->env ? "environment" : "");
		print_safe(*v);
	}
	printf("\nbody sent    %" PRId64 " bytes\n", t->size);
	fflush(stdout); /* it may run for hours */
}

void
trial_print_progress(const char *text)
{
	printf("progress     ");
	print_safe(text);
	putchar('\n');
	fflush(stdout);
}

/* [["Name", "value"], ...] as lines. */
static void
print_fields(struct slice fields)
{
	json_t *list = json_loadb(fields.ptr, fields.len, 0, NULL), *field;
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		field = json_array_get(list, i);
		printf("%-12s %s: %s\n", i == 0 ? "header" : "",
		    json_string_value(json_array_get(field, 0)),
		    json_string_value(json_array_get(field, 1)));
	}
	json_decref(list);
}

static void
print_process(const struct trial *t, const struct slot_outcome *o)
{
	printf("process      ");
	if (t->stops > 0)
		printf("stopped by you, ");
	if (o->signal != 0)
		printf("killed by signal %d", o->signal);
	else
		printf("exit %d", o->exit_code);
	printf(" after %.3f s\n", (double)(o->ended_us - o->started_us) / 1e6);
}

static void
print_log(struct slice log)
{
	if (log.len == 0)
		return;
	printf("log          %zu bytes:\n", log.len);
	fwrite(log.ptr, 1, log.len, stdout);
	if (log.ptr[log.len - 1] != '\n')
		putchar('\n');
}

static void
print_body(const struct trial *t, const struct slot_outcome *o)
{
	char block[65536];
	size_t n;

	printf("body         %" PRId64 " bytes%s\n", o->size,
	    o->size > 0 ? ":" : "");
	if (t->output == NULL || o->body.ptr != NULL) {
		fwrite(o->body.ptr != NULL ? o->body.ptr : "", 1, o->body.len,
		    stdout);
		return;
	}
	rewind(t->output);
	while ((n = fread(block, 1, sizeof(block), t->output)) > 0)
		fwrite(block, 1, n, stdout);
}

void
trial_print_end(const struct trial *t, const struct slot_outcome *o)
{
	static const char *const words[] = {
		[RESULT_SUCCESSFUL] = "successful",
		[RESULT_FAILED] = "failed for good",
		[RESULT_RETRY] = "to be tried again",
		[RESULT_CONTINUE] = "to be continued in the next run",
	};
	bool last = o->result == RESULT_RETRY &&
		    t->facts.attempt >= t->facts.max_attempts;

	print_process(t, o);
	print_log(o->log);
	printf("outcome      %s: %d %s, by %s\n",
	    last ? "failed, no attempt is left" : words[o->result], o->status,
	    o->reason, o->by_handler ? "the handler" : "nightdrop");
	if (o->retry_ms >= 0)
		printf("retry        not before %g s from now\n",
		    (double)o->retry_ms / 1000);
	print_fields(o->fields);
	print_body(t, o);
}
