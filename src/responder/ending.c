/*
 * How a job ends without an answer of its handler's.
 *
 * SPDX-License-Identifier: ISC
 */
#include "responder/ending.h"

enum { MISLEADING, FAILED = 2 };

/* clang-format off */
static const struct ending endings[] = {
	[MISLEADING] = { "answer-not-servable",
	    { 502, "The handler's answer makes no sense later",
	      "Look at the outcome; ask the queue's operator.",
	      false, false } },
	{ "dismissed",
	    { 410, "Dismissed", "Submit it anew if it is still wanted.",
	      false, false } },
	[FAILED] = { "handler-failed",
	    { 502, "The handler failed",
	      "The monitor tells the attempts; ask the queue's operator.",
	      false, false } },
	{ "time-limit",
	    { 504, "The handler took too long",
	      "Submit less at a time, or ask the queue's operator.",
	      false, false } },
	{ "too-many-continuations",
	    { 508, "The handler never came to an end",
	      "Ask the queue's operator.", false, false } },
};
/* clang-format on */

/* Said at another time than the request's they would mislead: a client would
 * authenticate, or reset a form, or use what it never had. */
static const int misleading[] = { 205, 206, 304, 401, 407, 412, 416, 421, 426,
	431, 511 };

bool
ending_misleads(int status)
{
	for (size_t i = 0; i < sizeof(misleading) / sizeof(misleading[0]); i++)
		if (misleading[i] == status)
			return true;
	return status < 200 || status > 599;
}

const struct ending *
ending_get(int status, bool by_handler)
{
	if (by_handler)
		return &endings[MISLEADING];
	for (size_t i = 1; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (endings[i].problem.status == status)
			return &endings[i];
	return &endings[FAILED]; /* our own outcomes are all in the table */
}

const struct ending *
ending_at(size_t i)
{
	return i < sizeof(endings) / sizeof(endings[0]) ? &endings[i] : NULL;
}
