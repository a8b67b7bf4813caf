/*
 * What each kind of document comes down to: its title, and the sentences that
 * stand before everything else.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>

#include "responder/page_impl.h"

/* At the beginning of the path, where nothing better is known. */
static void
title_default(const struct page *p)
{
	const struct request *r = &p->call->request;

	if (r->segments == 0)
		buf_puts(p->out, "Nightdrop");
	else
		buf_slice(p->out, r->segment[0]);
}

static void
title_service(const struct page *p)
{
	buf_puts(p->out, "Nightdrop");
}

static void
lead_service(const struct page *p)
{
	buf_puts(p->out,
	    "<p class=\"lead\">A night drop for work. What you hand in is "
	    "stored before you are told so, and done later, in a run.</p>\n"
	    "<p>The answer is 202 Accepted: it has a monitor, which says how "
	    "your job stands, and an estimate of when its result will be "
	    "there. Keep the monitor’s address: it leads to the answer.</p>\n");
}

static void
title_queues(const struct page *p)
{
	buf_puts(p->out, "Queues");
}

static void
lead_queues(const struct page *p)
{
	if (json_array_size(json_object_get(p->doc, "queues")) == 0)
		buf_puts(p->out,
		    "<p class=\"lead\">There is no queue yet: the operator "
		    "makes them.</p>\n");
	else
		buf_puts(p->out,
		    "<p class=\"lead\">What may be submitted. Each queue has a "
		    "page that says what it takes, with a form.</p>\n");
}

static void
title_queue(const struct page *p)
{
	buf_puts(p->out, "Queue ");
	buf_slice(p->out, page_text(p->doc, "name"));
}

static void
lead_queue(const struct page *p)
{
	struct slice description = page_text(p->doc, "description");

	if (description.len > 0) {
		buf_puts(p->out, "<p class=\"lead\">");
		html_txt(p->out, description);
		buf_puts(p->out, "</p>\n");
	}
	if (json_is_true(json_object_get(p->doc, "held")))
		buf_puts(p->out,
		    "<p>It is held at present: what is handed in waits until "
		    "the operator releases it.</p>\n");
	page_form(p);
}

static void
title_health(const struct page *p)
{
	buf_puts(p->out, "Health");
}

static void
lead_health(const struct page *p)
{
	buf_puts(p->out,
	    json_is_true(json_object_get(p->doc, "late")) ?
		"<p class=\"lead\">The database answers, but a run is late.</p>"
		"\n" :
		"<p class=\"lead\">The database answers, and no run is late."
		"</p>\n");
}

static void
title_problems(const struct page *p)
{
	buf_puts(p->out, "Problems");
}

static void
lead_problems(const struct page *p)
{
	buf_puts(p->out,
	    "<p class=\"lead\">What each problem type means, and what to do "
	    "next. Where Retry is yes, it may work soon: the answer’s "
	    "Retry-After says when.</p>\n");
}

static void
title_jobs(const struct page *p)
{
	buf_puts(p->out, "Jobs");
}

static void
lead_jobs(const struct page *p)
{
	struct slice next = page_text(p->doc, "next");
	const json_t *jobs = json_object_get(p->doc, "jobs");
	bool by_line = json_object_get(json_array_get(jobs, 0), "line") != NULL;

	buf_puts(p->out, "<p class=\"lead\">");
	buf_puts(p->out, json_array_size(jobs) == 0 ? "There is none." :
			 by_line		    ? "Line by line." :
						      "The newest first.");
	if (next.len > 0) {
		buf_puts(p->out, " More are on the ");
		html_link(p->out, next, SLICE_LIT("next page"));
		buf_putc(p->out, '.');
	}
	buf_puts(p->out, "</p>\n");
}

static void
title_problem(const struct page *p)
{
	buf_printf(p->out, "%" PRId64 " ",
	    (int64_t)json_integer_value(json_object_get(p->doc, "status")));
	buf_slice(p->out, page_text(p->doc, "title"));
}

/* A detail is written to go behind a colon: here it is a sentence. */
static void
put_sentence(const struct page *p, const char *class, struct slice s)
{
	char first;

	if (s.len == 0)
		return;
	first = s.ptr[0];
	buf_printf(p->out, "<p%s>", class);
	if (first >= 'a' && first <= 'z') {
		buf_putc(p->out, (char)(first - 'a' + 'A'));
		html_txt(p->out, slice_mem(s.ptr + 1, s.len - 1));
	} else {
		html_txt(p->out, s);
	}
	buf_puts(p->out, s.ptr[s.len - 1] == '.' ? "</p>\n" : ".</p>\n");
}

/* A response that is none: its job is one step up. */
static void
put_monitor(const struct page *p)
{
	const struct request *r = &p->call->request;

	if (r->segments != 3 || !slice_eq_str(r->segment[0], "jobs") ||
	    !slice_eq_str(r->segment[2], "response"))
		return;
	buf_puts(p->out, "<p><a href=\"");
	html_attr(p->out, page_base(p->call));
	buf_puts(p->out, "/jobs/");
	html_attr(p->out, r->segment[1]);
	buf_puts(p->out, "\">The job’s monitor</a></p>\n");
}

static void
lead_problem(const struct page *p)
{
	put_sentence(p, " class=\"lead\"", page_text(p->doc, "detail"));
	put_sentence(p, "", page_text(p->doc, "next"));
	if (p->call->retry_s > 0) {
		buf_puts(p->out, "<p>Try again in ");
		page_duration(p->out, p->call->retry_s);
		buf_puts(p->out, ".</p>\n");
	}
	put_monitor(p);
}

static const struct page_kind kinds[] = {
	{ "quote", "", page_job_title, page_job_lead },
	{ "media_types", "name description", title_queue, lead_queue },
	{ "queues", "", title_queues, lead_queues },
	{ "partitions_ahead", "", title_health, lead_health },
	{ "problems", "", title_problems, lead_problems },
	{ "title", "title status detail next", title_problem, lead_problem },
	{ "jobs", "next", title_jobs, lead_jobs },
	{ "name", "name", title_service, lead_service },
};

static const struct page_kind other = { "", "", title_default, NULL };

const struct page_kind *
page_kind_get(const json_t *doc)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (json_object_get(doc, kinds[i].mark) != NULL)
			return &kinds[i];
	return &other;
}
