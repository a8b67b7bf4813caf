/*
 * The wall clock as somebody sets it: by CLOCK_STEP_S seconds from the moment
 * on when the file CLOCK_STEP_FILE is there.  To be preloaded.
 *
 * SPDX-License-Identifier: ISC
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int
clock_gettime(clockid_t id, struct timespec *t)
{
	const char *file = getenv("CLOCK_STEP_FILE");
	const char *step = getenv("CLOCK_STEP_S");
	int got = (int)syscall(SYS_clock_gettime, id, t);

	if (id == CLOCK_REALTIME && file != NULL && step != NULL &&
	    access(file, F_OK) == 0)
		t->tv_sec += atol(step);
	return got;
}
