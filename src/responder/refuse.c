/*
 * Problem details.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/refuse.h"

#include <inttypes.h>

#include "base/digest.h"
#include "base/log.h"
#include "http/problem.h"
#include "responder/document.h"

#define ID_LEN 16
#define RETRY_MIN_S 5
#define RETRY_MAX_S 30

/* The pattern and not the path is logged: a path may hold a job's key. */
static void
log_failure(const struct call *c, const struct err *e, const char *id)
{
	log_event(problem_get(e->code)->retry ? LEVEL_WARNING : LEVEL_ERROR,
	    "%s %s: %s: %s (answer %s)", method_name(c->request.method),
	    c->pattern, err_name(e->code), e->text, id);
}

static void
make_id(char id[static ID_LEN + 1])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char random[ID_LEN / 2];

	digest_random(random, sizeof(random));
	for (size_t i = 0; i < ID_LEN; i++)
		id[i] = hex[random[i / 2] >> (i % 2 != 0 ? 0 : 4) & 15];
	id[ID_LEN] = '\0';
}

/* RFC 6750 §3: an error is told where a token was sent, and only then. */
static struct slice
challenge(enum err_code code)
{
	if (code == ERR_TOKEN)
		return SLICE_LIT("Bearer realm=\"nightdrop\", "
				 "error=\"invalid_token\"");
	return SLICE_LIT("Bearer realm=\"nightdrop\"");
}

static void
put_fields(struct call *c, enum err_code code, const struct problem *p)
{
	unsigned char random;

	reply_start(&c->reply, p->status, SLICE_NONE, CACHE_NONE);
	if (p->retry) {
		digest_random(&random, 1);
		document_retry_field(
		    c, RETRY_MIN_S + random % (RETRY_MAX_S - RETRY_MIN_S + 1));
	}
	if (p->status == 401)
		reply_field(&c->reply, "WWW-Authenticate", challenge(code));
	if (p->status == 416) {
		buf_printf(reply_open_field(&c->reply, "Content-Range"),
		    "bytes */%" PRId64, c->limit);
		reply_close_field(&c->reply);
	}
	if (p->status == 405 && c->allow != NULL)
		reply_field(&c->reply, "Allow", slice_str(c->allow));
}

void
refuse(struct call *c, const struct err *e)
{
	const struct problem *p = problem_get(e->code);
	struct problem_note note = { .limit = c->limit, .line = c->line };
	char id[ID_LEN + 1];
	struct buf body;

	if (p->ours || c->reply.sent) {
		make_id(id);
		log_failure(c, e, id);
		note.id = id;
	}
	if (c->reply.sent) {
		c->x->cut = true;
		return;
	}
	if (!p->ours && slice_is_text(slice_str(e->text)))
		note.detail = slice_str(e->text);
	buf_init(&body, 64 * 1024);
	problem_put(&body, c->request.prefix, err_name(e->code), p, &note);
	put_fields(c, e->code, p);
	document_problem(c, &body);
	buf_fini(&body);
}
