-- pgbench: the call that the responder makes, one row a transaction.
-- SPDX-License-Identifier: ISC
select * from nightdrop.job_accept_many(
    array[(lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint),
	12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14)
	)::uuid],
    array['bench'], array[''],
    array['{"REQUEST_METHOD": "POST", "REQUEST_URI": "/queues/bench/jobs", "CONTENT_TYPE": "application/octet-stream"}'::json],
    array['application/octet-stream'],
    array[convert_to(repeat('x', 1024), 'UTF8')],
    array[sha256(convert_to(repeat('x', 1024), 'UTF8'))]);
