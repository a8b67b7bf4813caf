/*
 * Chunks of jobs for a statement.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/chunk.h"

#include <stdlib.h>
#include <string.h>

/* Long enough that a transaction costs little, short enough that what a chunk
 * locks is not held for long. */
#define SHORT_MS 250
#define LONG_MS 1000

int
chunk_size_next(int size, int jobs, int64_t ms)
{
	if (ms > LONG_MS && jobs > 1)
		size = (int)(jobs * (int64_t)LONG_MS / ms);
	else if (ms < SHORT_MS && jobs >= size)
		size *= 2;
	return size < 1 ? 1 : size > CHUNK_MOST ? CHUNK_MOST : size;
}

enum chunk_fault
chunk_fault_of(const char *sqlstate)
{
	/* The first entry that the state begins with counts. */
	static const struct {
		const char *state;
		enum chunk_fault fault;
	} faults[] = {
		{ "40", FAULT_AGAIN },	  /* serialization, deadlock */
		{ "55P03", FAULT_AGAIN }, /* lock_timeout */
		{ "57014", FAULT_LATE },  /* statement_timeout */
		{ "53", FAULT_WAIT },	  /* disk, memory, connections */
		{ "57P", FAULT_WAIT },	  /* shutting down */
		{ "25006", FAULT_WAIT },  /* a standby now */
		{ "08", FAULT_WAIT },
	};
	size_t i;

	if (*sqlstate == '\0')
		return FAULT_WAIT;
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (strncmp(sqlstate, faults[i].state,
			strlen(faults[i].state)) == 0)
			return faults[i].fault;
	return FAULT_ERROR;
}

struct chunk *
chunk_new(void)
{
	struct chunk *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	return c;
}

void
chunk_free(struct chunk *c)
{
	if (c == NULL)
		return;
	list_free(&c->jobs);
	free(c);
}

/* n jobs of from, as a chunk at *at; where the next one goes. */
static struct chunk **
piece(struct job_list *from, size_t n, struct chunk **at)
{
	struct chunk *c;

	if (n == 0)
		return at;
	c = chunk_new();
	for (; n > 0; n--)
		list_add(&c->jobs, list_take(from));
	c->next = *at;
	*at = c;
	return &c->next;
}

void
chunk_cut(struct chunk *c, struct chunk **first)
{
	struct job_list marked = { .count = 0 }, rest = { .count = 0 };
	size_t half;
	struct job *j;

	while ((j = list_take(&c->jobs)) != NULL)
		list_add(j->marked ? &marked : &rest, j);
	/* Where some are known to be to blame, the others are not. */
	half = marked.count == 0 ? rest.count / 2 : 0;
	first = piece(&rest, half, first);
	first = piece(&rest, rest.count, first);
	while (marked.count > 0) {
		marked.first->marked = false;
		first = piece(&marked, 1, first);
	}
	chunk_free(c);
}
