/*
 * The command line of nightdrop-batch.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "batch/report.h"
#include "queue/run.h"

#define DRAIN_MS 60000
#define PLAN_LISTED 10 /* jobs a queue */
#define PLAN_LISTED_MOST 1000000

enum {
	OPT_ADOPT = 256,
	OPT_CHECK,
	OPT_CONFIG,
	OPT_DAILY,
	OPT_DRAIN,
	OPT_HELP,
	OPT_JOIN,
	OPT_LIMIT,
	OPT_PLAN,
	OPT_PRINT_CONFIG,
	OPT_QUEUE,
	OPT_QUIET,
	OPT_REPORT,
	OPT_RESUME,
	OPT_SET,
	OPT_STALE,
	OPT_STRICT,
	OPT_TRY,
	OPT_TYPE,
	OPT_UNTIL,
	OPT_VARIABLE,
	OPT_VERSION
};

static const struct option table[] = {
	{ "adopt", required_argument, NULL, OPT_ADOPT },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "config", required_argument, NULL, OPT_CONFIG },
	{ "daily", no_argument, NULL, OPT_DAILY },
	{ "drain", required_argument, NULL, OPT_DRAIN },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "jobs", required_argument, NULL, 'j' },
	{ "join", no_argument, NULL, OPT_JOIN },
	{ "limit", required_argument, NULL, OPT_LIMIT },
	{ "plan", optional_argument, NULL, OPT_PLAN },
	{ "print-config", no_argument, NULL, OPT_PRINT_CONFIG },
	{ "queue", required_argument, NULL, OPT_QUEUE },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "report", required_argument, NULL, OPT_REPORT },
	{ "resume", no_argument, NULL, OPT_RESUME },
	{ "set", required_argument, NULL, OPT_SET },
	{ "stale", required_argument, NULL, OPT_STALE },
	{ "strict", no_argument, NULL, OPT_STRICT },
	{ "try", required_argument, NULL, OPT_TRY },
	{ "type", required_argument, NULL, OPT_TYPE },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "variable", required_argument, NULL, OPT_VARIABLE },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static void *
take(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (p == NULL)
		abort();
	return p;
}

/* "a,b" behind what is there; may be given more than once. */
static enum err_code
add_queues(struct options *o, const char *list, struct err *e)
{
	const char *before = o->queues == NULL ? "" : o->queues;
	size_t len = strlen(list), size = strlen(before) + len + 2;
	char *all;

	if (len == 0 || list[0] == ',' || list[len - 1] == ',' ||
	    strstr(list, ",,") != NULL)
		return err_set(
		    e, ERR_CONFIG, "--queue wants names separated by commas");
	all = take(size, 1);
	snprintf(all, size, "%s%s%s", before, *before == '\0' ? "" : ",", list);
	free(o->queues);
	o->queues = all;
	return ERR_OK;
}

static void
split_queues(struct options *o)
{
	char *name = o->queues, *comma;
	size_t n = 1;

	if (name == NULL)
		return;
	for (comma = name; *comma != '\0'; comma++)
		n += *comma == ',';
	o->scope = take(n, sizeof(*o->scope));
	for (;;) {
		o->scope[o->scope_len++] = name;
		if ((comma = strchr(name, ',')) == NULL)
			return;
		*comma = '\0';
		name = comma + 1;
	}
}

/* "name=value" over file and environment. */
static enum err_code
set_one(struct config *c, const char *text, struct err *e)
{
	struct slice value = slice_str(text), name = slice_cut(&value, '=');
	char buf[64];

	if (value.ptr == NULL || name.len == 0 || name.len >= sizeof(buf))
		return err_set(e, ERR_CONFIG, "--set wants name=value");
	memcpy(buf, name.ptr, name.len);
	buf[name.len] = '\0';
	return config_set(c, buf, value, e);
}

/* Which run it shall be, and how it ends: false, it is another option. */
static bool
take_way(struct options *o, int c, const char *value, struct err *e)
{
	static const struct {
		int option;
		enum run_way way;
	} ways[] = { { OPT_DAILY, RUN_WAY_DAILY }, { OPT_JOIN, RUN_WAY_JOIN },
		{ OPT_RESUME, RUN_WAY_RESUME } };
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (c == ways[i].option) {
			o->ways |= ways[i].way;
			return true;
		}
	if (c == OPT_UNTIL && !window_parse(slice_str(value), o->until))
		err_set(e, ERR_CONFIG,
		    "--until %.40s: a time of the day, as 06:00, or a duration "
		    "with its unit, as 2h",
		    value);
	if (c == OPT_UNTIL)
		return true;
	if (c != OPT_DRAIN && c != OPT_STALE)
		return false;
	if (!duration_parse(
		slice_str(value), c == OPT_DRAIN ? &o->drain_ms : &o->stale_ms))
		err_set(e, ERR_CONFIG,
		    "%.40s: no duration; 90 s, 15 min, 1h30m and 2 days are",
		    value);
	return true;
}

/* How it is told: false, it is another option. */
static bool
take_report(struct options *o, int c, const char *value, struct err *e)
{
	if (c == OPT_QUIET) {
		o->quiet = true;
		o->report |= REPORT_QUIET;
	} else if (c == OPT_STRICT) {
		o->report |= REPORT_STRICT;
	} else if (c == OPT_REPORT && strcmp(value, "json") == 0) {
		o->report |= REPORT_JSON;
	} else if (c == OPT_REPORT && strcmp(value, "text") == 0) {
		o->report &= ~(unsigned)REPORT_JSON;
	} else if (c == OPT_REPORT) {
		err_set(e, ERR_CONFIG,
		    "--report=%.40s: there are json and text", value);
	} else {
		return false;
	}
	return true;
}

