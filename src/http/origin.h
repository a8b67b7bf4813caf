/*
 * Did a page of another site make a browser send this?
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

#endif
