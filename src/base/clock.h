/*
 * Time.  Instants are microseconds since 1970-01-01T00:00:00Z; durations and
 * deadlines are milliseconds of the monotonic clock.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BASE_CLOCK_H
#define ND_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define TIME_NONE INT64_MIN /* no such instant (SQL null) */
#define TIME_TEXT_SIZE 40

int64_t clock_mono_ms(void);
int64_t clock_mono_us(void); /* nobody sets it: for what is measured */
int64_t clock_wall_us(void);

/* "2026-11-22T05:58:46.123Z" (RFC 3339, UTC).  Returns out. */
char *time_rfc3339(int64_t us, char out[static TIME_TEXT_SIZE]);

/* "Sun, 22 Nov 2026 05:58:46 GMT" (IMF-fixdate, RFC 9110 §5.6.7). */
char *time_http(int64_t us, char out[static TIME_TEXT_SIZE]);

/* "90 s", "15m", "1h 30m", "2 days", "45" (seconds): what people write, to
 * milliseconds; a year at most.  False: it is no duration. */
bool duration_parse(struct slice text, int64_t *ms);

#endif
