/*
 * A whole request: its variables, each ended by NUL; the first is the
 * configured prefix.  And what of it a handler will be given.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/request.h"

#include <jansson.h>

#include "fuzz.h"
#include "http/fields.h"
#include "http/origin.h"
#include "http/variables.h"

#define VARIABLES 300 /* more than are taken */

static int
read_env(struct slice rest, char *env[static VARIABLES + 1])
{
	int n = 0;

	while (rest.ptr != NULL && n < VARIABLES)
		env[n++] = fuzz_string(slice_cut(&rest, '\0'));
	env[n] = NULL;
	return n;
}

static void
check_request(const struct request *r)
{
	REQUIRE(r->method < METHOD_COUNT);
	REQUIRE(r->content_length >= -1);
	REQUIRE(r->prefix.len == 0 || r->prefix.ptr[0] == '/');
	REQUIRE(field_uri_ok(r->prefix));
	REQUIRE(slice_is_text(r->owner));
	REQUIRE(slice_eq_str(r->var.trust_user, "1") || r->owner.len == 0);
	for (int i = 0; i < r->segments; i++)
		REQUIRE(r->segment[i].len > 0 && slice_is_text(r->segment[i]));
	if (r->queue.ptr != NULL)
		REQUIRE(queue_name_ok(r->queue));
	else if (!r->asterisk)
		REQUIRE(r->path.len >= r->prefix.len &&
			memcmp(r->path.ptr, r->prefix.ptr, r->prefix.len) == 0);
}

/* One JSON object of strings, without what must not be stored. */
static void
check_stored(struct slice text)
{
	static const char *const never[] = { "HTTP_AUTHORIZATION",
		"HTTP_COOKIE", "HTTP_IDEMPOTENCY_KEY", "HTTP_PROXY",
		"HTTP_PROXY_AUTHORIZATION" };
	json_t *all =
	    json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
	const char *name;
	json_t *value;

	REQUIRE(json_is_object(all));
	json_object_foreach(all, name, value) REQUIRE(json_is_string(value));
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		REQUIRE(json_object_get(all, never[i]) == NULL);
	json_decref(all);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_mem(data, size);
	char *prefix = fuzz_string(slice_cut(&rest, '\0'));
	char *env[VARIABLES + 1];
	int n = read_env(rest, env);
	struct request_defaults defaults = { .prefix = slice_str(prefix) };
	struct request r;
	struct err e = ERR_INIT;
	struct buf stored;

	buf_init(&stored, 8 * REQUEST_ENV_SIZE);
	if (request_read(&r, env, &defaults, &e) == ERR_OK) {
		check_request(&r);
		if (variables_put(&stored, &r, &e) == ERR_OK)
			check_stored(buf_view(&stored));
		origin_cross_site(
		    r.var.sec_fetch_site, r.var.origin, r.var.host);
	} else {
		REQUIRE(e.code != ERR_OK && e.text[0] != '\0');
		REQUIRE(field_uri_ok(r.prefix)); /* it goes into the answer */
	}
	request_fini(&r);
	buf_fini(&stored);
	while (n > 0)
		free(env[--n]);
	free(prefix);
	return 0;
}
