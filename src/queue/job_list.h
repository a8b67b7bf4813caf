/*
 * The list of an owner's jobs.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_JOB_LIST_H
#define ND_QUEUE_JOB_LIST_H

#include "queue/accept.h"

struct rows;

struct job_filter {
	struct slice owner;	    /* not "" */
	struct slice queue, status; /* SLICE_NONE: any */
	const struct uuid *before;  /* to go on behind it; NULL: the newest */
	int most;		    /* jobs of a page */
};

struct job_item {
	struct uuid id;
	struct slice queue, status; /* live as long as the rows */
	int64_t accepted, finished; /* us; TIME_NONE: not final */
	int outcome_status;	    /* 0: not final */
};

/* A page, newest first; *rows must be freed.  It may be short, even empty,
 * and yet not the last. */
enum err_code job_list_read(struct store *s, const struct job_filter *filter,
    int64_t deadline_ms, struct rows **rows, struct err *e);

int job_list_count(const struct rows *rows);
struct job_item job_list_at(const struct rows *rows, int i);

/* Is there a next page?  *before is then where it goes on. */
bool job_list_next(const struct rows *rows, struct uuid *before);

#endif
