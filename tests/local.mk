# SPDX-License-Identifier: ISC
# make check: what needs no server.  tests/run has it all.

TESTS += tests/lint/layers
EXTRA_DIST += tests/batch tests/bench tests/conftest.py tests/faults \
	tests/fuzz tests/http tests/install-packages tests/lint tests/npm \
	tests/pytest.ini tests/run tests/sql tests/support
AM_TESTS_ENVIRONMENT = srcdir='$(abs_srcdir)'; export srcdir;

if HAVE_CHECK
check_PROGRAMS += unit
TESTS += unit
endif
unit_SOURCES = tests/unit/main.c \
	src/responder/listen.c \
	tests/unit/base/buf_test.c \
	tests/unit/base/config_test.c \
	tests/unit/base/log_test.c \
	tests/unit/base/slice_test.c \
	tests/unit/base/values_test.c \
	tests/unit/batch/chunk_test.c \
	tests/unit/batch/job_test.c \
	tests/unit/batch/lockfile_test.c \
	tests/unit/batch/options_test.c \
	tests/unit/batch/pass_test.c \
	tests/unit/batch/sim_test.c \
	tests/unit/db/conn_test.c \
	tests/unit/db/make_rows.c \
	tests/unit/db/make_rows.h \
	tests/unit/db/params_test.c \
	tests/unit/db/rows_test.c \
	tests/unit/db/sqlstate_test.c \
	tests/unit/db/stmt_test.c \
	tests/unit/handler/environment_test.c \
	tests/unit/handler/find_test.c \
	tests/unit/handler/outcome_test.c \
	tests/unit/handler/slot_test.c \
	tests/unit/http/accept_test.c \
	tests/unit/http/cgi_response_test.c \
	tests/unit/http/etag_test.c \
	tests/unit/http/exposition_test.c \
	tests/unit/http/fastcgi_test.c \
	tests/unit/http/fields_test.c \
	tests/unit/http/html_put_test.c \
	tests/unit/http/json_put_test.c \
	tests/unit/http/ndjson_test.c \
	tests/unit/http/origin_test.c \
	tests/unit/http/prefer_test.c \
	tests/unit/http/problem_test.c \
	tests/unit/http/query_test.c \
	tests/unit/http/range_test.c \
	tests/unit/http/request_test.c \
	tests/unit/http/served_test.c \
	tests/unit/http/tus_test.c \
	tests/unit/http/variables_test.c \
	tests/unit/queue/plan_test.c \
	tests/unit/queue/receipt_test.c \
	tests/unit/queue/run_test.c \
	tests/unit/queue/settle_test.c \
	tests/unit/queue/statement_test.c \
	tests/unit/queue/turn_test.c \
	tests/unit/responder/document_test.c \
	tests/unit/responder/exchange_test.c \
	tests/unit/responder/listen_test.c \
	tests/unit/responder/page_test.c \
	tests/unit/responder/reply_test.c
unit_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
unit_LDADD = $(ND_LIBS) $(CHECK_LIBS)

# Programs of the fault tests and the benchmarks.
EXTRA_PROGRAMS += commit_hammer noop vfork answer
commit_hammer_SOURCES = tests/faults/commit_hammer.c
commit_hammer_LDADD = $(ND_LIBS)
noop_SOURCES = tests/bench/noop.c
noop_LDADD = $(FCGI_LIBS) -lpthread
vfork_SOURCES = tests/bench/vfork.c
answer_SOURCES = tests/bench/answer.c
CLEANFILES += $(EXTRA_PROGRAMS)

# What takes longer than ten minutes: bodies of a gigabyte, and so on.
check-long:
	$(srcdir)/tests/run --long
.PHONY: check-long

dist-hook:
	find $(distdir) \( -name __pycache__ -o -name '*.log' \
	    -o -name '*.trs' \) -prune -exec rm -rf {} +
