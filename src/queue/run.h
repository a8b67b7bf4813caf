/*
 * A run's place in the ledger: entering it, recovering what others left,
 * keeping the lease, leaving.  Parameters and rows of those calls; who sends
 * them, and when, is the batch's business (batch/run.c).
 *
 * Every call is idempotent by the worker's token: repeat it when its outcome
 * is not known.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_RUN_H
#define ND_QUEUE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "base/uuid.h"
#include "db/params.h"
#include "db/rows.h"
#include "db/stmt.h"

struct run_worker { /* what every call of a worker carries */
	int64_t id;
	struct uuid token;
};

struct run_entry {
	int64_t run;		  /* join this one; 0: as the ways say */
	const char *const *scope; /* queues that the worker takes jobs of */
	size_t scope_len;
	unsigned ways; /* enum run_way, or-ed */
	int slots, lease_s;
	const char *host, *lock;
	int pid;
	struct uuid token;
	const int64_t *proven; /* workers that are known to be dead */
	size_t proven_len;
	const char *window; /* of a new run, as window_end wants it; NULL */
};

enum run_way {
	RUN_WAY_SURE = 1,   /* whoever is in the way is no more to be proven */
	RUN_WAY_JOIN = 2,   /* the open run of these queues, if there is one */
	RUN_WAY_RESUME = 4, /* a run that nobody works on, or none */
	RUN_WAY_DAILY = 8   /* not what is closed for this business date */
};

enum run_verdict {
	RUN_OPENED,
	RUN_RESUMED,
	RUN_JOINED,
	RUN_CLOSED,   /* joining: there is nothing left to join */
	RUN_BUSY,     /* every queue in scope is in another run's hands, or
		       * (not sure) some may be */
	RUN_NO_QUEUE, /* a name in scope that the database does not know */
	RUN_DONE,     /* daily: all closed for this business date */
	RUN_NOTHING,  /* to resume */
	RUN_MOVED,    /* a copy that was not adopted */
	RUN_OVER,     /* run is dead, and to be abandoned first */
	RUN_STOPPED   /* not the database's: a signal came first */
};

struct run_place {
	enum run_verdict verdict;
	int64_t run, worker;
	int64_t lease_ms;
	int64_t busy_since; /* us or TIME_NONE */
	int queues, busy, holders;
	struct slice business_date; /* 2026-11-25; lives as long as the rows */
	int64_t until; /* us, when its window closes; TIME_NONE: it has none */
};

/* Which call to make, with its parameters. */
enum stmt_id run_entry_params(struct params *p, const struct run_entry *n);

/* Its answer.  ERR_SHAPE: a verdict that is not known. */
enum err_code run_place_read(
    const struct rows *r, struct run_place *out, struct err *e);

/* Elements of its lists; slices live as long as the rows. */
struct run_holder { /* a live worker of a run that is in the way */
	int64_t worker;
	struct slice host, lock;
};
struct slice run_place_busy(const struct rows *r, int i);
struct run_holder run_place_holder(const struct rows *r, int i);

/* STMT_LEASE_RENEW and STMT_RUN_LEAVE. */
void run_worker_params(struct params *p, const struct run_worker *w);

/* STMT_RUN_ABANDON. */
void run_abandon_params(
    struct params *p, int64_t run, const int64_t *proven, size_t proven_len);

/* STMT_RECOVER. */
void run_recover_params(struct params *p, const struct run_worker *w,
    const int64_t *proven, size_t proven_len);
struct run_recovered {
	int64_t workers, requeued, charged, failed;
};
struct run_recovered run_recovered_read(const struct rows *r);

/* The answer of STMT_RUN_LEAVE and STMT_RUN_LEDGER. */
struct run_ledger {
	bool closed; /* false: others are still working in it */
	int64_t run, opened, closed_at;
	int64_t taken, successful, failed, dismissed, given_back, retried;
	int64_t waiting_at_open, left_waiting, accepted_since, lost;
	int64_t until;	      /* TIME_NONE: it has no window */
	int64_t carried_over; /* that window closed before */
	bool balanced;
	int trouble;	     /* ids: run_ledger_trouble */
	struct slice queues; /* JSON, as run_ledger has it */
};
enum err_code run_ledger_read(
    const struct rows *r, struct run_ledger *out, struct err *e);
struct slice run_ledger_trouble(const struct rows *r, int i);

#endif
