-- lost_job: jobs that are in none or two places. Must be empty.
--
-- Over all that is kept this takes its time; job_lost() looks at what came since
-- a moment, as run_close does.
--
-- SPDX-License-Identifier: ISC

create or replace view nightdrop.lost_job as
select l.id, l.queue, l.accepted, l.places
from nightdrop.job_lost('-infinity', null) l;

comment on view nightdrop.lost_job is
'Jobs in none or two of waiting, running, final. Must be empty; a row here is a fault of Nightdrop or of a hand.';
alter view nightdrop.lost_job owner to nightdrop_owner;
grant select on nightdrop.lost_job to nightdrop_dba, nightdrop_monitor;
