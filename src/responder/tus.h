/*
 * What the two resources of tus share.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_TUS_H
#define ND_RESPONDER_TUS_H

#include "responder/call.h"

/* ERR_TUS_VERSION. */
enum err_code tus_check_version(const struct call *c, struct err *e);

/* The answer to OPTIONS; max_size 0: not known. */
void tus_options_send(struct call *c, int64_t max_size);

void tus_number_field(struct call *c, const char *name, int64_t n);
void tus_expires_field(struct call *c, int64_t expires); /* TIME_NONE: none */

#endif
