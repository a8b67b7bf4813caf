/*
 * GET /bundles/{id}/jobs: the members of a bundle, by line, a page at a time.
 *
 * SPDX-License-Identifier: ISC
 */
#include <inttypes.h>

#include "db/rows.h"
#include "http/json_put.h"
#include "http/ndjson.h"
#include "http/query.h"
#include "queue/bundle_state.h"
#include "responder/document.h"
#include "responder/resource.h"

#define PAGE_DEFAULT 100
#define PAGE_MAX 1000
#define LINK_LIMIT 65536

struct page {
	struct bundle_state bundle;
	struct job_ref ref;
	struct rows *rows;
	int64_t after, limit;
};

static enum err_code
put_item(struct buf *b, struct call *c, const struct page *p,
    const struct bundle_member *m, struct err *e)
{
	struct job_ref ref;
	char id[UUID_TEXT_LEN + 1];
	enum err_code code;

	code = job_ref_make(c, &m->id, p->bundle.owner, &ref, e);
	if (code != ERR_OK)
		return code;
	json_put_open(b, '{');
	json_put_name(b, "line");
	json_put_int(b, m->line);
	json_put_name(b, "id");
	json_put_text(b, slice_str(uuid_format(&m->id, id)));
	json_put_name(b, "status");
	json_put_text(b, m->status);
	document_put_ending(b, m->finished, m->code);
	json_put_name(b, "href");
	document_put_href(b, c, &ref, "");
	json_put_close(b, '}');
	return ERR_OK;
}

static enum err_code
put_page(struct buf *b, struct call *c, const struct page *p, struct slice next,
    struct err *e)
{
	enum err_code code = ERR_OK;

	json_put_open(b, '{');
	json_put_name(b, "jobs");
	json_put_open(b, '[');
	for (int i = 0; code == ERR_OK && i < rows_count(p->rows); i++) {
		struct bundle_member m = bundle_member_at(p->rows, i);

		code = put_item(b, c, p, &m, e);
	}
	json_put_close(b, ']');
	json_put_name(b, "next");
	json_put_text(b, next.len > 0 ? next : SLICE_NONE);
	json_put_close(b, '}');
	return code;
}

/* The URL of the page behind this one. */
static void
put_next(struct buf *b, const struct call *c, const struct page *p)
{
	if (p->after + p->limit >= p->bundle.lines)
		return;
	buf_slice(b, buf_view(&c->base));
	buf_printf(b, "%s/jobs?limit=%" PRId64 "&after=%" PRId64, p->ref.path,
	    p->limit, p->after + p->limit);
}

static enum err_code
send_page(struct call *c, const struct page *p, struct err *e)
{
	struct buf body, next;
	enum err_code code;

	buf_init(&body, DOCUMENT_LIMIT);
	buf_init(&next, LINK_LIMIT);
	put_next(&next, c, p);
	code = put_page(&body, c, p, buf_view(&next), e);
	c->next = buf_view(&next);
	if (code == ERR_OK)
		code = document_send(c, &body, e);
	c->next = SLICE_NONE;
	buf_fini(&next);
	buf_fini(&body);
	return code;
}

enum err_code
bundle_jobs_get(struct call *c, struct err *e)
{
	struct page p = { .limit = PAGE_DEFAULT };
	struct slice query = c->request.query;
	struct store *store = c->x->store;
	struct reader who;
	enum err_code code;

	if ((code = job_ref_read_bundle(c, &who, &p.ref, e)) != ERR_OK ||
	    (code = query_int(query, "limit", 1, PAGE_MAX, &p.limit, e)) !=
		ERR_OK ||
	    (code = query_int(query, "after", 0, NDJSON_LINES, &p.after, e)) !=
		ERR_OK ||
	    (code = bundle_read(
		 store, &who, c->x->deadline_ms, &p.bundle, e)) != ERR_OK)
		return code;
	code = bundle_jobs(store, &who, (int32_t)p.after, (int)p.limit,
	    c->x->deadline_ms, &p.rows, e);
	if (code == ERR_OK)
		code = send_page(c, &p, e);
	rows_free(p.rows);
	rows_free(p.bundle.rows);
	return code;
}
