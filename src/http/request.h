/*
 * A request, read from its CGI variables (RFC 3875).  The servers' quirks
 * live here: design note "servers" has the trials.
 *
 * Routing is on the raw request target, not on SCRIPT_NAME and PATH_INFO,
 * which every server fills differently and decodes: scheme://authority is
 * stripped, what follows "?" is the query, the prefix is cut off, the rest is
 * split at "/" and each segment is percent-decoded exactly once.  IIS: the
 * first of UNENCODED_URL, HTTP_X_ORIGINAL_URL, REQUEST_URI.  Where none of
 * them is there (plain CGI), SCRIPT_NAME and PATH_INFO, which are decoded
 * already.
 *
 * An empty variable is an absent one; of a repeated one the first counts.
 *
 * Pure: works on the memory of env, which must outlive the request.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_REQUEST_H
#define ND_HTTP_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define REQUEST_ENV_SIZE 65536 /* bytes of all variables */
#define REQUEST_ENV_COUNT 256  /* variables */
#define REQUEST_SEGMENTS 4     /* the longest path that is something */

enum method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_OPTIONS,
	METHOD_TRACE,
	METHOD_CONNECT,
	METHOD_COUNT /* none of these */
};

const char *method_name(enum method m);
bool method_is_safe(enum method m); /* RFC 9110 §9.2.1 */

/* The variables that we look at, as sent; SLICE_NONE: absent. */
struct request_variables {
	struct slice accept, access_control_request_headers,
	    access_control_request_method, auth_type, authorization,
	    content_digest, content_length, content_type, host, https,
	    idempotency_key, if_match, if_none_match, if_range, method_override,
	    original_url, origin, path_info, prefer, prefix, query_string,
	    queue, range, remote_user, repr_digest, request_method, request_uri,
	    script_name, sec_fetch_site, server_software, trust_user,
	    tus_resumable, unencoded_url, upload_checksum, upload_length,
	    upload_metadata, upload_offset;
};

struct request {
	char *const *env;
	struct request_variables var;
	enum method method;
	struct slice prefix; /* "" or "/…", without a "/" at its end */
	struct slice uri;    /* raw target from its path on */
	struct slice path;   /* decoded, prefix included */
	struct slice query;  /* raw; "" */
	bool asterisk;	     /* OPTIONS * */
	int segments;	     /* below the prefix; "/" has none */
	struct slice segment[REQUEST_SEGMENTS];
	int64_t content_length; /* -1: not said */
	struct slice owner;	/* "": nobody, or nobody we trust */
	struct buf bytes;	/* holds path and segments */
};

/*
 * Read env ("NAME=value", NULL at its end).  prefix: the configuration's,
 * used where the server does not pass NIGHTDROP_PREFIX.
 *
 * ERR_FIELDS_TOO_LARGE, ERR_NOT_IMPLEMENTED (method), ERR_SYNTAX, ERR_CONFIG
 * (prefix), ERR_NOT_FOUND (outside of the prefix, or an empty segment, "." or
 * "..", or more segments than anything of ours has).  On failure method and
 * prefix are as far known as they could be, which is what an answer needs.
 * request_fini is due in either case.
 */
enum err_code request_read(
    struct request *r, char *const *env, struct slice prefix, struct err *e);
void request_fini(struct request *r);

#endif
