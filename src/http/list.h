/*
 * Lists and parameters of field values (RFC 9110 §5.6).
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_LIST_H
#define ND_HTTP_LIST_H

#include "base/slice.h"

/* As slice_cut, at the first c that is not inside a quoted string. */
struct slice list_cut(struct slice *s, char c);

/* Without the quotes around it; what is escaped in it stays so. */
struct slice list_unquote(struct slice s);

#endif
