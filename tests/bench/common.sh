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
