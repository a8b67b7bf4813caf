/*
 * Files that are part of the program.
 *
 * SPDX-License-Identifier: ISC
 */
#include "web/web.h"

#include <string.h>

struct slice
web_file_find(const char *name)
{
	for (size_t i = 0; i < web_files_count; i++)
		if (strcmp(web_files[i].name, name) == 0)
			return slice_mem(web_files[i].bytes, web_files[i].len);
	return SLICE_NONE;
}
