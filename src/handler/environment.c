/*
 * The environment of a handler.
 *
 * Whitelists only: what is not in a table here does not get through, however
 * it was stored.  Proxy is not among the fields because programs take
 * HTTP_PROXY for a setting (CVE-2016-5385); credentials and cookies are not,
 * because whoever runs at night has no session.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/environment.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "handler/envblock.h"
#include "handler/progress.h"

/* From the stored request as it is, else the default; NULL: left out. */
static const struct {
	const char *name, *otherwise;
} copied[] = {
	{ "AUTH_TYPE", NULL },
	{ "DOCUMENT_ROOT", NULL },
	{ "HTTPS", NULL },
	{ "HTTP_ACCEPT", NULL },
	{ "HTTP_ACCEPT_LANGUAGE", NULL },
	{ "HTTP_CONTENT_DISPOSITION", NULL },
	{ "HTTP_CONTENT_ENCODING", NULL },
	{ "HTTP_CONTENT_LANGUAGE", NULL },
	{ "HTTP_HOST", NULL },
	{ "HTTP_ORIGIN", NULL },
	{ "HTTP_REFERER", NULL },
	{ "HTTP_TRACEPARENT", NULL },
	{ "HTTP_USER_AGENT", NULL },
	{ "HTTP_X_REQUEST_ID", NULL },
	{ "NIGHTDROP_FILENAME", NULL },
	{ "PATH_INFO", NULL },
	{ "PATH_TRANSLATED", NULL },
	{ "QUERY_STRING", "" },
	{ "REMOTE_ADDR", "" },
	{ "REMOTE_HOST", NULL },
	{ "REMOTE_USER", NULL },
	{ "REQUEST_SCHEME", NULL },
	{ "REQUEST_URI", NULL },
	{ "SCRIPT_NAME", "" },
	{ "SERVER_NAME", "localhost" },
	{ "SERVER_PORT", "80" },
	{ "SERVER_PROTOCOL", "HTTP/1.1" },
	{ "SERVER_SOFTWARE", "nightdrop" },
};

/* The same for every job. */
static const struct {
	const char *name, *value;
} fixed[] = {
	{ "GATEWAY_INTERFACE", "CGI/1.1" },
	{ "PATH", ENVIRONMENT_PATH },
	{ "REDIRECT_STATUS", "200" }, /* php-cgi runs nothing without it */
	{ "REQUEST_METHOD", "POST" },
};

/* Not even where the queue lists them. */
static const char *const never[] = { "HTTP_AUTHORIZATION", "HTTP_COOKIE",
	"HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE", "HTTP_IDEMPOTENCY_KEY",
	"HTTP_PROXY", "HTTP_PROXY_AUTHORIZATION" };

static void
put_time(struct envblock *b, const char *name, int64_t us)
{
	char text[TIME_TEXT_SIZE];

	if (us != TIME_NONE)
		envblock_put(b, name, slice_str(time_rfc3339(us, text)));
}

/* As a Content-Digest field has it (RFC 9530). */
static void
put_digest(struct envblock *b, struct slice digest)
{
	static const char name[] = "NIGHTDROP_CONTENT_DIGEST";

	if (digest.ptr == NULL)
		return;
	envblock_begin(b, name);
	buf_puts(&b->bytes, "sha-256=:");
	digest_base64(&b->bytes, digest.ptr, digest.len);
	buf_putc(&b->bytes, ':');
	envblock_end(b, name);
}

static struct slice
request_value(const json_t *request, const char *name)
{
	const json_t *v = json_object_get(request, name);

	return v == NULL || !json_is_string(v) ?
		   SLICE_NONE :
		   slice_mem(json_string_value(v), json_string_length(v));
}

static void
put_copied(struct envblock *b, const json_t *request)
{
	for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]); i++) {
		struct slice v = request_value(request, copied[i].name);

		if (v.ptr == NULL)
			v = slice_str(copied[i].otherwise);
		if (v.ptr != NULL)
			envblock_put(b, copied[i].name, v);
	}
}

