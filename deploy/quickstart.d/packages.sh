# Debian packages, installed without side effects.  Sourced by
# deploy/quickstart and by the benchmarks; wants die() and say().
#
# A list of wants is lines of "package path": the package is missing where no
# file matches the path (a glob), however it may have come there.
#
# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2154

packages_missing() {
	while read -r package path; do
		[ -n "$package" ] || continue
		# shellcheck disable=SC2086  # path is a glob
		set -- $path
		[ -e "$1" ] || printf '%s\n' "$package"
	done | sort -u | tr '\n' ' '
}

# As root: installs what is missing from the wants on stdin, log in $1.  As a
# user: names it.
packages_need() {
	missing=$(packages_missing)
	missing=${missing% }
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null ||
		die "these are missing (Debian's names): $missing"
	[ "$(id -u)" = 0 ] || die "Debian packages are missing. As root:
    apt-get install --no-install-recommends $missing
Where that would start services that you do not want, run this script as root
once: it installs them without starting any."
	say "Missing packages; no service is started, no database cluster made."
	printf '$ apt-get install -y --no-install-recommends %s\n' "$missing"
	# shellcheck disable=SC2086  # a list of words
	packages_install $missing >"$1" 2>&1 ||
		die "apt-get failed; its last words:
$(tail -n 15 "$1")"
}

# In a subshell, so that the trap that takes the two files away again is its
# own: one keeps packages from starting services, the other keeps PostgreSQL's
# from making a cluster "main".
packages_install() (
	policy=/usr/sbin/policy-rc.d
	cluster=/etc/postgresql-common/createcluster.d
	mine=
	trap 'rm -f $mine' EXIT
	trap 'exit 1' INT TERM HUP
	if [ ! -e $policy ]; then
		mine=$policy
		printf '#!/bin/sh\nexit 101\n' >$policy
		chmod 755 $policy
	fi
	mine="$mine $cluster/nightdrop-quickstart.conf"
	mkdir -p $cluster
	echo 'create_main_cluster = false' >$cluster/nightdrop-quickstart.conf
	export DEBIAN_FRONTEND=noninteractive
	apt-get update &&
		apt-get install -y --no-install-recommends \
			-o Dpkg::Options::=--force-confold "$@"
)
