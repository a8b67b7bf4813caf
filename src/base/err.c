/*
 * What went wrong.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const names[ERR_COUNT] = {
	[ERR_OK] = "ok",
	[ERR_SYNTAX] = "syntax",
	[ERR_DIGEST] = "digest-mismatch",
	[ERR_LENGTH] = "length-mismatch",
	[ERR_UNAUTHORIZED] = "unauthorized",
	[ERR_TOKEN] = "invalid-token",
	[ERR_FORBIDDEN] = "forbidden",
	[ERR_NOT_FOUND] = "not-found",
	[ERR_METHOD] = "method-not-allowed",
	[ERR_CONFLICT] = "conflict",
	[ERR_GONE] = "gone",
	[ERR_LENGTH_REQUIRED] = "length-required",
	[ERR_PRECONDITION] = "precondition-failed",
	[ERR_TOO_LARGE] = "too-large",
	[ERR_MEDIA_TYPE] = "media-type",
	[ERR_RANGE] = "range-not-satisfiable",
	[ERR_KEY_REUSED] = "key-reused",
	[ERR_LINE] = "bundle-line",
	[ERR_OFFSET] = "upload-offset",
	[ERR_CHECKSUM] = "checksum-mismatch",
	[ERR_TUS_VERSION] = "tus-version",
	[ERR_QUOTA] = "quota",
	[ERR_FIELDS_TOO_LARGE] = "fields-too-large",
	[ERR_NOT_IMPLEMENTED] = "not-implemented",
	[ERR_ALONE] = "alone",
	[ERR_QUEUE_CLOSED] = "queue-closed",
	[ERR_BACKLOG] = "backlog",
	[ERR_DB_AWAY] = "database-away",
	[ERR_UNKNOWN] = "outcome-unknown",
	[ERR_READ_ONLY] = "read-only",
	[ERR_NO_PARTITION] = "no-partition",
	[ERR_BUSY] = "busy",
	[ERR_CLOCK] = "clock",
	[ERR_FULL] = "database-full",
	[ERR_LEASE] = "lease-lost",
	[ERR_DB] = "database",
	[ERR_SHAPE] = "answer-shape",
	[ERR_SCHEMA] = "schema-version",
	[ERR_CONFIG] = "configuration",
	[ERR_IO] = "system",
	[ERR_CLIENT_GONE] = "client-gone",
	[ERR_INTERNAL] = "internal",
};

enum err_code
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return code;
	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return code;
}

const char *
err_name(enum err_code code)
{
	return (unsigned)code < ERR_COUNT ? names[code] : "unknown-code";
}
