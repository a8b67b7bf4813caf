-- Who may do what: tokens, submitters, an owner's quota.
--
-- SPDX-License-Identifier: ISC

begin;
select plan(48);

-- Tokens.

create temp table made as select nightdrop.token_create('ann', 'her shop') as words;
create temp table token as
select substring(words from ' (\S+)$') as text,
    sha256(convert_to(substring(words from ' (\S+)$'), 'UTF8')) as digest,
    substring(words from 'token (\d+):')::integer as number from made;

select matches((select words from made),
    '^token \d+: whoever sends it is ann, without end\. It is shown this once: nightdrop_\d+_[A-Za-z0-9_-]{43}$',
    'created, in words');
select is((select text from token), (select format('nightdrop_%s_%s', number,
    right(text, 43)) from token), 'its number stands in it');
select is((select nightdrop.token_owner(digest) from token), 'ann',
    'it says who is calling');
select is((select used from nightdrop.client_token c join token using (number)),
    current_date, 'its use is noted by the day');
select is(nightdrop.token_owner(sha256('no token')), null, 'another says nobody');
select is(nightdrop.token_owner(null), null, 'nor does none');
select is_empty($$select a from nightdrop.audit a, token t
    where position(right(t.text, 43) in a::text) > 0$$,
    'the audit does not have the secret');
select is_empty($$select c from nightdrop.client_token c, token t
    where position(right(t.text, 43) in c::text) > 0$$,
    'nor has the table');
select is((select nightdrop.token_revoke(number, 'lost') from token),
    (select format('token %s: revoked. Who sends it is not ann any more, two seconds from now.',
    number) from token), 'revoked, in words');
select is((select nightdrop.token_owner(digest) from token), null,
    'and not valid any more');
select is((select nightdrop.token_revoke(number, 'again') from token),
    (select format('token %s: nothing to change', number) from token),
    'once is enough');
select results_eq($$select verb, reason, after->>'owner' from nightdrop.audit
    where verb like 'token%' order by at$$,
    $$values ('token_create', 'her shop', 'ann'), ('token_revoke', 'lost', 'ann')$$,
    'both are recorded');

insert into nightdrop.client_token (digest, owner, reason, expires)
values (sha256('old'), 'bob', 'a test', now() - interval '1 s'),
    (sha256('young'), 'bob', 'a test', now() + interval '1 s');
select is(nightdrop.token_owner(sha256('old')), null, 'one that has expired is none');
select is(nightdrop.token_owner(sha256('young')), 'bob', 'one that has not is one');
select matches(nightdrop.token_create('bob', 'a year', now() + interval '1 year'),
    'is bob, until ', 'it can have an end');
select throws_ok($$select nightdrop.token_create('ann', ' ')$$, 'ND422', null,
    'not without a reason');
select throws_ok($$select nightdrop.token_create('', 'x')$$, 'ND422', null,
    'nor an owner');
select throws_ok($$select nightdrop.token_create('ann', 'x', now())$$, 'ND422',
    null, 'nor over already');
select throws_ok($$select nightdrop.token_create('ann', 'x', null)$$, 'ND422',
    null, 'nor with no end in sight');
select throws_ok($$select nightdrop.token_create(repeat('a', 256), 'x')$$,
    '23514', null, 'nor for a name without end');
select throws_ok($$select nightdrop.token_revoke(1000000, 'x')$$, 'ND404', null,
    'not any number');
select throws_ok($$select nightdrop.token_revoke(1, '')$$, 'ND422', null,
    'not without a reason');

-- Submitters.

select t.queue('r');
create function pg_temp.verdict(queue text, owner text) returns text
language sql as $$
select r.verdict from t.id() i(id)
    cross join lateral nightdrop.job_accept(i.id, queue, owner, '{}',
	'text/plain', 'x', sha256('x'), null) r
$$;
create function pg_temp.opened(queue text, owner text) returns text
language sql as $$
select concat_ws(' ', u.verdict, u.limit_value)
from nightdrop.upload_open(t.id(), queue, owner, 'text/plain', 100000) u
$$;
create function pg_temp.may(queue text, variadic owners text[]) returns text
language sql as $$
select string_agg(pg_temp.verdict(queue, o) || ' '
    || split_part(pg_temp.opened(queue, o), ' ', 1), ', ' order by n)
from unnest(owners) with ordinality u(o, n)
$$;

select is(pg_temp.may('r', '', 'ann'), 'ok ok, ok ok', 'anybody may, until');
select is(nightdrop.submit_grant('r', 'ann', 'hers'),
    'queue r: submitters is now ["ann"] (was []). Anybody could submit before; now nobody else may.',
    'a first grant');
select is(pg_temp.may('r', '', 'ann', 'bob', '*', 'an'),
    'nobody nobody, ok ok, forbidden forbidden, forbidden forbidden, forbidden forbidden',
    'shuts out all others');
