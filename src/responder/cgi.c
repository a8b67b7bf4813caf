/*
 * The transport of plain CGI: the environment is the request, descriptor 0 its
 * body, descriptor 1 the answer.
 *
 * A CGI script reads what CONTENT_LENGTH says and no further: the server need
 * not close descriptor 0 behind the body (RFC 3875 §4.2).  Without a length it
 * reads to the end (a chunked request: the server has undone the chunks), but
 * not where nobody would send a body: there descriptor 0 may be the client's
 * connection, or a terminal, and the end never come.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/cgi.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define DRAIN_LIMIT ((size_t)64 << 20) /* bytes */

extern char **environ;

struct cgi {
	uint64_t left; /* bytes of body still to come; UINT64_MAX: not known */
};

static long
cgi_read(struct exchange *x, void *p, size_t len)
{
	struct cgi *io = x->io;
	ssize_t n;

	if (len > io->left)
		len = (size_t)io->left;
	do
		n = len == 0 ? 0 : read(STDIN_FILENO, p, len);
	while (n == -1 && errno == EINTR);
	if (n > 0 && io->left != UINT64_MAX)
		io->left -= (uint64_t)n;
	return (long)n;
}

static bool
cgi_write(struct exchange *x, const void *p, size_t len)
{
	const char *from = p;
	ssize_t n;

	(void)x;
	while (len > 0) {
		n = write(STDOUT_FILENO, from, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return false;
		from += n;
		len -= (size_t)n;
	}
	return true;
}

/*
 * A server may still be writing the body when we have refused it, and take our
 * end for a failure: read it away, within reason.
 */
static void
drain(struct exchange *x)
{
	char scrap[16384];
	size_t left = DRAIN_LIMIT;
	long n;

	while (
	    left > sizeof(scrap) && (n = cgi_read(x, scrap, sizeof(scrap))) > 0)
		left -= (size_t)n;
}

static uint64_t
body_length(void)
{
	static const char *const without[] = { "GET", "HEAD", "DELETE",
		"OPTIONS" };
	const char *method = getenv("REQUEST_METHOD");
	uint64_t length;

	/* A length that is no number is the request layer's to refuse. */
	if (slice_uint(slice_str(getenv("CONTENT_LENGTH")), &length))
		return length;
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		if (method != NULL && strcmp(method, without[i]) == 0)
			return 0;
	return UINT64_MAX;
}

void
cgi_serve(const struct exchange *base)
{
	static const struct transport transport = { cgi_read, cgi_write };
	struct exchange x = *base;
	struct cgi io = { body_length() };

	x.transport = &transport;
	x.env = environ;
	x.io = &io;
	x.deadline_ms = clock_mono_ms() + x.config->deadline_ms;
	exchange_handle(&x);
	drain(&x);
}
