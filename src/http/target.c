/*
 * The request target: where it is found, what of it is path and query, and its
 * segments.
 *
 * SPDX-License-Identifier: ISC
 */
#include "http/target.h"

#include <string.h>

#include "http/percent.h"

struct target {
	struct slice text;
	bool decoded; /* the server has undone %XX already */
	bool path;    /* there is no query in it, and no authority */
};

static bool
begins_with(struct slice s, struct slice start)
{
	return s.len >= start.len && start.len > 0 &&
	       memcmp(s.ptr, start.ptr, start.len) == 0;
}

static bool
is_iis(const struct request_variables *v)
{
	return begins_with(v->server_software, SLICE_LIT("Microsoft-IIS"));
}

static struct target
find_target(struct request *r)
{
	const struct request_variables *v = &r->var;
	struct target t = { v->request_uri, false, false };

	if (is_iis(v)) {
		if (v->unencoded_url.ptr != NULL)
			t.text = v->unencoded_url;
		else if (v->original_url.ptr != NULL)
			t.text = v->original_url;
		/* IIS decodes REQUEST_URI; only such bytes show that it did. */
		for (size_t i = 0; i < t.text.len; i++)
			if ((unsigned char)t.text.ptr[i] <= 0x20 ||
			    (unsigned char)t.text.ptr[i] >= 0x80)
				t.decoded = true;
	}
	if (t.text.ptr != NULL)
		return t;
	buf_slice(&r->bytes, v->script_name);
	buf_slice(&r->bytes, v->path_info);
	return (struct target) { buf_view(&r->bytes), true, true };
}

/* From "http://host/path" to "/path"; other forms as they are. */
static struct slice
strip_authority(struct slice t)
{
	for (size_t i = 0; i + 2 < t.len && t.ptr[i] != '/'; i++) {
		if (memcmp(t.ptr + i, "://", 3) != 0)
			continue;
		for (i += 3; i < t.len; i++)
			if (t.ptr[i] == '/' || t.ptr[i] == '?')
				break;
		return slice_mem(t.ptr + i, t.len - i);
	}
	return t;
}

/* Append s to out with each %XX undone. */
static bool
append_decoded(struct buf *out, struct slice s)
{
	char *room = buf_room(out, s.len);
	long n = room == NULL ? -1 : percent_decode(s, room);

	if (n < 0)
		return false;
	out->len += (size_t)n;
	out->ptr[out->len] = '\0';
	return true;
}

/* Decode one segment behind a "/" in r->bytes; *exists is false for one that
 * names nothing. */
static enum err_code
add_segment(struct request *r, struct slice raw, bool decoded, bool *exists,
    struct err *e)
{
	struct slice s;
	size_t start;

	buf_putc(&r->bytes, '/');
	start = r->bytes.len;
	if (decoded)
		buf_slice(&r->bytes, raw);
	else if (!append_decoded(&r->bytes, raw))
		return err_set(e, ERR_SYNTAX,
		    "the path has a %% without two hexadecimal digits");
	s = slice_mem(r->bytes.ptr + start, r->bytes.len - start);
	if (!slice_is_text(s))
		return err_set(e, ERR_SYNTAX, "the path is not valid UTF-8");
	if (s.len == 0 || slice_eq_str(s, ".") || slice_eq_str(s, "..") ||
	    r->segments == REQUEST_SEGMENTS)
		*exists = false;
	else
		r->segment[r->segments++] = s;
	return ERR_OK;
}

static enum err_code
none_there(struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "there is nothing at this path");
}

/* rest is what stands behind the prefix: "" or "/…". */
static enum err_code
read_segments(struct request *r, struct slice rest, bool decoded, struct err *e)
{
	bool exists = true;
	size_t start = r->bytes.len;

	buf_slice(&r->bytes, r->prefix);
	if (rest.len <= 1)
		buf_slice(&r->bytes, rest);
	slice_cut(&rest, '/');
	while (rest.ptr != NULL && (rest.len > 0 || r->segments > 0)) {
		struct slice raw = slice_cut(&rest, '/');
		enum err_code code = add_segment(r, raw, decoded, &exists, e);

		if (code != ERR_OK)
			return code;
	}
	r->path = slice_mem(r->bytes.ptr + start, r->bytes.len - start);
	return exists ? ERR_OK : none_there(e);
}

/*
 * Below a queue's own location: the path as the server decoded and normalised
 * it for a script, cut where the script ends.  IIS repeats SCRIPT_NAME in
 * PATH_INFO.
 */
static enum err_code
read_location(struct request *r, struct err *e)
{
	const struct request_variables *v = &r->var;
	struct slice script = r->path.ptr != NULL ? r->path : v->script_name;
	size_t start = r->bytes.len;
	struct slice all;

	if (!is_iis(v) || !begins_with(v->path_info, v->script_name))
		buf_slice(&r->bytes, v->script_name);
	buf_slice(&r->bytes, v->path_info);
	all = slice_mem(r->bytes.ptr + start, r->bytes.len - start);
	if (script.len > 0 && !begins_with(all, script))
		return none_there(e);
	r->path = slice_mem(all.ptr, script.len);
	r->info = slice_mem(all.ptr + script.len, all.len - script.len);
	if (r->info.len > 0 && r->info.ptr[0] != '/')
		return none_there(e);
	r->segment[r->segments++] = SLICE_LIT("queues");
	r->segment[r->segments++] = r->queue;
	r->segment[r->segments++] = SLICE_LIT("jobs");
	return ERR_OK;
}

/* Split the target into r->uri and r->query; *path is what is between. */
static void
split_target(struct request *r, const struct target *t, struct slice *path)
{
	struct slice query = SLICE_NONE;

	*path = t->text;
	if (!t->path) {
		r->uri = query = strip_authority(t->text);
		*path = slice_cut(&query, '?');
	}
	if (path->len == 0)
		*path = SLICE_LIT("/");
	if (r->uri.len == 0)
		r->uri = *path;
	if (query.ptr == NULL)
		query = r->var.query_string;
	r->query = query.ptr != NULL ? query : SLICE_LIT("");
}

enum err_code
target_read(struct request *r, struct err *e)
{
	struct target t;
	struct slice path;
	/* Nothing below moves the bytes once there is room for all of them. */
	size_t most = r->var.script_name.len + r->var.path_info.len +
		      r->var.request_uri.len + r->var.unencoded_url.len +
		      r->var.original_url.len;

	if (buf_room(&r->bytes, 2 * most + r->prefix.len + 1) == NULL)
		return err_set(e, ERR_FIELDS_TOO_LARGE, "the path is too long");
	t = find_target(r);
	if (r->method == METHOD_OPTIONS && slice_eq_str(t.text, "*")) {
		r->asterisk = true;
		return ERR_OK;
	}
	split_target(r, &t, &path);
	if (path.ptr[0] != '/')
		return err_set(e, ERR_SYNTAX,
		    "the request target must be a path that begins with /");
	if (r->queue.ptr != NULL)
		return read_location(r, e);
	if (path.len < r->prefix.len ||
	    memcmp(path.ptr, r->prefix.ptr, r->prefix.len) != 0)
		return none_there(e);
	path = slice_mem(path.ptr + r->prefix.len, path.len - r->prefix.len);
	if (path.len > 0 && path.ptr[0] != '/')
		return none_there(e);
	return read_segments(r, path, t.decoded, e);
}
