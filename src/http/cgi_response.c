/*
 * The header of a CGI program's answer.
 *
 * A line is cut at its LF, then at its first colon; nothing is copied.  What
 * has been parsed once holds no control character but TAB, so whoever writes
 * these fields elsewhere cannot be made to write a line of its own.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/cgi_response.h"

#include <stdio.h>
#include <string.h>

#define MS_MAX (INT64_C(366) * 86400 * 1000)

/* The fields that make an answer (RFC 3875 §6.3). */
enum cgi_kind { KIND_STATUS, KIND_LOCATION, KIND_TYPE, KIND_COUNT };

static const char *const kinds[KIND_COUNT] = {
	[KIND_STATUS] = "Status",
	[KIND_LOCATION] = "Location",
	[KIND_TYPE] = "Content-Type",
};

static bool
is_token(struct slice s)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z'))
			continue;
		if (c == '\0' || strchr(marks, c) == NULL)
			return false;
	}
	return s.len > 0;
}

static bool
has_control(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

static struct slice
next_line(struct slice *rest)
{
	struct slice line = slice_cut(rest, '\n');

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

size_t
cgi_header_end(struct slice bytes, size_t *line)
{
	while (*line < bytes.len) {
		const char *from = bytes.ptr + *line;
		const char *nl = memchr(from, '\n', bytes.len - *line);

		if (nl == NULL)
			return 0;
		*line += (size_t)(nl - from) + 1;
		if (nl == from || (nl == from + 1 && *from == '\r'))
			return *line;
	}
	return 0;
}

static enum err_code
parse_field(struct slice line, int number, struct cgi_field *out, struct err *e)
{
	struct slice rest = line;

	out->name = slice_cut(&rest, ':');
	out->value = slice_trim(rest);
	if (rest.ptr == NULL)
		return err_set(e, ERR_SYNTAX,
		    "line %d of its header has no colon", number);
	if (!is_token(out->name))
		return err_set(e, ERR_SYNTAX,
		    "line %d of its header does not begin with a field name",
		    number);
	if (has_control(out->value))
		return err_set(e, ERR_SYNTAX,
		    "line %d of its header holds a control character", number);
	return ERR_OK;
}

/* "404" or "404 Not Here". */
static enum err_code
parse_status(struct slice value, struct cgi_response *out, struct err *e)
{
	struct slice rest = value, code = slice_cut(&rest, ' ');
	uint64_t n;

	if (code.len != 3 || !slice_uint(code, &n) || n < 200 || n > 599)
		return err_set(
		    e, ERR_SYNTAX, "its Status is not a code from 200 to 599");
	out->status = (int)n;
	out->reason = rest.ptr == NULL ? SLICE_LIT("") : slice_trim(rest);
	return ERR_OK;
}

/* scheme ":" (RFC 3986 §3.1). */
static bool
is_absolute_uri(struct slice s)
{
	struct slice rest = s, scheme = slice_cut(&rest, ':');

	if (rest.len == 0 || scheme.len == 0)
		return false;
	for (size_t i = 0; i < scheme.len; i++) {
		char c = scheme.ptr[i];
		bool alpha = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

		if (!alpha &&
		    (i == 0 || c == '\0' || strchr("0123456789+-.", c) == NULL))
			return false;
	}
	return true;
}

/* The status of an answer that names none. */
static enum err_code
implied_status(struct slice location, int *status, struct err *e)
{
	if (location.ptr == NULL)
		*status = 200;
	else if (location.len > 0 && location.ptr[0] == '/')
		*status = 303;
	else if (is_absolute_uri(location))
		*status = 302;
	else
		return err_set(e, ERR_SYNTAX,
		    "its Location is neither a path nor an absolute URI");
	return ERR_OK;
}

/* Notice the fields that mean something here. */
static enum err_code
note_field(const struct cgi_field *f, struct slice seen[static KIND_COUNT],
    struct cgi_response *out, struct err *e)
{
	for (int k = 0; k < KIND_COUNT; k++) {
		if (!slice_eq_nocase(f->name, kinds[k]))
			continue;
		if (seen[k].ptr != NULL)
			return err_set(e, ERR_SYNTAX,
			    "it has %s more than once", kinds[k]);
		seen[k] = f->value;
	}
	if (slice_eq_nocase(f->name, "Retry-After"))
		out->retry_after = f->value;
	return ERR_OK;
}

enum err_code
cgi_response_parse(struct slice header, struct cgi_response *out, struct err *e)
{
	struct cgi_response r = { 0, SLICE_LIT(""), SLICE_NONE, header };
	struct slice rest = header, line, seen[KIND_COUNT] = { { NULL, 0 } };
	struct cgi_field f;
	enum err_code code;

	for (int n = 1; (line = next_line(&rest)).len > 0; n++) {
		if ((code = parse_field(line, n, &f, e)) != ERR_OK ||
		    (code = note_field(&f, seen, &r, e)) != ERR_OK)
			return code;
	}
	if (seen[KIND_STATUS].ptr != NULL)
		code = parse_status(seen[KIND_STATUS], &r, e);
	else if (seen[KIND_LOCATION].ptr != NULL || seen[KIND_TYPE].ptr != NULL)
		code = implied_status(seen[KIND_LOCATION], &r.status, e);
	else
		code = err_set(e, ERR_SYNTAX,
		    "its header has no Status, Content-Type or Location");
	if (code == ERR_OK)
		*out = r;
	return code;
}

bool
cgi_field_next(struct slice *fields, struct cgi_field *out)
{
	struct slice line;

	while ((line = next_line(fields)).len > 0) {
		if (parse_field(line, 0, out, NULL) == ERR_OK &&
		    !slice_eq_nocase(out->name, kinds[KIND_STATUS]))
			return true;
	}
	return false;
}

/* Days from 1970-01-01 of the proleptic Gregorian calendar. */
static int64_t
days_from_civil(int64_t y, int64_t m, int64_t d)
{
	/* Years that begin in March: the leap day is then the last one. */
	y -= m <= 2;
	m += m <= 2 ? 9 : -3;
	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d - 1 -
	       719468;
}

struct date {
	int year, month, day, hour, minute, second;
	char name[4]; /* of the month */
};

/* The three forms of RFC 9110 §5.6.7; the last two are obsolete, but must be
 * understood. */
static bool
scan_date(const char *s, struct date *d)
{
	int end = 0;

	if (sscanf(s, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n",
		&d->day, d->name, &d->year, &d->hour, &d->minute, &d->second,
		&end) == 6 &&
	    end > 0)
		return s[end] == '\0';
	if (sscanf(s, "%*[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n",
		&d->day, d->name, &d->year, &d->hour, &d->minute, &d->second,
		&end) == 6 &&
	    end > 0) {
		d->year += d->year < 70 ? 2000 : 1900;
		return s[end] == '\0';
	}
	return sscanf(s, "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n",
		   d->name, &d->day, &d->hour, &d->minute, &d->second, &d->year,
		   &end) == 6 &&
	       end > 0 && s[end] == '\0';
}

/* Seconds since 1970; false where s is not an HTTP-date. */
static bool
parse_date(struct slice s, int64_t *seconds)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct date d;
	const char *at;
	char text[40];

	if (s.len >= sizeof(text) || memchr(s.ptr, '\0', s.len) != NULL)
		return false;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	if (!scan_date(text, &d) || (at = strstr(names, d.name)) == NULL ||
	    strlen(d.name) != 3 || (at - names) % 3 != 0)
		return false;
	d.month = (int)(at - names) / 3 + 1;
	if (d.year < 1970 || d.day < 1 || d.day > 31 || d.hour < 0 ||
	    d.hour > 23 || d.minute < 0 || d.minute > 59 || d.second < 0 ||
	    d.second > 60)
		return false;
	*seconds = days_from_civil(d.year, d.month, d.day) * 86400 +
		   d.hour * 3600 + d.minute * 60 + d.second;
	return true;
}

int64_t
cgi_retry_after_ms(struct slice value, int64_t now_us)
{
	uint64_t delta;
	int64_t at, ms;

	if (value.ptr == NULL)
		return -1;
	if (slice_uint(value, &delta))
		return delta > MS_MAX / 1000 ? MS_MAX : (int64_t)delta * 1000;
	if (!parse_date(value, &at))
		return -1;
	ms = at * 1000 - now_us / 1000;
	return ms < 0 ? 0 : ms > MS_MAX ? MS_MAX : ms;
}
