/*
 * UUIDs (RFC 9562).
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/uuid.h"

#include <string.h>

#include "base/digest.h"

/* Where the hyphens stand: before these bytes. */
static bool
hyphen_before(size_t i)
{
	return i == 4 || i == 6 || i == 8 || i == 10;
}

static void
stamp(struct uuid *u, unsigned version)
{
	u->b[6] = (uint8_t)((u->b[6] & 0x0f) | version << 4);
	u->b[8] = (uint8_t)((u->b[8] & 0x3f) | 0x80);
}

struct uuid
uuid_v7(int64_t unix_ms, unsigned placement)
{
	struct uuid u;
	int i;

	digest_random(u.b + 8, 8);
	for (i = 0; i < 6; i++)
		u.b[i] = (uint8_t)((uint64_t)unix_ms >> (40 - 8 * i));
	u.b[6] = (uint8_t)(placement >> 8);
	u.b[7] = (uint8_t)placement;
	stamp(&u, 7);
	return u;
}

struct uuid
uuid_random(void)
{
	struct uuid u;

	digest_random(u.b, sizeof(u.b));
	stamp(&u, 4);
	return u;
}

char *
uuid_format(const struct uuid *u, char out[static UUID_TEXT_LEN + 1])
{
	static const char hex[] = "0123456789abcdef";
	char *p = out;
	size_t i;

	for (i = 0; i < sizeof(u->b); i++) {
		if (hyphen_before(i))
			*p++ = '-';
		*p++ = hex[u->b[i] >> 4];
		*p++ = hex[u->b[i] & 15];
	}
	*p = '\0';
	return out;
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
uuid_parse(struct slice s, struct uuid *out)
{
	struct uuid u;
	size_t i, at = 0;
	int high, low;

	if (s.len != UUID_TEXT_LEN)
		return false;
	for (i = 0; i < sizeof(u.b); i++) {
		if (hyphen_before(i) && s.ptr[at++] != '-')
			return false;
		high = nibble(s.ptr[at++]);
		low = nibble(s.ptr[at++]);
		if (high < 0 || low < 0)
			return false;
		u.b[i] = (uint8_t)(high << 4 | low);
	}
	*out = u;
	return true;
}

bool
uuid_eq(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}
