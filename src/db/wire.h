/*
 * Numbers as PostgreSQL's protocol writes them, and its types' ids.  For the
 * files of this folder.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_DB_WIRE_H
#define ND_DB_WIRE_H

#include <stdint.h>

#include "base/clock.h"

/* pg_type.dat: fixed since PostgreSQL 9.4 at the latest. */
enum {
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_TEXT_ARRAY = 1009,
	OID_INT8_ARRAY = 1016,
	OID_VARCHAR = 1043,
	OID_TIMESTAMPTZ = 1184,
	OID_UUID = 2950,
	OID_JSON = 114,
	OID_JSONB = 3802
};

static inline void
wire_put32(char *out, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		out[i] = (char)(unsigned char)(v >> (24 - 8 * i));
}

static inline void
wire_put64(char *out, uint64_t v)
{
	wire_put32(out, (uint32_t)(v >> 32));
	wire_put32(out + 4, (uint32_t)v);
}

static inline uint32_t
wire_get32(const char *in)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++)
		v = v << 8 | (unsigned char)in[i];
	return v;
}

static inline uint64_t
wire_get64(const char *in)
{
	return (uint64_t)wire_get32(in) << 32 | wire_get32(in + 4);
}

/* Microseconds from 1970-01-01 to 2000-01-01, where PostgreSQL counts from. */
#define WIRE_EPOCH_US INT64_C(946684800000000)

/* infinity is INT64_MAX; -infinity is read as TIME_NONE. */
static inline int64_t
wire_time_out(int64_t us)
{
	if (us == INT64_MAX || us < INT64_MIN + WIRE_EPOCH_US)
		return us == INT64_MAX ? us : INT64_MIN;
	return us - WIRE_EPOCH_US;
}

static inline int64_t
wire_time_in(int64_t us)
{
	if (us == INT64_MIN)
		return TIME_NONE;
	return us > INT64_MAX - WIRE_EPOCH_US ? INT64_MAX : us + WIRE_EPOCH_US;
}

#endif
