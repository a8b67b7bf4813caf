/*
 * The FastCGI transport: the only file that sees libfcgi.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_SERVE_H
#define ND_RESPONDER_SERVE_H

#include "responder/exchange.h"

/*
 * Serve requests from the listening socket fd, threads at once, until SIGTERM,
 * SIGINT or SIGUSR1; then finish what is in hand, at most STOP_MS, and return.
 * own: the socket is listen_open's, and is removed first.  SIGHUP reopens the
 * log.  base has config, store and broken set.
 */
#define STOP_MS 7000 /* mod_fcgid kills after 8 s */
enum err_code serve(
    const struct exchange *base, int fd, bool own, int threads, struct err *e);

#endif
