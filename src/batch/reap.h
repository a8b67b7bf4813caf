/*
 * What a guardian needs of the kernel: to inherit whatever its descendants
 * leave behind, to kill it, and to die with its parent.  Platforms live in
 * files of their own (reap_linux.c).
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BATCH_REAP_H
#define ND_BATCH_REAP_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/* From now on orphans below this process become its children. */
enum err_code reap_adopt(struct err *e);

/* In a new child: get this signal when the parent dies; end at once where it
 * is dead already. */
void reap_follow(pid_t parent, int sig);

/* Kill every child, and what becomes a child by that, until none is left. */
void reap_all(void);

/* Kill every process of this host, whoever's child it is, in whose environment
 * a value begins so ("TMPDIR=/run/x."): what a batch left when guardian and
 * worker were killed in the same moment. */
void reap_marked(const char *mark);

/* A zeroed page that stays common to this process and those it forks; NULL
 * without memory. */
void *reap_share(size_t len);

#endif
