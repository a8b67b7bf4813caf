/*
 * What the table in route.c is made of: one file a resource.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_RESPONDER_RESOURCE_H
#define ND_RESPONDER_RESOURCE_H

#include "responder/call.h"

resource_fn service_get;     /* / */
resource_fn queues_get;	     /* /queues */
resource_fn queue_get;	     /* /queues/{queue} */
resource_fn queue_see_other; /* GET at a queue's own URL */
resource_fn jobs_post;	     /* /queues/{queue}/jobs */
resource_fn job_list_get;    /* /jobs: the caller's */
resource_fn named_put;	     /* /queues/{queue}/jobs/{name} */
resource_fn named_get;
resource_fn uploads_post; /* /queues/{queue}/uploads: tus creation */
resource_fn uploads_options;
resource_fn upload_head; /* /uploads/{id} */
resource_fn upload_patch;
resource_fn upload_delete;
resource_fn upload_post; /* for X-HTTP-Method-Override */
resource_fn upload_options;
resource_fn bundles_post;	  /* /queues/{queue}/bundles */
resource_fn bundle_get;		  /* /bundles/{id}: the monitor */
resource_fn bundle_delete;	  /* /bundles/{id} */
resource_fn bundle_jobs_get;	  /* /bundles/{id}/jobs: its members */
resource_fn bundle_responses_get; /* /bundles/{id}/responses: all answers */
resource_fn job_get;		  /* /jobs/{id}: the monitor */
resource_fn job_delete;		  /* /jobs/{id} */
resource_fn job_request_get;	  /* /jobs/{id}/request: what was submitted */
resource_fn job_response_get;	  /* /jobs/{id}/response: what came of it */
resource_fn problems_get;	  /* /problems: what the types mean */
resource_fn openapi_get;	  /* /openapi.json */
resource_fn health_get;		  /* /health */
resource_fn metrics_get;	  /* /metrics */

#endif
