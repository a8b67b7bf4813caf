/*
 * Which queues a run is for.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/scope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
names_params(struct params *p, const struct options *o)
{
	size_t i;

	params_init(p);
	if (o->scope == NULL) {
		params_null(p);
		return;
	}
	params_array_begin(p, PARAM_TEXT);
	for (i = 0; i < o->scope_len; i++)
		params_item_text(p, slice_str(o->scope[i]));
	params_array_end(p);
}

static void
take_rows(struct scope *s, const struct rows *rows)
{
	struct slice name;
	int i;

	s->len = (size_t)rows_count(rows);
	s->queue = calloc(s->len + 1, sizeof(*s->queue));
	if (s->queue == NULL)
		abort();
	for (i = 0; i < (int)s->len; i++) {
		name = rows_text(rows, i, 0);
		snprintf(s->queue[i].name, TURN_QUEUE_SIZE, "%.*s",
		    (int)name.len, name.ptr);
		s->queue[i].held = rows_bool(rows, i, 2);
	}
}

static bool
has(const struct scope *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->len; i++)
		if (strcmp(s->queue[i].name, name) == 0)
			return true;
	return false;
}

enum err_code
scope_read(struct scope *s, struct conn *c, const struct options *o,
    int64_t deadline_ms, struct err *e)
{
	struct rows *rows;
	struct params p;
	enum err_code code;
	size_t i;

	names_params(&p, o);
	code = conn_call(
	    c, STMT_QUEUE_SCOPE, &p, deadline_ms, CALL_REPEAT, &rows, e);
	params_fini(&p);
	if (code != ERR_OK)
		return code;
	take_rows(s, rows);
	rows_free(rows);
	for (i = 0; i < o->scope_len; i++)
		if (!has(s, o->scope[i]))
			return err_set(e, ERR_CONFIG,
			    "there is no queue '%.64s'; the view "
			    "nightdrop.queue_status lists them",
			    o->scope[i]);
	if (s->len == 0)
		return err_set(e, ERR_CONFIG,
		    "there is no queue; the DBA makes one with "
		    "nightdrop.queue_create('name', 'reason')");
	return ERR_OK;
}

void
scope_fini(struct scope *s)
{
	free(s->queue);
	*s = (struct scope) { .len = 0 };
}
