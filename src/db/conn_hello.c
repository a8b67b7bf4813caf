/*
 * The first call on a session: is this the database that we want?  Schema
 * version, instance, and where asked for, that it is not a standby.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/conn_impl.h"

/* Is the database that answered the one that we want? */
static enum err_code
check_hello(const struct conn *c, struct err *e)
{
	const char *want = c->options.instance;
	int schema = rows_int4(c->rows, 0, 0);
	struct slice instance = rows_text(c->rows, 0, 1);

	if (rows_count(c->rows) != 1)
		return err_set(e, ERR_SHAPE, "hello: not one row");
	if (schema < SCHEMA_MIN)
		return err_set(e, ERR_SCHEMA,
		    "the database has schema version %d, this program needs "
		    "%d: run sql/install of this version",
		    schema, SCHEMA_MIN);
	if (schema > SCHEMA_MAX)
		return err_set(e, ERR_SCHEMA,
		    "the database has schema version %d, this program knows "
		    "up to %d: install the newer program",
		    schema, SCHEMA_MAX);
	if (want != NULL && *want != '\0' && !slice_eq_str(instance, want))
		return err_set(e, ERR_CONFIG,
		    "the database is instance %.*s, not %s: correct the "
		    "setting database or instance",
		    (int)instance.len, instance.ptr == NULL ? "" : instance.ptr,
		    want);
	if (c->options.read_write && rows_bool(c->rows, 0, 3))
		return err_set(e, ERR_READ_ONLY,
		    "the database is a read-only standby: name the primary in "
		    "the setting database (several hosts and "
		    "target_session_attrs=read-write follow a fail-over)");
	return ERR_OK;
}

void
conn_greeted(struct conn *c)
{
	static const bool final[ERR_COUNT] = { [ERR_SCHEMA] = true,
		[ERR_CONFIG] = true,
		[ERR_SHAPE] = true,
		[ERR_READ_ONLY] = true };

	c->current = NULL;
	if (c->error.code == ERR_OK)
		check_hello(c, &c->error);
	rows_free(c->rows);
	c->rows = NULL;
	if (c->error.code != ERR_OK) {
		c->refused = final[c->error.code];
		c->why = c->error;
		if (!c->refused)
			conn_note_why(c, c->error.text);
		conn_try_failed(c);
		return;
	}
	c->state = SESSION_UP;
	c->why.code = ERR_OK;
	c->sessions++;
	if (c->on_session != NULL)
		c->on_session(c->on_session_ctx);
}
