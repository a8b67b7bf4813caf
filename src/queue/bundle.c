/*
 * Taking a bundle.
 *
 * What was appended need not be durable: the seal counts, and its commit,
 * which is flushed, covers what was written before it.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/bundle.h"

#include "base/clock.h"
#include "queue/ask.h"
#include "queue/receipt.h"
#include "queue/settle.h"

#define LINE_BYTES 4 /* of the id, at its end, that number the lines */

enum err_code
bundle_new_id(struct store *s, unsigned placement, int64_t deadline_ms,
    struct uuid *out, struct err *e)
{
	enum err_code code = store_new_id(s, placement, deadline_ms, out, e);

	if (code == ERR_OK)
		*out = bundle_line_id(out, 0);
	return code;
}

struct uuid
bundle_line_id(const struct uuid *bundle, int32_t line)
{
	struct uuid id = *bundle;

	for (int i = 0; i < LINE_BYTES; i++)
		id.b[sizeof(id.b) - 1 - (size_t)i] =
		    (uint8_t)((uint32_t)line >> 8 * i);
	return id;
}

enum err_code
bundle_open(struct store *s, const struct submission *b, int64_t deadline_ms,
    int64_t *limit, struct err *e)
{
	struct params p;

	params_init(&p);
	params_uuid(&p, &b->id);
	params_text(&p, b->queue);
	ask_owner(&p, b->owner);
	params_text(&p, b->request);
	params_text(&p, b->key);
	return ask_limit(s, STMT_BUNDLE_OPEN, &p, deadline_ms, limit, e);
}

/* What was stored, nobody waited for: a server that crashes may lose it.  That
 * is not the client's doing, and sending all of it again will mend it. */
static enum err_code
lost(struct err *e)
{
	return err_set(e, ERR_BUSY,
	    "the lines before are not there any more; send all of it again");
}

struct chunk {
	const struct uuid *id;
	int32_t first;
	const struct bundle_line *lines;
	size_t n;
};

static void
fill_lines(struct params *p, const void *arg)
{
	const struct chunk *l = arg;

	params_uuid(p, l->id);
	params_int4(p, l->first);
	params_array_begin(p, PARAM_BYTEA);
	for (size_t i = 0; i < l->n; i++)
		params_item_bytes(p, l->lines[i].body);
	params_array_end(p);
	params_array_begin(p, PARAM_BYTEA);
	for (size_t i = 0; i < l->n; i++)
		params_item_bytes(p, slice_mem(l->lines[i].digest, DIGEST_LEN));
	params_array_end(p);
}

enum err_code
bundle_append(struct store *s, const struct uuid *id, int32_t first,
    const struct bundle_line *lines, size_t n, int64_t deadline_ms,
    struct err *e)
{
	struct chunk l = { id, first, lines, n };
	bool there = false;
	enum err_code code = ask_put(
	    s, STMT_BUNDLE_APPEND, fill_lines, &l, deadline_ms, &there, e);

	return code == ERR_OK && !there ? lost(e) : code;
}

struct seal {
	const struct submission *bundle;
	int64_t lines, bytes;
	struct bundle_state *out;
};

static enum err_code
try_seal(struct store *s, void *arg, int64_t deadline_ms, struct err *e)
{
	const struct seal *seal = arg;
	const struct submission *b = seal->bundle;
	struct params p;
	struct rows *r = NULL;
	enum err_code code;

	params_init(&p);
	params_uuid(&p, &b->id);
	params_int4(&p, (int32_t)seal->lines);
	params_int8(&p, seal->bytes);
	params_bytes(&p, slice_mem(b->digest, DIGEST_LEN));
	params_text(&p, b->key);
	code = pool_call(
	    store_pool(s), STMT_BUNDLE_SEAL, &p, deadline_ms, CALL_ONCE, &r, e);
	return code == ERR_OK ? bundle_state_take(r, seal->out, e) : code;
}

enum err_code
bundle_seal(struct store *s, const struct submission *b, int64_t lines,
    int64_t bytes, int64_t deadline_ms, struct bundle_state *out, struct err *e)
{
	struct seal seal = { b, lines, bytes, out };
	enum err_code code = settle_call(try_seal, s, &seal, deadline_ms, e);

	return code == ERR_GONE ? lost(e) : code;
}

void
bundle_abort(struct store *s, const struct uuid *id, int64_t deadline_ms)
{
	bool more = true;

	while (more && clock_mono_ms() < deadline_ms) {
		struct params p;
		struct rows *r = NULL;

		params_init(&p);
		params_uuid(&p, id);
		more = ask_row(s, STMT_BUNDLE_ABORT, &p, deadline_ms, &r,
			   NULL) == ERR_OK &&
		       rows_bool(r, 0, 0);
		rows_free(r);
	}
}
