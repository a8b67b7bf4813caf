/*
 * Runs the unit tests: one suite a module, in the order of the layers.
 *
 * SPDX-License-Identifier: ISC
 */
#include <check.h>
#include <stdlib.h>

/* X(name) a suite; the function that makes it stands in its own file. */
#define SUITES(X)       \
	X(buf)          \
	X(config)       \
	X(log)          \
	X(slice)        \
	X(values)       \
	X(accept)       \
	X(cgi_response) \
	X(etag)         \
	X(exposition)   \
	X(fastcgi)      \
	X(fields)       \
	X(html_put)     \
	X(json_put)     \
	X(ndjson)       \
	X(origin)       \
	X(prefer)       \
	X(problem)      \
	X(query)        \
	X(range)        \
	X(request)      \
	X(served)       \
	X(tus)          \
	X(variables)    \
	X(conn)         \
	X(params)       \
	X(rows)         \
	X(sqlstate)     \
	X(stmt)         \
	X(plan)         \
	X(receipt)      \
	X(run)          \
	X(settle)       \
	X(statement)    \
	X(turn)         \
	X(environment)  \
	X(find)         \
	X(outcome)      \
	X(slot)         \
	X(document)     \
	X(exchange)     \
	X(listen)       \
	X(page)         \
	X(reply)        \
	X(chunk)        \
	X(job)          \
	X(lockfile)     \
	X(options)      \
	X(pass)         \
	X(sim)

#define DECLARE(name) Suite *name##_suite(void);
SUITES(DECLARE)

#define MAKER(name) name##_suite,
static Suite *(*const makers[])(void) = { SUITES(MAKER) };

int
main(void)
{
	SRunner *runner = srunner_create(NULL);
	size_t i;
	int failed;

	for (i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		srunner_add_suite(runner, makers[i]());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
