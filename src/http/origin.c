/*
 * Did a page of another site make a browser send this?
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/origin.h"

#include <string.h>
#include <strings.h>

#include "http/fields.h"

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

/* The next word of the list; len 0: there is none. */
static struct slice
next_word(struct slice *list)
{
	size_t start = 0, end;

	while (start < list->len && strchr(" ,\t", list->ptr[start]) != NULL)
		start++;
	for (end = start; end < list->len; end++)
		if (strchr(" ,\t", list->ptr[end]) != NULL)
			break;
	if (list->len == 0)
		return SLICE_NONE;
	*list = slice_mem(list->ptr + end, list->len - end);
	return slice_mem(list->ptr - (end - start), end - start);
}

bool
origin_list_ok(struct slice allowed)
{
	struct slice word;

	while ((word = next_word(&allowed)).len > 0) {
		struct slice rest = word;

		if (slice_eq_str(word, "*"))
			continue;
		if (!field_uri_ok(word) || origin_host(word).len == 0)
			return false;
		slice_cut(&rest, ':');
		if (memchr(rest.ptr + 2, '/', rest.len - 2) != NULL ||
		    memchr(rest.ptr, '@', rest.len) != NULL)
			return false;
	}
	return true;
}

enum origin_standing
origin_allowed(struct slice allowed, struct slice origin)
{
	enum origin_standing found = ORIGIN_UNKNOWN;
	struct slice word;

	/* Whatever the list is: what goes into a header ends no line. */
	if (origin.len == 0 || !field_uri_ok(origin))
		return ORIGIN_UNKNOWN;
	while ((word = next_word(&allowed)).len > 0) {
		if (word.len == origin.len &&
		    strncasecmp(word.ptr, origin.ptr, origin.len) == 0)
			return ORIGIN_LISTED;
		if (slice_eq_str(word, "*"))
			found = ORIGIN_ANY;
	}
	return found;
}