static bool
is_taken(const char *name)
{
	for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]); i++)
		if (strcmp(copied[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (strcmp(never[i], name) == 0)
			return true;
	return false;
}

/* X-Shop, or HTTP_X_SHOP, as the CGI variable; false where it cannot be. */
static bool
variable_name(const char *field, char out[static 128])
{
	size_t n = 5;

	memcpy(out, "HTTP_", 5);
	if (strncmp(field, "HTTP_", 5) == 0)
		field += 5;
	for (; *field != '\0'; field++) {
		char c = *field;

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		else if (c == '-')
			c = '_';
		if (n == 127 ||
		    strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", c) == NULL)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n > 5;
}

static void
put_listed(struct envblock *b, const json_t *request, const json_t *names)
{
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *field = json_string_value(json_array_get(names, i));
		char name[128];
		struct slice v;

		if (field == NULL || !variable_name(field, name) ||
		    is_taken(name))
			continue;
		v = request_value(request, name);
		if (v.ptr != NULL)
			envblock_put(b, name, v);
	}
}

static void
put_job(struct envblock *b, const struct environment_facts *f)
{
	char id[UUID_TEXT_LEN + 1];

	/* First: escape_linux.c looks for it. */
	envblock_put(b, "NIGHTDROP_JOB_ID", slice_str(uuid_format(&f->id, id)));
	envblock_number(b, "NIGHTDROP_ATTEMPT", f->attempt);
	envblock_number(b, "NIGHTDROP_MAX_ATTEMPTS", f->max_attempts);
	envblock_number(b, "NIGHTDROP_RUN", f->run);
	if (f->business_date != NULL)
		envblock_put(
		    b, "NIGHTDROP_BUSINESS_DATE", slice_str(f->business_date));
	put_time(b, "NIGHTDROP_ACCEPTED", f->accepted_us);
	put_time(b, "NIGHTDROP_DEADLINE", f->deadline_us);
	put_digest(b, f->digest);
	envblock_number(b, "NIGHTDROP_PROGRESS_FD", PROGRESS_FD);
	if (f->state.ptr != NULL)
		envblock_put(b, "NIGHTDROP_STATE", f->state);
	envblock_put(b, "TMPDIR", slice_str(f->tmp));
	envblock_put(b, "SCRIPT_FILENAME", slice_str(f->program));
	envblock_number(b, "CONTENT_LENGTH", f->size);
	if (f->type.ptr != NULL)
		envblock_put(b, "CONTENT_TYPE", f->type);
}

static void
put_all(struct envblock *b, const struct environment_facts *f,
    const json_t *request, const json_t *names)
{
	struct slice method = request_value(request, "REQUEST_METHOD");

	put_job(b, f);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		envblock_put(b, fixed[i].name, slice_str(fixed[i].value));
	envblock_put(b, "NIGHTDROP_METHOD",
	    method.ptr == NULL ? SLICE_LIT("POST") : method);
	put_copied(b, request);
	put_listed(b, request, names);
}

static enum err_code
build(const struct environment_facts *f, const json_t *request,
    const json_t *names, char ***env, struct err *e)
{
	struct envblock b;
	enum err_code code;

	envblock_init(&b, ENVIRONMENT_LIMIT);
	put_all(&b, f, request, names);
	code = envblock_take(&b, env, e);
	envblock_fini(&b);
	return code;
}

enum err_code
environment_new(const struct environment_facts *f, char ***env, struct err *e)
{
	json_t *request = NULL, *names = NULL;
	enum err_code code = ERR_OK;
	json_error_t je;

	request = json_loadb(f->request.ptr, f->request.len, 0, &je);
	if (!json_is_object(request)) {
		code = err_set(
		    e, ERR_SYNTAX, "the stored request is not a JSON object");
		goto out;
	}
	if (f->request_fields.len > 0) {
		names = json_loadb(
		    f->request_fields.ptr, f->request_fields.len, 0, &je);
		if (!json_is_array(names)) {
			code = err_set(e, ERR_SYNTAX,
			    "the queue's request_fields are not a JSON array");
			goto out;
		}
	}
	code = build(f, request, names, env, e);
out:
	json_decref(request);
	json_decref(names);
	return code;
}
