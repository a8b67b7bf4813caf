/*
 * A request, read from its CGI variables.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/request.h"

#include <stddef.h>
#include <string.h>

#include "http/fields.h"
#include "http/target.h"

#define QUEUE_NAME_MAX 63

/* clang-format off */
#define VAR(name, member) \
	{ name, sizeof(name) - 1, offsetof(struct request_variables, member) }

static const struct {
	const char *name;
	size_t len;
	size_t offset;
} variables[] = {
	VAR("AUTH_TYPE", auth_type),
	VAR("CONTENT_LENGTH", content_length),
	VAR("CONTENT_TYPE", content_type),
	VAR("HTTPS", https),
	VAR("HTTP_ACCEPT", accept),
	VAR("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", access_control_request_headers),
	VAR("HTTP_ACCESS_CONTROL_REQUEST_METHOD", access_control_request_method),
	VAR("HTTP_AUTHORIZATION", authorization),
	VAR("HTTP_CONTENT_DIGEST", content_digest),
	VAR("HTTP_CONTENT_ENCODING", content_encoding),
	VAR("HTTP_CONTENT_RANGE", content_range),
	VAR("HTTP_HOST", host),
	VAR("HTTP_IDEMPOTENCY_KEY", idempotency_key),
	VAR("HTTP_IF_MATCH", if_match),
	VAR("HTTP_IF_NONE_MATCH", if_none_match),
	VAR("HTTP_IF_RANGE", if_range),
	VAR("HTTP_ORIGIN", origin),
	VAR("HTTP_PREFER", prefer),
	VAR("HTTP_RANGE", range),
	VAR("HTTP_REPR_DIGEST", repr_digest),
	VAR("HTTP_SEC_FETCH_SITE", sec_fetch_site),
	VAR("HTTP_TUS_RESUMABLE", tus_resumable),
	VAR("HTTP_UPLOAD_CHECKSUM", upload_checksum),
	VAR("HTTP_UPLOAD_CONCAT", upload_concat),
	VAR("HTTP_UPLOAD_LENGTH", upload_length),
	VAR("HTTP_UPLOAD_METADATA", upload_metadata),
	VAR("HTTP_UPLOAD_OFFSET", upload_offset),
	VAR("HTTP_X_HTTP_METHOD_OVERRIDE", method_override),
	VAR("HTTP_X_ORIGINAL_URL", original_url),
	VAR("NIGHTDROP_PREFIX", prefix),
	VAR("NIGHTDROP_QUEUE", queue),
	VAR("NIGHTDROP_SCRIPT_NAME", script_path),
	VAR("NIGHTDROP_TRUST_USER", trust_user),
	VAR("PATH_INFO", path_info),
	VAR("PATH_TRANSLATED", path_translated),
	VAR("QUERY_STRING", query_string),
	VAR("REMOTE_USER", remote_user),
	VAR("REQUEST_METHOD", request_method),
	VAR("REQUEST_URI", request_uri),
	VAR("SCRIPT_NAME", script_name),
	VAR("SERVER_SOFTWARE", server_software),
	VAR("UNENCODED_URL", unencoded_url),
};

static const char *const methods[METHOD_COUNT] = {
	[METHOD_GET] = "GET",
	[METHOD_HEAD] = "HEAD",
	[METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",
	[METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE",
	[METHOD_OPTIONS] = "OPTIONS",
	[METHOD_TRACE] = "TRACE",
	[METHOD_CONNECT] = "CONNECT",
};
/* clang-format on */

const char *
method_name(enum method m)
{
	return m < METHOD_COUNT ? methods[m] : "(unknown)";
}

bool
method_is_safe(enum method m)
{
	return m == METHOD_GET || m == METHOD_HEAD || m == METHOD_OPTIONS ||
	       m == METHOD_TRACE;
}

bool
queue_name_ok(struct slice s)
{
	if (s.len == 0 || s.len > QUEUE_NAME_MAX || s.ptr[0] < 'a' ||
	    s.ptr[0] > 'z')
		return false;
	for (size_t i = 1; i < s.len; i++) {
		char c = s.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    c != '_' && c != '-')
			return false;
	}
	return true;
}

static void
keep_variable(
    struct request_variables *var, struct slice name, struct slice value)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		struct slice *s;

		if (variables[i].len != name.len ||
		    memcmp(variables[i].name, name.ptr, name.len) != 0)
			continue;
		s = (struct slice *)(void *)((char *)var + variables[i].offset);
		if (s->ptr == NULL)
			*s = value;
		return;
	}
}

static enum err_code
read_variables(struct request *r, struct err *e)
{
	size_t size = 0;

	for (int i = 0; r->env[i] != NULL; i++) {
		struct slice value = slice_str(r->env[i]);
		struct slice name;

		size += value.len + 1;
		if (i == REQUEST_ENV_COUNT || size > REQUEST_ENV_SIZE)
			return err_set(e, ERR_FIELDS_TOO_LARGE,
			    "at most %d fields and variables of %d bytes "
			    "together are taken",
			    REQUEST_ENV_COUNT, REQUEST_ENV_SIZE);
		name = slice_cut(&value, '=');
		if (value.len > 0 || slice_eq_str(name, "HTTP_IDEMPOTENCY_KEY"))
			keep_variable(&r->var, name, value);
	}
	return ERR_OK;
}

