/*
 * FastCGI 1.0, the web server's side, for one responder request at a time on a
 * connection: what is sent to an application, and what it answers.  Bytes in,
 * bytes out: knows no descriptors.
 *
 * The application is not trusted.  Whatever it sends, at most a record's
 * header is kept here; what a record holds is handed on as it comes.  Each
 * request on a connection should have an id that the one before did not have:
 * so what is said of that one too late is told from an answer to this one.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_FASTCGI_H
#define ND_HTTP_FASTCGI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define FASTCGI_HEADER_LEN 8
#define FASTCGI_CONTENT_MAX 65535 /* bytes in a record */

enum fastcgi_type { /* specification, section 8 */
	FASTCGI_BEGIN_REQUEST = 1,
	FASTCGI_ABORT_REQUEST,
	FASTCGI_END_REQUEST,
	FASTCGI_PARAMS,
	FASTCGI_STDIN,
	FASTCGI_STDOUT,
	FASTCGI_STDERR,
	FASTCGI_DATA,
	FASTCGI_GET_VALUES,
	FASTCGI_GET_VALUES_RESULT,
	FASTCGI_UNKNOWN_TYPE
};

enum fastcgi_status { /* protocolStatus, section 5.5 */
	FASTCGI_COMPLETE,
	FASTCGI_CANT_MULTIPLEX,
	FASTCGI_OVERLOADED,
	FASTCGI_UNKNOWN_ROLE
};

/* To the application; a failure stays in the buffer.  id: of the request, not
 * 0. */

/* The beginning of a request, with leave to keep the connection (section 5.1),
 * and its variables, "NAME=value" each, ended by NULL (sections 3.4, 5.2). */
void fastcgi_put_request(struct buf *b, uint16_t id, char *const *variables);
/* Bytes of the body (section 5.3); none: nothing. */
void fastcgi_put_input(struct buf *b, uint16_t id, struct slice data);
void fastcgi_put_input_end(struct buf *b, uint16_t id);

/* From the application. */

struct fastcgi_reader {
	uint16_t id;				/* of the request */
	unsigned char head[FASTCGI_HEADER_LEN]; /* of a record, or END's body */
	size_t have;				/* bytes of it */
	uint8_t type;	 /* of the record under way; 0: its header is */
	size_t content;	 /* bytes of it still to come */
	size_t padding;	 /* and behind it; is not waited for at the end */
	bool begun;	 /* something has come */
	bool output_end; /* stdout has been ended */
	bool ended;	 /* END_REQUEST has come */
	bool excess;	 /* and something behind it */
	uint32_t app_status;
	uint8_t protocol_status; /* of fastcgi_status, or worse */
	struct err why;		 /* ERR_SYNTAX: this is not FastCGI */
};

struct fastcgi_piece {
	enum fastcgi_type type; /* STDOUT or STDERR */
	struct slice data;	/* lies in what was given */
};

void fastcgi_reader_init(struct fastcgi_reader *r, uint16_t id);

/*
 * The next piece of *in, which is cut to what lies behind it.  False: no more
 * in it, because all is read, or the request has ended, or it is not FastCGI
 * (r->why; then nothing more is read).
 */
bool fastcgi_next(
    struct fastcgi_reader *r, struct slice *in, struct fastcgi_piece *out);

#endif
