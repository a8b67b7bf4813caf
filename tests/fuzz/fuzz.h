/*
 * What the drivers share.  Each gives its parser whatever libFuzzer makes up,
 * and says what must hold of the answer: that nothing crashes is the least.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_FUZZ_H
#define ND_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/slice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Must hold, or this input is kept as a failure. */
#define REQUIRE(x) ((x) ? (void)0 : fuzz_failed(__FILE__, __LINE__, #x))

static inline void
fuzz_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

/* Does this text stand in s somewhere, in whatever case? */
static inline bool
fuzz_contains(struct slice s, const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; len <= s.len && i <= s.len - len; i++)
		if (strncasecmp(s.ptr + i, text, len) == 0)
			return true;
	return false;
}

/* Could s end a header line, or a C string? */
static inline bool
fuzz_breaks_line(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == '\r' || s.ptr[i] == '\n' || s.ptr[i] == '\0')
			return true;
	return false;
}

/* A C string of its own memory, of exactly its size, so that a read beyond it
 * is seen.  What follows a NUL in s is not in it. */
static inline char *
fuzz_string(struct slice s)
{
	size_t len = s.len > 0 ? strnlen(s.ptr, s.len) : 0;
	char *p = malloc(len + 1);

	REQUIRE(p != NULL);
	if (len > 0)
		memcpy(p, s.ptr, len);
	p[len] = '\0';
	return p;
}

#endif
