/*
 * SHA-256, SHA-1, HMAC, base64, randomness: all of libcrypto that we use.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BASE_DIGEST_H
#define ND_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

#define DIGEST_LEN 32
#define DIGEST_SHA1_LEN 20

struct digest; /* one in progress */

/* SHA-256.  Aborts without memory. */
struct digest *digest_new(void);
/* SHA-1, against transmission errors only; digest_end gives DIGEST_SHA1_LEN
 * bytes. */
struct digest *digest_new_sha1(void);
void digest_free(struct digest *d);
void digest_add(struct digest *d, const void *p, size_t len);
void digest_end(struct digest *d, uint8_t out[static DIGEST_LEN]);

void digest_sha256(struct slice s, uint8_t out[static DIGEST_LEN]);
void digest_hmac(
    struct slice key, struct slice s, uint8_t out[static DIGEST_LEN]);

/* Equal, in time that does not depend on where they differ. */
bool digest_equal(const void *a, const void *b, size_t len);

bool digest_base64(struct buf *b, const void *p, size_t len);
bool digest_base64url(
    struct buf *b, const void *p, size_t len); /* no padding */
bool digest_hex(struct buf *b, const void *p, size_t len);

void digest_random(void *p, size_t len); /* kernel's; aborts without */

#endif
