/*
 * Did a page of another site make a browser send this?
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/origin.h"

#include <string.h>
#include <strings.h>

/* "example.org:8443" and "[::1]:80" without the port. */
static struct slice
host_name(struct slice authority)
{
	const char *end;

	if (authority.len > 0 && authority.ptr[0] == '[') {
		end = memchr(authority.ptr, ']', authority.len);
		if (end == NULL)
			return authority;
		return slice_mem(
		    authority.ptr, (size_t)(end - authority.ptr) + 1);
	}
	return slice_cut(&authority, ':');
}

/* scheme://host[:port]; anything else ("null") has no host. */
static struct slice
origin_host(struct slice origin)
{
	struct slice scheme = slice_cut(&origin, ':');

	if (scheme.len == 0 || origin.len < 3 ||
	    memcmp(origin.ptr, "//", 2) != 0)
		return SLICE_NONE;
	return host_name(slice_mem(origin.ptr + 2, origin.len - 2));
}

bool
origin_cross_site(
    struct slice sec_fetch_site, struct slice origin, struct slice host)
{
	struct slice name;

	if (sec_fetch_site.ptr != NULL)
		return slice_eq_nocase(
		    slice_trim(sec_fetch_site), "cross-site");
	if (origin.ptr == NULL)
		return false;
	name = origin_host(slice_trim(origin));
	host = host_name(slice_trim(host));
	return name.len == 0 || name.len != host.len ||
	       strncasecmp(name.ptr, host.ptr, name.len) != 0;
}
