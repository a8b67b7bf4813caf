/*
 * The settings of both programs.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define LINE_LIMIT 4096

enum kind { TEXT, NUMBER, OCTAL };

static const struct setting {
	const char *name;
	enum kind kind;
	size_t offset;
	const char *initial;
	int64_t min, max;
	const char *meaning;
} settings[] = {
#define AT(field) offsetof(struct config, field)
	{ "database", TEXT, AT(database), "dbname=nightdrop", 0, 0,
	    "libpq connection string; passwords belong into libpq's own files" },
	{ "instance", TEXT, AT(instance), "", 0, 0,
	    "id that the database must have (a clone has another job); empty: "
	    "any" },
	{ "prefix", TEXT, AT(prefix), "", 0, 0,
	    "path below which the responder is mounted, as /night; empty: the "
	    "root" },
	{ "base_url", TEXT, AT(base_url), "", 0, 0,
	    "scheme://authority that makes links absolute; empty: they are "
	    "paths" },
	{ "allowed_origins", TEXT, AT(allowed_origins), "", 0, 0,
	    "sites whose pages may send requests and read the answers (CORS), "
	    "as https://shop.example; *: any, but not on a user's login" },
	{ "listen", TEXT, AT(listen), "", 0, 0,
	    "unix:/path or address:port of the FastCGI listener; empty: the "
	    "socket on descriptor 0" },
	{ "socket_mode", OCTAL, AT(socket_mode), "0660", 0, 0777,
	    "mode of a unix socket: whoever can open it is the web server" },
	{ "socket_group", TEXT, AT(socket_group), "", 0, 0,
	    "group of a unix socket; empty: the process's own" },
	{ "threads", NUMBER, AT(threads), "0", 0, 512,
	    "requests at once; 0: 32 with 'listen', else 1 (mod_fcgid, IIS)" },
	{ "connections", NUMBER, AT(connections), "4", 1, 64,
	    "database connections beside the one for grouped commits" },
	{ "inline_limit", NUMBER, AT(inline_limit), "65536", 0, 262144,
	    "bytes of a body stored in the job's row; longer ones in parts" },
	{ "deadline_ms", NUMBER, AT(deadline_ms), "10000", 500, 600000,
	    "milliseconds by when a request is answered, if only with 503" },
	{ "log", TEXT, AT(log), "syslog", 0, 0, "syslog, stderr, or a file" },
	{ "handler_dir", TEXT, AT(handler_dir), "/etc/nightdrop/handlers", 0, 0,
	    "directory of the handlers, one executable a queue" },
	{ "handler_user", TEXT, AT(handler_user), "", 0, 0,
	    "whom handlers run as, where the batch is root; empty: as the "
	    "batch" },
	{ "run_dir", TEXT, AT(run_dir), "/run/nightdrop", 0, 0,
	    "directory for lock files and the handlers' private TMPDIRs" },
	{ "jobs", NUMBER, AT(jobs), "2", 1, 512, "handlers at once (-j)" },
	{ "lease", NUMBER, AT(lease), "300", 5, 3600,
	    "seconds for which handlers run on while the database is away; "
	    "after them another host may take their jobs" },
#undef AT
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

static char *
copy(struct slice s)
{
	char *p = malloc(s.len + 1);

	if (p == NULL)
		abort();
	if (s.len > 0)
		memcpy(p, s.ptr, s.len);
	p[s.len] = '\0';
	return p;
}

static char **
text_at(struct config *c, const struct setting *s)
{
	return (char **)((char *)c + s->offset);
}

static int64_t *
number_at(struct config *c, const struct setting *s)
{
	return (int64_t *)((char *)c + s->offset);
}

static bool
number(const struct setting *s, struct slice value, int64_t *out)
{
	char digits[24], *end;
	long long n;

	if (value.len == 0 || value.len >= sizeof(digits))
		return false;
	memcpy(digits, value.ptr, value.len);
	digits[value.len] = '\0';
	if (!isdigit((unsigned char)digits[0]))
		return false;
	errno = 0;
	n = strtoll(digits, &end, s->kind == OCTAL ? 8 : 10);
	if (errno != 0 || *end != '\0' || n < s->min || n > s->max)
		return false;
	*out = n;
	return true;
}

/* gcc's analyzer loses sight of a pointer that is stored at an offset. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

static enum err_code
assign(struct config *c, const struct setting *s, struct slice value,
    struct err *e)
{
	char **at;
	int64_t n;

	if (s->kind == TEXT) {
		if (value.len > 0 && memchr(value.ptr, '\0', value.len) != NULL)
			return err_set(e, ERR_CONFIG,
			    "setting '%s' contains a NUL byte", s->name);
		at = text_at(c, s);
		free(*at);
		*at = copy(value);
		return ERR_OK;
	}
	if (!number(s, value, &n))
		return err_set(e, ERR_CONFIG,
		    s->kind == OCTAL ?
			"setting '%s' = '%.*s': an octal number from %llo to "
			"%llo is wanted" :
			"setting '%s' = '%.*s': a number from %lld to %lld is "
			"wanted",
		    s->name, (int)(value.len < 100 ? value.len : 100),
		    value.ptr, (long long)s->min, (long long)s->max);
	*number_at(c, s) = n;
	return ERR_OK;
}

enum err_code
config_set(
    struct config *c, const char *name, struct slice value, struct err *e)
{
	size_t i;

	for (i = 0; i < SETTINGS; i++)
		if (strcmp(settings[i].name, name) == 0)
			return assign(c, &settings[i], value, e);
	return err_set(e, ERR_CONFIG,
	    "there is no setting '%.64s'; --print-config lists them all", name);
}

/* "name = value", value perhaps in quotes; blank and # lines are nothing. */
static enum err_code
take_line(struct config *c, struct slice line, struct err *e)
{
	struct slice value = slice_trim(line), name;
	char text[64];

	if (value.len == 0 || value.ptr[0] == '#')
		return ERR_OK;
	name = slice_trim(slice_cut(&value, '='));
	if (value.ptr == NULL || name.len == 0 || name.len >= sizeof(text))
		return err_set(e, ERR_CONFIG, "expected 'name = value'");
	value = slice_trim(value);
	if (value.len >= 2 && value.ptr[0] == '"' &&
	    value.ptr[value.len - 1] == '"')
		value = slice_mem(value.ptr + 1, value.len - 2);
	memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	return config_set(c, text, value, e);
}

