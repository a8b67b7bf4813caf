/*
 * Whose bearer token is this?
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_TOKEN_H
#define ND_QUEUE_TOKEN_H

#include "queue/store.h"

#define TOKEN_OWNER_MAX 255 /* bytes; the table's constraint */
#define TOKEN_KEEP_MS 2000  /* how late a revocation may be heeded */

/* What is known of tokens; the store's. */
struct tokens;

struct tokens *tokens_new(void);
void tokens_free(struct tokens *t);

/*
 * The owner of the token with this SHA-256, NUL-terminated.  ERR_TOKEN: there
 * is none, or it has expired or been revoked; errors of the database.  A valid
 * one is asked for again after TOKEN_KEEP_MS, any other each time.
 */
enum err_code token_owner(struct store *s,
    const uint8_t digest[static DIGEST_LEN], int64_t deadline_ms,
    char owner[static TOKEN_OWNER_MAX + 1], struct err *e);

#endif
