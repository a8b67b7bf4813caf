/*
 * What a handler writes to stdout: a CGI header, then a body that is kept
 * where it is short and handed on in parts where it is not.  Bytes in, bytes
 * out: knows no descriptors.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_ANSWER_H
#define ND_HANDLER_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "http/cgi_response.h"

enum answer_state {
	ANSWER_HEADER,	/* its header has not ended yet */
	ANSWER_BODY,	/* its header is valid; the body goes on */
	ANSWER_INVALID, /* no valid CGI answer; the rest is thrown away */
	ANSWER_TOO_LONG /* over the limit: there is no use in going on */
};

struct answer {
	enum answer_state state;
	struct buf header;
	size_t line;		 /* where cgi_header_end goes on */
	struct cgi_response cgi; /* lies in header */
	struct buf part;	 /* of the body, not handed on yet */
	int seq;		 /* parts handed on */
	int64_t size;		 /* bytes of body so far */
	int64_t limit;
	bool ended;	/* no more comes */
	struct err why; /* ANSWER_INVALID, ANSWER_TOO_LONG */
};

void answer_init(struct answer *a);
void answer_fini(struct answer *a);
void answer_reset(struct answer *a, int64_t limit);

/* How many bytes answer_add may be given now; 0 while a part is to be
 * taken. */
size_t answer_room(const struct answer *a);
void answer_add(struct answer *a, const char *p, size_t len);
void answer_end(struct answer *a);

/* A part to be stored, with its number; false: none. */
bool answer_part(const struct answer *a, struct slice *data, int *seq);
void answer_part_taken(struct answer *a);

/* Nothing of it counts: no part is to be stored, what comes is thrown away. */
void answer_discard(struct answer *a);

/* The whole body where it is short (SLOT_INLINE_SIZE), after answer_end;
 * ptr NULL where it was handed on in parts. */
struct slice answer_body(const struct answer *a);

#endif