static enum err_code
take_file(struct config *c, const char *path, bool must, struct err *e)
{
	char line[LINE_LIMIT];
	int number_of_line = 0;
	enum err_code code = ERR_OK;
	FILE *f = fopen(path, "re");

	if (f == NULL && errno == ENOENT && !must)
		return ERR_OK;
	if (f == NULL)
		return err_set(e, ERR_CONFIG,
		    "cannot read the configuration file %s: %s", path,
		    strerror(errno));
	while (fgets(line, sizeof(line), f) != NULL) {
		size_t len = strcspn(line, "\r\n");
		struct err why = ERR_INIT;

		number_of_line++;
		if (line[len] == '\0' && !feof(f))
			err_set(&why, ERR_CONFIG, "line too long");
		else
			take_line(c, slice_mem(line, len), &why);
		if (why.code != ERR_OK && code == ERR_OK)
			code = err_set(e, why.code, "%s:%d: %s", path,
			    number_of_line, why.text);
	}
	if (code == ERR_OK && ferror(f))
		code = err_set(
		    e, ERR_CONFIG, "cannot read %s: %s", path, strerror(errno));
	fclose(f);
	return code;
}

/* NIGHTDROP_DATABASE for database, and so on; set but empty counts. */
static enum err_code
take_environment(struct config *c, struct err *e)
{
	char name[64];
	const char *value;
	enum err_code code = ERR_OK;
	size_t i, k;

	for (i = 0; i < SETTINGS; i++) {
		struct err why = ERR_INIT;

		snprintf(name, sizeof(name), "NIGHTDROP_%s", settings[i].name);
		for (k = 0; name[k] != '\0'; k++)
			name[k] = (char)toupper((unsigned char)name[k]);
		if ((value = getenv(name)) == NULL)
			continue;
		if (assign(c, &settings[i], slice_str(value), &why) != ERR_OK &&
		    code == ERR_OK)
			code = err_set(
			    e, why.code, "environment %s: %s", name, why.text);
	}
	return code;
}

enum err_code
config_load(struct config *c, const char *path, struct err *e)
{
	const char *from = path != NULL ? path : getenv("NIGHTDROP_CONFIG");
	enum err_code code;
	size_t i;

	*c = (struct config) { 0 };
	for (i = 0; i < SETTINGS; i++)
		if ((code = assign(c, &settings[i],
			 slice_str(settings[i].initial), e)) != ERR_OK)
			return code;
	code = take_file(
	    c, from != NULL ? from : CONFIG_DEFAULT_PATH, from != NULL, e);
	if (take_environment(c, code == ERR_OK ? e : NULL) != ERR_OK)
		code = ERR_CONFIG;
	return code;
}

void
config_fini(struct config *c)
{
	size_t i;

	for (i = 0; i < SETTINGS; i++)
		if (settings[i].kind == TEXT) {
			free(*text_at(c, &settings[i]));
			*text_at(c, &settings[i]) = NULL;
		}
}

void
config_print(const struct config *c, FILE *f)
{
	struct config view = *c; /* same strings, read only */
	size_t i;

	for (i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];

		fprintf(f, "# %s\n%s = ", s->meaning, s->name);
		if (s->kind == OCTAL)
			fprintf(f, "%04llo\n", (long long)*number_at(&view, s));
		else if (s->kind == NUMBER)
			fprintf(f, "%lld\n", (long long)*number_at(&view, s));
		else if (strcmp(s->name, "database") == 0 &&
			 strstr(*text_at(&view, s), "password") != NULL)
			fprintf(f, "(not shown: it contains a password)\n");
		else
			fprintf(f, "\"%s\"\n", *text_at(&view, s));
	}
}
