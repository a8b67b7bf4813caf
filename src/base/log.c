/*
 * The log.  Its target is the one piece of process-wide state in the tree: an
 * event can happen anywhere, and the alternative is a parameter everywhere.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/descriptors.h"

static struct {
	pthread_mutex_t lock;
	bool syslog;
	int fd;
	char *path;
	const char *program;
	unsigned left_out; /* lines that nobody took */
} target = { PTHREAD_MUTEX_INITIALIZER, false, STDERR_FILENO, NULL, "nightdrop",
	0 };

static const struct {
	const char *word;
	int priority;
} levels[] = {
	[LEVEL_ERROR] = { "error", LOG_ERR },
	[LEVEL_WARNING] = { "warning", LOG_WARNING },
	[LEVEL_NOTICE] = { "notice", LOG_NOTICE },
	[LEVEL_DEBUG] = { "debug", LOG_DEBUG },
};

static int
open_file(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
}

enum err_code
log_open(const char *where, const char *program, struct err *e)
{
	bool to_syslog = strcmp(where, "syslog") == 0;
	bool to_file = !to_syslog && strcmp(where, "stderr") != 0;
	int fd = STDERR_FILENO;
	char *path = NULL;

	if (to_file) {
		if ((fd = open_file(where)) == -1)
			return err_set(e, ERR_IO,
			    "cannot open the log file %s: %s; see the setting "
			    "'log'",
			    where, strerror(errno));
		if ((path = strdup(where)) == NULL)
			abort();
	}
	log_close();
	pthread_mutex_lock(&target.lock);
	target.syslog = to_syslog;
	target.fd = fd;
	target.path = path;
	target.program = program;
	pthread_mutex_unlock(&target.lock);
	if (to_syslog)
		openlog(program, LOG_PID, LOG_DAEMON);
	return ERR_OK;
}

void
log_reopen(void)
{
	int fd;

	pthread_mutex_lock(&target.lock);
	if (target.path != NULL && (fd = open_file(target.path)) != -1) {
		close(target.fd);
		target.fd = fd;
	}
	pthread_mutex_unlock(&target.lock);
}

void
log_close(void)
{
	pthread_mutex_lock(&target.lock);
	if (target.syslog)
		closelog();
	if (target.path != NULL)
		close(target.fd);
	free(target.path);
	target.path = NULL;
	target.syslog = false;
	target.fd = STDERR_FILENO;
	pthread_mutex_unlock(&target.lock);
}

/* Printable ASCII as it is, everything else as \xHH; cut where out is full. */
static void
escape(const char *text, char *out, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	char *end = out + size - 5;

	for (; *text != '\0' && out < end; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f) {
			*out++ = (char)c;
		} else {
			*out++ = '\\';
			*out++ = 'x';
			*out++ = hex[c >> 4];
			*out++ = hex[c & 15];
		}
	}
	*out = '\0';
}

/* One write a line; a full disk must not stop the work, nor a full pipe. */
static void
put_line(enum log_level level, const char *text)
{
	char line[2304], note[64] = "", now[TIME_TEXT_SIZE];
	int n;

	if (!descriptors_ready(target.fd)) {
		target.left_out++;
		return;
	}
	if (target.left_out > 0)
		snprintf(note, sizeof(note), " (left out before this line: %u)",
		    target.left_out);
	n = snprintf(line, sizeof(line), "%s %s[%ld] %s: %s%s\n",
	    time_rfc3339(clock_wall_us(), now), target.program, (long)getpid(),
	    levels[level].word, text, note);
	if (write(target.fd, line, (size_t)n) == -1)
		errno = 0;
	target.left_out = 0;
}

void
log_event(enum log_level level, const char *fmt, ...)
{
	char raw[1024], text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	escape(raw, text, sizeof(text));
	pthread_mutex_lock(&target.lock);
	if (target.syslog)
		syslog(levels[level].priority, "%s", text);
	else
		put_line(level, text);
	pthread_mutex_unlock(&target.lock);
}
