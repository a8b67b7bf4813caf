/*
 * What a job has come to.
 *
 * One table, the first row that matches; the last one always does.  The rows
 * above the answer's own are nightdrop's verdict on a handler that did not
 * keep to its contract: nothing that it printed counts then.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "http/json_put.h"
#include "http/status.h"

typedef bool match_fn(const struct outcome_facts *f, struct buf *why);

static bool
is_late(const struct outcome_facts *f, struct buf *why)
{
	if (f->timed_out)
		buf_puts(why, "it ran longer than its time limit");
	return f->timed_out;
}

static bool
is_trouble(const struct outcome_facts *f, struct buf *why)
{
	if (f->trouble != NULL)
		buf_puts(why, f->trouble);
	return f->trouble != NULL;
}

/* Before the exit: it was we who killed it then. */
static bool
is_too_long(const struct outcome_facts *f, struct buf *why)
{
	if (f->answer->state != ANSWER_TOO_LONG)
		return false;
	buf_puts(why, f->answer->why.text);
	return true;
}

static bool
is_crash(const struct outcome_facts *f, struct buf *why)
{
	if (f->signal != 0)
		buf_printf(why, "it was killed by signal %d", f->signal);
	else if (f->exit_code != 0)
		buf_printf(why, "it exited with %d", f->exit_code);
	return f->signal != 0 || f->exit_code != 0;
}

static bool
is_no_answer(const struct outcome_facts *f, struct buf *why)
{
	if (f->answer->state == ANSWER_BODY)
		return false;
	buf_puts(why, f->answer->why.text);
	return true;
}

/* A state comes back in the environment: short, and without NUL. */
static bool
is_bad_state(const struct outcome_facts *f, struct buf *why)
{
	struct slice body = answer_body(f->answer);

	if (f->answer->cgi.status != 202)
		return false;
	if (f->answer->size > SLOT_STATE_LIMIT || body.ptr == NULL)
		buf_printf(why,
		    "its state (the body of a 202) is longer than"
		    " %d bytes",
		    SLOT_STATE_LIMIT);
	else if (memchr(body.ptr, '\0', body.len) != NULL)
		buf_puts(why, "its state (the body of a 202) holds a NUL");
	else
		return false;
	return true;
}

/* What is the handler's fault, and always tried again. */
static const struct {
	match_fn *match;
	int status;
} faults[] = {
	{ is_late, 504 },
	{ is_trouble, 502 },
	{ is_too_long, 502 },
	{ is_crash, 502 },
	{ is_no_answer, 502 },
	{ is_bad_state, 502 },
};

/* What the handler's own status means. */
static const struct {
	int from, to;
	enum slot_result result;
} meanings[] = {
	{ 202, 202, RESULT_CONTINUE },
	{ 408, 408, RESULT_RETRY },
	{ 425, 425, RESULT_RETRY },
	{ 429, 429, RESULT_RETRY },
	{ 500, 599, RESULT_RETRY },
	{ 400, 499, RESULT_FAILED },
	{ 200, 399, RESULT_SUCCESSFUL },
};

/* Of one hop (RFC 9110 §7.6.1), or known better by whoever serves them. */
static const char *const dropped[] = { "Connection", "Content-Length",
	"Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
	"Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade" };

static bool
is_dropped(struct slice name)
{
	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		if (slice_eq_nocase(name, dropped[i]))
			return true;
	return false;
}

/* [["Name", "value"], ...]; a value that is not UTF-8 is left out. */
static void
put_fields(struct buf *b, struct slice fields)
{
	struct cgi_field f;

	json_put_open(b, '[');
	while (cgi_field_next(&fields, &f)) {
		if (is_dropped(f.name) || !slice_is_text(f.value))
			continue;
		json_put_open(b, '[');
		json_put_text(b, f.name);
		json_put_text(b, f.value);
		json_put_close(b, ']');
	}
	json_put_close(b, ']');
}

enum slot_result
outcome_meaning(int status)
{
	size_t i = 0;

	while (status < meanings[i].from || status > meanings[i].to)
		i++; /* the parser lets no other status through */
	return meanings[i].result;
}

/* The handler's own answer; text holds the fields, the reason, and a NUL. */
static void
answer_outcome(
    const struct outcome_facts *f, struct buf *text, struct slot_outcome *out)
{
	const struct cgi_response *r = &f->answer->cgi;
	size_t fields_len;

	put_fields(text, r->fields);
	fields_len = text->len;
	if (r->reason.len > 0 && slice_is_text(r->reason))
		buf_slice(text, r->reason);
	else
		buf_puts(text, status_reason(r->status));
	if (text->failed) /* bounded by the header's limit: no memory */
		abort();
	out->result = outcome_meaning(r->status);
	out->by_handler = true;
	out->status = r->status;
	out->fields = slice_mem(text->ptr, fields_len);
	out->reason = text->ptr + fields_len;
	out->size = f->answer->size;
	out->body = answer_body(f->answer);
	if (out->result == RESULT_RETRY)
		out->retry_ms = cgi_retry_after_ms(r->retry_after, f->now_us);
}

void
outcome_decide(const struct outcome_facts *f, struct buf *text, struct buf *why,
    struct slot_outcome *out)
{
	out->exit_code = f->exit_code;
	out->signal = f->signal;
	out->retry_ms = -1;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (!faults[i].match(f, why))
			continue;
		out->result = RESULT_RETRY;
		out->by_handler = false;
		out->status = faults[i].status;
		out->reason = status_reason(faults[i].status);
		out->fields = SLICE_LIT("[]");
		out->size = 0;
		out->body = SLICE_LIT("");
		return;
	}
	answer_outcome(f, text, out);
}
