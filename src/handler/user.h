/*
 * The user that handlers run as, where it is not the batch's own.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_USER_H
#define ND_HANDLER_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

#define USER_GROUPS 256

struct user { /* all zero: as we are */
	bool other;
	const char *name; /* the setting's */
	uid_t uid;
	gid_t gid;
	gid_t group[USER_GROUPS]; /* supplementary, gid included */
	int groups;
};

/* "": as we are.  ERR_CONFIG: no such user, we are not root, or it is root
 * again. */
enum err_code user_find(const char *name, struct user *out, struct err *e);

/* May this user run the program at path?  As the kernel sees it, in a process
 * of its own. */
bool user_may_run(const struct user *u, const char *path);

#endif
