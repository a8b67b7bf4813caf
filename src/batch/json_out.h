/*
 * What the programs' JSON objects are put together with (report_json.c).
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_JSON_OUT_H
#define ND_BATCH_JSON_OUT_H

#include <jansson.h>
#include <stdint.h>

/* Takes value; dies where there is no memory for it, or it is not UTF-8. */
void out_member(json_t *o, const char *name, json_t *value);
/* One that was cut within a character gets '?' for all that is not ASCII. */
json_t *out_text(const char *text);
json_t *out_instant(int64_t us); /* RFC 3339; TIME_NONE: null */
void out_line(json_t *o);	 /* on stdout, and gives it back */

#endif
