-- quote(l, ahead): when a job will be done, as far as can be known.
--
-- Parameters: l, its line (quote_line); ahead, jobs of its queue before it.
-- Returns:    one row: earliest, likely, latest (null without history), fits
--             (false: at the latest, the first window closes before its turn,
--             and latest is the following run's).
-- Tables:     none.
--
-- It waits for the work ahead: what other queues put before it, and so many
-- jobs of its own, as the slots get through them.  How much shorter or longer
-- that may be in truth is learned from the quotes of past runs.
-- job_accept_many says the same in its own words.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.quote(l nightdrop.quote_line,
    ahead bigint)
returns table (earliest timestamptz, likely timestamptz, latest timestamptz,
    fits boolean)
language sql stable
as $$
select nightdrop.quote_at((l).start, (l).following, (l).room_s,
	(l).fast * w.x_s),
    nightdrop.quote_at((l).start, (l).following, (l).room_s, w.x_s) + (l).p50,
    nightdrop.quote_at((l).start, (l).following, (l).room_s,
	(l).slow * w.x_s) + (l).tail,
    coalesce((l).slow * w.x_s <= (l).room_s, true)
from (select greatest((l).lead_s + ahead * (l).pace_s, 0) as x_s) w
$$;

comment on function nightdrop.quote(nightdrop.quote_line, bigint) is
'Internal: earliest, likely and latest end of a job, and whether the window has room for it.';
revoke all on function nightdrop.quote(nightdrop.quote_line, bigint)
	from public;
