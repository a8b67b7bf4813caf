/*
 * What a request says of the job that it brings.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/submit.h"

#include "http/fields.h"
#include "http/variables.h"

#define TYPE_MAX 1024 /* bytes of a Content-Type */

void
submit_init(struct submit *s)
{
	*s = (struct submit) { .job = { .key = SLICE_NONE } };
	buf_init(&s->variables, 8 * REQUEST_ENV_SIZE);
}

void
submit_fini(struct submit *s)
{
	buf_fini(&s->variables);
}

static enum err_code
read_claims(const struct request *r,
    struct intake_claim claim[static INTAKE_CLAIMS], struct err *e)
{
	const struct slice field[INTAKE_CLAIMS] = { r->var.content_digest,
		r->var.repr_digest };

	for (int i = 0; i < INTAKE_CLAIMS; i++)
		if (field[i].ptr != NULL &&
		    field_digest_parse(field[i], &claim[i].given,
			claim[i].digest, e) != ERR_OK)
			return ERR_SYNTAX;
	return ERR_OK;
}

enum err_code
submit_read(struct call *c, struct submit *s, struct err *e)
{
	const struct request *r = &c->request;
	struct submission *j = &s->job;
	enum err_code code;

	j->queue = r->segment[1];
	j->owner = r->owner;
	j->type = r->var.content_type;
	if (!queue_name_ok(j->queue))
		return err_set(e, ERR_NOT_FOUND, "there is no such queue");
	if (j->type.len > TYPE_MAX || !field_value_ok(j->type))
		return err_set(e, ERR_SYNTAX, "Content-Type is not one");
	if ((code = read_claims(r, s->claim, e)) != ERR_OK)
		return code;
	if ((code = variables_put(&s->variables, r, e)) != ERR_OK)
		return code;
	j->request = buf_view(&s->variables);
	return ERR_OK;
}

enum err_code
submit_read_key(struct call *c, struct submit *s, struct err *e)
{
	enum err_code code;

	if (c->request.var.idempotency_key.ptr == NULL)
		return ERR_OK;
	code = field_key_parse(c->request.var.idempotency_key, &s->key, e);
	if (code == ERR_OK)
		s->job.key = slice_mem(s->key.text, s->key.len);
	return code;
}
