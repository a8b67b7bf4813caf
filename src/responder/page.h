/*
 * Pages: any document of ours for a browser.
 *
 * A page is made of the very JSON that a program would get, so that there is
 * one place that says what a resource is, and a new document has its page at
 * once.  What a document is, is told by its members.  A page needs nothing
 * but itself: no script, its style is in it, and its Content-Security-Policy
 * allows nothing else.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_PAGE_H
#define ND_RESPONDER_PAGE_H

#include "responder/call.h"

/*
 * Header and body of the page of a document, behind what the reply's header
 * has already.  False where it cannot be made (out of memory): then nothing
 * has been sent, and the document itself will do.
 */
bool page_send(struct call *c, struct slice json);

/* The page into a buffer.  False: json is no object. */
bool page_put(struct buf *out, const struct call *c, struct slice json);

#endif
