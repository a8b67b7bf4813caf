/*
 * The environment of a process, as one block.
 *
 * SPDX-License-Identifier: ISC
 */
#include "handler/envblock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VARIABLE_LIMIT                                        \
	131071 /* one string of execve on Linux, less its NUL \
		*/

void
envblock_init(struct envblock *b, size_t limit)
{
	*b = (struct envblock) { .count = 0 };
	buf_init(&b->bytes, limit);
}

void
envblock_fini(struct envblock *b)
{
	buf_fini(&b->bytes);
}

void
envblock_begin(struct envblock *b, const char *name)
{
	b->start = b->bytes.len;
	buf_puts(&b->bytes, name);
	buf_putc(&b->bytes, '=');
}

void
envblock_end(struct envblock *b, const char *name)
{
	size_t len = b->bytes.len - b->start;

	if (b->trouble[0] == '\0' && (b->bytes.failed || len > VARIABLE_LIMIT))
		snprintf(b->trouble, sizeof(b->trouble), "%.31s", name);
	buf_putc(&b->bytes, '\0');
	b->count++;
}

void
envblock_put(struct envblock *b, const char *name, struct slice value)
{
	envblock_begin(b, name);
	buf_slice(&b->bytes, value);
	envblock_end(b, name);
}

void
envblock_number(struct envblock *b, const char *name, int64_t n)
{
	envblock_begin(b, name);
	buf_printf(&b->bytes, "%" PRId64, n);
	envblock_end(b, name);
}

/* The pointers, then the strings. */
static char **
pack(const struct envblock *b)
{
	size_t head = (b->count + 1) * sizeof(char *);
	char **env = malloc(head + b->bytes.len), *p;

	if (env == NULL)
		abort();
	p = (char *)env + head;
	memcpy(p, b->bytes.ptr, b->bytes.len);
	for (size_t i = 0; i < b->count; i++) {
		env[i] = p;
		p += strlen(p) + 1;
	}
	env[b->count] = NULL;
	return env;
}

enum err_code
envblock_take(const struct envblock *b, char ***env, struct err *e)
{
	size_t nuls = 0;

	for (size_t i = 0; i < b->bytes.len; i++)
		nuls += b->bytes.ptr[i] == '\0';
	if (b->trouble[0] != '\0')
		return err_set(e, ERR_FIELDS_TOO_LARGE,
		    "with %s the request's"
		    " variables are too long for a program's environment",
		    b->trouble);
	if (b->bytes.failed)
		return err_set(e, ERR_INTERNAL, "no memory");
	if (nuls != b->count)
		return err_set(
		    e, ERR_SYNTAX, "a variable of the request holds a NUL");
	*env = pack(b);
	return ERR_OK;
}
