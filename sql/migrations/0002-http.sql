-- 0002: what the whole of the HTTP contract needs.
--
-- Run by sql/install inside one transaction, as nightdrop_owner.

-- Named jobs -------------------------------------------------------------

-- Bundles ----------------------------------------------------------------

-- Uploads that can be resumed ----------------------------------------------

-- Who may do what ----------------------------------------------------------

-- Lists ------------------------------------------------------------------

-- What new tables are there, the DBA may look at, but not at secrets.
grant select on all tables in schema nightdrop to nightdrop_dba;
revoke select on nightdrop.setting from nightdrop_dba;
