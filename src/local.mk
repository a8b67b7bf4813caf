# SPDX-License-Identifier: ISC
# One convenience library with all but the mains; both programs and the unit
# tests link it.

noinst_LIBRARIES += libnightdrop.a
libnightdrop_a_SOURCES = \
	src/base/buf.c src/base/buf.h \
	src/base/clock.c src/base/clock.h \
	src/base/config.c src/base/config.h \
	src/base/descriptors.c src/base/descriptors.h \
	src/base/digest.c src/base/digest.h \
	src/base/err.c src/base/err.h \
	src/base/log.c src/base/log.h \
	src/base/slice.c src/base/slice.h \
	src/base/uuid.c src/base/uuid.h \
	src/batch/adopt.c src/batch/adopt.h \
	src/batch/answer.c \
	src/batch/bench.c \
	src/batch/check.c src/batch/check.h \
	src/batch/chunk.c src/batch/chunk.h \
	src/batch/enter.c src/batch/enter.h \
	src/batch/expand.c src/batch/expand.h \
	src/batch/guardian.c src/batch/guardian.h \
	src/batch/handlers.c src/batch/handlers.h \
	src/batch/json_out.h \
	src/batch/job.c src/batch/job.h \
	src/batch/keep.c \
	src/batch/lane.c src/batch/lane.h \
	src/batch/lane_answer.c \
	src/batch/lane_claim.c \
	src/batch/lane_end.c \
	src/batch/lane_run.c \
	src/batch/leftover.c src/batch/leftover.h \
	src/batch/lockfile.c src/batch/lockfile.h \
	src/batch/loop.c \
	src/batch/open.c src/batch/open.h \
	src/batch/options.c src/batch/options.h \
	src/batch/pass.c src/batch/pass.h \
	src/batch/place.c src/batch/place.h \
	src/batch/plan.c src/batch/plan.h \
	src/batch/plan_claim.c src/batch/plan_impl.h \
	src/batch/plan_print.c \
	src/batch/proof.c src/batch/proof.h \
	src/batch/reap.h \
	src/batch/reap_linux.c \
	src/batch/report.c src/batch/report.h \
	src/batch/report_impl.h \
	src/batch/report_json.c src/batch/report_text.c \
	src/batch/run.c src/batch/run.h \
	src/batch/scope.c src/batch/scope.h \
	src/batch/sim.c src/batch/sim.h \
	src/batch/statement.c src/batch/statement.h \
	src/batch/stream.c \
	src/batch/tell.c \
	src/batch/ticker.c src/batch/ticker.h \
	src/batch/trial.h \
	src/batch/try.c src/batch/try.h \
	src/batch/try_given.c \
	src/batch/try_prepare.c \
	src/batch/try_report.c \
	src/batch/try_statement.c \
	src/batch/window.c src/batch/window.h \
	src/batch/work.c \
	src/batch/worker.h \
	src/db/conn.c src/db/conn.h \
	src/db/conn_call.c \
	src/db/conn_exec.c \
	src/db/conn_hello.c \
	src/db/conn_impl.h \
	src/db/params.c src/db/params.h \
	src/db/pool.c src/db/pool.h \
	src/db/result.h \
	src/db/rows.c src/db/rows.h \
	src/db/sqlstate.c src/db/sqlstate.h \
	src/db/stmt.c src/db/stmt.h \
	src/db/wire.h \
	src/handler/answer.c src/handler/answer.h \
	src/handler/app.c src/handler/app.h \
	src/handler/crew.c src/handler/crew.h \
	src/handler/envblock.c src/handler/envblock.h \
	src/handler/environment.c src/handler/environment.h \
	src/handler/escape.h \
	src/handler/escape_linux.c \
	src/handler/excerpt.c src/handler/excerpt.h \
	src/handler/find.c src/handler/find.h \
	src/handler/outcome.c src/handler/outcome.h \
	src/handler/process.h \
	src/handler/process_linux.c \
	src/handler/process_posix.c \
	src/handler/progress.c src/handler/progress.h \
	src/handler/slot.c src/handler/slot.h \
	src/handler/slot_end.c \
	src/handler/slot_fcgi.c \
	src/handler/slot_state.h \
	src/handler/spawn.h \
	src/handler/spawn_linux.c \
	src/handler/spawn_posix.c \
	src/handler/tmpdir.c src/handler/tmpdir.h \
	src/handler/traffic.c src/handler/traffic.h \
	src/handler/traffic_fcgi.c \
	src/handler/user.c src/handler/user.h \
	src/http/accept.c src/http/accept.h \
	src/http/cgi_response.c src/http/cgi_response.h \
	src/http/etag.c src/http/etag.h \
	src/http/fastcgi.c src/http/fastcgi.h \
	src/http/exposition.c src/http/exposition.h \
	src/http/fields.c src/http/fields.h \
	src/http/html_put.c src/http/html_put.h \
	src/http/json_check.c src/http/json_check.h \
	src/http/json_put.c src/http/json_put.h \
	src/http/list.c src/http/list.h \
	src/http/ndjson.c src/http/ndjson.h \
	src/http/origin.c src/http/origin.h \
	src/http/percent.c src/http/percent.h \
	src/http/prefer.c src/http/prefer.h \
	src/http/problem.c src/http/problem.h \
	src/http/query.c src/http/query.h \
	src/http/range.c src/http/range.h \
	src/http/request.c src/http/request.h \
	src/http/served.c src/http/served.h \
	src/http/status.c src/http/status.h \
	src/http/target.c src/http/target.h \
	src/http/tus.c src/http/tus.h \
	src/http/variables.c src/http/variables.h \
	src/queue/accept.c src/queue/accept.h \
	src/queue/ask.c src/queue/ask.h \
	src/queue/bundle.c src/queue/bundle.h \
	src/queue/bundle_state.c src/queue/bundle_state.h \
	src/queue/chunk.c src/queue/chunk.h \
	src/queue/commit.c src/queue/commit.h \
	src/queue/group.c src/queue/group.h \
	src/queue/job_list.c src/queue/job_list.h \
	src/queue/line.c src/queue/line.h \
	src/queue/monitor.c src/queue/monitor.h \
	src/queue/named.c src/queue/named.h \
	src/queue/plan.c src/queue/plan.h \
	src/queue/receipt.c src/queue/receipt.h \
	src/queue/resume.c src/queue/resume.h \
	src/queue/run.c src/queue/run.h \
	src/queue/settle.c src/queue/settle.h \
	src/queue/store.c src/queue/store.h \
	src/queue/token.c src/queue/token.h \
	src/queue/turn.c src/queue/turn.h \
	src/queue/upload.c \
	src/responder/append.c src/responder/append.h \
	src/responder/bundle.c \
	src/responder/bundle_doc.c src/responder/bundle_doc.h \
	src/responder/bundle_intake.c src/responder/bundle_intake.h \
	src/responder/bundle_jobs.c \
	src/responder/bundle_responses.c \
	src/responder/bundles.c \
	src/responder/call.h \
	src/responder/caller.c src/responder/caller.h \
	src/responder/cors.c src/responder/cors.h \
	src/responder/document.c src/responder/document.h \
	src/responder/document_send.c \
	src/responder/ending.c src/responder/ending.h \
	src/responder/exchange.c src/responder/exchange.h \
	src/responder/health.c \
	src/responder/intake.c src/responder/intake.h \
	src/responder/job.c \
	src/responder/job_list.c \
	src/responder/job_ref.c src/responder/job_ref.h \
	src/responder/job_request.c src/responder/job_request.h \
	src/responder/job_response.c \
	src/responder/message.c src/responder/message.h \
	src/responder/metrics.c \
	src/responder/jobs.c \
	src/responder/named.c \
	src/responder/openapi.c \
	src/responder/page.c src/responder/page.h \
	src/responder/page_form.c \
	src/responder/page_impl.h \
	src/responder/page_job.c \
	src/responder/page_kind.c \
	src/responder/page_table.c \
	src/responder/page_value.c \
	src/responder/page_words.c \
	src/responder/problems.c \
	src/responder/queues.c \
	src/responder/refuse.c src/responder/refuse.h \
	src/responder/reply.c src/responder/reply.h \
	src/responder/resource.h \
	src/responder/route.c src/responder/route.h \
	src/responder/service.c \
	src/responder/stored.c src/responder/stored.h \
	src/responder/submit.c src/responder/submit.h \
	src/responder/tus.c src/responder/tus.h \
	src/responder/upload.c \
	src/responder/uploads.c \
	src/web/web.c src/web/web.h

