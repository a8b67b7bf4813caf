/*
 * The fields of tus 1.0.0, the protocol of uploads that can be resumed
 * (https://tus.io/protocols/resumable-upload): core, creation,
 * creation-with-upload, expiration, checksum, termination.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_TUS_H
#define ND_HTTP_TUS_H

#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/slice.h"

#define TUS_VERSION "1.0.0"
#define TUS_EXTENSION \
	"creation,creation-with-upload,expiration,checksum,termination"
#define TUS_CHECKSUM_ALGORITHM "sha1,sha256"
#define TUS_MEDIA_TYPE "application/offset+octet-stream"
/* On every answer.  Tus-Version is due on some only, and hurts nowhere. */
#define TUS_FIELDS \
	"Tus-Resumable: " TUS_VERSION "\r\nTus-Version: " TUS_VERSION "\r\n"

#define TUS_METADATA_MAX 16384 /* bytes of the field */
#define TUS_PAIRS_MAX 64
#define TUS_VALUE_MAX 255 /* bytes of a file's name, of a media type */

/* A file's name is its last component, without control characters and never
 * "." or "..": fit to name a file.  Absent: len 0. */
struct tus_metadata {
	char filename[TUS_VALUE_MAX], type[TUS_VALUE_MAX];
	size_t filename_len, type_len;
};

/*
 * Upload-Metadata: "key base64,key base64,key".  The name is that of filename,
 * else of name; the type that of filetype, else of type, else of mime.
 * ERR_SYNTAX: not that, a key twice, over a limit, a name that is not UTF-8 or
 * a type that cannot be a Content-Type; *out is then not to be used.
 */
enum err_code tus_metadata_parse(
    struct slice field, struct tus_metadata *out, struct err *e);

enum tus_algorithm { TUS_NO_CHECKSUM, TUS_SHA1, TUS_SHA256 };

struct tus_checksum {
	enum tus_algorithm algorithm;
	uint8_t digest[DIGEST_LEN];
	size_t len;
};

/* Upload-Checksum: "algorithm base64"; SLICE_NONE gives TUS_NO_CHECKSUM.
 * ERR_SYNTAX. */
enum err_code tus_checksum_parse(
    struct slice field, struct tus_checksum *out, struct err *e);

/* Upload-Length, Upload-Offset; name is the field's, for the text.
 * ERR_SYNTAX, also where it is absent. */
enum err_code tus_number_parse(
    struct slice field, const char *name, int64_t *out, struct err *e);

#endif
