/*
 * The parameters of one call, in PostgreSQL's binary format.
 *
 * Values are copied into the struct, but for params_bytes_lent, whose bytes
 * must live until the call has been answered.  Failure (limit, memory) is
 * sticky and reported when the call is submitted.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_DB_PARAMS_H
#define ND_DB_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "base/uuid.h"

#define PARAMS_MAX 40

enum param_type {
	PARAM_BOOL,
	PARAM_INT4,
	PARAM_INT8,
	PARAM_TEXT,
	PARAM_BYTEA,
	PARAM_UUID,
	PARAM_JSON,
	PARAM_TIMESTAMPTZ
};

struct params {
	int count;
	struct {
		size_t offset;	  /* in arena, unless lent or null */
		const char *lent; /* not ours */
		int len;
		bool null;
	} value[PARAMS_MAX];
	struct buf arena;
	size_t array; /* offset of the array being built */
};

void params_init(struct params *p);
void params_fini(struct params *p);
void params_reset(struct params *p);

void params_null(struct params *p);
void params_bool(struct params *p, bool v);
void params_int4(struct params *p, int32_t v);
void params_int8(struct params *p, int64_t v);
void params_text(
    struct params *p, struct slice v); /* also json; SLICE_NONE: null */
void params_bytes(struct params *p, struct slice v); /* SLICE_NONE: null */
void params_bytes_lent(struct params *p, struct slice v);
void params_uuid(struct params *p, const struct uuid *v);
void params_time(struct params *p, int64_t us); /* TIME_NONE: null */

/* A one-dimensional array: begin, its items in order, end. */
void params_array_begin(struct params *p, enum param_type type);
void params_item_null(struct params *p);
void params_item_bool(struct params *p, bool v);
void params_item_int4(struct params *p, int32_t v);
void params_item_int8(struct params *p, int64_t v);
void params_item_text(struct params *p, struct slice v); /* also json */
void params_item_bytes(struct params *p, struct slice v);
void params_item_uuid(struct params *p, const struct uuid *v);
void params_item_time(struct params *p, int64_t us);
void params_array_end(struct params *p);

#endif
