-- part_seek(id, holder, at): the part in which a byte of a long body lies.
--
-- Parameters: id; holder, as for part_read; at, the byte's offset in the body.
-- Returns:    one row: seq of the part and the offset of its first byte; none:
--             the body does not reach so far.
-- Tables:     part.
--
-- Parts may be of any length (a resumed upload makes them as they come).  The
-- length of a bytea that is stored outside of its row and not compressed is
-- known without reading it: this looks at a row of some 60 bytes a part.
--
-- Who may see the job is asked before (request_read, job_response).
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.part_seek(id uuid, holder integer,
    at bigint)
returns table (seq integer, start bigint)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
select s.seq, s.behind - s.length
from (select p.seq, octet_length(p.data) as length,
	sum(octet_length(p.data)) over (order by p.seq)::bigint as behind
    from nightdrop.part p
    where p.id = part_seek.id and p.holder = part_seek.holder) s
where at >= 0 and s.behind > at
order by s.seq limit 1
$$;

comment on function nightdrop.part_seek(uuid, integer, bigint) is
'The part of a long body in which a byte lies.';
revoke all on function nightdrop.part_seek(uuid, integer, bigint) from public;
grant execute on function nightdrop.part_seek(uuid, integer, bigint)
	to nightdrop_responder;
