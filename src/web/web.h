/*
 * Files that are part of the program: embed makes web_files of them when it is
 * built, so that a page needs nothing but the program.  Which they are says
 * WEB_FILES in src/local.mk.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_WEB_WEB_H
#define ND_WEB_WEB_H

#include <stddef.h>

#include "base/slice.h"

struct web_file {
	const char *name; /* without its folders */
	const unsigned char *bytes;
	size_t len;
};

extern const struct web_file web_files[];
extern const size_t web_files_count;

/* The file of this name; SLICE_NONE: there is none. */
struct slice web_file_find(const char *name);

#endif
