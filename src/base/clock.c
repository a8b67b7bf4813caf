/*
 * Time.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <time.h>

#define YEAR_MS 31622400000 /* a leap year */

int64_t
clock_mono_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_mono_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
clock_wall_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Whole seconds, rounded down also before 1970, and what is left over. */
static struct tm
split(int64_t us, int *rest_us)
{
	int64_t rest = us % 1000000;
	struct tm tm = { 0 };
	time_t t;

	if (rest < 0)
		rest += 1000000;
	t = (time_t)((us - rest) / 1000000);
	gmtime_r(&t, &tm);
	*rest_us = (int)rest;
	return tm;
}

char *
time_rfc3339(int64_t us, char out[static TIME_TEXT_SIZE])
{
	int rest;
	struct tm tm = split(us, &rest);
	size_t n = strftime(out, TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);

	snprintf(out + n, TIME_TEXT_SIZE - n, ".%03dZ", rest / 1000);
	return out;
}

char *
time_http(int64_t us, char out[static TIME_TEXT_SIZE])
{
	static const char day[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char month[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int rest;
	struct tm tm = split(us, &rest);

	/* Not %a and %b: a locale must not decide. */
	snprintf(out, TIME_TEXT_SIZE, "%s, %02d %s %04d %02d:%02d:%02d GMT",
	    day[tm.tm_wday], tm.tm_mday, month[tm.tm_mon], tm.tm_year + 1900,
	    tm.tm_hour, tm.tm_min, tm.tm_sec);
	return out;
}

static bool
unit_ms(struct slice word, int64_t *ms)
{
	static const struct {
		const char *names[5];
		int64_t ms;
	} units[] = {
		{ { "", "s", "sec", "second", "seconds" }, 1000 },
		{ { "m", "min", "minute", "minutes" }, 60000 },
		{ { "h", "hour", "hours" }, 3600000 },
		{ { "d", "day", "days" }, 86400000 },
	};
	size_t i, k;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		for (k = 0; k < 5 && units[i].names[k] != NULL; k++)
			if (slice_eq_str(word, units[i].names[k])) {
				*ms = units[i].ms;
				return true;
			}
	return false;
}

/* What is of that kind at the front of *s, without blanks before it. */
static struct slice
take_run(struct slice *s, int (*is)(int))
{
	struct slice run;
	size_t n = 0;

	*s = slice_trim(*s);
	while (n < s->len && is((unsigned char)s->ptr[n]))
		n++;
	run = slice_mem(s->ptr, n);
	*s = slice_mem(s->ptr + n, s->len - n);
	return run;
}

bool
duration_parse(struct slice text, int64_t *ms)
{
	struct slice digits;
	int64_t sum = 0, n, unit;
	size_t i;

	do {
		digits = take_run(&text, isdigit);
		if (digits.len == 0 || digits.len > 8)
			return false;
		for (n = 0, i = 0; i < digits.len; i++)
			n = n * 10 + (digits.ptr[i] - '0');
		if (!unit_ms(take_run(&text, isalpha), &unit))
			return false;
		sum += n * unit;
		text = slice_trim(text);
	} while (text.len > 0 && sum <= YEAR_MS);
	if (sum > YEAR_MS)
		return false;
	*ms = sum;
	return true;
}
