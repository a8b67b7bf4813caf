-- What sql/install --check found; functions and views are those of this tree
-- now, was has those that were there.  tree is the tree's version.
--
-- SPDX-License-Identifier: ISC

create temp table differ as
select coalesce(w.what, p.what) || case
    when w.what is null then ': is missing'
    when p.what is null then ': is not of this version'
    else ': differs from this version' end as line
from was w full join present p on p.what = w.what
where w.shape is distinct from p.shape
union all
select 'table ' || coalesce(s.name, e.key) || case
    when s.name is null then ': is missing'
    when e.key is null then ': was not made by sql/install'
    else ': was changed since sql/install' end
from shapes s
    full join (select e.* from nightdrop.setting t,
	jsonb_each_text(t.value::jsonb) e where t.name = 'shape') e
	on e.key = s.name
where s.shape is distinct from e.value
union all
select format('schema: it is version %s, this is version %s', :schema, :tree)
where :schema <> :tree;
select line from differ order by line;
select format('nightdrop schema %s: as sql/install leaves it', :schema)
where not exists (select from differ);
select exists (select from differ) as differs \gset
rollback;
\if :differs
do $$ begin raise exception 'it differs: sql/install brings functions and views back; look at tables by hand'; end $$;
\endif
