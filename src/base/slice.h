/*
 * A run of bytes that somebody else owns.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BASE_SLICE_H
#define ND_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
	const char *ptr; /* NULL: absent; "" with len 0: present, empty */
	size_t len;	 /* bytes */
};

#define SLICE_NONE ((struct slice) { NULL, 0 })
#define SLICE_LIT(s) ((struct slice) { (s), sizeof(s) - 1 })

struct slice slice_str(const char *s); /* NULL gives SLICE_NONE */
struct slice slice_mem(const void *p, size_t len);
bool slice_eq(struct slice a, struct slice b); /* length and bytes */
bool slice_eq_str(struct slice a, const char *s);
bool slice_eq_nocase(struct slice a, const char *s); /* ASCII only */

/* Without leading and trailing space and tab (RFC 9110 OWS). */
struct slice slice_trim(struct slice s);

/* Cut s at the first c: what stands before it is returned, *s is what stands
 * behind it, or SLICE_NONE where there was no c. */
struct slice slice_cut(struct slice *s, char c);

/* Decimal digits only, no sign, no space; false on anything else or overflow;
 * *out is then untouched. */
bool slice_uint(struct slice s, uint64_t *out);

/* Valid UTF-8 (RFC 3629) without NUL: what PostgreSQL takes as text. */
bool slice_is_text(struct slice s);

#endif
