/*
 * GET /problems: what each problem type means.  Its page has the types' names
 * as ids, so that the type of any problem of ours leads to its row.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/json_put.h"
#include "http/problem.h"
#include "responder/document.h"
#include "responder/ending.h"
#include "responder/resource.h"

static void
put_problem(struct buf *b, const char *name, const struct problem *p)
{
	json_put_open(b, '{');
	json_put_name(b, "name");
	json_put_text(b, slice_str(name));
	json_put_name(b, "status");
	json_put_int(b, p->status);
	json_put_name(b, "title");
	json_put_text(b, slice_str(p->title));
	json_put_name(b, "next");
	json_put_text(b, slice_str(p->next));
	json_put_name(b, "retry");
	json_put_bool(b, p->retry);
	json_put_close(b, '}');
}

enum err_code
problems_get(struct call *c, struct err *e)
{
	struct buf b;
	enum err_code code;

	buf_init(&b, DOCUMENT_LIMIT);
	json_put_open(&b, '{');
	json_put_name(&b, "problems");
	json_put_open(&b, '[');
	for (int i = ERR_OK + 1; i < ERR_COUNT; i++)
		put_problem(&b, err_name((enum err_code)i),
		    problem_get((enum err_code)i));
	for (size_t i = 0; ending_at(i) != NULL; i++)
		put_problem(&b, ending_at(i)->name, &ending_at(i)->problem);
	json_put_close(&b, ']');
	json_put_close(&b, '}');
	code = document_send(c, &b, e);
	buf_fini(&b);
	return code;
}
