/*
 * The request target alone: percent-encoding, dots, slashes.
 *
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"
#include "http/fields.h"
#include "http/request.h"

static const struct request_defaults none;

/* The path of r with every byte percent-encoded. */
static char *
encode(const struct request *r)
{
	static const char hex[] = "0123456789ABCDEF", name[] = "REQUEST_URI=";
	char *text = malloc(sizeof(name) + 3 * r->path.len + 1);
	char *p = text + sizeof(name) - 1;

	REQUIRE(text != NULL);
	memcpy(text, name, sizeof(name));
	for (int i = 0; i < r->segments; i++) {
		*p++ = '/';
		for (size_t k = 0; k < r->segment[i].len; k++) {
			unsigned char c = (unsigned char)r->segment[i].ptr[k];

			*p++ = '%';
			*p++ = hex[c >> 4];
			*p++ = hex[c & 15];
		}
	}
	if (r->segments == 0)
		*p++ = '/';
	*p = '\0';
	return text;
}

static void
check_segments(const struct request *r, size_t size)
{
	size_t total = 0;

	REQUIRE(r->segments >= 0 && r->segments <= REQUEST_SEGMENTS);
	for (int i = 0; i < r->segments; i++) {
		struct slice s = r->segment[i];

		REQUIRE(s.len > 0 && slice_is_text(s));
		REQUIRE(!slice_eq_str(s, ".") && !slice_eq_str(s, ".."));
		total += s.len + 1;
	}
	REQUIRE(total <= size); /* decoding never makes it longer */
	REQUIRE(r->path.len <= size + 1);
	REQUIRE(r->query.len < size || r->query.len == 0);
}

/* What was decoded, encoded anew, is the same path: it is decoded once. */
static void
check_again(const struct request *r)
{
	char *uri = encode(r);
	char *env[] = { "REQUEST_METHOD=GET", uri, NULL };
	struct request again;
	struct err e = ERR_INIT;

	REQUIRE(request_read(&again, env, &none, &e) == ERR_OK);
	REQUIRE(again.segments == r->segments);
	for (int i = 0; i < r->segments; i++)
		REQUIRE(slice_eq(again.segment[i], r->segment[i]));
	request_fini(&again);
	free(uri);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char name[] = "REQUEST_URI=";
	char *env[] = { "REQUEST_METHOD=GET", NULL, NULL };
	char *text = malloc(sizeof(name) + size);
	struct request r;
	struct err e = ERR_INIT;

	REQUIRE(text != NULL);
	memcpy(text, name, sizeof(name) - 1);
	memcpy(text + sizeof(name) - 1, data, size);
	text[sizeof(name) - 1 + size] = '\0';
	env[1] = fuzz_string(slice_mem(text, sizeof(name) + size));
	free(text);
	if (request_read(&r, env, &none, &e) == ERR_OK) {
		check_segments(&r, size);
		if (3 * r.path.len + 32 < REQUEST_ENV_SIZE)
			check_again(&r);
	} else {
		REQUIRE(e.code == ERR_SYNTAX || e.code == ERR_NOT_FOUND ||
			e.code == ERR_FIELDS_TOO_LARGE);
	}
	request_fini(&r);
	free(env[1]);
	return 0;
}
