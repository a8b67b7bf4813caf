/*
 * The header of a CGI program's answer (RFC 3875 §6), read from memory.
 *
 * Strict where a lenient reader would have to guess: an answer that is not
 * valid is the program's fault and costs its job an attempt.  Lines end with
 * LF or CR LF.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_CGI_RESPONSE_H
#define ND_HTTP_CGI_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

struct cgi_response {		  /* slices lie in the header */
	int status;		  /* 200 to 599 */
	struct slice reason;	  /* as sent with Status; "" */
	struct slice retry_after; /* ptr NULL: not sent */
	struct slice fields;	  /* for cgi_field_next; all are well-formed */
};

struct cgi_field {
	struct slice name, value;
};

/*
 * Where the header ends: bytes up to and with its empty line, or 0 where that
 * has not come yet.  *line is where the search goes on when there is more; it
 * starts as 0.
 */
size_t cgi_header_end(struct slice bytes, size_t *line);

/*
 * A whole header.  Without Status: 200, or where there is a Location 302
 * (absolute URI, §6.2.3) or 303 (path).  ERR_SYNTAX: a line that is no field;
 * a control character; Status, Location or Content-Type twice (§6.3), or none
 * of them; a Status that is not 200 to 599; a Location that is neither.
 */
enum err_code cgi_response_parse(
    struct slice header, struct cgi_response *out, struct err *e);

/* The next field of *fields, Status left out; false at the end. */
bool cgi_field_next(struct slice *fields, struct cgi_field *out);

/*
 * Retry-After (RFC 9110 §10.2.3), seconds or any of the three forms of an
 * HTTP-date, as milliseconds from now_us, at most a year; a date that has
 * passed is 0.  -1: none, or neither of the two.
 */
int64_t cgi_retry_after_ms(struct slice value, int64_t now_us);

#endif
