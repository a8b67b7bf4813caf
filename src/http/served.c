/*
 * Which header fields of a handler's answer are passed on.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/served.h"

#include <jansson.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "http/etag.h"

enum condition { ANY, WITH_BODY, IF_VALID_ETAG, IF_REDIRECT };

static const struct {
	const char *name;
	enum condition condition;
} allowed[] = {
	{ "Content-Type", WITH_BODY },
	{ "Content-Language", WITH_BODY },
	{ "Content-Encoding", WITH_BODY },
	{ "Content-Disposition", WITH_BODY },
	{ "Last-Modified", ANY },
	{ "ETag", IF_VALID_ETAG },
	{ "Location", IF_REDIRECT },
	{ "Link", ANY },
	{ "Retry-After", ANY },
};

/* Not even where a queue lists them: web servers act on these, and the last
 * is ours. */
static const char *const never[] = {
	"X-Accel-",
	"X-Sendfile",
	"X-LIGHTTPD-",
	"X-LiteSpeed-",
	"X-Reproxy-",
	"X-Content-Type-Options",
};

static bool
is_met(enum condition condition, int status, struct slice value)
{
	switch (condition) {
	case WITH_BODY:
		return status != 204;
	case IF_VALID_ETAG:
		return etag_valid(value);
	case IF_REDIRECT: /* with 200 mod_fcgid would redirect internally */
		return status == 201 || status / 100 == 3;
	default:
		return true;
	}
}

static bool
is_token(const char *name)
{
	for (; *name != '\0'; name++)
		if (!(*name >= 'a' && *name <= 'z') &&
		    !(*name >= 'A' && *name <= 'Z') &&
		    !(*name >= '0' && *name <= '9') &&
		    strchr("!#$%&'*+-.^_`|~", *name) == NULL)
			return false;
	return true;
}

static bool
is_listed(const char *name, json_t *extra)
{
	size_t i;
	json_t *item;

	if (strncasecmp(name, "X-", 2) != 0 || !is_token(name))
		return false;
	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (strncasecmp(name, never[i], strlen(never[i])) == 0)
			return false;
	json_array_foreach(
	    extra, i, item) if (json_is_string(item) &&
				strcasecmp(name, json_string_value(item)) ==
				    0) return true;
	return false;
}

struct screen {
	int status;
	json_t *extra;
};

static bool
is_served(const char *name, struct slice value, const struct screen *s)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (strcasecmp(name, allowed[i].name) == 0)
			return is_met(allowed[i].condition, s->status, value);
	return is_listed(name, s->extra);
}

/* screen NULL: all that have a name. */
static bool
each(json_t *fields, const struct screen *screen, served_fn *fn, void *ctx)
{
	size_t i;
	json_t *pair;

	if (!json_is_array(fields))
		return false;
	json_array_foreach(fields, i, pair)
	{
		const char *name = json_string_value(json_array_get(pair, 0));
		json_t *text = json_array_get(pair, 1);
		struct slice value;

		if (name == NULL || !json_is_string(text))
			return false;
		value = slice_mem(
		    json_string_value(text), json_string_length(text));
		if (screen != NULL ? is_served(name, value, screen) :
				     *name != '\0' && is_token(name))
			fn(ctx, name, value);
	}
	return true;
}

static enum err_code
read_fields(struct slice fields, const struct screen *screen, served_fn *fn,
    void *ctx, struct err *e)
{
	json_t *f = json_loadb(fields.ptr, fields.len, 0, NULL);
	bool ok = each(f, screen, fn, ctx);

	json_decref(f);
	if (!ok)
		return err_set(e, ERR_SHAPE,
		    "the stored header fields are not pairs of strings");
	return ERR_OK;
}

enum err_code
served_fields(struct slice fields, struct slice extra, int status,
    served_fn *fn, void *ctx, struct err *e)
{
	struct screen screen = { status, NULL };
	enum err_code code;

	if (extra.ptr != NULL)
		screen.extra = json_loadb(extra.ptr, extra.len, 0, NULL);
	code = read_fields(fields, &screen, fn, ctx, e);
	json_decref(screen.extra);
	return code;
}

enum err_code
served_all(struct slice fields, served_fn *fn, void *ctx, struct err *e)
{
	return read_fields(fields, NULL, fn, ctx, e);
}
