/*
 * Proof that other workers are dead.
 *
 * SPDX-License-Identifier: ISC
 */
#include "batch/proof.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch/lockfile.h"

struct proof_file {
	struct proof_file *next;
	int fd;
	char path[];
};

static bool
knows(const struct proof *p, int64_t worker)
{
	size_t i;

	for (i = 0; i < p->len; i++)
		if (p->workers[i] == worker)
			return true;
	return false;
}

void
proof_add(struct proof *p, int64_t worker)
{
	p->workers = realloc(p->workers, (p->len + 1) * sizeof(*p->workers));
	if (p->workers == NULL)
		abort();
	p->workers[p->len++] = worker;
}

static bool
has_file(const struct proof *p, const char *path)
{
	const struct proof_file *f;

	for (f = p->files; f != NULL; f = f->next)
		if (strcmp(f->path, path) == 0)
			return true;
	return false;
}

static void
add_file(struct proof *p, const char *path, int fd)
{
	size_t size = strlen(path) + 1;
	struct proof_file *f = malloc(sizeof(*f) + size);

	if (f == NULL)
		abort();
	memcpy(f->path, path, size);
	f->fd = fd;
	f->next = p->files;
	p->files = f;
	lockfile_kill(path);
}

/* Is the lock of this path in our hands, now or already? */
static bool
holds(struct proof *p, struct slice path)
{
	char name[PATH_MAX];
	int fd;

	if (path.len == 0 || path.len >= sizeof(name) || path.ptr[0] != '/')
		return false;
	memcpy(name, path.ptr, path.len);
	name[path.len] = '\0';
	if (has_file(p, name))
		return true;
	if ((fd = lockfile_try(name)) == -1)
		return false;
	add_file(p, name, fd);
	return true;
}

bool
proof_gather(struct proof *p, const struct rows *rows, const char *host,
    const char *lock)
{
	struct run_place place;
	struct run_holder h;
	size_t before = p->len;
	int i;

	if (run_place_read(rows, &place, NULL) != ERR_OK)
		return false;
	for (i = 0; i < place.holders; i++) {
		h = run_place_holder(rows, i);
		if (knows(p, h.worker) || !slice_eq_str(h.host, host))
			continue;
		if (slice_eq_str(h.lock, lock) || holds(p, h.lock))
			proof_add(p, h.worker);
	}
	return p->len > before;
}

void
proof_fini(struct proof *p, bool used)
{
	struct proof_file *f;

	while ((f = p->files) != NULL) {
		p->files = f->next;
		if (used) {
			lockfile_sweep(f->path);
			unlink(f->path);
		}
		close(f->fd);
		free(f);
	}
	free(p->workers);
	*p = (struct proof) { .len = 0 };
}
