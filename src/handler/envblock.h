/*
 * The environment of a process, as one block.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HANDLER_ENVBLOCK_H
#define ND_HANDLER_ENVBLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct envblock {
	struct buf bytes; /* "NAME=value\0NAME=value\0..." */
	size_t count;
	size_t start;	  /* of the variable being written */
	char trouble[32]; /* the first one that does not fit; "" */
};

void envblock_init(struct envblock *b, size_t limit); /* bytes of them all */
void envblock_fini(struct envblock *b);

void envblock_put(struct envblock *b, const char *name, struct slice value);
void envblock_number(struct envblock *b, const char *name, int64_t n);
/* One whose value is appended to b->bytes in between. */
void envblock_begin(struct envblock *b, const char *name);
void envblock_end(struct envblock *b, const char *name);

/* *env: ended by NULL, to be freed with one free().  ERR_FIELDS_TOO_LARGE:
 * over the limit, or one longer than the system takes.  ERR_SYNTAX: a NUL in
 * one.  ERR_INTERNAL: no memory. */
enum err_code envblock_take(
    const struct envblock *b, char ***env, struct err *e);

#endif
