/*
 * HTML written straight into a buffer.  What is ours goes there with buf_puts;
 * whatever comes from elsewhere goes through one of these, and which of them
 * is in its name, so that forgetting it is visible.
 *
 * Control characters, which HTML forbids, become visible ones: nothing that a
 * client wrote is left out, nothing of it can act.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_HTML_PUT_H
#define ND_HTTP_HTML_PUT_H

#include "base/buf.h"
#include "base/slice.h"

/* s must be UTF-8.  Between tags; or between the double quotes of an
 * attribute. */
void html_txt(struct buf *b, struct slice s);
void html_attr(struct buf *b, struct slice s);

/* <a href="href">text</a> */
void html_link(struct buf *b, struct slice href, struct slice text);

#endif
