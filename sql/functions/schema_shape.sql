-- schema_shape(): what the tables and types of the schema are, in short.
--
-- Returns:    a row each: name; shape, a digest of its columns, constraints,
--             indexes, settings and privileges.
-- Errors:     none.
-- Tables:     the catalogue.
--
-- sql/install notes it when it is done, and sql/install --check compares.
-- Months come and go: of a partitioned table only the table itself is looked
-- at.
--
-- Internal.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.schema_shape()
returns table (name text, shape text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
select c.relname::text, md5(concat_ws(E'\n', c.relkind, c.relpersistence,
    c.relowner::regrole, c.reloptions, c.relacl,
    (select string_agg(format('%s %s %s %s %s %s', a.attname,
	    format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attstorage,
	    a.attcollation, pg_get_expr(d.adbin, d.adrelid)), E'\n'
	    order by a.attname)
	from pg_attribute a
	    left join pg_attrdef d on d.adrelid = a.attrelid
		and d.adnum = a.attnum
	where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
    (select string_agg(k.conname || ' ' || pg_get_constraintdef(k.oid), E'\n'
	    order by k.conname)
	from pg_constraint k where k.conrelid = c.oid),
    (select string_agg(pg_get_indexdef(i.indexrelid), E'\n'
	    order by i.indexrelid::regclass::text)
	from pg_index i where i.indrelid = c.oid),
    (select string_agg(pg_get_triggerdef(g.oid), E'\n' order by g.tgname)
	from pg_trigger g where g.tgrelid = c.oid and not g.tgisinternal)))
from pg_class c
where c.relnamespace = 'nightdrop'::regnamespace
    and c.relkind in ('r', 'p', 'c') and not c.relispartition
$$;

comment on function nightdrop.schema_shape() is
'Internal: a digest of each table and type, to see whether somebody changed one.';
revoke all on function nightdrop.schema_shape() from public;
