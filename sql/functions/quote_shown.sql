-- quote_shown(b, accepted): quote_line() for a monitor.
--
-- Parameters: b, the queue's basis; accepted, the moment.
-- Returns:    as quote_line(), with what other queues put ahead as it was when a
--             run last opened or closed: a monitor's quote changes with the
--             basis's version and with nothing else.
-- Tables:     none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.quote_shown(b nightdrop.queue_basis,
    accepted timestamptz)
returns setof nightdrop.quote_line
language sql stable
as $$
select l.start, l.following, l.room_s, l.fast, l.slow, (b).shown_lead_s,
    (b).shown_pace_s, l.p50, l.tail, l.basis
from nightdrop.quote_line(b, accepted) l
$$;

comment on function nightdrop.quote_shown(nightdrop.queue_basis, timestamptz)
is 'Internal: what the quotes have in common that monitors show.';
revoke all on function nightdrop.quote_shown(nightdrop.queue_basis, timestamptz)
	from public;
