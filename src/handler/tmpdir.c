/*
 * The private directory of a slot's handlers.
 *
 * However deep the tree that a job leaves, two descriptors suffice: a
 * directory that is not empty is emptied of its files, and the directories in
 * it are moved up beside it.  No symbolic link is ever followed.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/tmpdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STEP 500	/* things taken away in one call: a few milliseconds */
#define TICK_MS 100	/* longer than a tick of any file system's clock */
#define SECONDS_MS 3000 /* where it may be one that counts in seconds */

/* The next entry but "." and "..". */
static const char *
next_name(DIR *d)
{
	struct dirent *entry;

	while ((entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			return entry->d_name;
	return NULL;
}

static DIR *
open_dir(int at, const char *name)
{
	int fd =
	    openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (d == NULL && fd >= 0)
		close(fd);
	return d;
}

/* Still where we made it, and still ours alone? */
static bool
is_same(const struct tmpdir *t, struct stat *st)
{
	return lstat(t->path, st) == 0 && st->st_dev == t->dev &&
	       st->st_ino == t->ino && st->st_uid == t->uid &&
	       (st->st_mode & 07777) == 0700;
}

/* Nobody can set a time of change; whatever is put there, taken away or done
 * to the directory itself moves it on. */
static bool
is_unchanged(const struct tmpdir *t)
{
	struct stat st;

	return t->unchanged.tv_sec != 0 && fstat(dirfd(t->dir), &st) == 0 &&
	       st.st_ctim.tv_sec == t->unchanged.tv_sec &&
	       st.st_ctim.tv_nsec == t->unchanged.tv_nsec;
}

/*
 * st is from before it was seen to be empty.  Its time says something only
 * where a change right afterwards would have got another one: clocks of file
 * systems move in ticks, some of a second, and it was no tick ago.
 */
static void
note_empty(struct tmpdir *t, const struct stat *st)
{
	struct timespec now;
	int64_t age_ms;

	clock_gettime(CLOCK_REALTIME, &now);
	age_ms = (int64_t)(now.tv_sec - st->st_ctim.tv_sec) * 1000 +
		 (now.tv_nsec - st->st_ctim.tv_nsec) / 1000000;
	if (age_ms >= (st->st_ctim.tv_nsec == 0 ? SECONDS_MS : TICK_MS))
		t->unchanged = st->st_ctim;
}

static void
forget(struct tmpdir *t)
{
	if (t->dir != NULL)
		closedir(t->dir);
	free(t->path);
	*t = (struct tmpdir) { .path = NULL };
}

static bool
take_away(int at, const char *name)
{
	return unlinkat(at, name, 0) == 0 ||
	       unlinkat(at, name, AT_REMOVEDIR) == 0;
}

/* So that it can be emptied, or moved (which writes its "..").  Where this
 * fails what follows fails too, and is counted.  As root we must not be led
 * astray: a process of the same user may put a link there meanwhile. */
static void
open_up(int at, const char *name)
{
	if (fchmodat(at, name, 0700, AT_SYMLINK_NOFOLLOW) == -1)
		errno = 0;
}

/* To a name that nothing else has there. */
static bool
move_to_top(struct tmpdir *t, int at, const char *name)
{
	char moved[32];

	open_up(at, name);
	for (int i = 0; i < 100; i++) {
		snprintf(moved, sizeof(moved), ".moved-%u", t->renamed++);
		if (renameat(at, name, dirfd(t->dir), moved) == 0)
			return true;
	}
	return false;
}

/*
 * Empty directory name, moving the directories in it up.  Returns how many
 * things it did, at most left.
 */
static int
flatten(struct tmpdir *t, const char *name, int left)
{
	int top = dirfd(t->dir), done = 0;
	const char *inner;
	DIR *d;

	open_up(top, name);
	if ((d = open_dir(top, name)) == NULL)
		return 0;
	while (done < left && (inner = next_name(d)) != NULL)
		done += take_away(dirfd(d), inner) ||
			move_to_top(t, dirfd(d), inner);
	closedir(d);
	return done;
}

/* One pass over the directory; how many things it did. */
static int
clean_some(struct tmpdir *t, int left, bool *empty)
{
	const char *name;
	int done = 0;

	*empty = true;
	rewinddir(t->dir);
	while ((name = next_name(t->dir)) != NULL) {
		*empty = false;
		if (done >= left)
			break;
		if (take_away(dirfd(t->dir), name))
			done++;
		else
			done += flatten(t, name, left - done);
	}
	return done;
}

bool
tmpdir_clean(struct tmpdir *t)
{
	struct stat st;
	bool empty;
	int done;

	if (t->path == NULL || is_unchanged(t))
		return true;
	/* Gone, swapped or opened to others: the next job gets a new one. */
	if (!is_same(t, &st)) {
		tmpdir_close(t);
		return true;
	}
	done = clean_some(t, STEP, &empty);
	/* Nothing could be taken away: it cannot be kept, either. */
	if (done == 0 && !empty) {
		tmpdir_close(t);
		return true;
	}
	if (empty)
		note_empty(t, &st);
	return empty;
}

void
tmpdir_close(struct tmpdir *t)
{
	bool empty;

	if (t->path == NULL)
		return;
	(void)fchmod(dirfd(t->dir), 0700);
	while (clean_some(t, STEP, &empty) > 0)
		continue;
	rmdir(t->path);
	forget(t);
}

/* A worker died, or a handler put something there. */
void
tmpdir_remove(const char *path)
{
	struct tmpdir old = { .path = NULL };

	if (unlink(path) == 0)
		return;
	open_up(AT_FDCWD, path);
	if ((old.dir = open_dir(AT_FDCWD, path)) == NULL)
		return;
	if ((old.path = strdup(path)) == NULL)
		abort();
	tmpdir_close(&old);
}

static bool
make(struct tmpdir *t, const char *path, const struct user *owner)
{
	struct stat st;

	if (mkdir(path, 0700) != 0) {
		if (errno != EEXIST)
			return false;
		tmpdir_remove(path);
		if (mkdir(path, 0700) != 0)
			return false;
	}
	if ((t->path = strdup(path)) == NULL)
		abort();
	t->dir = open_dir(AT_FDCWD, path);
	if (t->dir == NULL || fstat(dirfd(t->dir), &st) != 0 ||
	    fchmod(dirfd(t->dir), 0700) != 0) /* whatever the umask */
		return false;
	t->uid = geteuid();
	if (owner != NULL && owner->other) {
		t->uid = owner->uid;
		if (fchown(dirfd(t->dir), owner->uid, owner->gid) != 0)
			return false;
	}
	t->dev = st.st_dev;
	t->ino = st.st_ino;
	return true;
}

enum err_code
tmpdir_open(
    struct tmpdir *t, const char *path, const struct user *owner, struct err *e)
{
	struct stat st;

	if (t->path != NULL && strcmp(t->path, path) == 0 && is_same(t, &st))
		return ERR_OK;
	tmpdir_close(t);
	if (make(t, path, owner))
		return ERR_OK;
	err_set(e, ERR_IO, "cannot make the directory %s: %s", path,
	    strerror(errno));
	forget(t);
	return ERR_IO;
}
