/*
 * --try: the request and the limits that a handler is tried with.
 *
 * What a client's request could bring into the environment is let through to
 * it, and nothing else: there is no list of names here, the environment is
 * built and then looked at.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "batch/trial.h"

#define DAY_MS INT64_C(86400000)
#define TIB (INT64_C(1) << 40)

enum unit { TIME, BYTES, NUMBER };

/* As in the table queue: what it is there unless told, and its range. */
static const struct {
	const char *name;
	enum unit unit;
	size_t offset;
	int64_t initial, min, max;
	const char *wanted;
} limits[] = {
#define LIMIT(field, unit, initial, min, max, wanted)                        \
	{                                                                    \
#field, unit, offsetof(struct trial_limits, field), initial, \
		    min, max, wanted                                         \
	}
	LIMIT(time_limit, TIME, 3600000, 1, 31 * DAY_MS,
	    "a duration up to 31 days, as 90s"),
	LIMIT(cpu_limit, TIME, 0, 1000, 366 * DAY_MS,
	    "a duration from 1 s, as 5min"),
	LIMIT(memory_limit, BYTES, 0, 1048576, INT64_MAX,
	    "a number of bytes from 1048576"),
	LIMIT(max_output, BYTES, 1073741824, 0, TIB,
	    "a number of bytes to 1099511627776"),
	LIMIT(max_files, NUMBER, 1024, 16, 1048576,
	    "a number from 16 to 1048576"),
	LIMIT(max_attempts, NUMBER, 3, 1, 1000, "a number from 1 to 1000"),
};

#define LIMITS (sizeof(limits) / sizeof(limits[0]))

static int64_t *
limit_at(struct trial_limits *l, size_t i)
{
	return (int64_t *)((char *)l + limits[i].offset);
}

static bool
parse_limit(enum unit unit, struct slice value, int64_t *out)
{
	uint64_t n;

	if (unit == TIME)
		return duration_parse(value, out);
	if (!slice_uint(value, &n) || n > INT64_MAX)
		return false;
	*out = (int64_t)n;
	return true;
}

static enum err_code
take_limit(struct trial *t, const char *word, struct err *e)
{
	struct slice value = slice_str(word), name = slice_cut(&value, '=');
	int64_t n;

	for (size_t i = 0; i < LIMITS; i++) {
		if (!slice_eq_str(name, limits[i].name))
			continue;
		if (value.ptr == NULL ||
		    !parse_limit(limits[i].unit, value, &n) ||
		    n < limits[i].min || n > limits[i].max)
			return err_set(e, ERR_CONFIG,
			    "--limit %.60s: %s is wanted", word,
			    limits[i].wanted);
		*limit_at(&t->limits, i) = n;
		return ERR_OK;
	}
	return err_set(e, ERR_CONFIG,
	    "--limit %.60s: not a limit; there are time_limit, cpu_limit, "
	    "memory_limit, max_output, max_files, max_attempts",
	    word);
}

enum err_code
trial_limits(struct trial *t, struct err *e)
{
	const struct words *given = &t->options->limits;
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < LIMITS; i++)
		*limit_at(&t->limits, i) = limits[i].initial;
	for (size_t i = 0; i < given->len && code == ERR_OK; i++)
		code = take_limit(t, given->word[i], e);
	return code;
}

void
trial_limits_print(const struct trial *t)
{
	static const char *const units[] = {
		[TIME] = " s", [BYTES] = " bytes", [NUMBER] = ""
	};
	struct trial_limits l = t->limits;

	for (size_t i = 0; i < LIMITS; i++) {
		int64_t n = *limit_at(&l, i);

		printf("%s%s ",
		    i == 0	    ? "" :
		    i == LIMITS / 2 ? ",\n             " :
				      ", ",
		    limits[i].name);
		if (n == 0 && limits[i].initial == 0)
			printf("none");
		else if (limits[i].unit == TIME)
			printf("%g s", (double)n / 1000);
		else
			printf("%" PRId64 "%s", n, units[limits[i].unit]);
	}
}

