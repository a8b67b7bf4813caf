/*
 * What of a request its handler will be given.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/variables.h"

#include <string.h>

#include "http/json_put.h"

/* Besides HTTP_*, and besides what put_ours writes. */
static const char *const kept[] = {
	"CONTENT_TYPE",
	"DOCUMENT_ROOT",
	"REMOTE_ADDR",
	"REMOTE_HOST",
	"REQUEST_SCHEME",
	"SERVER_NAME",
	"SERVER_PORT",
	"SERVER_PROTOCOL",
	"SERVER_SOFTWARE",
};

static const char *const never[] = {
	"HTTP_AUTHORIZATION",
	"HTTP_CONTENT_LENGTH",
	"HTTP_CONTENT_TYPE",
	"HTTP_COOKIE",
	"HTTP_IDEMPOTENCY_KEY",
	"HTTP_PROXY",
	"HTTP_PROXY_AUTHORIZATION",
};

static bool
is_among(struct slice name, const char *const names[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (slice_eq_str(name, names[i]))
			return true;
	return false;
}

static bool
is_wanted(struct slice name)
{
	if (name.len <= 5 || memcmp(name.ptr, "HTTP_", 5) != 0)
		return is_among(name, kept, sizeof(kept) / sizeof(kept[0]));
	for (size_t i = 5; i < name.len; i++) {
		char c = name.ptr[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '_')
			return false;
	}
	return !is_among(name, never, sizeof(never) / sizeof(never[0]));
}

/* JSON keeps the last of two members of one name; we keep the first. */
static bool
is_new(struct slice name, const struct slice *seen, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (slice_eq(name, seen[i]))
			return false;
	return true;
}

static enum err_code
put(struct buf *out, struct slice name, struct slice value, struct err *e)
{
	if (!slice_is_text(value))
		return err_set(e, ERR_SYNTAX, "%.*s is not valid UTF-8",
		    name.len < 64 ? (int)name.len : 64, name.ptr);
	json_put_text(out, name);
	buf_putc(out, ':');
	json_put_text(out, value);
	return ERR_OK;
}

static enum err_code
put_env(struct buf *out, const struct request *r, struct err *e)
{
	struct slice seen[REQUEST_ENV_COUNT];
	size_t count = 0;

	for (int i = 0; i < REQUEST_ENV_COUNT && r->env[i] != NULL; i++) {
		struct slice value = slice_str(r->env[i]);
		struct slice name = slice_cut(&value, '=');

		if (value.len == 0 || !is_wanted(name) ||
		    !is_new(name, seen, count))
			continue;
		seen[count++] = name;
		if (put(out, name, value, e) != ERR_OK)
			return ERR_SYNTAX;
	}
	return ERR_OK;
}

/* Of the PATH_INFO that the server made, and of no other. */
static struct slice
translated(const struct request *r)
{
	if (r->info.len == 0 || !slice_eq(r->info, r->var.path_info))
		return SLICE_NONE;
	return r->var.path_translated;
}

static enum err_code
put_ours(struct buf *out, const struct request *r, struct err *e)
{
	bool https = slice_eq_nocase(r->var.https, "on") ||
		     slice_eq_str(r->var.https, "1");
	bool trusted = r->owner.len > 0;
	const struct {
		struct slice name, value;
	} ours[] = {
		{ SLICE_LIT("REQUEST_METHOD"),
		    slice_str(method_name(r->method)) },
		{ SLICE_LIT("REQUEST_URI"), r->uri },
		{ SLICE_LIT("QUERY_STRING"), r->query },
		{ SLICE_LIT("SCRIPT_NAME"), r->path },
		{ SLICE_LIT("PATH_INFO"), r->info },
		{ SLICE_LIT("PATH_TRANSLATED"), translated(r) },
		{ SLICE_LIT("HTTPS"), https ? SLICE_LIT("on") : SLICE_NONE },
		{ SLICE_LIT("REMOTE_USER"), trusted ? r->owner : SLICE_NONE },
		{ SLICE_LIT("AUTH_TYPE"),
		    trusted ? r->var.auth_type : SLICE_NONE },
		{ SLICE_LIT("NIGHTDROP_FILENAME"), r->filename },
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (ours[i].value.ptr != NULL &&
		    put(out, ours[i].name, ours[i].value, e) != ERR_OK)
			return ERR_SYNTAX;
	return ERR_OK;
}

enum err_code
variables_put(struct buf *out, const struct request *r, struct err *e)
{
	json_put_open(out, '{');
	if (put_ours(out, r, e) != ERR_OK || put_env(out, r, e) != ERR_OK)
		return ERR_SYNTAX;
	json_put_close(out, '}');
	if (out->failed)
		return err_set(e, ERR_FIELDS_TOO_LARGE,
		    "the request's fields are too large to be stored");
	return ERR_OK;
}
