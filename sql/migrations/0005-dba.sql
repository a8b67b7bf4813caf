-- 0005: what the DBA's verbs leave behind.
--
-- Run by sql/install inside one transaction, as nightdrop_owner.

create table nightdrop.requeue (
	id	uuid not null,
	round	integer not null,
	at	timestamptz not null default clock_timestamp(),
	who	text not null default session_user,
	reason	text not null,
	primary key (id, round)
);
comment on table nightdrop.requeue is
'A row is a second life that job_requeue gave a job that had ended. Insert-only; goes with the job''s month.';
comment on column nightdrop.requeue.round is
'The life that began: 2 for the first requeue. Its answer is the response of (id, round).';

alter table nightdrop.job add column erased timestamptz;
comment on column nightdrop.job.erased is
'When purge or erase took its bodies, header fields and logs away; null: they are there. It cannot be run again.';

comment on column nightdrop.waiting.not_before is
'Not to be tried before this; -infinity: at once; infinity: held by job_hold until job_release.';

grant select on all tables in schema nightdrop to nightdrop_dba;
revoke select on nightdrop.setting from nightdrop_dba;