/* What a handler is tried with: false, it is another option. */
static bool
take_try(struct options *o, int c, const char *value, struct err *e)
{
	struct words *w = c == OPT_LIMIT ? &o->limits : &o->variables;

	if (c == OPT_TRY) {
		o->mode = MODE_TRY;
		o->handler = value;
	} else if (c == OPT_TYPE) {
		o->type = value;
	} else if (c != OPT_LIMIT && c != OPT_VARIABLE) {
		return false;
	} else if (w->len == sizeof(w->word) / sizeof(w->word[0])) {
		err_set(e, ERR_CONFIG, "%.60s: too many of this option", value);
	} else {
		w->word[w->len++] = value;
	}
	return true;
}

/* NULL: PLAN_LISTED. */
static bool
take_count(const char *text, int64_t *out)
{
	char *end;
	long long n;

	if (text == NULL) {
		*out = PLAN_LISTED;
		return true;
	}
	n = strtoll(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || n > PLAN_LISTED_MOST)
		return false;
	*out = n;
	return true;
}

/* Goes to the database, or into JSON; others are paths, or are looked at. */
static bool
is_text_wanted(int c)
{
	return c == OPT_ADOPT || c == OPT_QUEUE || c == OPT_TYPE ||
	       c == OPT_VARIABLE;
}

/* First reading: all but settings, which lie on top of the file that
 * --config names wherever it stands on the line. */
static enum err_code
read_line(struct options *o, int argc, char **argv, struct err *e)
{
	int c;

	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, "j:", table, NULL)) != -1) {
		if (is_text_wanted(c) && !slice_is_text(slice_str(optarg)))
			return err_set(e, ERR_CONFIG, "%.100s: not valid UTF-8",
			    argv[optind - 1]);
		if (take_way(o, c, optarg, e) || take_report(o, c, optarg, e) ||
		    take_try(o, c, optarg, e)) {
			if (e->code != ERR_OK)
				return e->code;
			continue;
		}
		switch (c) {
		case OPT_ADOPT:
			o->mode = MODE_ADOPT;
			o->reason = optarg;
			break;
		case OPT_CHECK:
			o->mode = MODE_CHECK;
			break;
		case OPT_CONFIG:
			o->file = optarg;
			break;
		case OPT_HELP:
			o->mode = MODE_HELP;
			return ERR_OK;
		case OPT_PLAN:
			o->mode = MODE_PLAN;
			if (!take_count(optarg, &o->plan_most))
				return err_set(e, ERR_CONFIG,
				    "--plan=%.20s: how many jobs of a queue to "
				    "list, at most %d",
				    optarg, PLAN_LISTED_MOST);
			break;
		case OPT_PRINT_CONFIG:
			o->mode = MODE_PRINT_CONFIG;
			break;
		case OPT_QUEUE:
			if (add_queues(o, optarg, e) != ERR_OK)
				return e->code;
			break;
		case OPT_VERSION:
			o->mode = MODE_VERSION;
			return ERR_OK;
		case OPT_SET:
		case 'j':
			break; /* second reading */
		default:
			return err_set(e, ERR_CONFIG,
			    "%.100s: not an option, or its value is missing; "
			    "see --help",
			    argv[optind - 1]);
		}
	}
	if (optind < argc)
		return err_set(e, ERR_CONFIG,
		    "%.100s: only options are wanted; see --help",
		    argv[optind]);
	return ERR_OK;
}

static enum err_code
read_settings(struct options *o, int argc, char **argv, struct err *e)
{
	enum err_code code = ERR_OK;
	int c;

	optind = 1;
	while (code == ERR_OK &&
	       (c = getopt_long(argc, argv, "j:", table, NULL)) != -1) {
		if (c == 'j')
			code = config_set(
			    &o->config, "jobs", slice_str(optarg), e);
		else if (c == OPT_SET)
			code = set_one(&o->config, optarg, e);
	}
	return code;
}

enum err_code
options_read(struct options *o, int argc, char **argv, struct err *e)
{
	enum err_code code;

	*o = (struct options) {
		.mode = MODE_RUN, .stale_ms = -1, .drain_ms = DRAIN_MS
	};
	code = read_line(o, argc, argv, e);
	if (code != ERR_OK || o->mode == MODE_HELP || o->mode == MODE_VERSION)
		return code;
	if (o->mode != MODE_TRY &&
	    (o->type != NULL || o->variables.len + o->limits.len > 0))
		return err_set(e, ERR_CONFIG,
		    "--type, --variable and --limit belong to --try");
	if (o->mode == MODE_ADOPT && o->reason[0] == '\0')
		return err_set(e, ERR_CONFIG, "--adopt wants a reason");
	if ((o->ways & RUN_WAY_RESUME) != 0 && o->ways != RUN_WAY_RESUME)
		return err_set(e, ERR_CONFIG,
		    "--resume goes with neither --join nor --daily");
	if (o->mode == MODE_PLAN && (o->ways & RUN_WAY_RESUME) != 0)
		return err_set(e, ERR_CONFIG,
		    "--plan is of a run that opens now, and not of --resume");
	if ((o->ways & RUN_WAY_RESUME) != 0 && o->until[0] != '\0')
		return err_set(e, ERR_CONFIG,
		    "--resume keeps the window of the run that it takes up");
	split_queues(o);
	if ((code = config_load(&o->config, o->file, e)) != ERR_OK)
		return code;
	return read_settings(o, argc, argv, e);
}

void
options_fini(struct options *o)
{
	config_fini(&o->config);
	free(o->scope);
	free(o->queues);
	o->scope = NULL;
	o->queues = NULL;
}
