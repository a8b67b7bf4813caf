-- 0003: what a night run needs to be forgotten about.
--
-- Run by sql/install inside one transaction, as nightdrop_owner.

-- Scopes, business dates, clones -----------------------------------------------

-- What is said of a run and its jobs ---------------------------------------------

grant select on all tables in schema nightdrop to nightdrop_dba;
revoke select on nightdrop.setting from nightdrop_dba;
