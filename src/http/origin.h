/*
 * Did a page of another site make a browser send this, and may it?
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_ORIGIN_H
#define ND_HTTP_ORIGIN_H

#include <stdbool.h>

#include "base/slice.h"

/*
 * Sec-Fetch-Site decides where present; else the host name of Origin against
 * that of Host.  Ports are not compared: nginx as Debian configures it hands
 * on Host without one (servers.md §1c).  Without Sec-Fetch-Site and Origin it
 * is no browser's cross-site request.  Absent fields are SLICE_NONE.
 */
bool origin_cross_site(
    struct slice sec_fetch_site, struct slice origin, struct slice host);

/*
 * The origins whose pages may see our answers: a list of scheme://host[:port]
 * separated by spaces or commas, or "*" for any.
 */
enum origin_standing {
	ORIGIN_UNKNOWN, /* none, or not allowed */
	ORIGIN_ANY,	/* by "*" */
	ORIGIN_LISTED	/* by its name */
};

bool origin_list_ok(struct slice allowed);
enum origin_standing origin_allowed(struct slice allowed, struct slice origin);

#endif
