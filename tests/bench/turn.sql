-- pgbench: the call that a worker makes, over and over: what began last time
-- has ended, what was reserved begins, and :batch more are wanted.
-- SPDX-License-Identifier: ISC
select :begun as ended, coalesce(array_agg(t.id) filter (
	where t.kind = 'claim'), '{}') as begun,
    coalesce(max(t.position) filter (where t.kind = 'claim'), :at::timestamptz)
	as at,
    coalesce((array_agg(t.id order by t.position desc, t.id desc) filter (
	where t.kind = 'claim'))[1], :last::uuid) as last
from (select cardinality(:ended::uuid[]) as n) f,
lateral nightdrop.turn(:worker::bigint, :token::uuid, :ended::uuid[],
    array_fill(1, array[n]), array_fill('successful'::text, array[n]),
    array_fill(200, array[n]), array_fill('OK'::text, array[n]),
    array_fill('handler'::text, array[n]),
    array_fill('[["Content-Type", "text/plain"]]'::json, array[n]),
    array_fill(3::bigint, array[n]), array_fill('ok'::bytea, array[n]),
    array_fill(0, array[n]), array_fill(0, array[n]),
    array_fill(''::bytea, array[n]), array_fill(-1::bigint, array[n]),
    array_fill(clock_timestamp(), array[n]),
    array_fill(clock_timestamp(), array[n]), :begun::uuid[],
    array_fill(1, array[cardinality(:begun::uuid[])]), :batch, 4194304,
    array['answer'], array[:at::timestamptz], array[:last::uuid]) t
\gset
