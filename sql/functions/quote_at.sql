-- quote_at(start, following, room_s, x_s): when it will be x seconds into the
-- work of a line.
--
-- Parameters: start, of the run that takes it up; following, the starts after
--             that, one at least; room_s, how far into a run jobs are started, null: there is
--             no window; x_s, seconds of a run.
-- Returns:    the moment.  What does not fit into the first window goes on at
--             the following start, and so on; behind the last, as far from
--             each other as the first two.
-- Tables:     none.
--
-- Limited to a century and four hundred windows, or an absurd backlog would
-- leave the calendar.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.quote_at(start timestamptz,
    following timestamptz[], room_s double precision, x_s double precision)
returns timestamptz
language sql stable
as $$
select case when x_s > room_s
    then coalesce(following[least(floor(x_s / room_s), 400)::integer],
	following[1] + (following[1] - start)
	    * least(floor(x_s / room_s) - 1, 400))
	+ (x_s - floor(x_s / room_s) * room_s) * interval '1 second'
    else start + least(x_s, 3e9) * interval '1 second' end
$$;

comment on function nightdrop.quote_at(timestamptz, timestamptz[],
    double precision, double precision) is
'Internal: when a run, and those after it, will have come so far.';
revoke all on function nightdrop.quote_at(timestamptz, timestamptz[],
    double precision, double precision) from public;
