/*
 * Status codes and their reason phrases (RFC 9110 §15 and the registry).
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_STATUS_H
#define ND_HTTP_STATUS_H

/* The registered phrase, or "Unassigned": never NULL or empty, because a
 * server may leave out the reason where we do (servers.md §1c). */
const char *status_reason(int status);

#endif
