/* SPDX-License-Identifier: ISC */
#include "responder/page_impl.h"

#include <check.h>
#include <string.h>

#include "responder/page.h"
#include "web/web.h"

static const struct {
	int line;
	int64_t bytes;
	const char *words;
} sizes[] = {
	{ __LINE__, 0, "0 bytes" },
	{ __LINE__, 1, "1 byte" },
	{ __LINE__, 1023, "1023 bytes" },
	{ __LINE__, 1024, "1 KiB" },
	{ __LINE__, 2000, "1.9 KiB" },
	{ __LINE__, 1048575, "1023.9 KiB" },
	{ __LINE__, INT64_C(1) << 30, "1 GiB" },
	{ __LINE__, INT64_MAX, "7.9 EiB" },
};

START_TEST(sizes_in_words)
{
	struct buf b;

	buf_init(&b, 100);
	page_size(&b, sizes[_i].bytes);
	ck_assert_msg(strcmp(b.ptr, sizes[_i].words) == 0, "line %d: %s",
	    sizes[_i].line, b.ptr);
	buf_fini(&b);
}
END_TEST

static const struct {
	int line;
	int seconds;
	const char *words;
} durations[] = {
	{ __LINE__, 1, "about 1 second" },
	{ __LINE__, 89, "about 89 seconds" },
	{ __LINE__, 90, "about 2 minutes" },
	{ __LINE__, 4320, "about 72 minutes" },
	{ __LINE__, 7200, "about 2 hours" },
};

START_TEST(durations_in_words)
{
	struct buf b;

	buf_init(&b, 100);
	page_duration(&b, durations[_i].seconds);
	ck_assert_msg(strcmp(b.ptr, durations[_i].words) == 0, "line %d: %s",
	    durations[_i].line, b.ptr);
	buf_fini(&b);
}
END_TEST

static const struct {
	int line;
	const char *json, *in, *not_in; /* not_in NULL: nothing special */
} pages[] = {
	/* A kind that nobody has heard of has a page as well. */
	{ __LINE__, "{\"new_thing\":7}", "<dt>New thing</dt><dd>7</dd>", NULL },
	{ __LINE__, "{\"a\":null,\"b\":true,\"c\":0.5}", "<dd>0.5</dd>", NULL },
	{ __LINE__, "{\"o\":{\"limit\":2048}}",
	    "<h2>O</h2>\n<dl>\n<dt>Limit</dt><dd>2 KiB (2048 bytes)</dd>",
	    NULL },
	{ __LINE__, "{\"at\":\"2026-11-22T05:58:46.123Z\"}",
	    "<time datetime=\"2026-11-22T05:58:46.123Z\">2026-11-22 05:58:46 "
	    "UTC</time>",
	    NULL },
	{ __LINE__, "{\"at\":\"2026-11-22T05:58:46.123Z<b>\"}", "&lt;b&gt;",
	    "<time" },
	{ __LINE__, "{\"x<y\":\"<script>\"}", "X&lt;y", "<script" },
	{ __LINE__, "{\"a\":\"x\\u0000y\"}", "x\xe2\x90\x80y", NULL },
	{ __LINE__,
	    "{\"rows\":[{\"name\":\"n\\\"x\",\"v\":1},{\"name\":\"m\"}]}",
	    "<tr id=\"n&quot;x\"><th scope=\"row\">n&quot;x</th>", NULL },
	{ __LINE__, "{\"rows\":[{\"name\":\"n\",\"v\":1},{\"name\":\"m\"}]}",
	    "m</th><td><span class=\"none\">", NULL },
	{ __LINE__,
	    "{\"jobs\":[{\"line\":1,\"href\":\"/p/jobs/1\"}],\"next\":null}",
	    "<a href=\"/p/jobs/1\">1</a>", "newest" },
	/* Only what is ours becomes a link. */
	{ __LINE__,
	    "{\"links\":[{\"rel\":\"monitor\",\"href\":\"/p/jobs/1\"}]}",
	    "<a href=\"/p/jobs/1\">", NULL },
	{ __LINE__,
	    "{\"links\":[{\"rel\":\"monitor\",\"href\":\"javascript:1\"},"
	    "{\"rel\":\"monitor\",\"href\":\"//evil\"},"
	    "{\"rel\":\"monitor\",\"href\":\"/p//evil\"},"
	    "{\"rel\":\"monitor\",\"href\":\"/pevil\"}]}",
	    "</main>", "From here" },
	{ __LINE__,
	    "{\"type\":\"/p/problems#gone\",\"title\":\"T\",\"status\":410,"
	    "\"next\":\"N\"}",
	    "<a href=\"/p/problems#gone\">", NULL },
};

START_TEST(any_document)
{
	struct call c = { .allow = NULL };
	struct buf out;

	buf_init(&c.base, 100);
	buf_puts(&c.base, "/p");
	c.request.prefix = SLICE_LIT("/p");
	buf_init(&out, 100000);
	ck_assert(page_put(&out, &c, slice_str(pages[_i].json)));
	ck_assert_msg(strstr(out.ptr, pages[_i].in) != NULL, "line %d: %s",
	    pages[_i].line, out.ptr);
	ck_assert_msg(pages[_i].not_in == NULL ||
			  strstr(out.ptr, pages[_i].not_in) == NULL,
	    "line %d: %s", pages[_i].line, out.ptr);
	buf_fini(&out);
	buf_fini(&c.base);
}
END_TEST

static const char *const not_documents[] = { "", "[]", "7", "{",
	"{\"a\":\"\xff\"}" };

/* Then the document itself is sent, whatever it is. */
START_TEST(no_document_no_page)
{
	struct call c = { .allow = NULL };
	struct buf out;

	buf_init(&out, 100000);
	ck_assert(!page_put(&out, &c, slice_str(not_documents[_i])));
	ck_assert_uint_eq(out.len, 0);
	buf_fini(&out);
}
END_TEST

START_TEST(too_large_for_its_buffer)
{
	struct call c = { .allow = NULL };
	struct buf out;

	buf_init(&out, 500);
	ck_assert(!page_put(&out, &c, SLICE_LIT("{}")));
	buf_fini(&out);
}
END_TEST

/* A style could end its own element only with this. */
START_TEST(the_style_is_there)
{
	struct slice css = web_file_find("page.css");
	size_t i;

	ck_assert_uint_gt(css.len, 1000);
	for (i = 0; i + 1 < css.len; i++)
		ck_assert(css.ptr[i] != '<' && css.ptr[i] != '\0');
	ck_assert_ptr_null(web_file_find("nothing").ptr);
}
END_TEST

Suite *page_suite(void);

Suite *
page_suite(void)
{
	Suite *s = suite_create("responder/page");
	TCase *t = tcase_create("page");

	tcase_add_loop_test(
	    t, sizes_in_words, 0, sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_loop_test(
	    t, durations_in_words, 0, sizeof(durations) / sizeof(durations[0]));
	tcase_add_loop_test(
	    t, any_document, 0, sizeof(pages) / sizeof(pages[0]));
	tcase_add_loop_test(t, no_document_no_page, 0,
	    sizeof(not_documents) / sizeof(not_documents[0]));
	tcase_add_test(t, too_large_for_its_buffer);
	tcase_add_test(t, the_style_is_there);
	suite_add_tcase(s, t);
	return s;
}
