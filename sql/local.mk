# SPDX-License-Identifier: ISC
# sql/ is installed as it is: sql/install finds the rest beside itself.

sqldir = $(pkgdatadir)/sql
dist_sql_SCRIPTS = sql/install
dist_sql_DATA = sql/comments.sql sql/roles.sql

sqlcheckdir = $(sqldir)/check
dist_sqlcheck_DATA = sql/check/after.sql sql/check/before.sql

sqlmigrationsdir = $(sqldir)/migrations
dist_sqlmigrations_DATA = \
	sql/migrations/0001-tables.sql \
	sql/migrations/0002-http.sql \
	sql/migrations/0003-run.sql \
	sql/migrations/0004-handlers.sql \
	sql/migrations/0005-dba.sql

sqlfunctionsdir = $(sqldir)/functions
dist_sqlfunctions_DATA = \
	sql/functions/adopt.sql \
	sql/functions/bundle_abort.sql \
	sql/functions/bundle_advance.sql \
	sql/functions/bundle_append.sql \
	sql/functions/bundle_count.sql \
	sql/functions/bundle_dismiss.sql \
	sql/functions/bundle_end.sql \
	sql/functions/bundle_expand.sql \
	sql/functions/bundle_forget.sql \
	sql/functions/bundle_jobs.sql \
	sql/functions/bundle_line.sql \
	sql/functions/bundle_of.sql \
	sql/functions/bundle_open.sql \
	sql/functions/bundle_outcome.sql \
	sql/functions/bundle_pending.sql \
	sql/functions/bundle_place.sql \
	sql/functions/bundle_pluck.sql \
	sql/functions/bundle_promise.sql \
	sql/functions/bundle_quote.sql \
	sql/functions/bundle_read.sql \
	sql/functions/bundle_refusal.sql \
	sql/functions/bundle_responses.sql \
	sql/functions/bundle_seal.sql \
	sql/functions/bundle_show.sql \
	sql/functions/bundle_stop.sql \
	sql/functions/bundle_tidy.sql \
	sql/functions/bundle_visible.sql \
	sql/functions/business_date.sql \
	sql/functions/carried_over.sql \
	sql/functions/chunk_begin.sql \
	sql/functions/chunk_role.sql \
	sql/functions/chunk_try.sql \
	sql/functions/claim_cap.sql \
	sql/functions/claim_due.sql \
	sql/functions/claim_lines.sql \
	sql/functions/counter_add.sql \
	sql/functions/counter_reconcile.sql \
	sql/functions/cron_field.sql \
	sql/functions/cron_starts.sql \
	sql/functions/database_place.sql \
	sql/functions/digest_put.sql \
	sql/functions/durable.sql \
	sql/functions/erase.sql \
	sql/functions/explain_job.sql \
	sql/functions/explain_queue.sql \
	sql/functions/explain_running.sql \
	sql/functions/explain_waiting.sql \
	sql/functions/give_back.sql \
	sql/functions/health.sql \
	sql/functions/hello.sql \
	sql/functions/in_line.sql \
	sql/functions/job_accept.sql \
	sql/functions/job_accept_many.sql \
	sql/functions/job_dismiss.sql \
	sql/functions/job_end.sql \
	sql/functions/job_erase.sql \
	sql/functions/job_find.sql \
	sql/functions/job_hold.sql \
	sql/functions/job_in_line.sql \
	sql/functions/job_list.sql \
	sql/functions/job_lost.sql \
	sql/functions/job_message.sql \
	sql/functions/job_read.sql \
	sql/functions/job_release.sql \
	sql/functions/job_reprioritise.sql \
	sql/functions/job_requeue.sql \
	sql/functions/job_response.sql \
	sql/functions/job_stop.sql \
	sql/functions/job_visible.sql \
	sql/functions/judge.sql \
	sql/functions/judge_early.sql \
	sql/functions/key_drop.sql \
	sql/functions/key_take.sql \
	sql/functions/lease_renew.sql \
	sql/functions/load_ahead.sql \
	sql/functions/load_note.sql \
	sql/functions/load_share.sql \
	sql/functions/metrics.sql \
	sql/functions/lock_spent.sql \
	sql/functions/mine.sql \
	sql/functions/month_drop.sql \
	sql/functions/month_keeper.sql \
	sql/functions/named_accept.sql \
	sql/functions/named_check.sql \
	sql/functions/named_forget.sql \
	sql/functions/named_read.sql \
	sql/functions/named_waiting.sql \
	sql/functions/output_drop.sql \
	sql/functions/output_put.sql \
	sql/functions/part_put.sql \
	sql/functions/part_read.sql \
	sql/functions/part_seek.sql \
	sql/functions/partition_make.sql \
	sql/functions/payload.sql \
	sql/functions/plan_claim.sql \
	sql/functions/plan_open.sql \
	sql/functions/precondition.sql \
	sql/functions/progress_put.sql \
	sql/functions/purge.sql \
	sql/functions/queue_abandoned.sql \
	sql/functions/queue_alter.sql \
	sql/functions/queue_close.sql \
	sql/functions/queue_create.sql \
	sql/functions/queue_done.sql \
	sql/functions/queue_drop.sql \
	sql/functions/queue_hold.sql \
	sql/functions/queue_late.sql \
	sql/functions/queue_list.sql \
	sql/functions/queue_need.sql \
	sql/functions/queue_oldest.sql \
	sql/functions/queue_open.sql \
	sql/functions/queue_read.sql \
	sql/functions/queue_release.sql \
	sql/functions/queue_scope.sql \
	sql/functions/queue_set.sql \
	sql/functions/quota_check.sql \
	sql/functions/quote.sql \
	sql/functions/quote_at.sql \
	sql/functions/quote_learn.sql \
	sql/functions/quote_line.sql \
	sql/functions/quote_open.sql \
	sql/functions/quote_shown.sql \
	sql/functions/reach_extend.sql \
	sql/functions/reason_check.sql \
	sql/functions/receipts.sql \
	sql/functions/recover.sql \
	sql/functions/refusal.sql \
	sql/functions/request_read.sql \
	sql/functions/run_abandon.sql \
	sql/functions/run_as_check.sql \
	sql/functions/run_begin.sql \
	sql/functions/run_carry.sql \
	sql/functions/run_close.sql \
	sql/functions/run_expect.sql \
	sql/functions/run_grade.sql \
	sql/functions/run_join.sql \
	sql/functions/run_leave.sql \
	sql/functions/run_ledger.sql \
	sql/functions/run_lock.sql \
	sql/functions/run_open.sql \
	sql/functions/run_rhythm.sql \
	sql/functions/run_rhythms.sql \
	sql/functions/run_rivals.sql \
	sql/functions/run_seat.sql \
	sql/functions/schema_shape.sql \
	sql/functions/secret.sql \
	sql/functions/setting_set.sql \
	sql/functions/submit_grant.sql \
	sql/functions/submit_revoke.sql \
	sql/functions/take_back.sql \
	sql/functions/task_claim.sql \
	sql/functions/task_note.sql \
	sql/functions/token_create.sql \
	sql/functions/token_owner.sql \
	sql/functions/token_revoke.sql \
	sql/functions/turn.sql \
	sql/functions/turn_claim.sql \
	sql/functions/turn_finish.sql \
	sql/functions/turn_start.sql \
	sql/functions/upkeep.sql \
	sql/functions/upload_abort.sql \
	sql/functions/upload_append.sql \
	sql/functions/upload_complete.sql \
	sql/functions/upload_create.sql \
	sql/functions/upload_end.sql \
	sql/functions/upload_finish.sql \
	sql/functions/upload_forget.sql \
	sql/functions/upload_keep.sql \
	sql/functions/upload_open.sql \
	sql/functions/upload_read.sql \
	sql/functions/upload_sweep.sql \
	sql/functions/upload_take.sql \
	sql/functions/upload_whole.sql \
	sql/functions/uuid_floor.sql \
	sql/functions/uuid_time.sql \
	sql/functions/version_of.sql \
	sql/functions/window_end.sql \
	sql/functions/window_latest.sql \
	sql/functions/worker_dead.sql \
	sql/functions/worker_expire.sql \
	sql/functions/worker_hold.sql \
	sql/functions/worker_join.sql

sqlviewsdir = $(sqldir)/views
dist_sqlviews_DATA = \
	sql/views/failed_job.sql \
	sql/views/job_in_hand.sql \
	sql/views/job_status.sql \
	sql/views/late_job.sql \
	sql/views/lost_job.sql \
	sql/views/queue_shape.sql \
	sql/views/queue_status.sql \
	sql/views/quote_accuracy.sql \
	sql/views/run_balance.sql \
	sql/views/run_history.sql \
	sql/views/running_job.sql \
	sql/views/storage.sql \
	sql/views/waiting_job.sql
