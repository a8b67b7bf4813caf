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
 * A queue at any URL: where the server passes NIGHTDROP_QUEUE, all that lies
 * below this location is that queue's, for a program that has been a CGI
 * script there.  It is read as /queues/{queue}/jobs, and its path is not ours
 * to judge: the server's SCRIPT_NAME and PATH_INFO, which are what the script
 * would have been given, are the handler's.  A server that does not know where
 * the script ends (mod_proxy_fcgi, and whoever calls the whole path
 * SCRIPT_NAME) is told by NIGHTDROP_SCRIPT_NAME, the location's own path: what
 * comes behind it is PATH_INFO.  NIGHTDROP_PREFIX keeps its meaning, the place
 * of the resources that links point to; this location need not be below it.
 *
 * An empty variable is an absent one (but an empty Idempotency-Key, which must
 * not be taken for none); of a repeated one the first counts.
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

/* [a-z][a-z0-9_-]{0,62}, as sql/ has it. */
bool queue_name_ok(struct slice s);

/* The variables that we look at, as sent; SLICE_NONE: absent. */
struct request_variables {
	struct slice accept, access_control_request_headers,
	    access_control_request_method, auth_type, authorization,
	    content_digest, content_encoding, content_length, content_range,
	    content_type, host, https, idempotency_key, if_match, if_none_match,
	    if_range, method_override, original_url, origin, path_info, prefer,
	    prefix, query_string, path_translated, queue, range, remote_user,
	    repr_digest, request_method, request_uri, script_name, script_path,
	    sec_fetch_site, server_software, trust_user, tus_resumable,
	    unencoded_url, upload_checksum, upload_concat, upload_length,
	    upload_metadata, upload_offset;
};

struct request {
	char *const *env;
	struct request_variables var;
	enum method method;
	struct slice prefix; /* "" or "/…", without a "/" at its end */
	struct slice uri;    /* raw target from its path on */
	struct slice path;   /* decoded, prefix included: the SCRIPT_NAME */
	struct slice info;   /* decoded, behind path: the PATH_INFO */
	struct slice queue;  /* of a queue at any URL; SLICE_NONE: elsewhere */
	struct slice query;  /* raw; "" */
	bool asterisk;	     /* OPTIONS * */
	int segments;	     /* below the prefix; "/" has none */
	struct slice segment[REQUEST_SEGMENTS];
	int64_t content_length; /* -1: not said */
	struct slice owner;	/* "": nobody, or nobody we trust */
	struct slice filename;	/* what the client calls the body; it is whoever
				 * parsed it that sets it; SLICE_NONE */
	struct buf bytes;	/* holds path and segments */
};

/* What holds where the server does not pass NIGHTDROP_PREFIX, _QUEUE and
 * _SCRIPT_NAME: the configuration's prefix, the program's arguments. */
struct request_defaults {
	struct slice prefix, queue, script_path;
};

/*
 * Read env ("NAME=value", NULL at its end).
 *
 * ERR_FIELDS_TOO_LARGE, ERR_NOT_IMPLEMENTED (method), ERR_SYNTAX,
 * ERR_UNAUTHORIZED (two users), ERR_CONFIG (prefix, queue, the location's
 * path), ERR_NOT_FOUND (outside of the prefix or of the location, or an empty
 * segment, "." or "..", or more segments than anything of ours has).  On
 * failure method and prefix are as far known as they could be, which is what
 * an answer needs.  request_fini is due in either case.
 */
enum err_code request_read(struct request *r, char *const *env,
    const struct request_defaults *d, struct err *e);
void request_fini(struct request *r);

#endif
