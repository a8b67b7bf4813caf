/*
 * What the two resources of tus share.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/tus.h"

#include <inttypes.h>

#include "base/clock.h"
#include "http/tus.h"
#include "responder/cors.h"

enum err_code
tus_check_version(const struct call *c, struct err *e)
{
	if (slice_eq_str(c->request.var.tus_resumable, TUS_VERSION))
		return ERR_OK;
	return err_set(e, ERR_TUS_VERSION,
	    "Tus-Resumable must be there, and be " TUS_VERSION);
}

void
tus_number_field(struct call *c, const char *name, int64_t n)
{
	buf_printf(reply_open_field(&c->reply, name), "%" PRId64, n);
	reply_close_field(&c->reply);
}

void
tus_expires_field(struct call *c, int64_t expires)
{
	char text[TIME_TEXT_SIZE];

	if (expires != TIME_NONE)
		reply_field(&c->reply, "Upload-Expires",
		    slice_str(time_http(expires, text)));
}

void
tus_options_send(struct call *c, int64_t max_size)
{
	reply_start(&c->reply, 204, SLICE_NONE, CACHE_NONE);
	reply_field(&c->reply, "Allow", slice_str(c->allow));
	reply_field(&c->reply, "Tus-Extension", SLICE_LIT(TUS_EXTENSION));
	reply_field(&c->reply, "Tus-Checksum-Algorithm",
	    SLICE_LIT(TUS_CHECKSUM_ALGORITHM));
	if (max_size > 0)
		tus_number_field(c, "Tus-Max-Size", max_size);
	reply_send_empty(&c->reply);
}
