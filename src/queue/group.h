/*
 * Many submissions in one call, and its answers.  For commit.c.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_GROUP_H
#define ND_QUEUE_GROUP_H

#include "db/params.h"
#include "db/rows.h"
#include "queue/accept.h"
#include "queue/line.h"

#define GROUP_ROWS 64

struct group {
	int n;
	struct waiter *member[GROUP_ROWS];
	struct uuid id[GROUP_ROWS];
};

/* With the lock that the line is under held: */

/* Take the head of the line, as much as goes into one call. */
void group_take(struct group *g, struct line *l);
/* Copy its rows into p; its waiters are SENT. */
void group_build(const struct group *g, struct params *p);
/* Its waiters are ANSWERED, but those that have LEFT. */
void group_answer(const struct group *g, const struct rows *r);

/* The parameters of STMT_JOB_ACCEPT_MANY; all bytes are copied. */
void group_params(
    struct params *p, const struct submission *const *jobs, int n);

/* The receipt of this id, matched by id; hint is the row where it may be. */
enum err_code group_receipt(const struct rows *r, const struct uuid *id,
    int hint, struct receipt *out, struct err *e);

#endif
