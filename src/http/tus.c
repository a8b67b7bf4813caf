/*
 * The fields of tus.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/tus.h"

#include <stdbool.h>
#include <string.h>

#include "http/fields.h"

struct pair {
	struct slice key, value;
};

static bool
is_key(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= 0x20 || s.ptr[i] >= 0x7f)
			return false;
	return s.len > 0;
}

/* Only its form: most values are nobody's business here. */
static bool
is_base64(struct slice s)
{
	char bytes[TUS_METADATA_MAX];
	size_t len;

	return field_base64(s, bytes, sizeof(bytes), &len);
}

static const struct pair *
find(const struct pair *pairs, int count, struct slice key)
{
	for (int i = 0; i < count; i++)
		if (slice_eq(pairs[i].key, key))
			return &pairs[i];
	return NULL;
}

static enum err_code
read_pairs(struct slice field, struct pair pairs[static TUS_PAIRS_MAX],
    int *count, struct err *e)
{
	if (field.len > TUS_METADATA_MAX)
		return err_set(e, ERR_SYNTAX,
		    "Upload-Metadata may have %d bytes", TUS_METADATA_MAX);
	while (field.ptr != NULL) {
		struct slice value = slice_trim(slice_cut(&field, ','));
		struct slice key = slice_cut(&value, ' ');

		if (!is_key(key) || !is_base64(value))
			return err_set(e, ERR_SYNTAX,
			    "Upload-Metadata looks like: filename cmVwb3J0LmNzdg==,"
			    "filetype dGV4dC9jc3Y= (values in base64)");
		if (find(pairs, *count, key) != NULL)
			return err_set(e, ERR_SYNTAX,
			    "a key comes twice in Upload-Metadata");
		if (*count == TUS_PAIRS_MAX)
			return err_set(e, ERR_SYNTAX,
			    "Upload-Metadata may have %d keys", TUS_PAIRS_MAX);
		pairs[(*count)++] = (struct pair) { key, value };
	}
	return ERR_OK;
}

/* The first of these keys that has a value; ERR_OK and *len 0: none has. */
static enum err_code
read_value(const struct pair *pairs, int count, const char *const *keys,
    char out[static TUS_VALUE_MAX], size_t *len, struct err *e)
{
	*len = 0;
	for (; *keys != NULL && *len == 0; keys++) {
		const struct pair *p = find(pairs, count, slice_str(*keys));

		if (p != NULL &&
		    !field_base64(p->value, out, TUS_VALUE_MAX, len))
			return err_set(e, ERR_SYNTAX,
			    "%s in Upload-Metadata may have %d bytes", *keys,
			    TUS_VALUE_MAX);
	}
	return ERR_OK;
}

/* UTF-8 has its C1 control characters as 0xc2 and 0x80 to 0x9f. */
static size_t
drop_controls(char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == 0xc2 && (unsigned char)s[i + 1] < 0xa0)
			i++;
		else if (c >= 0x20 && c != 0x7f)
			s[n++] = s[i];
	}
	return n;
}

static size_t
last_component(char *s, size_t len)
{
	size_t from = len;

	while (from > 0 && s[from - 1] != '/' && s[from - 1] != '\\')
		from--;
	memmove(s, s + from, len - from);
	len -= from;
	return (len == 1 && s[0] == '.') ||
		       (len == 2 && s[0] == '.' && s[1] == '.') ?
		   0 :
		   len;
}

static enum err_code
clean(struct tus_metadata *m, struct err *e)
{
	struct slice type = slice_mem(m->type, m->type_len);

	if (!slice_is_text(slice_mem(m->filename, m->filename_len)))
		return err_set(e, ERR_SYNTAX,
		    "the file's name in Upload-Metadata is not valid UTF-8");
	m->filename_len = drop_controls(m->filename, m->filename_len);
	m->filename_len = last_component(m->filename, m->filename_len);
	if (!slice_is_text(type) || !field_value_ok(type))
		return err_set(e, ERR_SYNTAX,
		    "the type in Upload-Metadata is not a media type");
	return ERR_OK;
}

enum err_code
tus_metadata_parse(struct slice field, struct tus_metadata *out, struct err *e)
{
	static const char *const name_keys[] = { "filename", "name", NULL };
	static const char *const type_keys[] = { "filetype", "type", "mime",
		NULL };
	struct pair pairs[TUS_PAIRS_MAX];
	enum err_code code;
	int count = 0;

	out->filename_len = out->type_len = 0;
	if ((code = read_pairs(field, pairs, &count, e)) != ERR_OK)
		return code;
	code = read_value(
	    pairs, count, name_keys, out->filename, &out->filename_len, e);
	if (code == ERR_OK)
		code = read_value(
		    pairs, count, type_keys, out->type, &out->type_len, e);
	return code == ERR_OK ? clean(out, e) : code;
}

enum err_code
tus_checksum_parse(struct slice field, struct tus_checksum *out, struct err *e)
{
	static const struct {
		const char *name;
		enum tus_algorithm algorithm;
		size_t len;
	} known[] = {
		{ "sha1", TUS_SHA1, DIGEST_SHA1_LEN },
		{ "sha256", TUS_SHA256, DIGEST_LEN },
	};
	struct slice value = slice_trim(field);
	struct slice name = slice_cut(&value, ' ');

	*out = (struct tus_checksum) { .algorithm = TUS_NO_CHECKSUM };
	if (field.ptr == NULL)
		return ERR_OK;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!slice_eq_str(name, known[i].name))
			continue;
		if (!field_base64(
			value, out->digest, known[i].len, &out->len) ||
		    out->len != known[i].len)
			break;
		out->algorithm = known[i].algorithm;
		return ERR_OK;
	}
	return err_set(e, ERR_SYNTAX,
	    "Upload-Checksum is sha1 or sha256, a space, and the checksum in "
	    "base64");
}

enum err_code
tus_number_parse(
    struct slice field, const char *name, int64_t *out, struct err *e)
{
	uint64_t n;

	if (!slice_uint(field, &n) || n > INT64_MAX)
		return err_set(
		    e, ERR_SYNTAX, "%s must be a number of bytes", name);
	*out = (int64_t)n;
	return ERR_OK;
}
