/*
 * Time.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

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