typedef bool fact_fn(struct environment_facts *f, struct slice value);

static bool
take_attempt(struct environment_facts *f, struct slice value)
{
	uint64_t n;

	if (!slice_uint(value, &n) || n == 0 || n > INT32_MAX)
		return false;
	f->attempt = (int)n;
	return true;
}

static bool
take_date(struct environment_facts *f, struct slice value)
{
	int year, month, day, end = 0;

	if (value.len != 10 ||
	    sscanf(value.ptr, "%4d-%2d-%2d%n", &year, &month, &day, &end) !=
		3 ||
	    end != 10)
		return false;
	f->business_date = value.ptr; /* a word of the command line */
	return true;
}

static bool
take_id(struct environment_facts *f, struct slice value)
{
	return uuid_parse(value, &f->id);
}

static bool
take_state(struct environment_facts *f, struct slice value)
{
	f->state = value;
	return value.len <= SLOT_STATE_LIMIT;
}

/* What is not of the request. */
static const struct {
	const char *name;
	fact_fn *take;
	const char *wanted;
} facts[] = {
	{ "NIGHTDROP_ATTEMPT", take_attempt, "a number from 1" },
	{ "NIGHTDROP_BUSINESS_DATE", take_date, "a date, as 2026-11-25" },
	{ "NIGHTDROP_JOB_ID", take_id, "a UUID" },
	{ "NIGHTDROP_STATE", take_state, "at most 32768 bytes" },
};

static enum err_code
take_variable(struct trial *t, const char *word, struct err *e)
{
	struct slice value = slice_str(word), name = slice_cut(&value, '=');
	char *text;

	if (value.ptr == NULL || name.len == 0)
		return err_set(e, ERR_CONFIG,
		    "--variable %.60s: NAME=VALUE is wanted", word);
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		if (slice_eq_str(name, facts[i].name))
			return facts[i].take(&t->facts, value) ?
				   ERR_OK :
				   err_set(e, ERR_CONFIG,
				       "--variable %.60s: %s is wanted", word,
				       facts[i].wanted);
	if ((text = strndup(name.ptr, name.len)) == NULL ||
	    json_object_set_new(t->request, text, json_string(value.ptr)) !=
		0 ||
	    json_array_append_new(t->fields, json_string(text)) != 0)
		abort();
	free(text);
	return ERR_OK;
}

/* As a request to this queue has them. */
static void
plain_request(struct trial *t)
{
	const char *name = strrchr(t->handler.path, '/') + 1;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/queues/%.*s/jobs",
	    (int)strcspn(name, "."), name);
	t->request =
	    json_pack("{ssssssss}", "REQUEST_METHOD", "POST", "REQUEST_URI",
		path, "SCRIPT_NAME", path, "REMOTE_ADDR", "127.0.0.1");
	t->fields = json_array();
	if (t->request == NULL || t->fields == NULL)
		abort();
}

enum err_code
trial_variables(struct trial *t, struct err *e)
{
	const struct words *given = &t->options->variables;
	enum err_code code = ERR_OK;

	plain_request(t);
	for (size_t i = 0; i < given->len && code == ERR_OK; i++)
		code = take_variable(t, given->word[i], e);
	return code;
}

enum err_code
trial_variables_taken(const struct trial *t, struct err *e)
{
	const struct words *given = &t->options->variables;

	for (size_t i = 0; i < given->len; i++) {
		const char *word = given->word[i];
		char *const *v = t->env;

		/* REQUEST_METHOD is always POST; the other is what was. */
		if (strncmp(word, "REQUEST_METHOD=", 15) == 0)
			continue;
		while (*v != NULL && strcmp(*v, word) != 0)
			v++;
		if (*v == NULL)
			return err_set(e, ERR_CONFIG,
			    "--variable %.60s: no request gives this to a "
			    "handler; see nightdrop-handler(7)",
			    word);
	}
	return ERR_OK;
}
