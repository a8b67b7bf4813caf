/*
 * SQLSTATE to error code.
 *
 * SPDX-License-Identifier: ISC
 */
#include "db/sqlstate.h"

#include <string.h>

/*
 * The first entry that the state begins with counts.  ERR_UNKNOWN stands
 * where the transaction may have been committed although the client was told
 * of an error: the server went down, or the wait for a standby was cut.
 */
static const struct {
	const char *state;
	enum err_code code;
	const char *step;
} states[] = {
	{ "ND401", ERR_LEASE, "this worker must leave its run" },
	{ "ND403", ERR_CONFIG, NULL },
	{ "ND404", ERR_NOT_FOUND, NULL },
	{ "ND409", ERR_CONFLICT, NULL },
	{ "ND422", ERR_LENGTH, "send the whole body again" },
	{ "ND503", ERR_BUSY, "try again" },
	{ "08", ERR_UNKNOWN, "ask again with the same id" },
	{ "22021", ERR_SYNTAX, "send valid UTF-8 without NUL" },
	{ "22P05", ERR_SYNTAX, "send valid UTF-8 without NUL" },
	{ "22P02", ERR_SYNTAX, NULL },
	{ "25006", ERR_READ_ONLY, "name the primary in the setting database" },
	{ "3F000", ERR_SCHEMA, "run sql/install on this database" },
	{ "40003", ERR_UNKNOWN, "ask again with the same id" },
	{ "40", ERR_BUSY, "try again" },
	{ "42501", ERR_CONFIG,
	    "connect as the role that sql/install made for this program" },
	{ "42883", ERR_SCHEMA, "run sql/install of this version" },
	{ "42P01", ERR_SCHEMA, "run sql/install of this version" },
	{ "42703", ERR_SCHEMA, "run sql/install of this version" },
	{ "53", ERR_FULL, "free disk, memory or connections of the database" },
	{ "55P03", ERR_BUSY, "try again" },
	{ "57014", ERR_UNKNOWN, "ask again with the same id" },
	{ "57P", ERR_UNKNOWN, "ask again with the same id" },
};

static enum err_code
set(struct err *e, enum err_code code, const char *state, const char *message,
    const char *step)
{
	return err_set(e, code, "PostgreSQL: %s (SQLSTATE %s)%s%s",
	    message == NULL ? "no message" : message, state,
	    step == NULL ? "" : ": ", step == NULL ? "" : step);
}

enum err_code
sqlstate_err(const char *state, const char *constraint, const char *message,
    struct err *e)
{
	if (state == NULL)
		state = "none";
	/*
	 * A row without a partition is a check violation (23514) of no
	 * constraint.  Its message would tell too, but may be translated.
	 */
	if (strcmp(state, "23514") == 0 && constraint == NULL)
		return set(e, ERR_NO_PARTITION, state, message,
		    "run upkeep(), as sql/install does");
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		if (strncmp(state, states[i].state, strlen(states[i].state)) ==
		    0)
			return set(
			    e, states[i].code, state, message, states[i].step);
	}
	return set(e, ERR_DB, state, message, NULL);
}
