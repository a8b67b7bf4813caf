/*
 * --try of a statement: a made-up job, in a transaction that is rolled back.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "batch/guardian.h"
#include "batch/lane.h"
#include "batch/statement.h"
#include "batch/trial.h"
#include "handler/outcome.h"
#include "http/status.h"

#define PATIENCE_MS 10000
#define BODY_MOST 67108864

struct attempt { /* of a statement */
	struct trial *t;
	struct conn *conn;
	int64_t until;
	char *sql;
	struct uuid id;	   /* the job's */
	struct rows *rows; /* its answer */
};

/* All of stdin: it is kept in a file. */
static enum err_code
read_whole(const struct trial *t, char **out, struct err *e)
{
	char *body;

	if (t->size > BODY_MOST)
		return err_set(e, ERR_CONFIG,
		    "a statement is given no body longer than %d bytes",
		    BODY_MOST);
	if ((body = malloc((size_t)t->size + 1)) == NULL)
		abort();
	if (fread(body, 1, (size_t)t->size, t->body) != (size_t)t->size) {
		free(body);
		return err_set(e, ERR_IO, "the body cannot be read again");
	}
	*out = body;
	return ERR_OK;
}

/* "/etc/nightdrop/handlers/report.sql": report */
static struct slice
queue_name(const char *path)
{
	struct slice s = slice_str(strrchr(path, '/') + 1);

	s.len -= strlen(".sql");
	return s;
}

/* A call with the parameters of p, which is emptied. */
static enum err_code
call(struct attempt *a, enum stmt_id stmt, struct params *p, struct rows **rows,
    struct err *e)
{
	enum err_code code = conn_call(a->conn, stmt, p, a->until,
	    stmt == STMT_BEGIN ? CALL_ONCE : CALL_INSIDE, rows, e);

	params_fini(p);
	return code;
}

/* The job, and the role that the statement runs as. */
static enum err_code
make_job(struct attempt *a, struct slice body, struct err *e)
{
	struct rows *rows = NULL, *none = NULL;
	struct params p;
	enum err_code code;

	params_init(&p);
	params_text(&p, queue_name(a->t->handler.path));
	params_text(&p, a->t->options->type == NULL ?
			    SLICE_NONE :
			    slice_str(a->t->options->type));
	params_bytes(&p, body);
	if ((code = call(a, STMT_CHUNK_TRY, &p, &rows, e)) != ERR_OK)
		return code;
	a->id = rows_uuid(rows, 0, 0);
	printf("runs as      %.*s, in a transaction that is rolled back\n",
	    (int)rows_text(rows, 0, 1).len, rows_text(rows, 0, 1).ptr);
	params_init(&p);
	params_text(&p, rows_text(rows, 0, 1));
	code = call(a, STMT_ROLE, &p, &none, e);
	rows_free(none);
	rows_free(rows);
	return code;
}

/* What went wrong is an outcome, as at night. */
static int
print_fault(int status, const char *why)
{
	printf("log          %s%s", why,
	    *why != '\0' && why[strlen(why) - 1] == '\n' ? "" : "\n");
	printf("outcome      to be tried again: %d %s, by nightdrop\n", status,
	    status_reason(status));
	return EXIT_FAILURE;
}

static int
print_row(const struct chunk_row *r)
{
	static const char *const words[] = {
		[RESULT_SUCCESSFUL] = "successful",
		[RESULT_FAILED] = "failed for good",
		[RESULT_RETRY] = "to be tried again",
		[RESULT_CONTINUE] = "to be continued in the next run",
	};
	enum slot_result result = outcome_meaning(r->status);

	printf("outcome      %s: %d %s, by the handler\n", words[result],
	    r->status, status_reason(r->status));
	if (r->type.ptr != NULL)
		printf("header       Content-Type: %.*s\n", (int)r->type.len,
		    r->type.ptr);
	printf("body         %zu bytes%s\n", r->body.len,
	    r->body.len > 0 ? ":" : "");
	fwrite(r->body.ptr, 1, r->body.len, stdout);
	return result == RESULT_SUCCESSFUL || result == RESULT_CONTINUE ?
		   EXIT_SUCCESS :
		   EXIT_FAILURE;
}

static int
print_answer(const struct attempt *a)
{
	struct chunk_columns columns;
	struct chunk_row row;
	struct err why = ERR_INIT;
	const char *fault;

	if (chunk_columns_find(a->rows, &columns, &why) != ERR_OK)
		return print_fault(502, why.text);
	if (rows_count(a->rows) == 0)
		return print_fault(502, LANE_NO_ROW);
	row = chunk_row_read(a->rows, &columns, 0);
	if (rows_count(a->rows) > 1 || !uuid_eq(&row.id, &a->id))
		return print_fault(502,
		    "the statement answered twice, or for a job that it was "
		    "not given");
	fault = lane_row_fault(&row, a->t->limits.max_output);
	return fault == NULL ? print_row(&row) : print_fault(502, fault);
}

/* In the transaction, as the role; what is deferred to the commit too. */
static int
run_statement(struct attempt *a)
{
	struct rows *none = NULL;
	struct err e = ERR_INIT;
	struct params p;

	fflush(stdout); /* it may run for hours */
	if (conn_call_sql(a->conn, a->sql, a->until, CALL_INSIDE, &a->rows,
		&e) == ERR_OK) {
		params_init(&p);
		call(a, STMT_CONSTRAINTS, &p, &none, &e);
	}
	if (e.code != ERR_OK)
		return print_fault(
		    strcmp(conn_sqlstate(a->conn), "57014") == 0 ? 504 : 502,
		    e.text);
	return print_answer(a);
}

static int
try_in(struct attempt *a, struct slice body, struct err *e)
{
	struct rows *none = NULL;
	struct params p;
	int code = EXIT_CONF;

	params_init(&p);
	if (call(a, STMT_BEGIN, &p, &none, e) != ERR_OK)
		return e->code == ERR_CONFIG ? EXIT_CONF : EXIT_TEMP;
	if (make_job(a, body, e) == ERR_OK)
		code = run_statement(a);
	params_init(&p);
	call(a, STMT_ROLLBACK, &p, &none, NULL);
	return code;
}

int
try_statement(struct trial *t, struct err *e)
{
	struct conn_options database = {
		.conninfo = t->options->config.database,
		.application = "nightdrop-batch --try",
		.instance = t->options->config.instance,
		.connect_ms = PATIENCE_MS,
		.read_write = true,
	};
	struct attempt a = { .t = t,
		.until = clock_mono_ms() + t->limits.time_limit };
	char *body = NULL;
	int code = EXIT_CONF;

	if (statement_read(t->handler.path, &a.sql, e) != ERR_OK)
		return EXIT_CONF;
	if (read_whole(t, &body, e) == ERR_OK) {
		printf("handler      %s, a statement\nbody sent    %zu bytes\n",
		    t->handler.path, (size_t)t->size);
		a.conn = conn_new(&database);
		code = try_in(&a, slice_mem(body, (size_t)t->size), e);
		rows_free(a.rows);
		conn_free(a.conn);
		free(body);
	}
	free(a.sql);
	return code;
}
