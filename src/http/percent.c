/*
 * Percent-encoding.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/percent.h"

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

long
percent_decode(struct slice s, char *out)
{
	long n = 0;

	for (size_t i = 0; i < s.len; i++) {
		int high, low;

		if (s.ptr[i] != '%') {
			out[n++] = s.ptr[i];
			continue;
		}
		if (s.len - i < 3 || (high = hex_value(s.ptr[i + 1])) < 0 ||
		    (low = hex_value(s.ptr[i + 2])) < 0)
			return -1;
		out[n++] = (char)(high << 4 | low);
		i += 2;
	}
	return n;
}
