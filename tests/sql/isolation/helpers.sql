-- What the specs share: jobs and workers by name, so that what is printed is
-- the same each time; t.again() makes the database as new for the next
-- permutation.
--
-- SPDX-License-Identifier: ISC

create table t.job (name text primary key, id uuid not null);
create table t.worker (name text primary key, id bigint not null);

create function t.again() returns void language plpgsql as $$
begin
	truncate nightdrop.job, nightdrop.part, nightdrop.attempt,
	    nightdrop.response, nightdrop.waiting, nightdrop.running,
	    nightdrop.event, nightdrop.audit, nightdrop.requeue,
	    nightdrop.named_job, nightdrop.worker, nightdrop.run_queue,
	    nightdrop.run, t.job, t.worker;
	delete from nightdrop.queue;
	perform t.queue('q');
end
$$;

-- Jobs in line, in that order.
create function t.jobs(variadic names text[]) returns void language sql as $$
insert into t.job select n, t.accept('q') from unnest(names) n
$$;

create function t.job(name text) returns uuid language sql stable as $$
select j.id from t.job j where j.name = $1
$$;

create function t.name(id uuid) returns text language sql stable as $$
select j.name from t.job j where j.id = $1
$$;

-- Two workers of one run.
create function t.two() returns void language sql as $$
insert into t.worker select 'one', t.open();
insert into t.worker select 'two', r.worker
from nightdrop.run_join((select max(id) from nightdrop.run), 4, 'h', 1, 'l',
    gen_random_uuid(), '{}') r
$$;

create function t.w(name text) returns bigint language sql stable as $$
select w.id from t.worker w where w.name = $1
$$;

-- Names of the jobs that it got.
create function t.claim(worker text, want integer) returns text
language sql as $$
select coalesce(string_agg(t.name(c.id), ' ' order by c.position, c.id), '-')
from t.turn(t.w(worker), want => want) c where c.kind = 'claim'
$$;

-- Of jobs in two places or none: their names.
create function t.lost() returns text language sql stable as $$
select coalesce(string_agg(t.name(id), ' '), 'none') from nightdrop.lost_job
$$;

-- A verb's first word of success, or why not.
create function t.say(sql text) returns text language plpgsql as $$
declare
	words text;
begin
	execute sql into words;
	return regexp_replace(words, '[0-9a-f]{8}-[0-9a-f-]{27}', 'X', 'g');
exception when sqlstate 'ND404' or sqlstate 'ND409' or sqlstate 'ND401'
    or lock_not_available then
	return 'refused: ' || regexp_replace(sqlerrm,
	    '[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d [0-9:.+]+', 'X',
	    'g');
end
$$;
