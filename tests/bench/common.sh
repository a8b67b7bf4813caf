# What both benchmarks need: a private cluster with default, durable settings,
# the programs, medians.  Sourced.
#
# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2034,SC2154

say() {
	printf '\n# %s\n' "$1"
}

die() {
	printf '%s: %s\n' "${0##*/}" "$1" >&2
	exit 1
}

run() {
	eval "$1"
}

top=$(cd "$(dirname "$0")/../.." && pwd -P)
parts=$top/deploy/quickstart.d
# shellcheck source=deploy/quickstart.d/packages.sh
. "$parts/packages.sh"
# shellcheck source=deploy/quickstart.d/place.sh
. "$parts/place.sh"
# shellcheck source=deploy/quickstart.d/build.sh
. "$parts/build.sh"
# shellcheck source=deploy/quickstart.d/servers.sh
. "$parts/servers.sh"

# Build below var/ as the quickstart does, run below var/bench; $1: more wants.
# NIGHTDROP_BUILD: a build that is there already.
bench_prepare() {
	ready_build=${NIGHTDROP_BUILD-}
	environment_clean
	place_users
	place_find
	mkdir -p "$var/log"
	{
		build_wants
		servers_wants
		printf '%s\n' "$1"
	} | packages_need "$var/log/packages.log"
	[ -n "$ready_build" ] || {
		build_programs >"$var/log/bench-build.log"
		ready_build=$build
	}
	var=$var/bench
	servers_stop
	rm -rf "${var:?}"
	mkdir -p "$var/log" "$var/bin" "$var/run"
	install -m 755 "$ready_build/nightdrop.fcgi" \
		"$ready_build/nightdrop-batch" "$var/bin/"
	trap bench_finish EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	cd "$top" || exit
	cluster_start
	cluster_install >"$var/log/sql"
	settings_write
}

bench_finish() {
	code=$?
	trap - EXIT
	bench_stop
	exit $code
}

# A helper of the benchmarks, compiled from the one file that it is.
bench_compile() {
	name=$1
	shift
	${CC:-cc} -std=c11 -O2 -D_POSIX_C_SOURCE=200809L -o "$var/bin/$name" \
		"$top/tests/bench/$name.c" "$@"
}

# The median of the numbers on stdin, one a line.
median() {
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# $jobs into the queue "answer" as the responder would, a thousand at a time; 1
# KiB each.
bench_load() {
	PGUSER=nightdrop_responder psql -Atq -v jobs="$jobs" <<'END'
select verdict, count(*) from generate_series(1, :jobs, 1000) chunk,
lateral (
	select array_agg((lpad(to_hex(
	    (extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
	    || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid) ids,
	    array_agg('answer'::text) queues, array_agg(''::text) owners,
	    array_agg('{"REQUEST_METHOD": "POST"}'::json) requests,
	    array_agg('text/plain'::text) types,
	    array_agg(convert_to(repeat('x', 1024), 'UTF8')) bodies,
	    array_agg(sha256(convert_to(repeat('x', 1024), 'UTF8'))) digests
	from generate_series(chunk, least(chunk + 999, :jobs))
) a,
nightdrop.job_accept_many(ids, queues, owners, requests, types, bodies,
    digests)
group by verdict;
END
}

bench_now() {
	date +%s.%N
}

# A close looks over the jobs of the last ten minutes at least; the rounds are
# seconds apart.  So each begins with no past, as a night begins long after the
# last one.
bench_forget() {
	psql -Xq -c 'truncate nightdrop.job, nightdrop.part, nightdrop.attempt,
	    nightdrop.response, nightdrop.waiting, nightdrop.running'
}

# Done by a run of $slots: jobs a second.
bench_batch() {
	bench_forget
	[ "$(bench_load)" = "ok|$jobs" ] || die 'the jobs could not be loaded'
	from=$(bench_now)
	"$var/batch" -j "$slots" --queue answer >"$var/log/batch" 2>&1 ||
		die "the batch failed:
$(cat "$var/log/batch")"
	echo "$jobs $from $(bench_now)" | awk '{ printf "%.0f\n", $1 / ($3 - $2) }'
	left=$(psql -Atc 'select count(*) from nightdrop.waiting')
	[ "$left" = 0 ] || die "$left jobs are still waiting"
}
