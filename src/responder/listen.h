/*
 * The FastCGI listening socket: our own bind, mode and lock.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_LISTEN_H
#define ND_RESPONDER_LISTEN_H

#include <stdbool.h>

#include "base/config.h"
#include "base/err.h"

/*
 * Open what c->listen names: "unix:/path" or "address:port" (numeric; IPv6 in
 * brackets).  A unix socket gets c->socket_mode and c->socket_group before
 * anybody can connect; "/path.lock" is locked for as long as the process
 * lives, so a second instance is refused (ERR_CONFIG) and never steals the
 * socket of the first.
 */
enum err_code listen_open(const struct config *c, int *fd, struct err *e);

/* Remove the unix socket that listen_open made (not its lock file: removing
 * that would let two instances lock two files of one name). */
void listen_remove(const struct config *c);

/* Is descriptor fd a listening socket, as a process manager hands over? */
bool listen_inherited(int fd);

#endif
