/*
 * The field Accept (RFC 9110 §12.5.1): which of our representations to send.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_ACCEPT_H
#define ND_HTTP_ACCEPT_H

#include "base/slice.h"

enum media {
	MEDIA_JSON, /* what is sent where nothing else is asked for */
	MEDIA_HTML, /* a page */
	MEDIA_HTTP  /* application/http: a stored message whole */
};

/*
 * The one with the greatest weight; of equal ones the first named.  HTML and
 * HTTP must be named, a range of types stands for JSON.  What is unknown or
 * cannot be read is passed over; there is no 406 (RFC 9110 §12.4.1 allows
 * that).
 */
enum media accept_best(struct slice field);

#endif
