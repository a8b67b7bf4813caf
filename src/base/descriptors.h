/*
 * Descriptors 0 to 2.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_BASE_DESCRIPTORS_H
#define ND_BASE_DESCRIPTORS_H

/* Open those that are closed, on /dev/null.  To be called first. */
void descriptors_fill(void);

#endif
