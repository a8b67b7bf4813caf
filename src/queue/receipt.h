/*
 * The answer of the accepting functions: a verdict and a receipt.  For the
 * files of this folder.
 *
 * SPDX-License-Identifier: ISC
 */
#ifndef ND_QUEUE_RECEIPT_H
#define ND_QUEUE_RECEIPT_H

#include "db/rows.h"
#include "queue/accept.h"

/*
 * One row.  A verdict other than ok is the error that it stands for; *out is
 * then untouched but for limit.
 */
enum err_code receipt_read(
    const struct rows *r, int row, struct receipt *out, struct err *e);

/* The only row of an answer. */
enum err_code receipt_only(
    const struct rows *r, struct receipt *out, struct err *e);

/* A verdict's word; limit is what it speaks of. */
enum err_code receipt_verdict(
    struct slice verdict, int64_t limit, struct err *e);

/* Columns earliest, likely, latest, ahead, fits, basis from col on. */
void receipt_quote(const struct rows *r, int row, int col, struct quote *out);

#endif
