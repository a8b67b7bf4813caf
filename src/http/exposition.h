/*
 * Figures as monitoring reads them: the text format of Prometheus, version
 * 0.0.4.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_HTTP_EXPOSITION_H
#define ND_HTTP_EXPOSITION_H

#include "base/buf.h"
#include "base/slice.h"

#define EXPOSITION_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct exposition_label {
	const char *name;
	struct slice value; /* UTF-8; SLICE_NONE: the label is left out */
};

/* What a metric is, before its samples.  name and type need no escape. */
void exposition_metric(
    struct buf *b, const char *name, const char *type, const char *help);

/* One sample; value is a number as text.  Values of labels are escaped. */
void exposition_sample(struct buf *b, const char *name,
    const struct exposition_label *labels, int count, struct slice value);

#endif
