/*
 * The field Accept.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/accept.h"

#include <stddef.h>

#include "http/list.h"

#define WEIGHT_MAX 1000

static const struct {
	const char *type;
	enum media media;
} types[] = {
	{ "application/json", MEDIA_JSON },
	{ "application/problem+json", MEDIA_JSON },
	{ "application/*", MEDIA_JSON },
	{ "*/*", MEDIA_JSON },
	{ "text/html", MEDIA_HTML },
	{ "application/http", MEDIA_HTTP },
};

/* "0" to "1", with up to three digits, in thousandths; -1: not one. */
static int
weight_parse(struct slice s)
{
	int weight, unit = WEIGHT_MAX / 10;

	if (s.len < 1 || s.len > 5 || (s.ptr[0] != '0' && s.ptr[0] != '1') ||
	    (s.len > 1 && s.ptr[1] != '.'))
		return -1;
	weight = (s.ptr[0] - '0') * WEIGHT_MAX;
	for (size_t i = 2; i < s.len; i++, unit /= 10) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return -1;
		weight += (s.ptr[i] - '0') * unit;
	}
	return weight <= WEIGHT_MAX ? weight : -1;
}

/* The weight among the parameters; without one the greatest. */
static int
weight_find(struct slice parameters)
{
	while (parameters.ptr != NULL) {
		struct slice value = list_cut(&parameters, ';');
		struct slice name = slice_trim(list_cut(&value, '='));

		if (slice_eq_nocase(name, "q"))
			return weight_parse(slice_trim(value));
	}
	return WEIGHT_MAX;
}

enum media
accept_best(struct slice field)
{
	enum media best = MEDIA_JSON;
	int most = 0;

	while (field.ptr != NULL) {
		struct slice parameters = list_cut(&field, ',');
		struct slice type = slice_trim(list_cut(&parameters, ';'));
		int weight = weight_find(parameters);

		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
			if (weight > most &&
			    slice_eq_nocase(type, types[i].type)) {
				most = weight;
				best = types[i].media;
			}
		}
	}
	return best;
}
