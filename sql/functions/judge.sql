-- judge(name, submitters, accepting, media_types, max_size, max_waiting, owner,
-- type, size, waiting): may a queue take this submission?
--
-- Parameters: name to max_waiting, of the queue (null: there is none); owner,
--             '' where nobody has authenticated; type, its Content-Type, null
--             where none was sent; size in bytes, null where not known yet;
--             waiting, jobs in the line before it.
-- Returns:    the verdict: ok no_queue nobody (it takes them from owners only)
--             forbidden closed media_type too_large backlog.
-- Tables:     none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.judge(name text, submitters text[],
    accepting boolean, media_types text[], max_size bigint, max_waiting bigint,
    owner text, type text, size bigint, waiting bigint)
returns text
language sql immutable parallel safe
return case
    when name is null then 'no_queue'
    when submitters <> '{}' and (owner = ''
	or owner <> all (submitters) and '*' <> all (submitters))
	then case owner when '' then 'nobody' else 'forbidden' end
    when not accepting then 'closed'
    when media_types <> '{}' and not coalesce(
	lower(btrim(split_part(type, ';', 1))) = any (media_types)
	or lower(btrim(split_part(type, '/', 1))) || '/*'
	    = any (media_types), false) then 'media_type'
    when size > max_size then 'too_large'
    when waiting >= max_waiting then 'backlog'
    else 'ok' end;

comment on function nightdrop.judge(text, text[], boolean, text[], bigint, bigint,
    text, text, bigint, bigint) is
'Internal: whether a queue may take a submission, and if not, why.';
revoke all on function nightdrop.judge(text, text[], boolean, text[], bigint,
    bigint, text, text, bigint, bigint) from public;
