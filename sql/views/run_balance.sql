-- run_balance: does each run's ledger add up?
--
-- SPDX-License-Identifier: ISC

create or replace view nightdrop.run_balance as
select u.id as run, u.opened, u.closed, u.taken,
    u.successful + u.failed + u.dismissed + u.given_back as accounted,
    h.in_hand,
    u.taken = u.successful + u.failed + u.dismissed + u.given_back
	+ h.in_hand and u.trouble = '{}' as balanced,
    u.trouble
from nightdrop.run u
    cross join lateral (
	select count(*) as in_hand from nightdrop.running r
	where r.run = u.id and u.closed is null) h
order by u.id desc;

comment on view nightdrop.run_balance is
'taken = successful + failed + dismissed + given back (+ in hand, while it is open), or balanced is false. where not balanced must be empty.';
comment on column nightdrop.run_balance.trouble is 'Jobs found at its close in none or two places.';
alter view nightdrop.run_balance owner to nightdrop_owner;
grant select on nightdrop.run_balance to nightdrop_dba, nightdrop_monitor;
