/*
 * What a job, or a bundle of jobs, comes down to, in sentences.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>

#include "responder/page_impl.h"

static bool
is_bundle(const struct page *p)
{
	return json_object_get(p->doc, "counts") != NULL;
}

void
page_job_title(const struct page *p)
{
	buf_puts(p->out, is_bundle(p) ? "Bundle " : "Job ");
	buf_slice(p->out, page_text(p->doc, "status"));
}

/* "until", and the instant; nothing where there is none. */
static void
put_instant(const struct page *p, const char *words, struct slice s)
{
	if (s.len == 0)
		return;
	buf_puts(p->out, words);
	page_time(p->out, s);
}

static void
put_queue(const struct page *p)
{
	struct slice name = page_text(p->doc, "queue");

	buf_puts(p->out, "the queue <a href=\"");
	html_attr(p->out, page_base(p->call));
	buf_puts(p->out, "/queues/");
	html_attr(p->out, name);
	buf_puts(p->out, "\">");
	html_txt(p->out, name);
	buf_puts(p->out, "</a>");
}

/* When its result will be available (RFC 1945 §9.2). */
static void
put_estimate(const struct page *p)
{
	const json_t *quote = json_object_get(p->doc, "quote");
	struct slice likely = page_text(quote, "likely");
	struct slice earliest = page_text(quote, "earliest");
	int64_t ahead = json_integer_value(json_object_get(quote, "ahead"));

	if (likely.len == 0) {
		buf_puts(p->out,
		    "<p>When its result will be there cannot be told yet: "
		    "too few runs have been seen.");
	} else {
		put_instant(
		    p, "<p>Its result will likely be there at ", likely);
		if (!slice_eq(likely, earliest))
			put_instant(p, ", not before ", earliest);
		put_instant(p, ", and by ", page_text(quote, "latest"));
		buf_puts(p->out, " at the latest.");
	}
	if (ahead > 0)
		buf_printf(p->out, " About %" PRId64 " job%s before it.", ahead,
		    ahead == 1 ? " goes" : "s go");
	if (json_is_false(json_object_get(quote, "fits")))
		buf_puts(p->out,
		    " The next window will probably close before its turn.");
	buf_puts(p->out, "</p>\n");
}

static void
put_link(const struct page *p, const char *rel, const char *text)
{
	struct slice href = page_href(p->doc, rel);

	if (href.ptr != NULL)
		html_link(p->out, href, slice_str(text));
	else
		buf_puts(p->out, text);
}

static void
put_look_again(const struct page *p)
{
	buf_puts(p->out, "<p>");
	put_link(p, "monitor", "Look again");
	if (p->call->retry_s > 0) {
		buf_puts(p->out, " in ");
		page_duration(p->out, p->call->retry_s);
	}
	buf_puts(p->out, ". To take it back, send <code>DELETE</code> to "
			 "the monitor’s address.</p>\n");
}

static void
lead_accepted(const struct page *p)
{
	buf_puts(p->out,
	    "<p class=\"lead\">Accepted. It is stored, and waits for a run of ");
	put_queue(p);
	buf_puts(p->out, ".</p>\n");
	put_estimate(p);
	put_look_again(p);
}

static void
lead_running(const struct page *p)
{
	buf_puts(p->out, "<p class=\"lead\">Running");
	put_instant(p, " since ", page_text(p->doc, "started"));
	buf_puts(p->out, ", for ");
	put_queue(p);
	buf_puts(p->out, ".</p>\n");
	put_look_again(p);
}

/* "403 Forbidden", as the handler said it or as we did; a bundle has none of
 * its own. */
static void
put_outcome(const struct page *p, const char *words)
{
	const json_t *outcome = json_object_get(p->doc, "outcome");

	if (!json_is_object(outcome))
		return;
	buf_printf(p->out, "%s%" PRId64 " ", words,
	    (int64_t)json_integer_value(json_object_get(outcome, "status")));
	html_txt(p->out, page_text(outcome, "reason"));
}

static void
lead_final(const struct page *p)
{
	buf_puts(p->out, "<p class=\"lead\">Finished");
	put_instant(p, " at ", page_text(p->doc, "finished"));
	put_outcome(p, ". The outcome is ");
	buf_puts(p->out, ".</p>\n<p>Read ");
	if (is_bundle(p))
		put_link(p, "responses", "its responses");
	else
		put_link(p, "response", "its response");
	put_instant(p, ", kept until ", page_text(p->doc, "expires"));
	buf_puts(p->out, ".</p>\n");
}

static void
lead_dismissed(const struct page *p)
{
	buf_puts(p->out, "<p class=\"lead\">Dismissed");
	put_instant(p, " at ", page_text(p->doc, "finished"));
	put_outcome(p, ": ");
	buf_puts(p->out, ".</p>\n");
}

static const struct {
	const char *status;
	void (*lead)(const struct page *p);
} leads[] = {
	{ "accepted", lead_accepted },
	{ "running", lead_running },
	{ "successful", lead_final },
	{ "failed", lead_final },
	{ "dismissed", lead_dismissed },
};

void
page_job_lead(const struct page *p)
{
	struct slice status = page_text(p->doc, "status");

	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
		if (slice_eq_str(status, leads[i].status))
			leads[i].lead(p);
}
