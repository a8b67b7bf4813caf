/*
 * The locked file of a batch.
 *
 * Its name has 64 random bits, so that a path in the database names one file
 * of one host for all time: where it is not found nothing follows from that.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/lockfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/digest.h"
#include "batch/reap.h"

#define SUFFIX ".lock"
#define ID_DIGITS 16
#define DEPTH_MAX 64 /* of a tree that is removed; a descriptor a level */

static char *
finish(struct buf *b)
{
	if (b->failed)
		abort();
	return b->ptr;
}

enum err_code
lockfile_new(const struct config *c, char **path, int *fd, struct err *e)
{
	const char *name = c->instance[0] != '\0' ? c->instance : "nightdrop";
	uint8_t id[ID_DIGITS / 2];
	struct buf b;
	char *file;
	int f;

	digest_random(id, sizeof(id));
	buf_init(&b, PATH_MAX);
	buf_printf(&b, "%s/%s.", c->run_dir, name);
	digest_hex(&b, id, sizeof(id));
	buf_puts(&b, SUFFIX);
	file = finish(&b);
	f = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (f == -1 || flock(f, LOCK_EX | LOCK_NB) == -1) {
		err_set(e, ERR_CONFIG,
		    "cannot make and lock %s: %s; run_dir must be a local "
		    "directory that this user may write",
		    file, strerror(errno));
		if (f != -1) {
			unlink(file);
			close(f);
		}
		free(file);
		return ERR_CONFIG;
	}
	*path = file;
	*fd = f;
	return ERR_OK;
}

/* Bytes of path without its suffix. */
static size_t
stem_len(const char *path)
{
	size_t len = strlen(path);

	return len > sizeof(SUFFIX) - 1 ? len - (sizeof(SUFFIX) - 1) : len;
}

/* As lockfile_new names it. */
static bool
is_named(const char *path)
{
	size_t len = stem_len(path);

	return strcmp(path + len, SUFFIX) == 0 && len > ID_DIGITS &&
	       path[len - ID_DIGITS - 1] == '.' &&
	       strspn(path + len - ID_DIGITS, "0123456789abcdef") == ID_DIGITS;
}

/* Paths come out of the database, whose owner has no say over the files here:
 * another file than one of ours is not taken for a lock, and so not removed. */
static bool
is_lock(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0;
}

int
lockfile_try(const char *path)
{
	int fd = -1;

	if (is_named(path))
		fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd != -1 && (!is_lock(fd) || flock(fd, LOCK_EX | LOCK_NB) == -1)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

char *
lockfile_tmp(const char *path, int i)
{
	struct buf b;

	buf_init(&b, PATH_MAX);
	buf_printf(&b, "%.*s.%d", (int)stem_len(path), path, i);
	return finish(&b);
}

static DIR *
dir_at(int at, const char *name)
{
	int fd =
	    openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd == -1 ? NULL : fdopendir(fd);

	if (d == NULL && fd != -1)
		close(fd);
	return d;
}

/* A tree that is deeper stays where it is. */
static void
remove_tree(int at, const char *name, int depth)
{
	struct dirent *entry;
	DIR *d;

	if (unlinkat(at, name, 0) == 0 || depth == DEPTH_MAX)
		return;
	if ((d = dir_at(at, name)) != NULL) {
		while ((entry = readdir(d)) != NULL)
			if (strcmp(entry->d_name, ".") != 0 &&
			    strcmp(entry->d_name, "..") != 0)
				remove_tree(dirfd(d), entry->d_name, depth + 1);
		closedir(d);
	}
	unlinkat(at, name, AT_REMOVEDIR);
}

void
lockfile_sweep(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = stem_len(path) - (size_t)(slash - path);
	struct dirent *entry;
	struct buf dir;
	DIR *d;

	buf_init(&dir, PATH_MAX);
	buf_append(&dir, path, (size_t)(slash - path) + 1);
	d = dir_at(AT_FDCWD, finish(&dir));
	buf_fini(&dir);
	if (d == NULL)
		return;
	/* slash + 1 .. is "name.id"; its directories are "name.id.0" ... */
	while ((entry = readdir(d)) != NULL)
		if (strncmp(entry->d_name, slash + 1, len - 1) == 0 &&
		    entry->d_name[len - 1] == '.' &&
		    strcmp(entry->d_name, slash + 1) != 0)
			remove_tree(dirfd(d), entry->d_name, 0);
	closedir(d);
}

void
lockfile_kill(const char *path)
{
	struct buf mark;

	buf_init(&mark, PATH_MAX);
	buf_printf(&mark, "TMPDIR=%.*s.", (int)stem_len(path), path);
	reap_marked(finish(&mark));
	buf_fini(&mark);
}
