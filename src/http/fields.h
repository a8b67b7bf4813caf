/*
 * Request fields with a syntax of their own: Idempotency-Key (the draft of
 * the HTTPAPI group, a string of RFC 9651), Content-Digest and Repr-Digest
 * (RFC 9530), and what may stand in any field value.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_FIELDS_H
#define ND_HTTP_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/slice.h"

#define FIELD_KEY_MAX 255 /* bytes of an idempotency key */

struct field_key {
	char text[FIELD_KEY_MAX];
	size_t len;
};

/* "string" or, tolerated, a bare token.  ERR_SYNTAX; *out is then
 * untouched. */
enum err_code field_key_parse(
    struct slice field, struct field_key *out, struct err *e);

/* The member sha-256 of a digest field.  *found is false where there is none
 * (other algorithms are ignored, RFC 9530 §2).  ERR_SYNTAX. */
enum err_code field_digest_parse(struct slice field, bool *found,
    uint8_t out[static DIGEST_LEN], struct err *e);

/* Base64 into at most size bytes; its padding may be missing (RFC 9651
 * §4.2.7), and the bits that are left over must be zero: one value, one
 * spelling.  False: it is not that, or longer; *len is then untouched. */
bool field_base64(struct slice s, void *out, size_t size, size_t *len);

/* No control character but tab: cannot end a header line. */
bool field_value_ok(struct slice value);

/* Only characters that may stand in a URI (RFC 3986 §2), so it can be put
 * between <>, between quotes and into a header line as it is. */
bool field_uri_ok(struct slice uri);

/* Append s as one segment of a path: all but unreserved characters as %XX. */
bool field_uri_segment(struct buf *out, struct slice s);

#endif
