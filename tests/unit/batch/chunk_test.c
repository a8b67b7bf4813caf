/* SPDX-License-Identifier: ISC */
#include "batch/chunk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Suite *chunk_suite(void);

static struct job_index in_hand;

/* Jobs a, b, c, ...; those of marks are marked. */
static struct chunk *
make(const char *names, const char *marks)
{
	struct chunk *c = chunk_new();

	for (; *names != '\0'; names++) {
		struct turn_row claim = { .kind = TURN_ROW_CLAIM };
		struct job *j;

		claim.id.b[15] = (uint8_t)*names;
		j = job_new(&in_hand, &claim);
		j->marked = strchr(marks, *names) != NULL;
		list_add(&c->jobs, j);
	}
	return c;
}

/* "ab|c": which jobs are in which chunk; frees them. */
static const char *
written(struct chunk *first)
{
	static char text[64];
	char *at = text;
	struct chunk *c;
	struct job *j;

	while ((c = first) != NULL) {
		first = c->next;
		for (j = c->jobs.first; j != NULL; j = j->next) {
			ck_assert(!j->marked);
			*at++ = (char)j->id.b[15];
		}
		if (first != NULL)
			*at++ = '|';
		chunk_free(c);
	}
	*at = '\0';
	return text;
}

START_TEST(it_is_cut)
{
	static const struct {
		const char *jobs, *marked, *pieces;
	} rows[] = {
		{ "ab", "", "a|b" },
		{ "abc", "", "a|bc" },
		{ "abcdefg", "", "abc|defg" },
		{ "abcd", "b", "acd|b" },
		{ "abcd", "ad", "bc|a|d" },
		{ "ab", "a", "b|a" },
		{ "abc", "abc", "a|b|c" },
	};
	struct chunk *first = NULL;

	chunk_cut(make(rows[_i].jobs, rows[_i].marked), &first);
	ck_assert_str_eq(written(first), rows[_i].pieces);
}
END_TEST

START_TEST(the_pieces_come_first)
{
	struct chunk *first = make("xy", "");

	chunk_cut(make("ab", ""), &first);
	ck_assert_str_eq(written(first), "a|b|xy");
}
END_TEST

/* However many there are, one culprit is alone after so many chunks. */
START_TEST(halving_ends)
{
	struct chunk *todo = make("abcdefghijklmnopqrstuvwxyz", ""), *c;
	int chunks = 0, alone = 0;

	while ((c = todo) != NULL) {
		struct job *j = c->jobs.first;
		bool has = false;

		todo = c->next;
		chunks++;
		for (; j != NULL; j = j->next)
			has = has || j->id.b[15] == 'q';
		if (!has || c->jobs.count == 1) {
			alone += has;
			chunk_free(c);
		} else {
			chunk_cut(c, &todo);
		}
	}
	ck_assert_int_eq(alone, 1);
	ck_assert_int_le(chunks, 2 * 5 + 1);
}
END_TEST

START_TEST(sizes)
{
	static const struct {
		int size, jobs;
		int64_t ms;
		int next;
	} rows[] = {
		{ 100, 100, 10, 200 },	 /* short: twice as many */
		{ 100, 30, 10, 100 },	 /* it was not full: not known */
		{ 100, 100, 500, 100 },	 /* just right */
		{ 800, 800, 10, 1000 },	 /* never more */
		{ 100, 100, 4000, 25 },	 /* long: as many as fit */
		{ 100, 10, 100000, 1 },	 /* one at least */
		{ 100, 1, 100000, 100 }, /* one was long: no reason */
	};

	ck_assert_int_eq(
	    chunk_size_next(rows[_i].size, rows[_i].jobs, rows[_i].ms),
	    rows[_i].next);
}
END_TEST

START_TEST(faults)
{
	static const struct {
		const char *state;
		enum chunk_fault fault;
	} rows[] = {
		{ "40001", FAULT_AGAIN },
		{ "40P01", FAULT_AGAIN },
		{ "55P03", FAULT_AGAIN },
		{ "57014", FAULT_LATE },
		{ "57P01", FAULT_WAIT },
		{ "53100", FAULT_WAIT },
		{ "25006", FAULT_WAIT },
		{ "", FAULT_WAIT },
		{ "22P02", FAULT_ERROR },
		{ "23505", FAULT_ERROR },
		{ "42501", FAULT_ERROR },
		{ "P0001", FAULT_ERROR },
		{ "XX000", FAULT_ERROR },
	};

	ck_assert_int_eq(chunk_fault_of(rows[_i].state), rows[_i].fault);
}
END_TEST

Suite *
chunk_suite(void)
{
	Suite *s = suite_create("batch/chunk");
	TCase *t = tcase_create("chunk");

	tcase_add_loop_test(t, it_is_cut, 0, 7);
	tcase_add_test(t, the_pieces_come_first);
	tcase_add_test(t, halving_ends);
	tcase_add_loop_test(t, sizes, 0, 7);
	tcase_add_loop_test(t, faults, 0, 13);
	suite_add_tcase(s, t);
	return s;
}
