/*
 * The statement of a .sql handler, before it is run.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/statement.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/slice.h"
#include "queue/chunk.h"

static enum err_code
read_all(FILE *f, const char *path, char *text, size_t *len, struct err *e)
{
	*len = fread(text, 1, STATEMENT_LIMIT + 1, f);
	if (ferror(f))
		return err_set(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
	if (*len > STATEMENT_LIMIT)
		return err_set(e, ERR_CONFIG,
		    "%s is longer than %d bytes: put what it does into a "
		    "function",
		    path, STATEMENT_LIMIT);
	text[*len] = '\0';
	if (strlen(text) != *len || !slice_is_text(slice_mem(text, *len)))
		return err_set(
		    e, ERR_CONFIG, "%s is no UTF-8, or holds a NUL", path);
	if (strspn(text, " \t\r\n") == *len)
		return err_set(e, ERR_CONFIG, "%s is empty", path);
	return ERR_OK;
}

enum err_code
statement_read(const char *path, char **sql, struct err *e)
{
	FILE *f = fopen(path, "r");
	enum err_code code;
	size_t len;
	char *text;

	if (f == NULL)
		return err_set(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
	if ((text = malloc(STATEMENT_LIMIT + 2)) == NULL)
		abort();
	code = read_all(f, path, text, &len, e);
	fclose(f);
	if (code != ERR_OK) {
		free(text);
		return code;
	}
	if ((*sql = realloc(text, len + 1)) == NULL)
		abort();
	return ERR_OK;
}

/* One call whose only parameter is text. */
static enum err_code
call(struct conn *c, enum stmt_id stmt, enum conn_flags flags, const char *text,
    int64_t until, struct rows **rows, struct err *e)
{
	enum err_code code;
	struct params p;

	params_init(&p);
	if (text != NULL)
		params_text(&p, slice_str(text));
	code = conn_call(c, stmt, &p, until, flags, rows, e);
	params_fini(&p);
	return code;
}

/* Its columns; then whether the role may touch all that it names, which only
 * shows where the statement would begin to run. */
static enum err_code
try_out(struct conn *c, const char *path, const char *sql, int64_t until,
    struct err *e)
{
	size_t size = sizeof(STMT_EXPLAIN) + strlen(sql);
	struct chunk_columns columns;
	struct rows *rows = NULL;
	struct err why = ERR_INIT;
	enum err_code code;
	char *explain;

	if ((explain = malloc(size)) == NULL)
		abort();
	snprintf(explain, size, "%s%s", STMT_EXPLAIN, sql);
	code = conn_call_sql(
	    c, sql, until, CALL_INSIDE | CALL_DESCRIBE, &rows, &why);
	if (code == ERR_OK)
		code = chunk_columns_find(rows, &columns, &why);
	rows_free(rows);
	rows = NULL;
	if (code == ERR_OK)
		code =
		    conn_call_sql(c, explain, until, CALL_INSIDE, &rows, &why);
	rows_free(rows);
	free(explain);
	if (code == ERR_DB_AWAY || code == ERR_UNKNOWN || code == ERR_BUSY)
		return err_set(e, code, "%s", why.text);
	return code == ERR_OK ?
		   ERR_OK :
		   err_set(e, ERR_CONFIG, "%s: %s", path, why.text);
}

/* In the transaction. */
static enum err_code
describe(struct conn *c, const char *queue, const char *path, const char *sql,
    int64_t until, struct err *e)
{
	struct rows *rows = NULL;
	char role[64];
	enum err_code code;

	code = call(c, STMT_CHUNK_ROLE, CALL_INSIDE, queue, until, &rows, e);
	if (code != ERR_OK)
		return code;
	snprintf(role, sizeof(role), "%.*s", (int)rows_text(rows, 0, 0).len,
	    rows_text(rows, 0, 0).ptr);
	rows_free(rows);
	rows = NULL;
	code = call(c, STMT_ROLE, CALL_INSIDE, role, until, &rows, e);
	rows_free(rows);
	return code != ERR_OK ? code : try_out(c, path, sql, until, e);
}

enum err_code
statement_check(struct conn *c, const char *queue, const char *path,
    int64_t until, struct err *e)
{
	struct rows *none = NULL;
	enum err_code code;
	char *sql = NULL;

	if ((code = statement_read(path, &sql, e)) != ERR_OK || sql == NULL)
		return code;
	if ((code = call(c, STMT_BEGIN, CALL_REPEAT, NULL, until, &none, e)) ==
	    ERR_OK) {
		code = describe(c, queue, path, sql, until, e);
		call(c, STMT_ROLLBACK, CALL_INSIDE, NULL, until, &none, NULL);
	}
	free(sql);
	return code;
}
