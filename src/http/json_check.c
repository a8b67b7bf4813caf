/*
 * Is this JSON?  A function for each rule of RFC 8259's grammar.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/json_check.h"

#include <string.h>

struct scan {
	const char *p, *end;
	int depth;
	bool high; /* a byte outside of ASCII was seen */
};

static bool value(struct scan *s);

static void
space(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' ||
				    *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static bool
take(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static bool
word(struct scan *s, const char *w)
{
	while (*w != '\0')
		if (!take(s, *w++))
			return false;
	return true;
}

static bool
digits(struct scan *s)
{
	const char *first = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > first;
}

static bool
number(struct scan *s)
{
	take(s, '-');
	if (!take(s, '0') && !digits(s))
		return false;
	if (take(s, '.') && !digits(s))
		return false;
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '+'))
			take(s, '-');
		return digits(s);
	}
	return true;
}

static bool
escape(struct scan *s)
{
	if (s->p == s->end)
		return false;
	if (*s->p != 'u') {
		if (*s->p == '\0' || strchr("\"\\/bfnrt", *s->p) == NULL)
			return false;
		s->p++;
		return true;
	}
	s->p++;
	for (int i = 0; i < 4; i++, s->p++)
		if (s->p == s->end || *s->p == '\0' ||
		    strchr("0123456789abcdefABCDEF", *s->p) == NULL)
			return false;
	return true;
}

/* Behind the opening quote. */
static bool
string(struct scan *s)
{
	while (s->p < s->end) {
		unsigned char c = (unsigned char)*s->p;

		if (c < 0x20)
			return false;
		s->p++;
		if (c == '"')
			return true;
		if (c == '\\' && !escape(s))
			return false;
		s->high = s->high || c >= 0x80;
	}
	return false;
}

static bool
member(struct scan *s)
{
	space(s);
	if (!take(s, '"') || !string(s))
		return false;
	space(s);
	return take(s, ':') && value(s);
}

/* Items up to the closing bracket; the opening one has been taken. */
static bool
items(struct scan *s, bool (*item)(struct scan *), char close)
{
	bool ok;

	if (s->depth == JSON_CHECK_DEPTH)
		return false;
	space(s);
	if (take(s, close))
		return true;
	s->depth++;
	do {
		ok = item(s);
		if (ok)
			space(s);
	} while (ok && take(s, ','));
	s->depth--;
	return ok && take(s, close);
}

/* Recursion ends at JSON_CHECK_DEPTH. */
static bool
value(struct scan *s)
{
	space(s);
	if (take(s, '{'))
		return items(s, member, '}');
	if (take(s, '['))
		return items(s, value, ']');
	if (take(s, '"'))
		return string(s);
	if (s->p < s->end && *s->p == 't')
		return word(s, "true");
	if (s->p < s->end && *s->p == 'f')
		return word(s, "false");
	if (s->p < s->end && *s->p == 'n')
		return word(s, "null");
	return number(s);
}

bool
json_check(struct slice text, size_t *at)
{
	struct scan s = { .p = text.ptr, .end = text.ptr + text.len };
	bool ok = value(&s);

	if (ok)
		space(&s);
	*at = (size_t)(s.p - text.ptr);
	if (!ok || s.p < s.end || (s.high && !slice_is_text(text)))
		return false;
	*at = 0;
	return true;
}
