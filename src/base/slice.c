/*
 * A run of bytes that somebody else owns.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/slice.h"

#include <string.h>

struct slice
slice_str(const char *s)
{
	return (struct slice) { s, s == NULL ? 0 : strlen(s) };
}

struct slice
slice_mem(const void *p, size_t len)
{
	return (struct slice) { p, len };
}

bool
slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool
slice_eq_str(struct slice a, const char *s)
{
	return slice_eq(a, slice_str(s));
}

/* Not tolower(3): a locale must not decide what a field is called. */
static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
slice_eq_nocase(struct slice a, const char *s)
{
	size_t i;

	for (i = 0; i < a.len; i++)
		if (s[i] == '\0' || lower(a.ptr[i]) != lower(s[i]))
			return false;
	return s[a.len] == '\0';
}

struct slice
slice_trim(struct slice s)
{
	while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
		s.ptr++;
		s.len--;
	}
	while (
	    s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
		s.len--;
	return s;
}

struct slice
slice_cut(struct slice *s, char c)
{
	struct slice head = *s;
	const char *at = s->len == 0 ? NULL : memchr(s->ptr, c, s->len);

	if (at == NULL) {
		*s = SLICE_NONE;
		return head;
	}
	head.len = (size_t)(at - s->ptr);
	*s = slice_mem(at + 1, s->len - head.len - 1);
	return head;
}

bool
slice_uint(struct slice s, uint64_t *out)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < s.len; i++) {
		unsigned digit = (unsigned char)s.ptr[i] - (unsigned)'0';

		if (digit > 9 || n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	if (s.len == 0)
		return false;
	*out = n;
	return true;
}

/*
 * Length of the well-formed UTF-8 sequence at p, 0 where there is none: the
 * rows of RFC 3629 §4, which leave out overlong forms and surrogates.
 */
static size_t
sequence(const unsigned char *p, size_t left)
{
	static const struct {
		unsigned char first, last; /* of the first byte */
		unsigned char second_min, second_max;
		size_t len;
	} form[] = {
		{ 0x01, 0x7f, 0x00, 0x00, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t i, k;

	for (i = 0; i < sizeof(form) / sizeof(form[0]); i++)
		if (p[0] >= form[i].first && p[0] <= form[i].last)
			break;
	if (i == sizeof(form) / sizeof(form[0]) || form[i].len > left)
		return 0;
	if (form[i].len > 1 &&
	    (p[1] < form[i].second_min || p[1] > form[i].second_max))
		return 0;
	for (k = 2; k < form[i].len; k++)
		if (p[k] < 0x80 || p[k] > 0xbf)
			return 0;
	return form[i].len;
}

bool
slice_is_text(struct slice s)
{
	size_t i = 0, n;

	while (i < s.len) {
		n = sequence((const unsigned char *)s.ptr + i, s.len - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}
