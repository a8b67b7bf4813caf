/*
 * A chunk of jobs for a statement: parameters, columns, rows.
 *
 * SPDX-License-Identifier: ISC
 */
#include "queue/chunk.h"

#include <stddef.h>
#include <string.h>

void
chunk_params(struct params *p, const struct run_worker *w, struct slice queue,
    const struct turn_start *job, size_t len)
{
	size_t i;

	run_worker_params(p, w);
	params_text(p, queue);
	params_array_begin(p, PARAM_UUID);
	for (i = 0; i < len; i++)
		params_item_uuid(p, &job[i].id);
	params_array_end(p);
	params_array_begin(p, PARAM_INT4);
	for (i = 0; i < len; i++)
		params_item_int4(p, job[i].attempt);
	params_array_end(p);
}

struct chunk_held
chunk_held_read(const struct rows *r, int i)
{
	return (struct chunk_held) {
		.id = rows_uuid(r, i, 0),
		.stop = slice_eq_str(rows_text(r, i, 1), "stop"),
	};
}

static const struct {
	const char *name;
	const char *letters; /* of rows_letter */
	const char *types;
	bool must;
	size_t at; /* in struct chunk_columns */
} columns[] = {
	{ "id", "u", "uuid", true, offsetof(struct chunk_columns, id) },
	{ "status", "isl", "integer", true,
	    offsetof(struct chunk_columns, status) },
	{ "type", "t", "text", false, offsetof(struct chunk_columns, type) },
	{ "body", "tyjJ", "text, bytea or json", false,
	    offsetof(struct chunk_columns, body) },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))
#define RULE                                                                \
	"a statement answers id (uuid), status (integer), type (text) and " \
	"body (text, bytea or json), and nothing else"

static int *
place(struct chunk_columns *c, size_t k)
{
	return (int *)((char *)c + columns[k].at);
}

/* Column i of the answer. */
static enum err_code
take_column(
    const struct rows *r, int i, struct chunk_columns *out, struct err *e)
{
	const char *name = rows_name(r, i);
	size_t k = 0;

	while (k < COLUMNS && strcmp(name, columns[k].name) != 0)
		k++;
	if (k == COLUMNS)
		return err_set(e, ERR_CONFIG,
		    "column '%.63s' is none of them: " RULE, name);
	if (*place(out, k) != -1)
		return err_set(
		    e, ERR_CONFIG, "column %s is there twice: " RULE, name);
	if (strchr(columns[k].letters, rows_letter(r, i)) == NULL)
		return err_set(e, ERR_CONFIG,
		    "column %s is not of type %s: " RULE, name,
		    columns[k].types);
	*place(out, k) = i;
	return ERR_OK;
}

enum err_code
chunk_columns_find(
    const struct rows *r, struct chunk_columns *out, struct err *e)
{
	struct chunk_columns c = { -1, -1, -1, -1 };
	enum err_code code;
	size_t k;
	int i;

	for (i = 0; i < rows_columns(r); i++)
		if ((code = take_column(r, i, &c, e)) != ERR_OK)
			return code;
	for (k = 0; k < COLUMNS; k++)
		if (columns[k].must && *place(&c, k) == -1)
			return err_set(e, ERR_CONFIG,
			    "there is no column %s: " RULE, columns[k].name);
	*out = c;
	return ERR_OK;
}

static int
read_status(const struct rows *r, int i, int col)
{
	int64_t v;

	if (rows_null(r, i, col))
		return 200;
	switch (rows_letter(r, col)) {
	case 's':
		return rows_int2(r, i, col);
	case 'i':
		return rows_int4(r, i, col);
	default:
		v = rows_int8(r, i, col);
		return v < 0 || v > 999 ? 0 : (int)v;
	}
}

static struct slice
read_body(const struct rows *r, int i, int col)
{
	struct slice body = rows_bytes(r, i, col);

	if (body.ptr == NULL)
		return SLICE_LIT("");
	if (rows_letter(r, col) == 'J' && body.len > 0) /* its version */
		return slice_mem(body.ptr + 1, body.len - 1);
	return body;
}

/* What a body is where nobody says. */
static struct slice
default_type(char letter)
{
	return letter == 't' ? SLICE_LIT("text/plain; charset=utf-8") :
	       letter == 'y' ? SLICE_LIT("application/octet-stream") :
			       SLICE_LIT("application/json");
}

struct chunk_row
chunk_row_read(const struct rows *r, const struct chunk_columns *c, int i)
{
	struct chunk_row row = {
		.id = rows_uuid(r, i, c->id),
		.status = read_status(r, i, c->status),
		.body = SLICE_LIT(""),
		.type = SLICE_NONE,
	};

	if (c->type != -1)
		row.type = rows_text(r, i, c->type);
	if (c->body == -1)
		return row;
	row.body = read_body(r, i, c->body);
	if (row.type.ptr == NULL && row.body.len > 0)
		row.type = default_type(rows_letter(r, c->body));
	return row;
}