# What the program carries in itself, to serve it: a file a line.
WEB_FILES = \
	src/web/openapi.json \
	src/web/page.css
EXTRA_DIST += src/web/embed $(WEB_FILES)
nodist_libnightdrop_a_SOURCES = src/web/files.c
CLEANFILES += src/web/files.c
src/web/files.c: src/web/embed $(WEB_FILES)
	$(AM_V_GEN)$(MKDIR_P) src/web && \
	$(SHELL) $(srcdir)/src/web/embed $(srcdir) $(WEB_FILES) >$@.new && \
	mv $@.new $@

ND_LIBS = libnightdrop.a $(LIBPQ_LIBS) $(JANSSON_LIBS) $(CRYPTO_LIBS) -lpthread

# Where FastCGI programs live; a web server runs it, nobody types it.
fcgidir = $(libexecdir)/nightdrop
fcgi_PROGRAMS = nightdrop.fcgi
nightdrop_fcgi_SOURCES = \
	src/responder/cgi.c src/responder/cgi.h \
	src/responder/listen.c src/responder/listen.h \
	src/responder/main.c \
	src/responder/serve.c src/responder/serve.h
nightdrop_fcgi_LDADD = $(ND_LIBS) $(FCGI_LIBS)

sbin_PROGRAMS += nightdrop-batch
nightdrop_batch_SOURCES = src/batch/main.c
nightdrop_batch_LDADD = $(ND_LIBS)
