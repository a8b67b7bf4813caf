-- queue_close(queue, reason): accept no more submissions.
--
-- Submissions are answered 503; what was accepted is run as usual.
--
-- Parameters: queue; reason, in words, required.
-- Returns:    what changed, in words.
-- Errors:     ND404 no such queue; ND422 no reason.
-- Tables:     queue, audit.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.queue_close(queue text, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
	return nightdrop.queue_set(queue, '{"accepting": false}', 'queue_close', reason);
end
$$;

comment on function nightdrop.queue_close(text, text) is
'Submissions are answered 503 from now on; accepted jobs are run as usual.';
revoke all on function nightdrop.queue_close(text, text) from public;
grant execute on function nightdrop.queue_close(text, text) to nightdrop_dba;
