/*
 * Parameters in PostgreSQL's binary format, as the types' receive functions
 * read it: integers in network order, text and json as they are, a timestamptz
 * as microseconds since 2000-01-01, an array as a header and (length, bytes) of
 * each item.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/params.h"

#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "db/wire.h"

#define ARENA_LIMIT ((size_t)64 << 20) /* a group of commits needs 4 MiB */
#define LENT_LIMIT ((size_t)512 << 20)

#define ARRAY_HEADER 20 /* dimensions, has nulls, type, items, lower bound */
#define ARRAY_NULLS 4	/* offsets in it */
#define ARRAY_ITEMS 12

static const uint32_t type_oid[] = {
	[PARAM_BOOL] = OID_BOOL,
	[PARAM_INT4] = OID_INT4,
	[PARAM_INT8] = OID_INT8,
	[PARAM_TEXT] = OID_TEXT,
	[PARAM_BYTEA] = OID_BYTEA,
	[PARAM_UUID] = OID_UUID,
	[PARAM_JSON] = OID_JSON,
	[PARAM_TIMESTAMPTZ] = OID_TIMESTAMPTZ,
};

void
params_init(struct params *p)
{
	memset(p, 0, sizeof(*p));
	buf_init(&p->arena, ARENA_LIMIT);
}

void
params_fini(struct params *p)
{
	buf_fini(&p->arena);
	params_init(p);
}

void
params_reset(struct params *p)
{
	p->count = 0;
	p->array = 0;
	buf_reset(&p->arena);
}

/* The next value, which begins where the arena ends; false: too many. */
static bool
value_begin(struct params *p)
{
	if (p->count == PARAMS_MAX) {
		p->arena.failed = true;
		return false;
	}
	p->value[p->count].offset = p->arena.len;
	p->value[p->count].lent = NULL;
	p->value[p->count].len = 0;
	p->value[p->count].null = false;
	return true;
}

static void
value_end(struct params *p)
{
	p->value[p->count].len =
	    (int)(p->arena.len - p->value[p->count].offset);
	p->count++;
}

/* Bytes that are absent make it null. */
static void
value(struct params *p, struct slice v)
{
	if (!value_begin(p))
		return;
	p->value[p->count].null = v.ptr == NULL;
	buf_slice(&p->arena, v);
	value_end(p);
}

void
params_null(struct params *p)
{
	value(p, SLICE_NONE);
}

void
params_bool(struct params *p, bool v)
{
	value(p, slice_mem(v ? "\1" : "\0", 1));
}

void
params_int4(struct params *p, int32_t v)
{
	char b[4];

	wire_put32(b, (uint32_t)v);
	value(p, slice_mem(b, sizeof(b)));
}

void
params_int8(struct params *p, int64_t v)
{
	char b[8];

	wire_put64(b, (uint64_t)v);
	value(p, slice_mem(b, sizeof(b)));
}

void
params_text(struct params *p, struct slice v)
{
	value(p, v);
}

void
params_bytes(struct params *p, struct slice v)
{
	value(p, v);
}

void
params_bytes_lent(struct params *p, struct slice v)
{
	if (!value_begin(p))
		return;
	if (v.len > LENT_LIMIT)
		p->arena.failed = true;
	p->value[p->count].null = v.ptr == NULL;
	p->value[p->count].lent = v.ptr;
	p->value[p->count].len = v.len > LENT_LIMIT ? 0 : (int)v.len;
	p->count++;
}

void
params_uuid(struct params *p, const struct uuid *v)
{
	value(p, slice_mem(v->b, sizeof(v->b)));
}

void
params_time(struct params *p, int64_t us)
{
	if (us == TIME_NONE)
		params_null(p);
	else
		params_int8(p, wire_time_out(us));
}

void
params_array_begin(struct params *p, enum param_type type)
{
	char *h;

	if (!value_begin(p))
		return;
	p->array = p->arena.len;
	h = buf_room(&p->arena, ARRAY_HEADER);
	if (h == NULL)
		return;
	wire_put32(h, 1); /* dimensions */
	wire_put32(h + ARRAY_NULLS, 0);
	wire_put32(h + 8, type_oid[type]);
	wire_put32(h + ARRAY_ITEMS, 0);
	wire_put32(h + 16, 1); /* lower bound */
	p->arena.len += ARRAY_HEADER;
}

void
params_array_end(struct params *p)
{
	if (p->count < PARAMS_MAX)
		value_end(p);
}

static void
item(struct params *p, struct slice v)
{
	char b[4];
	char *h;

	if (p->arena.failed)
		return;
	h = p->arena.ptr + p->array;
	wire_put32(h + ARRAY_ITEMS, wire_get32(h + ARRAY_ITEMS) + 1);
	if (v.ptr == NULL)
		wire_put32(h + ARRAY_NULLS, 1);
	wire_put32(b, v.ptr == NULL ? UINT32_MAX : (uint32_t)v.len);
	buf_append(&p->arena, b, sizeof(b));
	buf_slice(&p->arena, v);
}

void
params_item_null(struct params *p)
{
	item(p, SLICE_NONE);
}

void
params_item_bool(struct params *p, bool v)
{
	item(p, slice_mem(v ? "\1" : "\0", 1));
}

void
params_item_int4(struct params *p, int32_t v)
{
	char b[4];

	wire_put32(b, (uint32_t)v);
	item(p, slice_mem(b, sizeof(b)));
}

void
params_item_int8(struct params *p, int64_t v)
{
	char b[8];

	wire_put64(b, (uint64_t)v);
	item(p, slice_mem(b, sizeof(b)));
}

void
params_item_text(struct params *p, struct slice v)
{
	item(p, v);
}

void
params_item_bytes(struct params *p, struct slice v)
{
	item(p, v);
}

void
params_item_uuid(struct params *p, const struct uuid *v)
{
	item(p, slice_mem(v->b, sizeof(v->b)));
}

void
params_item_time(struct params *p, int64_t us)
{
	if (us == TIME_NONE)
		params_item_null(p);
	else
		params_item_int8(p, wire_time_out(us));
}
