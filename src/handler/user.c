/*
 * The user that handlers run as.
 *
 * Looked up once, before the first handler: a name service that hangs must
 * not hold up a run, and between vfork and exec nothing can be looked up.
 *
 * SPDX-License-Identifier: ISC
 */
#define _DEFAULT_SOURCE /* getgrouplist */

#include "handler/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "handler/spawn.h"

enum err_code
user_find(const char *name, struct user *out, struct err *e)
{
	struct user u = { .other = true, .groups = USER_GROUPS };
	const struct passwd *p;

	if (name == NULL || name[0] == '\0') {
		*out = (struct user) { .other = false };
		return ERR_OK;
	}
	if (geteuid() != 0)
		return err_set(e, ERR_CONFIG,
		    "handler_user is %.64s, but only root can start handlers "
		    "as somebody else: run the batch as root, or as that user",
		    name);
	if ((p = getpwnam(name)) == NULL)
		return err_set(e, ERR_CONFIG,
		    "handler_user: there is no user %.64s here", name);
	if (p->pw_uid == 0)
		return err_set(e, ERR_CONFIG,
		    "handler_user is %.64s, which is root: take one that can "
		    "do no harm",
		    name);
	u.name = name;
	u.uid = p->pw_uid;
	u.gid = p->pw_gid;
	if (getgrouplist(name, u.gid, u.group, &u.groups) < 0)
		return err_set(e, ERR_CONFIG,
		    "handler_user: %.64s is in more than %d groups", name,
		    USER_GROUPS);
	*out = u;
	return ERR_OK;
}

/* In a child: a change of our own user would cost us our parent-death signal.
 */
bool
user_may_run(const struct user *u, const char *path)
{
	int status = 0;
	pid_t pid;

	if (!u->other)
		return access(path, X_OK) == 0;
	if ((pid = fork()) == 0)
		_exit(spawn_become(u) && access(path, X_OK) == 0 ? 0 : 1);
	while (pid > 0 && waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return true;
	/* No process: it will be seen when the program is run. */
	return pid == -1 || status == 0;
}
