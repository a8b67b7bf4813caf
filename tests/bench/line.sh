# Lines of jobs made without the front door, and a worker that pgbench plays.
# Sourced, behind common.sh.
#
# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2154,SC2034

size=250 # jobs a turn, where pgbench drives

sql() {
	psql -XAtq -v ON_ERROR_STOP=1 "$@"
}

# $1 jobs of $3 bytes into queue $2, a hundred thousand a transaction, without
# the front door; they have the ids and the places that it would have given them.
load() {
	left=$1
	while [ "$left" -gt 0 ]; do
		some=$((left < 100000 ? left : 100000))
		sql -v n="$some" -v queue="$2" -v size="$3" <<'END2'
with fresh as (
	insert into nightdrop.job (id, queue, owner, accepted, request, type,
	    size, digest, body)
	select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)
	    ::bigint), 12, '0') || '7' || substr(replace(
	    gen_random_uuid()::text, '-', ''), 14))::uuid, :'queue', '',
	    clock_timestamp(), '{"REQUEST_METHOD": "POST"}', 'text/plain',
	    b.size, sha256(b.body), b.body
	from generate_series(1, :n),
	    (select :size as size,
		convert_to(repeat('x', :size), 'UTF8') as body) b
	returning id, accepted, size)
insert into nightdrop.waiting (id, queue, position, bytes)
select id, :'queue', accepted, size from fresh order by accepted;
END2
		left=$((left - some))
	done
}

# What a bulk load leaves to do is done before anything is measured.
settle() {
	sql -c 'vacuum analyze' -c checkpoint
	PGDATABASE=nightdrop
}

# A worker of our own, for pgbench: $worker, with $token.
worker_open() {
	token=$(cat /proc/sys/kernel/random/uuid)
	worker=$(sql -c "select worker from nightdrop.run_open('{answer}', 1,
	    'bench', 1, 'bench', '$token', '{}', lease_s => 3600)")
}

# What it still has goes back.
worker_close() {
	sql >/dev/null <<-END2
		select nightdrop.give_back($worker, '$token',
		    array_agg(id), array_agg(started is not null))
		from nightdrop.running;
		select nightdrop.run_leave($worker, '$token');
	END2
}

# $1 turns of $size by pgbench, on $worker; jobs a second.
pgbench_turns() {
	pgbench -n -M prepared -t "$1" -D worker="$worker" -D token="$token" \
		-D ended={} -D begun={} -D at=-infinity \
		-D last=00000000-0000-0000-0000-000000000000 \
		-D batch="$size" -f "$top/tests/bench/turn.sql" \
		>"$var/log/pgbench" 2>&1 || die "pgbench: $(cat "$var/log/pgbench")"
	awk -v size="$size" '/^tps/ { printf "%.0f\n", $3 * size }' \
		"$var/log/pgbench"
}
