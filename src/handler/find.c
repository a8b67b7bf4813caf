/*
 * From a queue's name to its program.
 *
 * Why symbolic links are refused: a link is as safe as the directories on the
 * way to its target, and to theirs.  A path without any is checked by walking
 * it once.
 *
 * SPDX-License-Identifier: ISC
 */
#define _XOPEN_SOURCE 700 /* S_ISVTX */

#include "handler/find.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/request.h"

/* What a queue's file may be called. */
static const char *const suffixes[] = {
	[HANDLER_CGI] = "",
	[HANDLER_FCGI] = ".fcgi",
	[HANDLER_SQL] = ".sql",
};

const char *
handler_note(enum handler_kind kind)
{
	static const char *const notes[] = {
		[HANDLER_CGI] = "",
		[HANDLER_FCGI] = " (a FastCGI application)",
		[HANDLER_SQL] = " (an SQL statement)",
	};

	return notes[kind];
}

static enum err_code
check_owner(
    const char *path, const struct stat *st, bool sticky_ok, struct err *e)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return err_set(e, ERR_CONFIG,
		    "%s belongs to user %ld, neither"
		    " root nor us: chown root '%s'",
		    path, (long)st->st_uid, path);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return ERR_OK;
	if (sticky_ok && (st->st_mode & S_ISVTX) != 0)
		return ERR_OK;
	return err_set(e, ERR_CONFIG,
	    "%s can be written by others (mode"
	    " %04o): chmod go-w '%s'",
	    path, (unsigned)st->st_mode & 07777, path);
}

static enum err_code
check_directory(const char *path, bool last, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return err_set(e, ERR_CONFIG, "handler_dir: %s: %s", path,
		    strerror(errno));
	if (S_ISLNK(st.st_mode))
		return err_set(e, ERR_CONFIG,
		    "handler_dir: %s is a symbolic"
		    " link: set handler_dir to the path that it stands for",
		    path);
	if (!S_ISDIR(st.st_mode))
		return err_set(
		    e, ERR_CONFIG, "handler_dir: %s is not a directory", path);
	return check_owner(path, &st, !last, e);
}

/* Each directory from / down to dir. */
static enum err_code
check_directories(const char *dir, struct err *e)
{
	char path[PATH_MAX];
	size_t len = strlen(dir);
	enum err_code code;

	if (dir[0] != '/' || len >= sizeof(path))
		return err_set(e, ERR_CONFIG,
		    "handler_dir must be an absolute path, not '%s'", dir);
	while (len > 1 && dir[len - 1] == '/')
		len--;
	memcpy(path, dir, len);
	path[len] = '\0';
	if ((code = check_directory("/", len == 1, e)) != ERR_OK || len == 1)
		return code;
	for (char *p = path + 1; p != NULL;) {
		char *slash = strchr(p, '/');

		if (slash != NULL)
			*slash = '\0';
		if ((code = check_directory(path, slash == NULL, e)) != ERR_OK)
			return code;
		if (slash != NULL)
			*slash++ = '/';
		p = slash;
	}
	return ERR_OK;
}

/* A program is executed, a statement is read. */
static enum err_code
check_use(
    const char *path, const struct stat *st, enum handler_kind k, struct err *e)
{
	if (k == HANDLER_SQL)
		return access(path, R_OK) == 0 ?
			   ERR_OK :
			   err_set(e, ERR_CONFIG, "we may not read %s: %s",
			       path, strerror(errno));
	if ((st->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0 ||
	    access(path, X_OK) != 0)
		return err_set(e, ERR_CONFIG,
		    "%s is not executable for us: chmod +x '%s'", path, path);
	return ERR_OK;
}

static enum err_code
check_file(const struct handler *h, struct err *e)
{
	const char *path = h->path;
	enum err_code code;
	struct stat st;

	if (lstat(path, &st) != 0)
		return err_set(e, ERR_CONFIG, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_CONFIG,
		    "%s is not a regular file: put"
		    " the program itself there",
		    path);
	if ((code = check_use(path, &st, h->kind, e)) != ERR_OK)
		return code;
	return check_owner(path, &st, false, e);
}

/* Exactly one of the names may be there: which kind it is. */
static enum err_code
choose_file(
    const char *dir, const char *queue, enum handler_kind *kind, struct err *e)
{
	char path[PATH_MAX];
	struct stat st;
	int found = 0;

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		int n = snprintf(
		    path, sizeof(path), "%s/%s%s", dir, queue, suffixes[i]);

		if (n < 0 || (size_t)n >= sizeof(path))
			return err_set(
			    e, ERR_CONFIG, "handler_dir is too long");
		if (lstat(path, &st) != 0)
			continue;
		if (found++ > 0)
			return err_set(e, ERR_CONFIG,
			    "queue %s has two"
			    " programs, %s/%s%s and %s: take one away",
			    queue, dir, queue, suffixes[*kind], path);
		*kind = (enum handler_kind)i;
	}
	if (found == 0)
		return err_set(e, ERR_CONFIG,
		    "queue %s has no program: put"
		    " one at %s/%s and chmod 755 it",
		    queue, dir, queue);
	return ERR_OK;
}

enum err_code
find_handler(
    const char *dir, const char *queue, struct handler *out, struct err *e)
{
	struct handler h = { HANDLER_CGI, NULL };
	const char *suffix;
	enum err_code code;
	size_t size;

	/* Never a path, never hidden. */
	if (!queue_name_ok(slice_str(queue)))
		return err_set(e, ERR_CONFIG,
		    "'%s' is not a name that a queue can have: a small "
		    "letter, then small letters, digits, - and _",
		    queue);
	if ((code = check_directories(dir, e)) != ERR_OK ||
	    (code = choose_file(dir, queue, &h.kind, e)) != ERR_OK)
		return code;
	suffix = suffixes[h.kind];
	size = strlen(dir) + 1 + strlen(queue) + strlen(suffix) + 1;
	if ((h.path = malloc(size)) == NULL)
		abort();
	snprintf(h.path, size, "%s/%s%s", dir, queue, suffix);
	if ((code = check_file(&h, e)) != ERR_OK) {
		free(h.path);
		return code;
	}
	*out = h;
	return ERR_OK;
}
