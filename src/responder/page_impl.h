/*
 * The parts of a page, for the files page*.c.  Functions append to p->out.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_PAGE_IMPL_H
#define ND_RESPONDER_PAGE_IMPL_H

#include <jansson.h>

#include "http/html_put.h"
#include "responder/call.h"

struct page {
	const struct call *call;
	struct buf *out;
	json_t *doc; /* borrowed */
};

/* A kind of document: page_kind.c. */
struct page_kind {
	const char *mark; /* the member by which it is known */
	const char *said; /* members that lead and title say already */
	void (*title)(const struct page *p); /* as text, without tags */
	void (*lead)(const struct page *p); /* what it comes down to; or NULL */
};

/* Never NULL. */
const struct page_kind *page_kind_get(const json_t *doc);

/* A job's: page_job.c. */
void page_job_title(const struct page *p);
void page_job_lead(const struct page *p);

/* The submit form of a queue, or words why there is none: page_form.c. */
void page_form(const struct page *p);

/* A member that is a string; SLICE_NONE: it is not there, or is none. */
struct slice page_text(const json_t *object, const char *name);

/* What every link begins with; also where the call was not read far enough
 * to know base_url. */
struct slice page_base(const struct call *c);

/* The target of the document's link with this relation; SLICE_NONE. */
struct slice page_href(const json_t *doc, const char *rel);

/* The document's members, without those named in said; then its links:
 * page_value.c. */
void page_facts(const struct page *p, const char *said);
void page_links(const struct page *p);

/* The value of the member of this name, where there is room for words only. */
void page_value(const struct page *p, const char *name, json_t *v);

/* An array of objects, and what is made of it: page_table.c. */
bool page_is_table(const json_t *v);
void page_table(const struct page *p, const char *name, const json_t *rows);

/* Does it lead to what is ours?  Nothing else becomes a link. */
bool page_is_ours(const struct page *p, struct slice s);

/* An instant (RFC 3339) as <time>; false, and nothing: it is none. */
bool page_time(struct buf *out, struct slice s);

/* Words: page_words.c. */
bool page_word_in(const char *words, const char *word);
void page_label(struct buf *out, const char *name); /* of a member */
const char *page_rel_words(const char *rel);	  /* NULL: not to be followed */
bool page_is_size(const char *name);		  /* its value counts bytes */
void page_size(struct buf *out, int64_t bytes);	  /* "1 KiB" */
void page_duration(struct buf *out, int seconds); /* "about 3 minutes" */

#endif
