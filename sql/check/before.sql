-- What is there, before sql/install --check makes functions and views anew in
-- a transaction that will be rolled back.
--
-- SPDX-License-Identifier: ISC

do $$ begin
if to_regclass('nightdrop.migration') is null then
	raise exception 'there is no schema nightdrop here: sql/install makes it';
end if;
end $$;
select coalesce(max(number), 0) as schema from nightdrop.migration \gset
create temp view present as
select format('function %s', oid::regprocedure) as what,
    md5(concat_ws(' ', pg_get_functiondef(oid), proowner, proacl,
	obj_description(oid, 'pg_proc'))) as shape
from pg_proc where pronamespace = 'nightdrop'::regnamespace
union all
select format('view %s', oid::regclass), md5(concat_ws(' ',
    pg_get_viewdef(oid), relowner, relacl, obj_description(oid, 'pg_class')))
from pg_class
where relnamespace = 'nightdrop'::regnamespace and relkind = 'v';
create temp table was as select * from present;
create temp table shapes as select * from nightdrop.schema_shape();