/* A path as an administrator sets it: "" or "/…", no "/" at its end. */
static bool
set_path(struct slice *out, struct slice passed, struct slice configured)
{
	struct slice p = passed.ptr != NULL ? passed : configured;

	while (p.len > 0 && p.ptr[p.len - 1] == '/')
		p.len--;
	if (p.len > 0 && (p.ptr[0] != '/' || !field_uri_ok(p) ||
			     memchr(p.ptr, '%', p.len) != NULL ||
			     memchr(p.ptr, '?', p.len) != NULL))
		return false;
	*out = p.len > 0 ? p : SLICE_LIT("");
	return true;
}

static enum err_code
read_place(struct request *r, const struct request_defaults *d, struct err *e)
{
	struct slice queue = r->var.queue.ptr != NULL ? r->var.queue : d->queue;

	if (!set_path(&r->prefix, r->var.prefix, d->prefix))
		return err_set(e, ERR_CONFIG,
		    "prefix (or the parameter NIGHTDROP_PREFIX) must be "
		    "a plain path that begins with /");
	if (queue.ptr == NULL)
		return ERR_OK;
	if (!queue_name_ok(queue))
		return err_set(e, ERR_CONFIG,
		    "the parameter NIGHTDROP_QUEUE (or --queue) must be the "
		    "name of a queue, not '%.*s'",
		    queue.len < 100 ? (int)queue.len : 100, queue.ptr);
	if (r->var.script_path.ptr == NULL && d->script_path.ptr == NULL)
		r->path = SLICE_NONE;
	else if (!set_path(&r->path, r->var.script_path, d->script_path))
		return err_set(e, ERR_CONFIG,
		    "the parameter NIGHTDROP_SCRIPT_NAME (or --script-name) "
		    "must be a plain path that begins with /");
	r->queue = queue;
	return ERR_OK;
}

static enum err_code
read_method(struct request *r, struct err *e)
{
	for (int m = 0; m < METHOD_COUNT; m++) {
		if (slice_eq_str(r->var.request_method, methods[m])) {
			r->method = (enum method)m;
			return ERR_OK;
		}
	}
	return err_set(e, ERR_NOT_IMPLEMENTED, "this method is not known here");
}

static enum err_code
read_length(struct request *r, struct err *e)
{
	uint64_t n;

	if (r->var.content_length.ptr == NULL)
		return ERR_OK;
	if (!slice_uint(r->var.content_length, &n) || n > INT64_MAX)
		return err_set(
		    e, ERR_SYNTAX, "Content-Length is not a number of bytes");
	r->content_length = (int64_t)n;
	return ERR_OK;
}

/*
 * nginx sends two where the configuration sets one and includes Debian's
 * fastcgi_params, which sets another from a field that nobody verified.
 */
static bool
has_two_users(const struct request *r)
{
	for (int i = 0; r->env[i] != NULL; i++) {
		struct slice value = slice_str(r->env[i]);

		if (slice_eq_str(slice_cut(&value, '='), "REMOTE_USER") &&
		    value.len > 0 && !slice_eq(value, r->var.remote_user))
			return true;
	}
	return false;
}

/* Servers set REMOTE_USER from fields that nobody verified (servers.md §1c):
 * only where the administrator vouches for it is it who is calling. */
static enum err_code
read_owner(struct request *r, struct err *e)
{
	if (!slice_eq_str(r->var.trust_user, "1") ||
	    r->var.remote_user.ptr == NULL)
		return ERR_OK;
	if (!slice_is_text(r->var.remote_user))
		return err_set(
		    e, ERR_SYNTAX, "the user's name is not valid UTF-8");
	if (has_two_users(r))
		return err_set(e, ERR_UNAUTHORIZED,
		    "the server says that two users send this: it sets "
		    "REMOTE_USER twice");
	r->owner = r->var.remote_user;
	return ERR_OK;
}

enum err_code
request_read(struct request *r, char *const *env,
    const struct request_defaults *d, struct err *e)
{
	enum err_code code;

	*r = (struct request) { .env = env,
		.method = METHOD_COUNT,
		.prefix = SLICE_LIT(""),
		.uri = SLICE_LIT(""),
		.path = SLICE_LIT(""),
		.info = SLICE_LIT(""),
		.query = SLICE_LIT(""),
		.content_length = -1,
		.owner = SLICE_LIT("") };
	buf_init(&r->bytes, 3 * REQUEST_ENV_SIZE);
	if ((code = read_variables(r, e)) != ERR_OK)
		return code;
	if ((code = read_place(r, d, e)) != ERR_OK)
		return code;
	if ((code = read_method(r, e)) != ERR_OK)
		return code;
	if ((code = target_read(r, e)) != ERR_OK)
		return code;
	if ((code = read_length(r, e)) != ERR_OK)
		return code;
	return read_owner(r, e);
}

void
request_fini(struct request *r)
{
	buf_fini(&r->bytes);
}
