/*
 * The programs of this host for the queues of a run.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_HANDLERS_H
#define ND_BATCH_HANDLERS_H

#include <stddef.h>

#include "base/slice.h"
#include "handler/find.h"
#include "handler/user.h"

struct handlers;

/* user: whom they are run as; not copied, and looked at later. */
struct handlers *handlers_new(const char *dir, const struct user *user);
void handlers_free(struct handlers *h);

/* The queue's handler, looked up once, or NULL; *why then says what is wrong.
 * Both live as long as the table. */
const struct handler *handlers_find(
    struct handlers *h, struct slice queue, const char **why);

/* One that was found will not do after all: why, from now on. */
void handlers_refuse(struct handlers *h, struct slice queue, const char *why);

/* Those found so far, one after another: *at begins as NULL; NULL: no more. */
const struct handler *handlers_next(
    const struct handlers *h, void **at, const char **queue);
size_t handlers_count(const struct handlers *h); /* at least so many */

#endif
