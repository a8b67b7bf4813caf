/*
 * From method and path to a resource: a table.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/route.h"

#include <stddef.h>

#include "http/tus.h"
#include "responder/cors.h"
#include "responder/resource.h"

struct route {
	const char *pattern;		   /* "*" is any segment */
	const char *allow;		   /* what the functions amount to */
	resource_fn *method[METHOD_COUNT]; /* HEAD: as GET */
};

#define ALLOW_GET "GET, HEAD, OPTIONS"
#define GET(fn) [METHOD_GET] = (fn), [METHOD_HEAD] = (fn)
#define POST(fn) [METHOD_POST] = (fn)
#define PUT(fn) [METHOD_PUT] = (fn)
#define PATCH(fn) [METHOD_PATCH] = (fn)
#define DELETE(fn) [METHOD_DELETE] = (fn)
#define HEAD(fn) [METHOD_HEAD] = (fn)
#define OPTIONS(fn) [METHOD_OPTIONS] = (fn)

static const struct route routes[] = {
	{ "/", ALLOW_GET, { GET(service_get) } },
	{ "/queues", ALLOW_GET, { GET(queues_get) } },
	{ "/queues/*", ALLOW_GET, { GET(queue_get) } },
	{ "/queues/*/jobs", "POST, OPTIONS", { POST(jobs_post) } },
	{ "/queues/*/uploads", "POST, OPTIONS",
	    { POST(uploads_post), OPTIONS(uploads_options) } },
	{ "/uploads/*", "HEAD, PATCH, DELETE, POST, OPTIONS",
	    { HEAD(upload_head), PATCH(upload_patch), DELETE(upload_delete),
		POST(upload_post), OPTIONS(upload_options) } },
	{ "/jobs", ALLOW_GET, { GET(job_list_get) } },
	{ "/queues/*/jobs/*", "GET, HEAD, PUT, OPTIONS",
	    { GET(named_get), PUT(named_put) } },
	{ "/queues/*/bundles", "POST, OPTIONS", { POST(bundles_post) } },
	{ "/bundles/*", "GET, HEAD, DELETE, OPTIONS",
	    { GET(bundle_get), DELETE(bundle_delete) } },
	{ "/bundles/*/jobs", ALLOW_GET, { GET(bundle_jobs_get) } },
	{ "/bundles/*/responses", ALLOW_GET, { GET(bundle_responses_get) } },
	{ "/jobs/*", "GET, HEAD, DELETE, OPTIONS",
	    { GET(job_get), DELETE(job_delete) } },
	{ "/jobs/*/request", ALLOW_GET, { GET(job_request_get) } },
	{ "/jobs/*/response", ALLOW_GET, { GET(job_response_get) } },
	{ "/problems", ALLOW_GET, { GET(problems_get) } },
	{ "/openapi.json", ALLOW_GET, { GET(openapi_get) } },
	{ "/health", ALLOW_GET, { GET(health_get) } },
	{ "/metrics", ALLOW_GET, { GET(metrics_get) } },
};

/* Whatever lies below a location with NIGHTDROP_QUEUE. */
static const struct route queue_url = { "(a queue's own URL)",
	"GET, HEAD, POST, OPTIONS", { GET(queue_see_other), POST(jobs_post) } };

static bool
matches(const char *pattern, const struct request *r)
{
	struct slice rest = slice_str(pattern + 1);
	int i = 0;

	while (rest.len > 0) {
		struct slice want = slice_cut(&rest, '/');

		if (i == r->segments)
			return false;
		if (!slice_eq_str(want, "*") && !slice_eq(want, r->segment[i]))
			return false;
		i++;
	}
	return i == r->segments;
}

static const struct route *
route_find(const struct request *r)
{
	if (r->queue.ptr != NULL)
		return &queue_url;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (matches(routes[i].pattern, r))
			return &routes[i];
	return NULL;
}

const char *
route_fields(const struct request *r)
{
	if (r->queue.ptr == NULL &&
	    (matches("/queues/*/uploads", r) || matches("/uploads/*", r)))
		return TUS_FIELDS;
	return NULL;
}

static enum err_code
options(struct call *c)
{
	reply_start(&c->reply, 204, SLICE_NONE, CACHE_DOCUMENT);
	reply_field(&c->reply, "Allow", slice_str(c->allow));
	if (cors_is_preflight(c))
		cors_preflight_fields(c);
	reply_send_empty(&c->reply);
	return ERR_OK;
}

enum err_code
route_call(struct call *c, struct err *e)
{
	const struct route *route;
	resource_fn *fn;

	c->allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
	if (c->request.asterisk)
		return options(c);
	route = route_find(&c->request);
	if (route == NULL)
		return err_set(
		    e, ERR_NOT_FOUND, "there is nothing at this path");
	c->pattern = route->pattern;
	c->allow = route->allow;
	/* It takes the type of a function for what that returns. */
	/* cppcheck-suppress AssignmentIntegerToAddress */
	fn = route->method[c->request.method];
	if (c->request.method == METHOD_OPTIONS &&
	    (fn == NULL || cors_is_preflight(c)))
		return options(c);
	if (fn == NULL)
		return err_set(
		    e, ERR_METHOD, "this resource has %s", route->allow);
	return fn(c, e);
}
