/*
 * From a queue's name to the program that does its jobs.
 *
 * No command line ever comes out of the database or the network: the name is
 * a file in HANDLER_DIR, which the host's administrator owns.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_FIND_H
#define ND_HANDLER_FIND_H

#include "base/err.h"

enum handler_kind {   /* by the file's name, in this order */
	HANDLER_CGI,  /* report: a process a job */
	HANDLER_FCGI, /* report.fcgi: a process kept for many */
	HANDLER_SQL   /* report.sql: a statement */
};

struct handler {
	enum handler_kind kind;
	char *path; /* absolute; to be freed by whoever it was given to */
};

/* What it is, for people, behind its path; "" for a program. */
const char *handler_note(enum handler_kind kind);

/*
 * The only file of dir that is called as the queue, with or without a kind's
 * ending.  dir is absolute and has no symbolic link in it.  The file must be
 * regular and executable (a statement: readable); it and every directory
 * above belong to root or to us and cannot be written by anybody else.  A
 * directory above dir may be writable for all if it is sticky (/tmp): what
 * lies in it is ours or root's by the same rule, and then nobody else can
 * rename it.  ERR_CONFIG says which file it is and what to do.
 */
enum err_code find_handler(
    const char *dir, const char *queue, struct handler *out, struct err *e);

#endif
