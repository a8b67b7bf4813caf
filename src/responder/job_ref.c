/*
 * How a job is called in a URL.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/job_ref.h"

#include <stdio.h>
#include <string.h>

/* key "": none. */
static void
ref_set(
    struct job_ref *out, const char *of, const struct uuid *id, const char *key)
{
	char text[UUID_TEXT_LEN + 1];

	out->id = *id;
	snprintf(out->path, sizeof(out->path), "/%s/%s%s%s", of,
	    uuid_format(id, text), key[0] != '\0' ? "~" : "", key);
}

static enum err_code
make(struct call *c, const char *of, const struct uuid *id, struct slice owner,
    struct job_ref *out, struct err *e)
{
	char key[CAPABILITY_LEN + 1] = "";
	enum err_code code = ERR_OK;

	if (owner.len == 0)
		code = store_capability(
		    c->x->store, id, c->x->deadline_ms, key, e);
	if (code == ERR_OK)
		ref_set(out, of, id, key);
	return code;
}

enum err_code
job_ref_make(struct call *c, const struct uuid *id, struct slice owner,
    struct job_ref *out, struct err *e)
{
	return make(c, "jobs", id, owner, out, e);
}

enum err_code
job_ref_make_bundle(struct call *c, const struct uuid *id, struct slice owner,
    struct job_ref *out, struct err *e)
{
	return make(c, "bundles", id, owner, out, e);
}

static enum err_code
read(struct call *c, const char *of, struct reader *who, struct job_ref *out,
    struct err *e)
{
	struct slice key = c->request.segment[1];
	struct slice id = slice_cut(&key, '~');
	char text[CAPABILITY_LEN + 1] = "";
	enum err_code code;

	*who = (struct reader) { .owner = c->request.owner };
	if (!uuid_parse(id, &who->id) ||
	    (key.ptr != NULL && key.len != CAPABILITY_LEN))
		return err_set(
		    e, ERR_NOT_FOUND, "there are no %s of this id", of);
	if (key.ptr != NULL) {
		code = store_capability_ok(c->x->store, &who->id, key,
		    c->x->deadline_ms, &who->capability, e);
		if (code != ERR_OK)
			return code;
		if (who->capability)
			memcpy(text, key.ptr, CAPABILITY_LEN);
	}
	ref_set(out, of, &who->id, text);
	return ERR_OK;
}

enum err_code
job_ref_read(
    struct call *c, struct reader *who, struct job_ref *out, struct err *e)
{
	return read(c, "jobs", who, out, e);
}

enum err_code
job_ref_read_bundle(
    struct call *c, struct reader *who, struct job_ref *out, struct err *e)
{
	return read(c, "bundles", who, out, e);
}

void
job_ref_field(struct call *c, const char *name, const struct job_ref *ref,
    const char *suffix)
{
	struct buf *b = reply_open_field(&c->reply, name);

	buf_slice(b, buf_view(&c->base));
	buf_puts(b, ref->path);
	buf_puts(b, suffix);
	reply_close_field(&c->reply);
}

void
job_ref_link(struct call *c, const struct job_ref *ref)
{
	struct buf *b = reply_open_field(&c->reply, "Link");

	buf_putc(b, '<');
	buf_slice(b, buf_view(&c->base));
	buf_puts(b, ref->path);
	buf_puts(b, ">; rel=\"monitor\"");
	reply_close_field(&c->reply);
}
