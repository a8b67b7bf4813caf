/*
 * The log: one line an event, to syslog, a file, or stderr.  Control
 * characters and bytes that are not ASCII are escaped as \xHH, so that nothing
 * a client wrote can forge a line.  Thread-safe.  Does not wait for who reads a
 * pipe: a line that is not taken is left out, and the next one counts them.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BASE_LOG_H
#define ND_BASE_LOG_H

#include "base/err.h"

enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_NOTICE, LEVEL_DEBUG };

/* Where events go: "syslog", "stderr", or a file to append to.  Until called:
 * stderr.  ERR_IO where the file cannot be opened; the log is then unchanged.
 */
enum err_code log_open(const char *target, const char *program, struct err *e);
void log_reopen(void); /* the file again, after logrotate moved it */
void log_close(void);

void log_event(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
