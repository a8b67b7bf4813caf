/*
 * One job from its start to its outcome: a handler process, its pipes, its
 * limits.  Knows neither SQL nor time of day; moved along by a poll loop,
 * never blocks.
 *
 * The body is pulled from, and the answer's body pushed to, whoever drives the
 * slot, so that a job of a gigabyte needs a few hundred kilobytes: the driver
 * calls slot_feed when slot_wants_input is true, and takes slot_output when it
 * is there.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_SLOT_H
#define ND_HANDLER_SLOT_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "base/uuid.h"
#include "handler/find.h"
#include "handler/user.h"

#define SLOT_INPUT_SIZE 262144	/* bytes fed at most at once */
#define SLOT_OUTPUT_SIZE 262144 /* bytes of an answer's part */
#define SLOT_INLINE_SIZE 65536	/* a body up to this comes whole, at the end */
#define SLOT_HEADER_LIMIT 65536 /* bytes of the CGI answer's header */
#define SLOT_LOG_HEAD 16384	/* bytes of stderr kept from its start */
#define SLOT_LOG_TAIL 49152	/* and from its end */
#define SLOT_STATE_LIMIT 32768	/* body of a 202, handed back as state */
#define SLOT_GRACE_MS 5000	/* between TERM and KILL */

/* All lent until slot_start returns; a FastCGI application's program,
 * directory, tmp and user for the slot's life, and tmp the same for all. */
struct slot_job {
	enum handler_kind kind; /* HANDLER_CGI or HANDLER_FCGI */
	struct uuid id;		/* of the job, as NIGHTDROP_JOB_ID has it */
	const char *program;	/* absolute path, checked by find */
	const char *directory;	/* cwd: the handler's directory */
	const char *tmp;	/* private directory, made and removed by us;
				 * best the same for all jobs of a slot */
	char *const *env;	/* whole environment of the child, or what
				 * an application is told with the job */
	int64_t size;		/* bytes of body that will be fed */
	int64_t time_limit_ms;
	int64_t cpu_limit_s;	 /* 0: none */
	int64_t memory_limit;	 /* bytes; 0: none */
	int64_t max_output;	 /* bytes */
	int64_t max_files;	 /* descriptors; 0: SPAWN_FILES */
	const struct user *user; /* NULL: as we are */
	int64_t grace_ms;	 /* between TERM and KILL; 0: SLOT_GRACE_MS */
};

enum slot_result {
	RESULT_SUCCESSFUL,
	RESULT_FAILED,
	RESULT_RETRY,
	RESULT_CONTINUE
};

struct slot_outcome { /* lent by the slot until slot_reset */
	enum slot_result result;
	int status;
	const char *reason;
	bool by_handler;       /* else by nightdrop */
	struct slice fields;   /* JSON [["Name", "value"], ...]; "[]" */
	int64_t size;	       /* bytes of body in all */
	struct slice body;     /* inline, or state; ptr NULL: pushed in parts */
	int exit_code, signal; /* exit_code -1: killed by signal */
	struct slice log;
	int64_t retry_ms;	      /* handler's Retry-After; -1: none */
	int64_t started_us, ended_us; /* clock_mono_us() */
};

struct slot;
struct escape;

/* escape is lent for the slot's life, and shared by all slots.  The process
 * must ignore SIGPIPE. */
struct slot *slot_new(struct escape *escape);
void slot_free(struct slot *s); /* kills what runs */
/* Applications that are at rest are told to leave; slot_free waits for them. */
void slot_retire(struct slot *s);

/* vfork and exec, pipes, limits; or a FastCGI request.  ERR_IO where a process
 * could not be made (the job was not touched; it can be given back); an exec
 * that failed is an outcome (502) instead. */
enum err_code slot_start(
    struct slot *s, const struct slot_job *j, struct err *e);

/* Descriptors to poll: up to SLOT_FDS, returns how many were written. */
#define SLOT_FDS 5
int slot_poll(const struct slot *s, struct pollfd fds[static SLOT_FDS]);
int slot_timeout_ms(const struct slot *s); /* -1: none; 0: it is done */
/* Move on: fds are the n that slot_poll wrote, with revents. */
void slot_step(struct slot *s, const struct pollfd *fds, int n);

/* Body: true when it wants slot_feed with the next bytes (at most
 * SLOT_INPUT_SIZE, copied; an empty slice is the end). */
bool slot_wants_input(const struct slot *s);
void slot_feed(struct slot *s, struct slice data);

/* Answer: a part that must be stored before more is read.  seq counts from 0.
 * False: none.  slot_output_taken releases it. */
bool slot_output(const struct slot *s, struct slice *data, int *seq);
void slot_output_taken(struct slot *s);
/* It cannot be stored: kill; no outcome is wanted. */
void slot_output_refused(struct slot *s);

/* New progress text since the last time asked, or NULL. */
const char *slot_progress(struct slot *s);

void slot_stop(struct slot *s); /* TERM, then KILL after SLOT_GRACE_MS */
void slot_kill(struct slot *s); /* KILL the group now */

/* Finished (process reaped, group gone, all output taken)? */
bool slot_done(const struct slot *s, struct slot_outcome *out);
void slot_reset(struct slot *s); /* ready for the next job */

#endif
