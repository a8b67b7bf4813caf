/*
 * The report as one JSON object on one line (--report=json).
 *
 * verdict is balanced, unbalanced, left (others are still in the run) or idle
 * (there was nothing to do; notes say why, and run is null).  The rest has the
 * names of the view nightdrop.run_history; what is not known yet is null.
 *
 * SPDX-License-Identifier: ISC
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "batch/json_out.h"
#include "batch/report_impl.h"

void
out_member(json_t *o, const char *name, json_t *value)
{
	if (json_object_set_new(o, name, value) != 0)
		abort(); /* no memory, or text that is not UTF-8 */
}

json_t *
out_text(const char *text)
{
	json_t *s = json_string(text);
	char *copy;
	size_t i;

	if (s != NULL)
		return s;
	if ((copy = strdup(text)) == NULL)
		abort();
	for (i = 0; copy[i] != '\0'; i++)
		if ((unsigned char)copy[i] > 127)
			copy[i] = '?';
	s = json_string(copy);
	free(copy);
	return s;
}

json_t *
out_instant(int64_t us)
{
	char at[TIME_TEXT_SIZE];

	return us == TIME_NONE ? json_null() :
				 json_string(time_rfc3339(us, at));
}

static json_t *
text(struct slice s)
{
	return json_stringn(s.ptr != NULL ? s.ptr : "", s.len);
}

void
out_line(json_t *o)
{
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static void
set_counts(json_t *o, const struct run_ledger *l)
{
	const struct {
		const char *name;
		int64_t n;
		bool known;
	} counts[] = {
		{ "waiting_at_open", l->waiting_at_open, true },
		{ "taken", l->taken, true },
		{ "successful", l->successful, true },
		{ "failed", l->failed, true },
		{ "dismissed", l->dismissed, true },
		{ "given_back", l->given_back, true },
		{ "retried", l->retried, true },
		{ "put_back", l->given_back - l->retried, true },
		{ "lost", l->lost, true },
		{ "accepted_since", l->accepted_since, l->closed },
		{ "left_waiting", l->left_waiting, l->closed },
		{ "carried_over", l->carried_over,
		    l->closed && l->until != TIME_NONE },
	};
	size_t i;

	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		out_member(o, counts[i].name,
		    counts[i].known ? json_integer(counts[i].n) : json_null());
}

static json_t *
failures(const struct report *r)
{
	json_t *list = json_array(), *o;
	char id[UUID_TEXT_LEN + 1];
	int64_t i;

	for (i = 0; i < r->failures && i < REPORT_FAILED; i++) {
		const struct report_failure *f = &r->failed[i];

		o = json_object();
		out_member(o, "id", json_string(uuid_format(&f->id, id)));
		out_member(o, "queue", json_string(f->queue));
		out_member(o, "status", json_integer(f->status));
		out_member(o, "reason", json_string(f->reason));
		out_member(o, "by",
		    json_string(f->by_handler ? "handler" : "nightdrop"));
		out_member(o, "stderr", json_string(f->first));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
notes(const struct report *r)
{
	json_t *list = json_array();
	int i;

	for (i = 0; i < r->notes && i < REPORT_NOTES; i++)
		json_array_append_new(list, out_text(r->note[i]));
	return list;
}

static json_t *
trouble(const struct run_ledger *l, const struct rows *rows)
{
	json_t *list = json_array();
	int i;

	for (i = 0; i < l->trouble; i++)
		json_array_append_new(list, text(run_ledger_trouble(rows, i)));
	return list;
}

void
report_json(
    const struct report *r, const struct run_ledger *l, const struct rows *rows)
{
	json_t *o = json_object(), *queues;

	out_member(o, "run", json_integer(l->run));
	out_member(o, "verdict",
	    json_string(!l->closed  ? "left" :
			l->balanced ? "balanced" :
				      "unbalanced"));
	out_member(o, "opened", out_instant(l->opened));
	out_member(o, "closed", out_instant(l->closed_at));
	out_member(o, "until", out_instant(l->until));
	out_member(o, "slots", json_integer(r->slots));
	set_counts(o, l);
	queues = l->queues.ptr == NULL ?
		     NULL :
		     json_loadb(l->queues.ptr, l->queues.len, 0, NULL);
	out_member(o, "queues", queues != NULL ? queues : json_array());
	out_member(o, "failures", failures(r));
	out_member(o, "trouble", trouble(l, rows));
	out_member(o, "notes", notes(r));
	out_line(o);
}

void
report_json_idle(const char *why)
{
	json_t *o = json_object();

	out_member(o, "run", json_null());
	out_member(o, "verdict", json_string("idle"));
	out_member(o, "notes", json_pack("[o]", out_text(why)));
	out_line(o);
}
