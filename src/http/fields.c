/*
 * Request fields with a syntax of their own.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/fields.h"

#include <string.h>

static enum err_code
bad_key(struct err *e)
{
	return err_set(e, ERR_SYNTAX,
	    "Idempotency-Key must be a string in double quotes of 1 to %d "
	    "printable ASCII characters, for example "
	    "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"",
	    FIELD_KEY_MAX);
}

/* The bytes between the quotes, \" and \\ undone; s begins behind the
 * opening quote and must end with the closing one. */
static bool
take_string(struct slice s, struct field_key *key)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '"')
			return i + 1 == s.len;
		if (c == '\\') {
			if (++i == s.len)
				return false;
			c = s.ptr[i];
			if (c != '"' && c != '\\')
				return false;
		}
		if (c < 0x20 || c > 0x7e || key->len == FIELD_KEY_MAX)
			return false;
		key->text[key->len++] = c;
	}
	return false;
}

static bool
take_token(struct slice s, struct field_key *key)
{
	if (s.len > FIELD_KEY_MAX)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= 0x20 || s.ptr[i] > 0x7e ||
		    strchr("\"\\,;", s.ptr[i]) != NULL)
			return false;
	memcpy(key->text, s.ptr, s.len);
	key->len = s.len;
	return true;
}

enum err_code
field_key_parse(struct slice field, struct field_key *out, struct err *e)
{
	struct field_key key = { .len = 0 };
	bool ok;

	field = slice_trim(field);
	if (field.len > 0 && field.ptr[0] == '"')
		ok = take_string(slice_mem(field.ptr + 1, field.len - 1), &key);
	else
		ok = field.len > 0 && take_token(field, &key);
	if (!ok || key.len == 0)
		return bad_key(e);
	*out = key;
	return ERR_OK;
}

static int
base64_value(char c)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *p = c == '\0' ? NULL : strchr(alphabet, c);

	return p == NULL ? -1 : (int)(p - alphabet);
}

bool
field_base64(struct slice s, void *out, size_t size, size_t *len)
{
	uint8_t *bytes = out;
	unsigned bits = 0;
	size_t n = 0;

	if (s.len > 0 && s.len % 4 == 0) /* padded, where padding is due */
		for (int i = 0; i < 2 && s.ptr[s.len - 1] == '='; i++)
			s.len--;
	if (s.len % 4 == 1)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		int v = base64_value(s.ptr[i]);

		if (v < 0 || n == size)
			return false;
		bits = (bits << 6 | (unsigned)v) & 0xfffff;
		if (i % 4 != 0) /* 8 bits or more are in hand */
			bytes[n++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	if ((bits & ((1U << (s.len * 6 - n * 8)) - 1)) != 0)
		return false;
	*len = n;
	return true;
}

static bool
base64_digest(struct slice s, uint8_t out[static DIGEST_LEN])
{
	uint8_t bytes[DIGEST_LEN];
	size_t len;

	if (!field_base64(s, bytes, sizeof(bytes), &len) || len != DIGEST_LEN)
		return false;
	memcpy(out, bytes, DIGEST_LEN);
	return true;
}

/* One member "key=:base64:" with its parameters. */
static bool
take_digest(struct slice value, uint8_t out[static DIGEST_LEN])
{
	struct slice rest;

	if (value.len < 2 || value.ptr[0] != ':')
		return false;
	rest = slice_mem(value.ptr + 1, value.len - 1);
	value = slice_cut(&rest, ':');
	if (rest.ptr == NULL || !base64_digest(value, out))
		return false;
	rest = slice_trim(rest);
	return rest.len == 0 || rest.ptr[0] == ';';
}

/*
 * Byte sequences hold no comma, and the registered digests are all byte
 * sequences: so members are cut at commas, and a member of some other type
 * with a comma inside is a syntax error.
 */
enum err_code
field_digest_parse(struct slice field, bool *found,
    uint8_t out[static DIGEST_LEN], struct err *e)
{
	uint8_t digest[DIGEST_LEN];
	bool seen = false;

	while (field.ptr != NULL) {
		struct slice value = slice_trim(slice_cut(&field, ','));
		struct slice key = slice_cut(&value, '=');

		if (key.len == 0 || value.ptr == NULL || value.len == 0 ||
		    value.ptr[0] != ':')
			goto bad;
		if (!slice_eq_str(key, "sha-256"))
			continue;
		if (!take_digest(value, digest))
			goto bad;
		seen = true;
	}
	if (seen)
		memcpy(out, digest, DIGEST_LEN);
	*found = seen;
	return ERR_OK;
bad:
	return err_set(e, ERR_SYNTAX,
	    "Content-Digest and Repr-Digest look like sha-256=:BASE64: "
	    "(RFC 9530)");
}

bool
field_value_ok(struct slice value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

bool
field_uri_ok(struct slice uri)
{
	for (size_t i = 0; i < uri.len; i++) {
		unsigned char c = (unsigned char)uri.ptr[i];

		if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\^`{|}", c) != NULL)
			return false;
	}
	return true;
}

bool
field_uri_segment(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') ||
		    (c != '\0' && strchr("-._~", c) != NULL))
			buf_putc(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
	return !out->failed;
}
