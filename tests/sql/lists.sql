-- An owner's jobs, page by page.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(23);

select t.queue('q'), t.queue('other');
create function pg_temp.list(owner text, queue text default null,
    status text default null, before uuid default null,
    most integer default 100)
returns setof text language sql as $$
select coalesce(l.queue || ' ' || l.status || coalesce(' '
    || l.outcome_status, ''), 'next ' || (l.next is not null))
from nightdrop.job_list(owner, queue, status, before, most) l
$$;

select is_empty('select pg_temp.list(''ann'')', 'no job yet');
select t.accept('q', 'ann', id => t.id(now() + interval '1 s')) as a1 \gset
select t.accept('q', 'bob', id => t.id(now() + interval '2 s')) as b1 \gset
select t.accept('q', id => t.id(now() + interval '3 s')) as nobodys \gset
select t.accept('other', 'ann', id => t.id(now() + interval '4 s')) as a2 \gset
select t.accept('q', 'ann', id => t.id(now() + interval '5 s')) as a3 \gset
select results_eq('select id from nightdrop.job_list(''ann'', null, null, null, 100)',
    format('values (%L::uuid), (%L), (%L)', :'a3', :'a2', :'a1'),
    'the newest first, and nobody else''s');
select results_eq('select pg_temp.list(''ann'')', array['q accepted',
    'other accepted', 'q accepted'], 'each with its queue and status');
select is_empty('select pg_temp.list('''')', 'nobody has no list');
select is_empty('select pg_temp.list(null)', 'nor has null');
select results_eq('select pg_temp.list(''ann'', ''other'')',
    array['other accepted'], 'of one queue');

-- Pages.
select results_eq('select pg_temp.list(''ann'', most => 2)', array[
    'q accepted', 'other accepted', 'next true'], 'a page and where to go on');
select is((select next from nightdrop.job_list('ann', null, null, null, 2)
    where next is not null), :'a2', 'behind its last');
select results_eq(format('select pg_temp.list(''ann'', before => %L, most => 2)',
    :'a2'), array['q accepted'], 'the last page has no next');
select results_eq('select pg_temp.list(''ann'', most => 3)', array[
    'q accepted', 'other accepted', 'q accepted'],
    'a page that just fits has none either');
select is_empty(format('select pg_temp.list(''ann'', before => %L)', :'a1'),
    'behind the oldest there is nothing');

-- Every state.
select t.open() as w \gset
select t.start(:w, :'a1') \g /dev/null
select results_eq('select pg_temp.list(''ann'')', array['q accepted',
    'other accepted', 'q running'], 'reserved is accepted, running is running');
select t.finish(:w, :'a1', 1, 'failed', 403) \g /dev/null
select t.turn(:w, starts => array[:'a2'::uuid], attempts => '{1}') \g /dev/null
select t.finish(:w, :'a2', 1, 'successful') \g /dev/null
select results_eq('select pg_temp.list(''ann'')', array['q accepted',
    'other successful 200', 'q failed 403'], 'final: with its outcome');
select nightdrop.run_leave(:w, t.token(:w)) \g /dev/null
select nightdrop.job_stop(:'a3', 'ann', false);
select results_eq('select pg_temp.list(''ann'', status => ''dismissed'')',
    array['q dismissed 410'], 'of one status');
select results_eq('select pg_temp.list(''ann'', ''q'', ''failed'')',
    array['q failed 403'], 'of one queue and status');
select ok(finished >= accepted and id = :'a1', 'with its times')
from nightdrop.job_list('ann', 'q', 'failed', null, 1) limit 1;
update nightdrop.response set expires = now() - interval '1 s'
where id = :'a1';
select is_empty('select pg_temp.list(''ann'', ''q'', ''failed'')',
    'not what is kept no longer');

-- Few that match: short pages, bounded work.
insert into nightdrop.job (id, queue, owner, accepted, request, size, digest,
    body)
select t.id(now() - n * interval '1 s'), case when n = 2500 then 'other'
    else 'q' end, 'eve', now() - n * interval '1 s', '{}', 0, '', ''
from generate_series(1, 3000) n;
select results_eq('select pg_temp.list(''eve'', ''other'')',
    array['next true'], '1000 looked at, none matches: an empty page');
create function pg_temp.pages(status text, queue text,
    out pages integer, out jobs integer)
language plpgsql as $$
declare
	at uuid;
begin
	pages := 0;
	jobs := 0;
	loop
		select jobs + count(l.id), pages + 1,
		    (array_agg(l.next) filter (where l.id is null))[1]
		into jobs, pages, at
		from nightdrop.job_list('eve', queue, status, at, 100) l;
		exit when at is null or pages > 100;
	end loop;
end
$$;
select results_eq('select * from pg_temp.pages(null, ''other'')',
    'values (3, 1)', 'but it is found by going on');
select results_eq('select * from pg_temp.pages(null, null)',
    'values (30, 3000)', 'all of them, none twice, none left out');

-- Flat: what a page reads does not grow with the list.
create function pg_temp.buffers(q text) returns bigint language plpgsql as $$
declare
	plan json;
begin
	execute q;
	execute 'explain (analyze, buffers, format json) ' || q into plan;
	return (plan->0->'Plan'->>'Shared Hit Blocks')::bigint
	    + (plan->0->'Plan'->>'Shared Read Blocks')::bigint;
end
$$;
select cmp_ok(pg_temp.buffers('select * from nightdrop.job_list(''eve'', null,
    null, null, 100)'), '<', 2000::bigint, 'a page of a hundred');
select cmp_ok(pg_temp.buffers('select * from nightdrop.job_list(''dan'', null,
    null, null, 100)'), '<', 50::bigint, 'nothing among many of others''');
select set_eq($$select count(*) from pg_indexes where schemaname = 'nightdrop'
    and tablename ~ '^job_\d' and indexdef like '%(owner, id)%<>%'
    group by tablename$$, array[1::bigint], 'each partition has the index');

select * from finish();
rollback;
