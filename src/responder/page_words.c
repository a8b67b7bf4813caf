/*
 * Words for a page: what members, relations and numbers are called.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>
#include <string.h>

#include "responder/page_impl.h"

#define KIB 1024
#define UNITS "KMGTPE"
#define MINUTE_S 60
#define HOUR_S 3600
#define SOON_S 90    /* so long in seconds, */
#define LATER_S 5400 /* so long in minutes, what is longer in hours */

/* Where the member's name with its first letter large will not do. */
static const struct {
	const char *name, *label;
} labels[] = {
	{ "ahead", "Jobs ahead" },
	{ "by", "Decided by" },
	{ "clock", "Database's clock" },
	{ "counts", "Jobs by status" },
	{ "expires", "Kept until" },
	{ "fits", "Fits the window" },
	{ "graded", "Jobs judged" },
	{ "hits", "Done in time" },
	{ "max_size", "Largest body" },
	{ "media_types", "Media types" },
	{ "next", "Next step" },
	{ "next_start", "Next run" },
	{ "quote", "Estimate" },
	{ "quotes", "How true estimates were" },
	{ "rate", "Share done in time" },
	{ "reply", "Answers" },
};

/* What a link leads to.  NULL: only for another method than GET. */
static const struct {
	const char *rel, *words;
} relations[] = {
	{ "bundle", NULL },
	{ "health", "Health: is the database there, is a run late" },
	{ "jobs", "Jobs, one by one" },
	{ "metrics", "Metrics: for Prometheus" },
	{ "monitor", "Monitor: how it stands" },
	{ "problems", "Problems: what each error means" },
	{ "queues", "Queues: what may be submitted" },
	{ "request", "Request: what was submitted, to the byte" },
	{ "response", "Response: what comes of it" },
	{ "responses", "Responses: what came of each job" },
	{ "self", NULL }, /* this page */
	{ "service-desc", "OpenAPI: all of this, for a program" },
	{ "submit", NULL },
	{ "upload", NULL },
};

/* Members that count bytes. */
static const char sizes[] = "size max_size limit bytes";

bool
page_word_in(const char *words, const char *word)
{
	struct slice rest = slice_str(words);

	while (rest.len > 0)
		if (slice_eq_str(slice_cut(&rest, ' '), word))
			return true;
	return false;
}

void
page_label(struct buf *out, const char *name)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(labels[i].name, name) == 0) {
			buf_puts(out, labels[i].label);
			return;
		}
	for (size_t i = 0; name[i] != '\0'; i++) {
		char c = name[i] == '_' ? ' ' : name[i];

		if (i == 0 && c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		html_txt(out, slice_mem(&c, 1));
	}
}

const char *
page_rel_words(const char *rel)
{
	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++)
		if (strcmp(relations[i].rel, rel) == 0)
			return relations[i].words;
	return rel;
}

bool
page_is_size(const char *name)
{
	return page_word_in(sizes, name);
}

/* With one decimal, which is left out where it is 0: never more than is. */
void
page_size(struct buf *out, int64_t bytes)
{
	int64_t unit = 1, tenths;
	int u = -1;

	while (bytes / unit >= KIB) {
		unit *= KIB;
		u++;
	}
	if (u < 0) {
		buf_printf(
		    out, "%" PRId64 " byte%s", bytes, bytes == 1 ? "" : "s");
		return;
	}
	buf_printf(out, "%" PRId64, bytes / unit);
	tenths = bytes % unit / (unit / KIB) * 10 / KIB; /* cannot overflow */
	if (tenths > 0)
		buf_printf(out, ".%" PRId64, tenths);
	buf_printf(out, " %ciB", UNITS[u]);
}

void
page_duration(struct buf *out, int seconds)
{
	int n = seconds;
	const char *unit = "second";

	if (seconds >= LATER_S) {
		n = (seconds + HOUR_S / 2) / HOUR_S;
		unit = "hour";
	} else if (seconds >= SOON_S) {
		n = (seconds + MINUTE_S / 2) / MINUTE_S;
		unit = "minute";
	}
	buf_printf(out, "about %d %s%s", n, unit, n == 1 ? "" : "s");
}
