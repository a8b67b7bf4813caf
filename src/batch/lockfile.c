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
#include "base/uuid.h"
#include "batch/reap.h"
#include "handler/tmpdir.h"

#define SUFFIX ".lock"
#define ID_DIGITS 16
#define TRIES 100 /* to make one that no sweep takes for left behind */

static char *
finish(struct buf *b)
{
	if (b->failed)
		abort();
	return b->ptr;
}

/* A path with a random name; to be freed. */
static char *
new_name(const struct config *c)
{
	const char *name = c->instance[0] != '\0' ? c->instance : "nightdrop";
	uint8_t id[ID_DIGITS / 2];
	struct buf b;

	digest_random(id, sizeof(id));
	buf_init(&b, PATH_MAX);
	buf_printf(&b, "%s/%s.", c->run_dir, name);
	digest_hex(&b, id, sizeof(id));
	buf_puts(&b, SUFFIX);
	return finish(&b);
}

/* Is what the path names the file that fd has open? */
static bool
is_at(int fd, const char *path)
{
	struct stat here, there;

	return fstat(fd, &here) == 0 && lstat(path, &there) == 0 &&
	       here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

/*
 * Its descriptor; -1 with errno.  Between the making and the locking the file
 * looks like one that a dead batch left: EWOULDBLOCK where a sweep has it in
 * hand, ENOENT where it has taken it away.
 */
static int
make_locked(const char *path)
{
	int saved, fd;

	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		if (is_at(fd, path))
			return fd;
		errno = ENOENT;
	}
	saved = errno;
	unlink(path);
	close(fd);
	errno = saved;
	return -1;
}

enum err_code
lockfile_new(const struct config *c, char **path, int *fd, struct err *e)
{
	int i, f = -1;
	char *file = new_name(c);

	for (i = 0; (f = make_locked(file)) == -1; i++) {
		if (i == TRIES || (errno != EWOULDBLOCK && errno != ENOENT)) {
			err_set(e, ERR_CONFIG,
			    "cannot make and lock %s: %s; run_dir must be a "
			    "local directory that this user may write",
			    file, strerror(errno));
			free(file);
			return ERR_CONFIG;
		}
		free(file);
		file = new_name(c);
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

bool
lockfile_is_named(const char *path)
{
	size_t len = stem_len(path);

	return strcmp(path + len, SUFFIX) == 0 && len > ID_DIGITS &&
	       path[len - ID_DIGITS - 1] == '.' &&
	       strspn(path + len - ID_DIGITS, "0123456789abcdef") == ID_DIGITS;
}

/* Paths come out of the database, whose owner has no say over the files here:
 * what has anything but a mark in it is none of ours, and so not removed. */
static bool
read_mark(int fd, struct lock_mark *out)
{
	struct stat st;
	struct uuid id;
	char text[LOCK_INSTANCE_SIZE];
	const ssize_t len = sizeof(text); /* with a line feed */

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		return false;
	*out = (struct lock_mark) { .since_us =
					(int64_t)st.st_mtim.tv_sec * 1000000 +
					st.st_mtim.tv_nsec / 1000 };
	if (st.st_size == 0)
		return true;
	if (st.st_size != len || pread(fd, text, (size_t)len, 0) != len ||
	    text[len - 1] != '\n' ||
	    !uuid_parse((struct slice) { text, (size_t)len - 1 }, &id))
		return false;
	memcpy(out->instance, text, (size_t)len - 1);
	return true;
}

/* To the disk, because after a crash of the host it is a proof like any. */
enum err_code
lockfile_mark(int fd, struct slice instance, struct err *e)
{
	char text[LOCK_INSTANCE_SIZE];
	const ssize_t len = sizeof(text);
	ssize_t n;

	if (instance.len != (size_t)len - 1)
		return err_set(e, ERR_SHAPE, "the instance's id is no UUID");
	memcpy(text, instance.ptr, instance.len);
	text[len - 1] = '\n';
	if ((n = pwrite(fd, text, (size_t)len, 0)) == len && fdatasync(fd) == 0)
		return ERR_OK;
	if (n >= 0 && n < len)
		errno = ENOSPC;
	err_set(e, ERR_IO, "cannot write to the lock file in run_dir: %s",
	    strerror(errno));
	lockfile_clear(fd);
	return ERR_IO;
}

void
lockfile_clear(int fd)
{
	while (ftruncate(fd, 0) == -1 && errno == EINTR)
		continue;
}

bool
lockfile_is_clear(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_size == 0;
}

static int
open_lock(const char *path, int flags)
{
	if (!lockfile_is_named(path))
		return -1;
	return open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

bool
lockfile_look(const char *path, struct lock_mark *out)
{
	int fd = open_lock(path, O_RDONLY);
	bool found = fd != -1 && read_mark(fd, out);

	if (fd != -1)
		close(fd);
	return found;
}

static int
try_lock(const char *path, struct lock_mark *mark)
{
	int fd = open_lock(path, O_RDWR);

	if (fd != -1 &&
	    (flock(fd, LOCK_EX | LOCK_NB) == -1 || !read_mark(fd, mark))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int
lockfile_try(const char *path)
{
	struct lock_mark mark;

	return try_lock(path, &mark);
}

void
lockfile_remove(const char *path, const struct lock_mark *mark)
{
	struct lock_mark now;
	int fd = try_lock(path, &now);

	if (fd == -1)
		return;
	if (strcmp(now.instance, mark->instance) == 0 &&
	    now.since_us == mark->since_us) {
		lockfile_kill(path);
		lockfile_sweep(path);
		unlink(path); /* last: who is killed here leaves the rest */
	}
	close(fd);
}

char *
lockfile_tmp(const char *path, int i)
{
	struct buf b;

	buf_init(&b, PATH_MAX);
	buf_printf(&b, "%.*s.%d", (int)stem_len(path), path, i);
	return finish(&b);
}

/* Is it "x.7" or "x.7.2", where the lock is "x.lock"? */
static bool
is_tmp_of(const char *name, const char *lock)
{
	size_t len = stem_len(lock), digits = 1;
	int parts = 0;

	if (strncmp(name, lock, len) != 0)
		return false;
	for (name += len; *name == '.' && digits > 0; parts++) {
		digits = strspn(name + 1, "0123456789");
		name += 1 + digits;
	}
	return *name == '\0' && digits > 0 && (parts == 1 || parts == 2);
}

void
lockfile_sweep(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct dirent *entry;
	struct buf name;
	size_t dir = (size_t)(slash - path) + 1;
	DIR *d;

	buf_init(&name, PATH_MAX);
	buf_append(&name, path, dir);
	if ((d = opendir(finish(&name))) == NULL) {
		buf_fini(&name);
		return;
	}
	while ((entry = readdir(d)) != NULL) {
		if (!is_tmp_of(entry->d_name, slash + 1))
			continue;
		buf_fini(&name);
		buf_init(&name, PATH_MAX);
		buf_append(&name, path, dir);
		buf_puts(&name, entry->d_name);
		tmpdir_remove(finish(&name));
	}
	buf_fini(&name);
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
