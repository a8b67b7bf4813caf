/*
 * The FastCGI listening socket.  libfcgi's own FCGX_OpenSocket removes
 * whatever has the name, even a live socket of another process, takes its
 * mode from the umask, and listens on all addresses; so we do it ourselves.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define BACKLOG 4096

static const char unix_scheme[] = "unix:";

static const char *
unix_path(const struct config *c)
{
	size_t n = sizeof(unix_scheme) - 1;

	return strncmp(c->listen, unix_scheme, n) == 0 ? c->listen + n : NULL;
}

/* The lock is held by the descriptor, which is never closed. */
static enum err_code
lock_path(const char *path, struct err *e)
{
	char name[sizeof(((struct sockaddr_un *)0)->sun_path) + 8];
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd;

	snprintf(name, sizeof(name), "%s.lock", path);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return err_set(e, ERR_CONFIG,
		    "cannot create %s: %s; see the setting 'listen'", name,
		    strerror(errno));
	if (fcntl(fd, F_SETLK, &whole) == -1) {
		close(fd);
		return err_set(e, ERR_CONFIG,
		    "another process listens on unix:%s; stop it first, or "
		    "give this one another 'listen'",
		    path);
	}
	return ERR_OK;
}

/* We hold the lock, so a socket of this name is left over from a crash. */
static enum err_code
clear_path(const char *path, struct err *e)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return ERR_OK;
	if (!S_ISSOCK(st.st_mode))
		return err_set(e, ERR_CONFIG,
		    "%s is not a socket: remove it, or change 'listen'", path);
	unlink(path);
	return ERR_OK;
}

static enum err_code
give_group(const struct config *c, const char *path, struct err *e)
{
	struct group *g;

	if (c->socket_group[0] == '\0')
		return ERR_OK;
	if ((g = getgrnam(c->socket_group)) == NULL)
		return err_set(e, ERR_CONFIG,
		    "setting 'socket_group': there is no group '%s'",
		    c->socket_group);
	if (chown(path, (uid_t)-1, g->gr_gid) == -1)
		return err_set(e, ERR_CONFIG,
		    "cannot give %s to group '%s': %s", path, c->socket_group,
		    strerror(errno));
	return ERR_OK;
}

static enum err_code
bind_unix(const struct config *c, const char *path, int fd, struct err *e)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	mode_t old;
	int rc;

	memcpy(sa.sun_path, path, strlen(path) + 1);
	old = umask(0177); /* nobody else until it is as it should be */
	rc = bind(fd, (struct sockaddr *)&sa, sizeof(sa));
	umask(old);
	if (rc == -1)
		return err_set(e, ERR_CONFIG,
		    "cannot bind %s: %s; see 'listen'", path, strerror(errno));
	if (give_group(c, path, e) != ERR_OK)
		return e->code;
	if (chmod(path, (mode_t)c->socket_mode) == -1)
		return err_set(e, ERR_CONFIG, "cannot chmod %s: %s", path,
		    strerror(errno));
	return ERR_OK;
}

static enum err_code
open_unix(const struct config *c, const char *path, int *out, struct err *e)
{
	int fd;

	if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return err_set(e, ERR_CONFIG,
		    "setting 'listen': the path is longer than %zu bytes",
		    sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
	if (lock_path(path, e) != ERR_OK || clear_path(path, e) != ERR_OK)
		return e->code;
	if ((fd = socket(AF_UNIX, SOCK_STREAM, 0)) == -1)
		return err_set(e, ERR_IO, "socket: %s", strerror(errno));
	if (bind_unix(c, path, fd, e) != ERR_OK) {
		close(fd);
		return e->code;
	}
	*out = fd;
	return ERR_OK;
}

/* "127.0.0.1:9000" or "[::1]:9000" into host and port. */
static bool
split_address(const char *text, char host[static 64], char port[static 8])
{
	const char *colon = strrchr(text, ':');
	size_t len;

	if (colon == NULL || strlen(colon + 1) >= 8)
		return false;
	len = (size_t)(colon - text);
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len == 0 || len >= 64)
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	strcpy(port, colon + 1);
	return true;
}

static enum err_code
open_inet(const struct config *c, int *out, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *ai = NULL;
	char host[64], port[8];
	int fd, one = 1;

	if (!split_address(c->listen, host, port) ||
	    getaddrinfo(host, port, &hints, &ai) != 0)
		return err_set(e, ERR_CONFIG,
		    "setting 'listen' = '%.200s': unix:/path or a numeric "
		    "address:port is wanted, as 127.0.0.1:9000",
		    c->listen);
	fd = socket(ai->ai_family, SOCK_STREAM, 0);
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == -1 ||
	    bind(fd, ai->ai_addr, ai->ai_addrlen) == -1) {
		err_set(e, ERR_CONFIG, "cannot bind '%.200s': %s; see 'listen'",
		    c->listen, strerror(errno));
		if (fd != -1)
			close(fd);
		freeaddrinfo(ai);
		return e->code;
	}
	freeaddrinfo(ai);
	*out = fd;
	return ERR_OK;
}

enum err_code
listen_open(const struct config *c, int *out, struct err *e)
{
	const char *path = unix_path(c);
	enum err_code code;
	int fd = -1;

	code = path != NULL ? open_unix(c, path, &fd, e) : open_inet(c, &fd, e);
	if (code != ERR_OK)
		return code;
	if (listen(fd, BACKLOG) == -1) {
		err_set(e, ERR_IO, "listen: %s", strerror(errno));
		close(fd);
		return ERR_IO;
	}
	*out = fd;
	return ERR_OK;
}

void
listen_remove(const struct config *c)
{
	const char *path = unix_path(c);

	if (path != NULL)
		unlink(path);
}

bool
listen_inherited(int fd)
{
	int listening = 0;
	socklen_t len = sizeof(listening);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) ==
		   0 &&
	       listening != 0;
}
