/*
 * The transport of plain CGI: the environment is the request, descriptor 0 its
 * body, descriptor 1 the answer.
 *
 * A CGI script reads what CONTENT_LENGTH says and no further: the server need
 * not close descriptor 0 behind the body (RFC 3875 §4.2).  Without a length it
 * reads to the end (a chunked request: the server has undone the chunks).
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/cgi.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"

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

void
cgi_serve(const struct exchange *base)
{
	static const struct transport transport = { cgi_read, cgi_write };
	struct exchange x = *base;
	struct cgi io = { UINT64_MAX };

	/* A length that is no number is the request layer's to refuse. */
	slice_uint(slice_str(getenv("CONTENT_LENGTH")), &io.left);
	x.transport = &transport;
	x.env = environ;
	x.io = &io;
	x.deadline_ms = clock_mono_ms() + x.config->deadline_ms;
	exchange_handle(&x);
}
