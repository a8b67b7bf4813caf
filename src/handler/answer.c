/*
 * What a handler writes to stdout.
 *
 * Memory is bounded by one header and one part, whatever a handler writes: a
 * full part stops the reading until it has been taken.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/answer.h"

#include "handler/slot.h"

void
answer_init(struct answer *a)
{
	*a = (struct answer) { .why = ERR_INIT };
	buf_init(&a->header, SLOT_HEADER_LIMIT);
	buf_init(&a->part, SLOT_OUTPUT_SIZE);
}

void
answer_fini(struct answer *a)
{
	buf_fini(&a->header);
	buf_fini(&a->part);
}

void
answer_reset(struct answer *a, int64_t limit)
{
	buf_reset(&a->header);
	buf_reset(&a->part);
	a->state = ANSWER_HEADER;
	a->line = 0;
	a->seq = 0;
	a->size = 0;
	a->limit = limit;
	a->ended = false;
	a->why.code = ERR_OK;
	a->why.text[0] = '\0';
}

size_t
answer_room(const struct answer *a)
{
	if (a->state == ANSWER_HEADER)
		return SLOT_HEADER_LIMIT - a->header.len;
	if (a->state == ANSWER_BODY)
		return SLOT_OUTPUT_SIZE - a->part.len;
	return SLOT_OUTPUT_SIZE;
}

static void
add_body(struct answer *a, const char *p, size_t len)
{
	a->size += (int64_t)len;
	if (a->size > a->limit) {
		if (a->state == ANSWER_BODY)
			err_set(&a->why, ERR_TOO_LARGE,
			    "its answer is longer than %lld bytes",
			    (long long)a->limit);
		a->state = ANSWER_TOO_LONG;
	} else if (a->state == ANSWER_BODY && !buf_append(&a->part, p, len)) {
		err_set(&a->why, ERR_INTERNAL, "no memory for its answer");
		a->state = ANSWER_TOO_LONG;
	}
}

/* What has come of the header so far; the bytes behind it are body. */
static void
add_header(struct answer *a, const char *p, size_t len)
{
	size_t before = a->header.len, end;
	struct slice header;

	if (!buf_append(&a->header, p, len)) {
		err_set(&a->why, ERR_INTERNAL, "no memory for its header");
		a->state = ANSWER_INVALID;
		return;
	}
	end = cgi_header_end(buf_view(&a->header), &a->line);
	if (end == 0) {
		if (a->header.len < SLOT_HEADER_LIMIT)
			return;
		err_set(&a->why, ERR_SYNTAX,
		    "its header is longer than %d bytes", SLOT_HEADER_LIMIT);
		a->state = ANSWER_INVALID;
		return;
	}
	header = slice_mem(a->header.ptr, end);
	a->state = cgi_response_parse(header, &a->cgi, &a->why) == ERR_OK ?
		       ANSWER_BODY :
		       ANSWER_INVALID;
	add_body(a, p + (end - before), len - (end - before));
}

void
answer_add(struct answer *a, const char *p, size_t len)
{
	if (a->state == ANSWER_HEADER)
		add_header(a, p, len);
	else
		add_body(a, p, len);
}

void
answer_end(struct answer *a)
{
	if (a->ended)
		return;
	a->ended = true;
	if (a->state != ANSWER_HEADER)
		return;
	a->state = ANSWER_INVALID;
	if (a->header.len == 0)
		err_set(&a->why, ERR_SYNTAX, "it answered nothing");
	else
		err_set(&a->why, ERR_SYNTAX,
		    "its header has no empty line behind it");
}

/* Short enough to be given whole at the end? */
static bool
is_inline(const struct answer *a)
{
	return a->seq == 0 && a->part.len <= SLOT_INLINE_SIZE;
}

bool
answer_part(const struct answer *a, struct slice *data, int *seq)
{
	bool last = a->ended && a->part.len > 0 && !is_inline(a);

	if (a->state != ANSWER_BODY ||
	    (a->part.len < SLOT_OUTPUT_SIZE && !last))
		return false;
	*data = buf_view(&a->part);
	*seq = a->seq;
	return true;
}

void
answer_part_taken(struct answer *a)
{
	buf_reset(&a->part);
	a->seq++;
}

void
answer_discard(struct answer *a)
{
	a->state = ANSWER_INVALID;
	buf_reset(&a->part);
}

struct slice
answer_body(const struct answer *a)
{
	return is_inline(a) ? buf_view(&a->part) : SLICE_NONE;
}
