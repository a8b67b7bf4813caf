/*
 * A configuration file.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/config.h"

#include <stdlib.h>
#include <unistd.h>

#include "fuzz.h"

static const char path[] = "/dev/fd/%d";

static FILE *
file_of(const void *p, size_t size, char name[static sizeof(path) + 16])
{
	FILE *f = tmpfile();

	REQUIRE(f != NULL);
	REQUIRE(fwrite(p, 1, size, f) == size && fflush(f) == 0);
	rewind(f);
	snprintf(name, sizeof(path) + 16, path, fileno(f));
	return f;
}

/* What is printed, read as a file, says the same: printed again it is equal.
 * A value that is not shown is not said. */
static char *
print(const struct config *c)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	REQUIRE(f != NULL);
	config_print(c, f);
	REQUIRE(fclose(f) == 0 && strlen(text) == len);
	return text;
}

static void
check_again(const struct config *c)
{
	char name[sizeof(path) + 16], *first = print(c), *second;
	FILE *f = file_of(first, strlen(first), name);
	struct config again;
	struct err e = ERR_INIT;

	if (strstr(first, "(not shown") == NULL) {
		REQUIRE(config_load(&again, name, &e) == ERR_OK);
		second = print(&again);
		REQUIRE(strcmp(first, second) == 0);
		free(second);
		config_fini(&again);
	}
	fclose(f);
	free(first);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[sizeof(path) + 16];
	FILE *f = file_of(data, size, name);
	struct config c;
	struct err e = ERR_INIT;

	if (config_load(&c, name, &e) == ERR_OK)
		check_again(&c);
	else
		REQUIRE(e.code == ERR_CONFIG && strchr(e.text, '\n') == NULL);
	config_fini(&c);
	fclose(f);
	return 0;
}
