/*
 * JSON (RFC 8259) written straight into a buffer: the documents we send and
 * store.  Parsing is jansson's.
 *
 * A comma goes before a value or name unless what stands before it is an
 * opening bracket or a colon, so there is no state but the buffer, which must
 * hold nothing else.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_JSON_PUT_H
#define ND_HTTP_JSON_PUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

void json_put_open(struct buf *b, char bracket); /* '{' or '[' */
void json_put_close(struct buf *b, char bracket);
void json_put_name(struct buf *b, const char *name); /* needs no escape */

/* s must be UTF-8; SLICE_NONE: null. */
void json_put_text(struct buf *b, struct slice s);
void json_put_int(struct buf *b, int64_t v);
void json_put_bool(struct buf *b, bool v);
void json_put_time(struct buf *b, int64_t us); /* RFC 3339; TIME_NONE: null */

#endif
