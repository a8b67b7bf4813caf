/*
 * The run's report: what is gathered for it, and the exit code.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch/guardian.h"
#include "batch/report_impl.h"

struct report *
report_new(int slots, unsigned how)
{
	struct report *r = calloc(1, sizeof(*r));

	if (r == NULL)
		abort();
	r->slots = slots;
	r->how = how;
	return r;
}

void
report_free(struct report *r)
{
	int i;

	if (r == NULL)
		return;
	for (i = 0; i < r->notes && i < REPORT_NOTES; i++)
		free(r->note[i]);
	free(r);
}

static void note(struct report *r, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
note(struct report *r, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	if (r->notes < REPORT_NOTES &&
	    (r->note[r->notes] = strdup(text)) == NULL)
		abort();
	r->notes++;
}

void
report_note(struct report *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(r, fmt, ap);
	va_end(ap);
}

void
report_warn(struct report *r, const char *fmt, ...)
{
	va_list ap;

	r->loud = true;
	va_start(ap, fmt);
	note(r, fmt, ap);
	va_end(ap);
}

/* One line of text: cut at a character's end; what is not text, or would move
 * a terminal's cursor, becomes '?'. */
static void
copy_line(struct slice s, char *out, size_t size)
{
	size_t len = s.len < size - 1 ? s.len : size - 1, i;
	bool text;

	for (i = 0; i < 3 && len < s.len && len > 0 &&
		    !slice_is_text(slice_mem(s.ptr, len));
	     i++)
		len--;
	text = slice_is_text(slice_mem(s.ptr, len));
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		out[i] =
		    c < ' ' || c == 127 || (c > 127 && !text) ? '?' : s.ptr[i];
		/* U+0080 to U+009F: a terminal takes U+009B for ESC [. */
		if (i > 0 && (unsigned char)s.ptr[i - 1] == 0xc2 && c < 0xa0)
			out[i - 1] = out[i] = '?';
	}
	out[len] = '\0';
}

/* The first line with something in it. */
static struct slice
first_line(struct slice log)
{
	size_t from = 0, to;

	while (from < log.len && strchr(" \t\r\n", log.ptr[from]) != NULL &&
	       log.ptr[from] != '\0')
		from++;
	for (to = from; to < log.len && log.ptr[to] != '\n'; to++)
		continue;
	while (to > from && log.ptr[to - 1] == '\r')
		to--;
	return log.ptr == NULL ? SLICE_LIT("") :
				 slice_mem(log.ptr + from, to - from);
}

void
report_failed(struct report *r, struct slice queue, const struct turn_finish *f)
{
	struct report_failure *x;

	if (r->failures++ >= REPORT_FAILED)
		return;
	x = &r->failed[r->failures - 1];
	x->id = f->id;
	x->status = f->status;
	x->by_handler = f->by_handler;
	x->exit_code = f->exit_code;
	x->signal = f->signal;
	copy_line(queue, x->queue, sizeof(x->queue));
	copy_line(f->reason, x->reason, sizeof(x->reason));
	copy_line(first_line(f->log), x->first, sizeof(x->first));
}

int
report_print(const struct report *r, const struct rows *rows)
{
	struct run_ledger l;
	struct err e = ERR_INIT;
	bool bad;

	if (run_ledger_read(rows, &l, &e) != ERR_OK)
		return report_error(&e);
	bad = l.closed && !l.balanced;
	if ((r->how & REPORT_QUIET) == 0 || bad || l.failed > 0 || r->loud)
		((r->how & REPORT_JSON) != 0 ? report_json : report_text)(
		    r, &l, rows);
	fflush(stdout); /* whatever becomes of us now */
	if (bad)
		return EXIT_SOFT;
	return (r->how & REPORT_STRICT) != 0 && l.failed > 0 ? EXIT_FAILURE :
							       EXIT_SUCCESS;
}

void
report_idle(const struct report *r, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if ((r->how & REPORT_QUIET) != 0)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if ((r->how & REPORT_JSON) != 0)
		report_json_idle(text);
	else
		printf("nightdrop-batch: %s\n", text);
}

int
report_error(const struct err *e)
{
	static const int codes[ERR_COUNT] = {
		[ERR_CONFIG] = EXIT_CONF,
		[ERR_SCHEMA] = EXIT_CONF,
		[ERR_NOT_FOUND] = EXIT_CONF,
		[ERR_FORBIDDEN] = EXIT_CONF,
		[ERR_DB_AWAY] = EXIT_TEMP,
		[ERR_UNKNOWN] = EXIT_TEMP,
		[ERR_READ_ONLY] = EXIT_TEMP,
		[ERR_NO_PARTITION] = EXIT_TEMP,
		[ERR_BUSY] = EXIT_TEMP,
		[ERR_FULL] = EXIT_TEMP,
		[ERR_LEASE] = EXIT_TEMP,
		[ERR_IO] = EXIT_TEMP,
	};
	int code = codes[e->code] != 0 ? codes[e->code] : EXIT_SOFT;
	const char *what =
	    code == EXIT_CONF ? "Nothing was run. Put that right, and see what "
				"nightdrop-batch --check says." :
	    e->code == ERR_IO ? "Nothing is lost: the next run goes on from "
				"here. If it stays so, look at this host: "
				"descriptors, processes, memory, disks." :
	    code == EXIT_TEMP ? "Nothing is lost: the next run goes on from "
				"here. If it stays so, look at the database." :
				"That should not be. Nothing is lost; please "
				"report it, with the log.";

	fflush(stdout);
	fprintf(stderr, "nightdrop-batch: %s\n  %s\n", e->text, what);
	return code;
}
