/*
 * SHA-256, SHA-1, HMAC, base64, randomness.
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdlib.h>

#include <sys/random.h>

struct digest {
	EVP_MD_CTX *ctx;
};

static struct digest *
digest_of(const EVP_MD *kind)
{
	struct digest *d = malloc(sizeof(*d));

	if (d == NULL || (d->ctx = EVP_MD_CTX_new()) == NULL ||
	    EVP_DigestInit_ex(d->ctx, kind, NULL) != 1)
		abort();
	return d;
}

struct digest *
digest_new(void)
{
	return digest_of(EVP_sha256());
}

struct digest *
digest_new_sha1(void)
{
	return digest_of(EVP_sha1());
}

void
digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	EVP_MD_CTX_free(d->ctx);
	free(d);
}

void
digest_add(struct digest *d, const void *p, size_t len)
{
	if (EVP_DigestUpdate(d->ctx, p, len) != 1)
		abort();
}

void
digest_end(struct digest *d, uint8_t out[static DIGEST_LEN])
{
	if (EVP_DigestFinal_ex(d->ctx, out, NULL) != 1)
		abort();
}

void
digest_sha256(struct slice s, uint8_t out[static DIGEST_LEN])
{
	SHA256((const unsigned char *)s.ptr, s.len, out);
}

void
digest_hmac(struct slice key, struct slice s, uint8_t out[static DIGEST_LEN])
{
	if (HMAC(EVP_sha256(), key.ptr, (int)key.len,
		(const unsigned char *)s.ptr, s.len, out, NULL) == NULL)
		abort();
}

bool
digest_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

bool
digest_base64(struct buf *b, const void *p, size_t len)
{
	char *to = buf_room(b, (len + 2) / 3 * 4 + 1);

	if (to == NULL)
		return false;
	b->len += (size_t)EVP_EncodeBlock((unsigned char *)to, p, (int)len);
	return true;
}

bool
digest_base64url(struct buf *b, const void *p, size_t len)
{
	size_t start = b->len, i;

	if (!digest_base64(b, p, len))
		return false;
	while (b->len > start && b->ptr[b->len - 1] == '=')
		b->len--;
	b->ptr[b->len] = '\0';
	for (i = start; i < b->len; i++)
		if (b->ptr[i] == '+')
			b->ptr[i] = '-';
		else if (b->ptr[i] == '/')
			b->ptr[i] = '_';
	return true;
}

bool
digest_hex(struct buf *b, const void *p, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *byte = p;
	size_t i;

	for (i = 0; i < len; i++) {
		buf_putc(b, hex[byte[i] >> 4]);
		buf_putc(b, hex[byte[i] & 15]);
	}
	return !b->failed;
}

void
digest_random(void *p, size_t len)
{
	/* Up to 256 bytes come whole, once the pool has been seeded. */
	if (len > 256 || getentropy(p, len) != 0)
		abort();
}
