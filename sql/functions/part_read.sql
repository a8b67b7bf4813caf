-- part_read(id, holder, seq): a part of a long body.
--
-- Parameters: id; holder, 0 for the submission, n for the answer of attempt n;
--             seq, from 0.
-- Returns:    its bytes; null: there is no such part.
-- Tables:     part.
--
-- Who may see the job is asked before (request_read, job_response).
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.part_read(id uuid, holder integer,
    seq integer)
returns bytea
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
	return (select p.data from nightdrop.part p
	    where p.id = part_read.id and p.holder = part_read.holder
	    and p.seq = part_read.seq);
end
$$;

comment on function nightdrop.part_read(uuid, integer, integer) is
'A part of a long body.';
revoke all on function nightdrop.part_read(uuid, integer, integer) from public;
grant execute on function nightdrop.part_read(uuid, integer, integer)
	to nightdrop_responder, nightdrop_batch;
