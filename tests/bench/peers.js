// What others do with jobs of 1 KiB and a handler that does nothing, at their
// fastest: node peers.js graphile|pgboss JOBS; PG* say where.  Prints jobs a
// second, from the first fetch to the last completion.
// SPDX-License-Identifier: ISC
'use strict';
const { Pool } = require('pg');

const [which, wanted] = [process.argv[2], Number(process.argv[3])];
const payload = 'x'.repeat(1024);
const seconds = (from) => Number(process.hrtime.bigint() - from) / 1e9;

// Completing in batches, from a local queue.
async function graphile() {
	const { run, runMigrations, Logger } = require('graphile-worker');
	const quiet = new Logger(() => () => {});
	const pgPool = new Pool({ max: 10 });
	pgPool.on('error', () => {}).on('connect', (c) => c.on('error', () => {}));
	let done = 0;
	await runMigrations({ pgPool, logger: quiet });
	await pgPool.query(
	    `select count(graphile_worker.add_job('nothing',
		json_build_object('x', $2::text))) from generate_series(1, $1)`,
	    [wanted, payload]);
	await pgPool.query('vacuum analyze graphile_worker._private_jobs');
	const from = process.hrtime.bigint();
	await run({
		pgPool, noHandleSignals: true, logger: quiet,
		taskList: { nothing: () => { done++; } },
		preset: { worker: { concurrentJobs: 100, pollInterval: 100,
			localQueue: { size: 500 }, completeJobBatchDelay: 0 } },
	});
	for (let left = 1; done < wanted || left > 0;) {
		await new Promise((later) => setTimeout(later, 20));
		if (done >= wanted)
			left = Number((await pgPool.query('select count(*) from'
			    + ' graphile_worker._private_jobs')).rows[0].count);
	}
	return seconds(from);
}

// A thousand at a time.
async function pgboss() {
	const PgBoss = require('pg-boss');
	const boss = new PgBoss({ host: process.env.PGHOST,
		user: process.env.PGUSER, database: process.env.PGDATABASE,
		supervise: false, schedule: false });
	await boss.start();
	await boss.createQueue('nothing');
	for (let n = 0; n < wanted; n += 1000)
		await boss.insert(Array.from({ length: Math.min(1000, wanted - n) },
		    () => ({ name: 'nothing', data: { x: payload } })));
	const from = process.hrtime.bigint();
	for (;;) {
		const jobs = await boss.fetch('nothing', { batchSize: 1000 });
		if (jobs.length === 0)
			break;
		await boss.complete('nothing', jobs.map((j) => j.id));
	}
	return seconds(from);
}

({ graphile, pgboss })[which]().then((took) => {
	console.log(Math.round(wanted / took));
	process.exit(0);
}, (e) => {
	console.error(e);
	process.exit(1);
});
