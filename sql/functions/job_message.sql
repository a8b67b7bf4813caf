-- job_message(id, attempt, not_before, lost, stop): what there is to say about
-- a job that is not final.
--
-- Parameters: id; attempt, the number of attempts started; not_before, when it
--             may be tried again; lost, whether the last attempt went down
--             with its worker; stop, who wants it stopped.
-- Returns:    words for a person; null: there is nothing to say.
-- Tables:     attempt.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.job_message(id uuid, attempt integer,
    not_before timestamptz, lost boolean, stop text)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
	last nightdrop.attempt;
begin
	if stop is not null then
		return format('being dismissed by the %s', stop);
	elsif coalesce(attempt, 0) = 0 or not_before is null then
		return null;
	end if;
	select * into last from nightdrop.attempt a
	where a.id = job_message.id and a.attempt = job_message.attempt;
	return format('attempt %s %s', attempt, case
	    when lost then 'was lost with its worker'
	    when last.result = 'continue' then 'wants to be continued'
	    else format('ended with %s %s', last.status, last.reason) end)
	    || case when last.result = 'continue' then ' in the next run'
	    when isfinite(not_before) then '; next attempt not before '
		|| to_char(not_before at time zone 'UTC',
		'YYYY-MM-DD"T"HH24:MI:SS"Z"')
	    else '; it will be tried again' end;
end
$$;

comment on function nightdrop.job_message(uuid, integer, timestamptz, boolean,
    text) is 'Internal: the monitor''s message, in words.';
revoke all on function nightdrop.job_message(uuid, integer, timestamptz,
    boolean, text) from public;
