-- upload_read(id, owner, capability): how far an upload has come.
--
-- Parameters: owner and capability as for job_visible.
-- Returns:    one row: verdict ok (it goes on at received); done (it is a job,
--             received is length); none (there is none, or it is not theirs);
--             gone (expired or ended: the key tells that there was one); and
--             null in all the rest but for ok and done.  metadata, as it was
--             sent; expires, null of a job.
-- Tables:     upload, and those of job_visible.
--
-- A job was an upload where its request said how long it would be.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.upload_read(id uuid, owner text,
    capability boolean)
returns table (verdict text, received bigint, length bigint, metadata text,
    expires timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	u nightdrop.upload;
begin
	select * into u from nightdrop.upload o
	where o.id = upload_read.id and o.length is not null;
	if found then
		verdict := case when u.owner not in ('', upload_read.owner)
		    or u.owner = '' and not capability then 'none'
		    when u.expires < clock_timestamp() then 'gone'
		    else 'ok' end;
		if verdict = 'ok' then
			received := u.received;
			length := u.length;
			metadata := u.request->>'HTTP_UPLOAD_METADATA';
			expires := u.expires;
		end if;
		return next;
		return;
	end if;

	verdict := nightdrop.job_visible(upload_read.id, upload_read.owner,
	    capability);
	if verdict = 'ok' then
		select 'done', j.size, j.size, j.request->>'HTTP_UPLOAD_METADATA'
		into verdict, received, length, metadata
		from nightdrop.job j
		where j.id = upload_read.id
		    and j.request->>'HTTP_UPLOAD_LENGTH' is not null;
	end if;
	if coalesce(verdict, 'none') = 'none' then
		verdict := case when capability then 'gone' else 'none' end;
	end if;
	return next;
end
$$;

comment on function nightdrop.upload_read(uuid, text, boolean) is
'How far an upload that can be resumed has come.';
revoke all on function nightdrop.upload_read(uuid, text, boolean) from public;
grant execute on function nightdrop.upload_read(uuid, text, boolean)
	to nightdrop_responder;
