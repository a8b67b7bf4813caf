/*
 * The documents: a job as JSON, and what goes with any document.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_DOCUMENT_H
#define ND_RESPONDER_DOCUMENT_H

#include "queue/monitor.h"
#include "responder/job_ref.h"

#define DOCUMENT_LIMIT (1024 * 1024)

/* The status document, or its short form (Prefer: return=minimal). */
void document_put(struct buf *out, const struct call *c,
    const struct job_ref *ref, const struct job_state *s);

/* What documents have in common: quote; size and digest; an URL below ref. */
void document_put_quote(struct buf *out, const struct quote *q);
void document_put_receipt(struct buf *out, int64_t size, struct slice digest);
void document_put_href(struct buf *out, const struct call *c,
    const struct job_ref *ref, const char *suffix);
/* links: the monitor, and what lies below it under its relation's name. */
void document_put_links(struct buf *out, const struct call *c,
    const struct job_ref *ref, const char *const below[2]);
/* In a list: when it ended, and with which status; 0: it has not. */
void document_put_ending(struct buf *out, int64_t finished, int status);

/* What a receipt says of a job, as a state; lends from both. */
struct job_state document_state(const struct receipt *r, struct slice queue);

/* Seconds after which to ask again; 0 where there is no need. */
int document_retry_after(const struct job_state *s, int64_t now_us);

/* Retry-After, of at least one and at most so many seconds; 0: none. */
void document_retry_field(struct call *c, int seconds);

/* Sunset (RFC 8594): until when it is kept; TIME_NONE: not known yet. */
void document_sunset_field(struct call *c, int64_t expires);

/* Preference-Applied, where the answer heeds one. */
void document_preference_field(
    struct call *c, bool respond_async, bool minimal);

/* Header and body of a document of ours, as JSON or as the page made of it:
 * the last step, for each of them. */
void document_body(struct call *c, const struct buf *body);

/* The same for a problem. */
void document_problem(struct call *c, const struct buf *body);

/* What an ETag ends with, so that each representation has its own. */
const char *document_variant(const struct call *c);

/* Send a document that is not a job's, with an ETag made from its bytes and,
 * of a list that goes on, Link rel="next" (c->next); 304 where the client has
 * it.  ERR_INTERNAL where it grew over the limit. */
enum err_code document_send(
    struct call *c, const struct buf *body, struct err *e);

#endif
