/*
 * UUIDs (RFC 9562).
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BASE_UUID_H
#define ND_BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define UUID_TEXT_LEN 36

struct uuid {
	uint8_t b[16];
};

/* Version 7: unix_ms, 12 bits of placement (only the low 12 are used), 62
 * random bits from the kernel.  Aborts where the kernel gives none. */
struct uuid uuid_v7(int64_t unix_ms, unsigned placement);

struct uuid uuid_random(void); /* version 4 */

/* Lower case, with hyphens, NUL-terminated.  Returns out. */
char *uuid_format(const struct uuid *u, char out[static UUID_TEXT_LEN + 1]);

/* The form with hyphens, any case; *out untouched on failure. */
bool uuid_parse(struct slice s, struct uuid *out);

bool uuid_eq(const struct uuid *a, const struct uuid *b);

#endif
