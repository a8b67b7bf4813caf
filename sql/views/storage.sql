-- storage: how big it is, a row a table; a partitioned one as a whole.
--
-- SPDX-License-Identifier: ISC

create or replace view nightdrop.storage as
select t.name as "table", count(*) filter (where t.child) as months,
    sum(t.rows)::bigint as rows, sum(t.dead)::bigint as dead_rows,
    pg_size_pretty(sum(t.heap)) as heap,
    pg_size_pretty(sum(t.toast)) as toast,
    pg_size_pretty(sum(t.indexes)) as indexes,
    pg_size_pretty(sum(t.total)) as total, sum(t.total)::bigint as bytes,
    max(t.vacuumed) as vacuumed
from (
	select coalesce(p.relname, c.relname) as name,
	    p.oid is not null as child, s.n_live_tup as rows,
	    s.n_dead_tup as dead, pg_relation_size(c.oid) as heap,
	    pg_total_relation_size(nullif(c.reltoastrelid, 0)) as toast,
	    pg_indexes_size(c.oid) as indexes,
	    pg_total_relation_size(c.oid) as total,
	    greatest(s.last_vacuum, s.last_autovacuum) as vacuumed
	from pg_catalog.pg_class c
	    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		and n.nspname = 'nightdrop'
	    left join pg_catalog.pg_inherits i on i.inhrelid = c.oid
	    left join pg_catalog.pg_class p on p.oid = i.inhparent
	    left join pg_catalog.pg_stat_all_tables s on s.relid = c.oid
	where c.relkind = 'r') t
group by t.name
order by bytes desc;

comment on view nightdrop.storage is
'How big each table is. waiting and running must stay small from night to night: where their heap grows, look for an old transaction (pg_stat_activity.xact_start).';
comment on column nightdrop.storage.months is 'Partitions: months that are kept, and those made ahead.';
comment on column nightdrop.storage.dead_rows is 'For vacuum to clear, by the statistics.';
comment on column nightdrop.storage.bytes is 'total, to be compared.';
alter view nightdrop.storage owner to nightdrop_owner;
grant select on nightdrop.storage to nightdrop_dba, nightdrop_monitor;
