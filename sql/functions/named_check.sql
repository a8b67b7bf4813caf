-- named_check(queue, owner, name, type, declared, if_match, if_none_match):
-- may a PUT go on, as things are now?
--
-- Parameters: queue, owner and name, of the named job; type and declared, of
--             what is to be put there, as in upload_open; the conditions, as in
--             precondition.
-- Returns:    one row: verdict (ok no_queue nobody forbidden closed media_type
--             too_large backlog precondition), limit_value (what was exceeded).
-- Tables:     queue, counter, and those of named_waiting.
--
-- Asked before the body is read; named_accept asks again.  A refusal that does
-- not come from the conditions goes first (RFC 9110 §13.2.1).
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.named_check(queue text, owner text,
    name text, type text, declared bigint, if_match text, if_none_match text)
returns table (verdict text, limit_value bigint)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
	q nightdrop.queue;
	old uuid;
begin
	select * into q from nightdrop.queue p where p.name = named_check.queue;
	old := nightdrop.named_waiting(queue, owner, name);
	verdict := nightdrop.judge(q.name, q.submitters, q.accepting,
	    q.media_types, q.max_size, q.max_waiting, owner, type, declared,
	    (select sum(c.waiting) - (old is not null)::integer
	    from nightdrop.counter c
	    where c.queue = named_check.queue)::bigint);
	limit_value := case verdict when 'too_large' then q.max_size
	    when 'backlog' then q.max_waiting end;
	if verdict = 'ok' and not nightdrop.precondition(if_match,
	    if_none_match, '"' || old || '"') then
		verdict := 'precondition';
	end if;
	return next;
end
$$;

comment on function nightdrop.named_check(text, text, text, text, bigint, text,
    text) is
'Whether a PUT of a named job may go on, before its body is read.';
revoke all on function nightdrop.named_check(text, text, text, text, bigint,
    text, text) from public;
grant execute on function nightdrop.named_check(text, text, text, text, bigint,
    text, text) to nightdrop_responder;
