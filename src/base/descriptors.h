/*
 * Descriptors: 0 to 2, which others may have closed, or may not read, and how
 * many there may be.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BASE_DESCRIPTORS_H
#define ND_BASE_DESCRIPTORS_H

#include <stdbool.h>

/* Open those that are closed, on /dev/null.  To be called first. */
void descriptors_fill(void);

/* As many as we may have: the usual 1024 are for who uses select(2).  What we
 * start inherits that. */
void descriptors_raise(void);

/* Would a line be taken at once?  A pipe that nobody reads and a terminal that
 * stands still take none, and who writes all the same waits. */
bool descriptors_ready(int fd);

#endif
