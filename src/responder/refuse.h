/*
 * The answer where there is nothing else to answer: problem details.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_REFUSE_H
#define ND_RESPONDER_REFUSE_H

#include "responder/call.h"

/* Answer e; what is ours is logged, with an id that the client is told.
 * Where an answer is already on its way it is cut off. */
void refuse(struct call *c, const struct err *e);

#endif
