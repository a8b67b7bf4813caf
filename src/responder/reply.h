/*
 * An answer on its way out.  Its header is gathered here, so that no value
 * with CR, LF or NUL can get into it, and no answer is without what all
 * answers carry: Status with a reason (servers.md §0), Vary, Cache-Control,
 * Referrer-Policy, X-Content-Type-Options.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_REPLY_H
#define ND_RESPONDER_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "http/origin.h"

struct exchange;

enum reply_cache {
	CACHE_DOCUMENT, /* private, to be asked for again */
	CACHE_STORED,	/* stored bytes: private, may be kept */
	CACHE_NONE	/* errors */
};

struct reply {
	struct exchange *x;
	bool head;		   /* HEAD: the same header, no body */
	enum origin_standing cors; /* of the page that asks */
	struct slice origin;	   /* that page's */
	bool by_origin;		   /* it makes a difference */
	bool sent; /* the header has gone; nothing can be changed any more */
	const char *always; /* header lines of the resource's; NULL: none */
	struct buf fields;
	size_t mark; /* where the field being written begins */
};

void reply_init(struct reply *r, struct exchange *x);
void reply_fini(struct reply *r);

/* Begin, or begin again, as long as nothing has been sent.  reason
 * SLICE_NONE or not fit for a header: the registered one. */
void reply_start(
    struct reply *r, int status, struct slice reason, enum reply_cache cache);

/* One field; false, and it is left out, where its value could not be a
 * header's.  Or written into the buffer between open and close. */
bool reply_field(struct reply *r, const char *name, struct slice value);
struct buf *reply_open_field(struct reply *r, const char *name);
bool reply_close_field(struct reply *r);

/* The header, and a body of so many bytes announced (-1: not known; it ends
 * with the answer); false: nobody is listening.  The body follows in pieces; of
 * HEAD it is dropped here. */
bool reply_header(struct reply *r, int64_t length);
bool reply_body(struct reply *r, struct slice piece);

/* The header and the whole body, or, for 204 and 304, none. */
void reply_send(struct reply *r, const char *type, struct slice body);
void reply_send_empty(struct reply *r);

#endif
