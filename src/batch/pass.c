/*
 * Passes and pace.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/pass.h"

#include <stdio.h>
#include <stdlib.h>

#define RESERVE_MS 2000
#define MEMORY 8.0 /* handlers that the moving average looks back over */

void
pass_init(struct pass *p)
{
	*p = (struct pass) { .due = -1 };
}

void
pass_fini(struct pass *p)
{
	free(p->cursor);
	pass_init(p);
}

static struct turn_cursor *
cursor_get(struct pass *p, struct slice queue)
{
	struct turn_cursor *c;
	size_t i;

	for (i = 0; i < p->cursors; i++)
		if (slice_eq_str(queue, p->cursor[i].queue))
			return &p->cursor[i];
	if (p->cursors == p->size) {
		p->size = p->size * 2 + 8;
		p->cursor = realloc(p->cursor, p->size * sizeof(*p->cursor));
		if (p->cursor == NULL)
			abort();
	}
	c = &p->cursor[p->cursors++];
	snprintf(c->queue, sizeof(c->queue), "%.*s", (int)queue.len, queue.ptr);
	return c;
}

void
pass_skip(
    struct pass *p, struct slice queue, int64_t position, const struct uuid *id)
{
	struct turn_cursor *c = cursor_get(p, queue);

	c->position = position;
	c->id = *id;
}

void
pass_take(
    struct pass *p, struct slice queue, int64_t position, const struct uuid *id)
{
	pass_skip(p, queue, position, id);
	p->found = true;
	p->dry = false;
}

void
pass_idle(struct pass *p, int64_t due)
{
	p->dry = !p->found;
	p->due = due;
	p->found = false;
	p->cursors = 0;
}

void
pass_stir(struct pass *p)
{
	p->dry = false;
}

bool
pass_wants(const struct pass *p, int64_t now)
{
	return !p->dry || (p->due >= 0 && now >= p->due);
}

bool
pass_over(const struct pass *p, int64_t now)
{
	return p->dry && (p->due < 0 || p->due > now + PASS_PATIENCE_MS);
}

void
pace_add(struct pace *p, double ms)
{
	if (p->mean_ms < 0)
		p->mean_ms = ms;
	else
		p->mean_ms += (ms - p->mean_ms) / MEMORY;
}

int
pace_within(const struct pace *p, int64_t ms, int least, int most)
{
	double n;

	if (p->mean_ms < 0)
		return least;
	/* A handler of no measurable length still takes a tenth of a ms. */
	n = p->slots * (double)ms / (p->mean_ms < 0.1 ? 0.1 : p->mean_ms);
	return n < least ? least : n > most ? most : (int)n;
}

int
pace_reserve(const struct pace *p, int have, int times)
{
	int most = (p->slots > RESERVE_MOST ? p->slots : RESERVE_MOST) * times;
	int target =
	    pace_within(p, (int64_t)RESERVE_MS * times, p->slots, most);

	return have > target / 2 ? 0 : target - have;
}
