/*
 * What went wrong: a code that the outer layers translate (to an HTTP status,
 * an exit code, a log level: one table each) and a text for a person, in a
 * struct that the caller owns.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BASE_ERR_H
#define ND_BASE_ERR_H

enum err_code {
	ERR_OK = 0,
	ERR_SYNTAX,	  /* malformed request, field or value */
	ERR_DIGEST,	  /* body does not have the digest it was sent with */
	ERR_LENGTH,	  /* body shorter or longer than announced */
	ERR_UNAUTHORIZED, /* who are you */
	ERR_TOKEN,	  /* a bearer token that is not, or no longer, valid */
	ERR_FORBIDDEN,
	ERR_NOT_FOUND,	     /* none, or not yours: never told apart */
	ERR_METHOD,	     /* known method, not for this resource */
	ERR_CONFLICT,	     /* state of the resource forbids it */
	ERR_GONE,	     /* was here; kept no longer */
	ERR_LENGTH_REQUIRED, /* a length must be announced */
	ERR_PRECONDITION,    /* If-Match, If-None-Match do not hold */
	ERR_TOO_LARGE,	     /* body over a limit */
	ERR_MEDIA_TYPE,
	ERR_RANGE,	      /* no byte of the range asked for is there */
	ERR_KEY_REUSED,	      /* Idempotency-Key with another payload */
	ERR_LINE,	      /* a line of a bundle is none */
	ERR_OFFSET,	      /* an upload goes on at another offset */
	ERR_CHECKSUM,	      /* bytes of an upload with another checksum */
	ERR_TUS_VERSION,      /* a version of tus that we do not speak */
	ERR_QUOTA,	      /* the owner has as much waiting as may be */
	ERR_FIELDS_TOO_LARGE, /* request fields over a limit */
	ERR_NOT_IMPLEMENTED,  /* unknown method */
	ERR_ALONE, /* a job that no group can take: for accept.c alone */
	ERR_QUEUE_CLOSED,
	ERR_BACKLOG,	  /* queue full */
	ERR_DB_AWAY,	  /* no connection, or lost before anything was sent */
	ERR_UNKNOWN,	  /* sent, no answer: may have been committed or not */
	ERR_READ_ONLY,	  /* connected to a standby */
	ERR_NO_PARTITION, /* no table for this month: upkeep() makes it */
	ERR_BUSY,	 /* lock time-out, deadlock, serialization: try again */
	ERR_CLOCK,	 /* our idea of the time is not the database's */
	ERR_FULL,	 /* disk or memory of the database is exhausted */
	ERR_LEASE,	 /* not, or no longer, this worker's to do */
	ERR_DB,		 /* any other error of PostgreSQL */
	ERR_SHAPE,	 /* an answer of the database is not what we expect */
	ERR_SCHEMA,	 /* schema version that this program does not know */
	ERR_CONFIG,	 /* a setting that cannot work */
	ERR_IO,		 /* operating system call */
	ERR_CLIENT_GONE, /* nobody left to answer */
	ERR_INTERNAL,
	ERR_COUNT
};

struct err {
	enum err_code code;
	char text[512]; /* what happened, and the next step; one line */
};

#define ERR_INIT           \
	{                  \
		ERR_OK, "" \
	}

/*
 * Store code and text; return the code, so that reporting an error is one
 * line.  Longer texts are cut.  e may be NULL: then only the code is returned.
 */
enum err_code err_set(struct err *e, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The code as one lower-case word with hyphens ("not-found"), for logs and
 * problem types. */
const char *err_name(enum err_code code);

#endif
