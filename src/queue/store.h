/*
 * The responder's side of the database: what it holds open, and what it knows
 * of the server (clock offset, secret).  One a process, shared by all threads.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_STORE_H
#define ND_QUEUE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/uuid.h"

struct commit;
struct pool;
struct store;
struct tokens;

/* Opens nothing yet: a database that is away is an error of each call. */
struct store *store_new(const struct config *c);
void store_free(struct store *s);

struct pool *store_pool(struct store *s);
struct commit *store_commit(struct store *s);
struct tokens *store_tokens(struct store *s);

/* upkeep(), by one thread for all that wait; false: failed. */
bool store_upkeep(struct store *s, int64_t deadline_ms);

/*
 * A new job id by the database's clock.  The offset is measured at the first
 * call and then once a minute; placement as in http.md.  Errors of the
 * database; ERR_SCHEMA, ERR_CONFIG (instance) once and for all.
 */
enum err_code store_new_id(struct store *s, unsigned placement,
    int64_t deadline_ms, struct uuid *out, struct err *e);

/* A job was refused because of its id's time: measure again. */
void store_clock_doubted(struct store *s);

/* The database's clock, microseconds (our own until it has been measured). */
int64_t store_now_us(struct store *s);

/*
 * The key of an ownerless job's URL: 22 base64url characters of
 * HMAC-SHA-256(secret, id).  ..._ok compares in constant time.
 */
#define CAPABILITY_LEN 22
enum err_code store_capability(struct store *s, const struct uuid *id,
    int64_t deadline_ms, char out[static CAPABILITY_LEN + 1], struct err *e);
enum err_code store_capability_ok(struct store *s, const struct uuid *id,
    struct slice key, int64_t deadline_ms, bool *ok, struct err *e);

#endif
