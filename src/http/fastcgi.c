/*
 * FastCGI 1.0, the web server's side.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/fastcgi.h"

#include <string.h>

#define PROTOCOL_VERSION 1
#define ROLE_RESPONDER 1
#define KEEP_CONN 1
#define LONG_LENGTH 0x80000000U /* marks a length of four bytes */
#define PIECE_MAX 65528		/* of a stream's record: a multiple of 8 */

static void
put_header(struct buf *b, uint16_t id, enum fastcgi_type type, size_t len)
{
	const unsigned char head[FASTCGI_HEADER_LEN] = { PROTOCOL_VERSION,
		(unsigned char)type, (unsigned char)(id >> 8),
		(unsigned char)id, (unsigned char)(len >> 8),
		(unsigned char)len, 0, 0 };

	buf_append(b, head, sizeof(head));
}

/* A stream whose records are filled one after the other. */
struct stream {
	struct buf *b;
	uint16_t id; /* of the request */
	enum fastcgi_type type;
	size_t at; /* of the record's header in b */
};

static void
stream_open(struct stream *s)
{
	s->at = s->b->len;
	put_header(s->b, s->id, s->type, 0);
}

static void
stream_close(struct stream *s)
{
	size_t len = s->b->len - s->at - FASTCGI_HEADER_LEN;

	if (s->b->failed)
		return;
	s->b->ptr[s->at + 4] = (char)(len >> 8);
	s->b->ptr[s->at + 5] = (char)len;
}

static void
stream_put(struct stream *s, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len > 0 && !s->b->failed) {
		size_t used = s->b->len - s->at - FASTCGI_HEADER_LEN;
		size_t n = PIECE_MAX - used;

		if (n > len)
			n = len;
		buf_append(s->b, p, n);
		p += n;
		len -= n;
		if (len > 0) {
			stream_close(s);
			stream_open(s);
		}
	}
}

static void
put_length(struct stream *s, size_t len)
{
	uint32_t n = (uint32_t)len | LONG_LENGTH;
	unsigned char bytes[4] = { (unsigned char)(n >> 24),
		(unsigned char)(n >> 16), (unsigned char)(n >> 8),
		(unsigned char)n };

	if (len < 128)
		stream_put(s, &bytes[3], 1);
	else
		stream_put(s, bytes, 4);
}

static void
put_variable(struct stream *s, const char *variable)
{
	size_t name = strcspn(variable, "="), value;

	if (variable[name] == '\0')
		return;
	value = strlen(variable + name + 1);
	put_length(s, name);
	put_length(s, value);
	stream_put(s, variable, name);
	stream_put(s, variable + name + 1, value);
}

void
fastcgi_put_request(struct buf *b, uint16_t id, char *const *variables)
{
	static const unsigned char begin[8] = { 0, ROLE_RESPONDER, KEEP_CONN };
	struct stream s = { b, id, FASTCGI_PARAMS, 0 };

	put_header(b, id, FASTCGI_BEGIN_REQUEST, sizeof(begin));
	buf_append(b, begin, sizeof(begin));
	if (*variables != NULL) {
		stream_open(&s);
		for (; *variables != NULL; variables++)
			put_variable(&s, *variables);
		stream_close(&s);
	}
	put_header(b, id, FASTCGI_PARAMS, 0);
}

void
fastcgi_put_input(struct buf *b, uint16_t id, struct slice data)
{
	while (data.len > 0 && !b->failed) {
		size_t n = data.len < PIECE_MAX ? data.len : PIECE_MAX;

		put_header(b, id, FASTCGI_STDIN, n);
		buf_append(b, data.ptr, n);
		data = slice_mem(data.ptr + n, data.len - n);
	}
}

void
fastcgi_put_input_end(struct buf *b, uint16_t id)
{
	put_header(b, id, FASTCGI_STDIN, 0);
}

void
fastcgi_reader_init(struct fastcgi_reader *r, uint16_t id)
{
	*r = (struct fastcgi_reader) { .id = id, .why = ERR_INIT };
}

/* The n bytes at the start of *in. */
static struct slice
take(struct slice *in, size_t n)
{
	struct slice got = slice_mem(in->ptr, n < in->len ? n : in->len);

	*in = slice_mem(in->ptr + got.len, in->len - got.len);
	return got;
}

