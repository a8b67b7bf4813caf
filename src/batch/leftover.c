/*
 * What batches that were killed have left in run_dir and nobody needs.
 *
 * A free lock file is the proof of its batch's death, and must stay until the
 * jobs of its workers are taken back.  Whether that is so, its mark tells
 * (lockfile.h):
 *
 * - Clear: no worker under it can have a place in a run.
 * - Marked for another instance, which shares this run_dir: its own batches see
 *   to it.
 * - Marked for ours: the database knows the file and says that all its workers
 *   have left or were declared lost, which is for good.  Or it does not know
 *   the file, and the mark is so old that the call that was to follow it cannot
 *   be under way any more.
 *
 * Nothing is locked before it may be removed: a lock that we held for a moment
 * would tell another batch, who tries it for his proof, that the dead one
 * lives.  And what became of the file between the look and the lock shows in
 * its mark, which each worker sets anew before it asks for a place.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/leftover.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "batch/open.h"
#include "queue/run.h"

#define OLD_US (3600 * INT64_C(1000000)) /* a call takes half a minute */
#define MOST 1000			 /* files a sweep asks about */

struct leftover {
	struct leftover *next;
	struct lock_mark mark;
	bool known, spent; /* to the database */
	char path[];
};

struct sweep {
	struct worker *w;
	struct leftover *found; /* marked for our instance */
	int len;
};

static void
add(struct sweep *s, const char *path, const struct lock_mark *mark)
{
	size_t size = strlen(path) + 1;
	struct leftover *l = malloc(sizeof(*l) + size);

	if (l == NULL)
		abort();
	*l = (struct leftover) { .next = s->found, .mark = *mark };
	memcpy(l->path, path, size);
	s->found = l;
	s->len++;
}

static void
look_at(struct sweep *s, const char *path)
{
	struct lock_mark mark;

	if (strcmp(path, s->w->ward->lock) == 0 || !lockfile_look(path, &mark))
		return;
	if (mark.instance[0] == '\0')
		lockfile_remove(path, &mark);
	else if (strcmp(mark.instance, s->w->instance) == 0 && s->len < MOST)
		add(s, path, &mark);
}

static void
look_around(struct sweep *s)
{
	const char *dir = s->w->config->run_dir;
	struct dirent *entry;
	struct buf path;
	DIR *d;

	if ((d = opendir(dir)) == NULL)
		return;
	buf_init(&path, PATH_MAX);
	while ((entry = readdir(d)) != NULL) {
		if (!lockfile_is_named(entry->d_name))
			continue;
		buf_reset(&path);
		if (buf_printf(&path, "%s/%s", dir, entry->d_name))
			look_at(s, path.ptr);
	}
	buf_fini(&path);
	closedir(d);
}

/* The database has the paths of whoever made them; a name is enough. */
static struct slice
name_of(const struct leftover *l)
{
	return slice_str(strrchr(l->path, '/') + 1);
}

static void
take_answer(struct sweep *s, struct slice name, bool spent)
{
	struct leftover *l;

	for (l = s->found; l != NULL; l = l->next)
		if (slice_eq(name_of(l), name)) {
			l->known = true;
			l->spent = spent;
		}
}

static bool
ask(struct sweep *s, int64_t until)
{
	struct err e = ERR_INIT;
	struct rows *rows = NULL;
	struct leftover *l;
	struct params p;
	int r;

	params_init(&p);
	params_array_begin(&p, PARAM_TEXT);
	for (l = s->found; l != NULL; l = l->next)
		params_item_text(&p, name_of(l));
	params_array_end(&p);
	if (open_call(s->w, STMT_LOCK_SPENT, &p, until, &rows, &e) != ERR_OK)
		return false;
	for (r = 0; r < rows_count(rows); r++)
		take_answer(s, rows_text(rows, r, 0), rows_bool(rows, r, 1));
	rows_free(rows);
	return true;
}

static bool
is_old(const struct leftover *l)
{
	return clock_wall_us() - l->mark.since_us > OLD_US;
}

void
leftover_sweep(struct worker *w, int64_t until)
{
	struct sweep s = { .w = w };
	struct leftover *l;
	bool told;

	look_around(&s);
	told = s.found != NULL && ask(&s, until);
	while ((l = s.found) != NULL) {
		s.found = l->next;
		if (told && (l->known ? l->spent : is_old(l)))
			lockfile_remove(l->path, &l->mark);
		free(l);
	}
}
