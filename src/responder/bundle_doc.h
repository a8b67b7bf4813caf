/*
 * The document of a bundle, and the ways to send it.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_BUNDLE_DOC_H
#define ND_RESPONDER_BUNDLE_DOC_H

#include "queue/bundle_state.h"
#include "responder/job_ref.h"

/* With a reply that has been started: its fields and its body. */
void bundle_doc_send(
    struct call *c, const struct job_ref *ref, const struct bundle_state *s);

/* Its tag, as whoever asks in this way is told it. */
void bundle_doc_etag(
    struct buf *b, const struct call *c, const struct bundle_state *s);

/* The monitor, 200 or 304. */
void bundle_doc_monitor(
    struct call *c, const struct job_ref *ref, const struct bundle_state *s);

#endif