/* Eight bytes, in however many pieces; true when they are there. */
static bool
fill_head(struct fastcgi_reader *r, struct slice *in)
{
	struct slice got = take(in, FASTCGI_HEADER_LEN - r->have);

	if (got.len > 0)
		memcpy(r->head + r->have, got.ptr, got.len);
	r->have += got.len;
	if (r->have < FASTCGI_HEADER_LEN)
		return false;
	r->have = 0;
	return true;
}

static void
refuse_type(struct fastcgi_reader *r, unsigned id, unsigned type)
{
	err_set(&r->why, ERR_SYNTAX,
	    "it sent a FastCGI record of type %u for request %u, which has no "
	    "place in the answer to request %u",
	    type, id, r->id);
}

/* What a record of this type may be; nothing is read of one that may not. */
static void
check_record(struct fastcgi_reader *r, unsigned id, unsigned type)
{
	if (id == 0) { /* section 4: not about a request; we asked nothing */
		if (type != FASTCGI_GET_VALUES_RESULT &&
		    type != FASTCGI_UNKNOWN_TYPE)
			refuse_type(r, id, type);
	} else if (id != r->id ||
		   (type != FASTCGI_STDOUT && type != FASTCGI_STDERR &&
		       type != FASTCGI_END_REQUEST)) {
		refuse_type(r, id, type);
	} else if (type == FASTCGI_STDOUT && r->output_end && r->content > 0) {
		err_set(&r->why, ERR_SYNTAX,
		    "it sent more output behind the end of its output");
	} else if (type == FASTCGI_END_REQUEST &&
		   r->content != FASTCGI_HEADER_LEN) {
		err_set(&r->why, ERR_SYNTAX,
		    "its FastCGI END_REQUEST has %zu bytes", r->content);
	}
}

static void
read_header(struct fastcgi_reader *r)
{
	const unsigned char *h = r->head;

	if (h[0] != PROTOCOL_VERSION) {
		err_set(&r->why, ERR_SYNTAX,
		    "it does not speak FastCGI 1: its record begins with byte "
		    "%u",
		    h[0]);
		return;
	}
	r->type = h[1];
	r->content = (size_t)h[4] << 8 | h[5];
	r->padding = h[6];
	check_record(r, (unsigned)h[2] << 8 | h[3], h[1]);
	if (r->type == FASTCGI_STDOUT && r->content == 0)
		r->output_end = true;
}

/* Section 5.5.  The request is over; its padding is not waited for. */
static void
read_end(struct fastcgi_reader *r)
{
	const unsigned char *b = r->head;

	r->app_status = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
			(uint32_t)b[2] << 8 | b[3];
	r->protocol_status = b[4];
	r->ended = true;
}

/* Some of the record under way; true: a piece to hand on. */
static bool
read_content(
    struct fastcgi_reader *r, struct slice *in, struct fastcgi_piece *out)
{
	struct slice got;

	if (r->type == FASTCGI_END_REQUEST) {
		if (fill_head(r, in)) {
			r->content = 0;
			read_end(r);
		}
		return false;
	}
	got = take(in, r->content);
	r->content -= got.len;
	if (r->type != FASTCGI_STDOUT && r->type != FASTCGI_STDERR)
		return false;
	*out = (struct fastcgi_piece) { (enum fastcgi_type)r->type, got };
	return true;
}

bool
fastcgi_next(
    struct fastcgi_reader *r, struct slice *in, struct fastcgi_piece *out)
{
	while (in->len > 0 && !r->ended && r->why.code == ERR_OK) {
		r->begun = true;
		if (r->type == 0) {
			if (fill_head(r, in))
				read_header(r);
		} else if (r->content > 0) {
			if (read_content(r, in, out))
				return true;
		} else if (r->padding > 0) {
			r->padding -= take(in, r->padding).len;
		}
		if (r->content == 0 && r->padding == 0)
			r->type = 0;
	}
	if (r->ended) {
		r->padding -= take(in, r->padding).len;
		r->excess = r->excess || in->len > 0;
	}
	return false;
}
