/*
 * The FastCGI applications of a slot: started when a job first wants one, kept
 * for the next, told to leave in the end.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_CREW_H
#define ND_HANDLER_CREW_H

#include <stdbool.h>

#include "base/err.h"
#include "handler/app.h"
#include "handler/slot.h"

#define CREW_KEPT 4   /* of as many queues; then the least used one leaves */
#define CREW_SIZE 8   /* with those that are leaving */
#define CREW_JOBS 500 /* of one application; then it is replaced */

struct escape;

struct crew {
	struct escape *escape;
	struct app app[CREW_SIZE];
	unsigned clock;	 /* counts jobs */
	unsigned serial; /* of addresses */
};

void crew_init(struct crew *c, struct escape *escape);

/*
 * An application for this job, connected and silent; a new one where none is
 * there.  NULL: the program cannot be run, *why says why.  ERR_IO: no process
 * for want of some resource.  What j points to, but for env, must live as long
 * as the crew.
 */
enum err_code crew_take(struct crew *c, const struct slot_job *j,
    struct app **out, const char **why, struct err *e);

/* Its process has been reaped: another one, at the same place.  ERR_IO: there
 * is none, and it is forgotten. */
enum err_code crew_replace(struct crew *c, struct app *a, struct err *e);

/* At rest: its connection is closed, then TERM; in the end KILL. */
void crew_send_away(struct app *a);
void crew_send_all_away(struct crew *c);

/* All away, and what they left killed; waits a little longer than their grace.
 */
void crew_fini(struct crew *c);

#endif