select is((select string_agg(r.verdict, ' ' order by r.id)
    from nightdrop.job_accept_many(array[t.id(), t.id(now() + interval '1 s'),
	t.id(now() + interval '2 s')], '{r,r,r}', array['ann', 'bob', ''],
	array['{}', '{}', '{}']::json[], '{a/b,a/b,a/b}',
	'{x,x,x}', array[sha256('x'), sha256('x'), sha256('x')]) r),
    'ok forbidden nobody', 'likewise in a group');
select is(nightdrop.submit_grant('r', 'bob', 'too'),
    'queue r: submitters is now ["ann", "bob"] (was ["ann"])', 'a second');
select is(nightdrop.submit_grant('r', 'bob', 'too'),
    'queue r: nothing to change', 'is not doubled');
select is(nightdrop.submit_revoke('r', 'ann', 'left'),
    'queue r: submitters is now ["bob"] (was ["ann", "bob"])', 'one taken back');
select is(pg_temp.may('r', 'ann', 'bob'), 'forbidden forbidden, ok ok',
    'and the other left');
select throws_ok($$select nightdrop.submit_revoke('r', 'bob', 'left')$$,
    'ND409', null, 'the last is not taken: it would let anybody in');
select is(nightdrop.submit_revoke('r', 'zoe', 'x'), 'queue r: nothing to change',
    'who could not may be told so');
select nightdrop.submit_grant('r', '*', 'all of the house');
select is(pg_temp.may('r', '', 'ann'), 'nobody nobody, ok ok',
    '* is anybody who has authenticated');
select throws_ok($$select nightdrop.submit_grant('r', '', 'x')$$, 'ND422', null,
    'a grant has a name');
select throws_ok($$select nightdrop.queue_alter('r', '{"submitters": [""]}', 'x')$$,
    '23514', null, 'always');
select throws_ok($$select nightdrop.submit_grant('nix', 'ann', 'x')$$, 'ND404',
    null, 'for a queue that is there');
select results_eq($$select verb, after->>'submitters' from nightdrop.audit
    where verb like 'submit%' order by at limit 2$$,
    $$values ('submit_grant', '["ann"]'), ('submit_grant', '["ann", "bob"]')$$,
    'each is recorded');

create function pg_temp.plan() returns setof text language plpgsql as $$
begin
	return query execute 'explain (verbose, costs off)
	    select nightdrop.judge(q.name, q.submitters, q.accepting,
		q.media_types, q.max_size, q.max_waiting, u.owner, u.type,
		u.size, u.waiting) from nightdrop.queue q,
		unnest(''{a}''::text[], ''{b}''::text[], ''{1}''::bigint[],
		''{1}''::bigint[]) u(owner, type, size, waiting)';
end
$$;
select is_empty($$select p from pg_temp.plan() p where p like '%judge(%'$$,
    'judging is part of the query that asks for it: no call for each job');

-- An owner's quota.

select t.queue('q', '{"max_waiting_owner": 2}');
create temp table job as select t.id() as id;
select is((select r.verdict from job cross join lateral
    nightdrop.job_accept_many(array[id], '{q}', '{ann}', array['{}'::json],
	'{a/b}', '{x}', array[sha256('x')]) r), 'alone',
    'a group does not count: it says who must be asked alone');
select is((select string_agg(r.verdict || ' ' || r.repeated, ', ') from job, generate_series(1, 2)
    cross join lateral nightdrop.job_accept(id, 'q', 'ann', '{}', 'a/b', 'x',
	sha256('x'), 'key') r), 'ok false, ok true', 'alone it is taken, and once');
select is(pg_temp.verdict('q', 'ann'), 'ok', 'a second one');
select is((select string_agg(r.verdict || ' ' || r.repeated, ', ') from job
    cross join lateral nightdrop.job_accept(id, 'q', 'ann', '{}', 'a/b', 'x',
	sha256('x'), null) r), 'ok true',
    'whose quota it filled is told again that it was taken');
select is((select r.verdict || ' ' || r.limit_value from t.id() i(id)
    cross join lateral nightdrop.job_accept(i.id, 'q', 'ann', '{}', 'a/b', 'y',
	sha256('y'), 'other') r), 'quota 2', 'a third is not taken');
select is_empty($$select from nightdrop.idempotency_key where key = 'other'$$,
    'and its key is given back');
select is(pg_temp.opened('q', 'ann'), 'quota 2',
    'nor opened, before a byte of it is stored');
select is((select string_agg(u.verdict, ' ' order by k.n)
    from (values (1, 'key'), (2, 'other')) k(n, key) cross join lateral
    nightdrop.upload_open(t.id(), 'q', 'ann', 'a/b', 100000, k.key) u),
    'ok quota', 'unless by its key it may be there already');
select is(pg_temp.verdict('q', 'bob') || pg_temp.verdict('q', '')
    || pg_temp.verdict('q', '') || pg_temp.verdict('q', ''), 'okokokquota',
    'others have their own, those without a name one together');
select is((select nightdrop.job_stop(id, 'ann', false) from job)
    || ' ' || pg_temp.verdict('q', 'ann') || ' ' || pg_temp.verdict('q', 'ann'),
    'dismissed ok quota', 'what waits no longer makes room');

select * from finish();
rollback;
