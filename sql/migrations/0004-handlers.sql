-- 0004: windows, quotes from them, and three kinds of handler.
--
-- Run by sql/install inside one transaction, as nightdrop_owner.

-- Windows ------------------------------------------------------------------------

alter table nightdrop.run add column until timestamptz;
comment on column nightdrop.run.until is
'When its window closes (--until): no job is started that would not be done by then. Null: no window.';

grant select on all tables in schema nightdrop to nightdrop_dba;
revoke select on nightdrop.setting from nightdrop_dba;
