-- What a call costs with so many waiting and kept: see scale.
-- SPDX-License-Identifier: ISC
\set QUIET on
create function pg_temp.id() returns uuid language sql volatile as $$
select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint),
    12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''),
    14))::uuid
$$;

-- One call, undone: what it touched and how long it took.
create function pg_temp.one(before text, call text, out buffers bigint,
    out ms double precision)
language plpgsql as $$
declare
	plan json;
begin
	begin
		if before <> '' then
			execute before;
		end if;
		execute 'explain (analyze, buffers, format json) ' || call
		into plan;
		buffers := (plan->0->'Plan'->>'Shared Hit Blocks')::bigint
		    + (plan->0->'Plan'->>'Shared Read Blocks')::bigint;
		ms := (plan->0->>'Execution Time')::double precision;
		raise exception 'undo' using errcode = 'ND000';
	exception when sqlstate 'ND000' then
		null;
	end;
end
$$;

create function pg_temp.cost(name text, before text, call text)
returns text language sql as $$
select format('%s %s %s', name,
    percentile_disc(0.5) within group (order by o.buffers),
    round(percentile_disc(0.5) within group (order by o.ms)::numeric, 3))
from generate_series(1, 15), lateral pg_temp.one(before, call) o
$$;

-- A turn: ended and begun are expressions of uuid[].
create function pg_temp.turn(ended text, begun text, want integer)
returns text language sql as $$
select format('select * from (select e, b, cardinality(e) as n
	from (select %s::uuid[] as e, %s::uuid[] as b) x) a,
    lateral nightdrop.turn(%s, %L, e, array_fill(1, array[n]),
	array_fill(''successful''::text, array[n]),
	array_fill(200, array[n]), array_fill(''OK''::text, array[n]),
	array_fill(''handler''::text, array[n]),
	array_fill(''[]''::json, array[n]), array_fill(3::bigint, array[n]),
	array_fill(''ok''::bytea, array[n]), array_fill(0, array[n]),
	array_fill(0, array[n]), array_fill(''''::bytea, array[n]),
	array_fill(-1::bigint, array[n]),
	array_fill(clock_timestamp(), array[n]),
	array_fill(clock_timestamp(), array[n]), b,
	array_fill(1, array[cardinality(b)]), %s, 4194304, ''{}'', ''{}'',
	''{}'') t', ended, begun, current_setting('bench.worker'),
    current_setting('bench.token'), want)
$$;

select set_config('bench.worker', :'worker', false),
    set_config('bench.token', :'token', false) \g /dev/null
select id as waits from nightdrop.waiting order by id desc limit 1 \gset

create temp table call (n integer, name text, before text, call text);
insert into call
select row_number() over (), v.*
from (select 'create temp table c as select t.id from ('
    || pg_temp.turn('''{}''', '''{}''', 100)
    || ') t where t.kind = ''claim''' as c,
    '(select array_agg(id) from c)' as g) x
    cross join lateral (values
    ('accept', '', 'select * from nightdrop.job_accept_many(
	array[pg_temp.id()], array[''answer''], array[''''],
	array[''{}''::json], array[''text/plain''], array[''x''::bytea],
	array[sha256(''x'')])'),
    ('look-up', '', format('select * from nightdrop.job_read(%L, '''', true)',
	:'waits')),
    ('look-up-of-none', '',
	'select * from nightdrop.job_read(pg_temp.id(), '''', true)'),
    ('claim-100', '', pg_temp.turn('''{}''', '''{}''', 100)),
    ('start-100', c, pg_temp.turn('''{}''', g, 0)),
    ('finish-100', c || ';' || pg_temp.turn('''{}''', g, 0),
	pg_temp.turn(g, '''{}''', 0))) v(name, before, call);

-- Plans that are made in what is then undone are not kept: so first some for
-- good.
do $$
declare
	r record;
begin
	for i in 1 .. 8 loop
		for r in select * from call where name !~ '100' order by n loop
			execute r.call;
		end loop;
		for r in select * from call where name ~ 'start|finish'
		    order by n loop
			if r.name ~ 'start' then
				execute r.before;
			end if;
			execute r.call;
		end loop;
		drop table c;
	end loop;
end
$$;
select pg_temp.cost(name, before, call) from call order by n;
