# Where the private things live, and as whom they run.  Sourced by
# deploy/quickstart and by the benchmarks; wants $top and die().
#
# PostgreSQL does not run as root, and Nightdrop runs handlers only from places
# that nobody else could have written to.  So var/ is a directory of the clone
# where that is searchable for all and writable for its owner alone, all the
# way up; else it is a symbolic link to such a place below /var/tmp.
#
# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2154,SC2034

# Nothing of the caller's may lead a program to another database, setting or
# proxy.
environment_clean() {
	for name in $(env | sed -n 's/^\(PG[A-Z]*\|NIGHTDROP_[A-Z_]*\)=.*/\1/p'); do
		unset "$name"
	done
	unset GATEWAY_INTERFACE
	export LC_ALL=C.UTF-8 no_proxy=127.0.0.1 PSQLRC=/dev/null
	umask 022
}

# Users of the cluster, and of responder, httpd and handlers; and what runs a
# command as one of them.  Where we are not root: ourselves.
place_users() {
	as_cluster='' as_service=''
	cluster_user=$(id -un) service_user=$cluster_user
	[ "$(id -u)" = 0 ] || return 0
	cluster_user=postgres service_user=www-data
	as_cluster='setpriv --reuid=postgres --regid=postgres --init-groups --'
	as_service='setpriv --reuid=www-data --regid=www-data --init-groups --'
}

# Nobody else can write to directory $1, nor to any above it; others can search
# them, if we are root; and there is room for the name of a unix socket in it.
place_suits() {
	[ ${#1} -le 70 ] || return 1
	dir=$1
	while :; do
		if [ -d "$dir" ]; then
			place_dir_suits "$dir" || return 1
		fi
		[ "$dir" != / ] || return 0
		dir=$(dirname "$dir")
	done
}

place_dir_suits() {
	owner=$(stat -c %u "$1") mode=$(stat -c %a "$1")
	case $owner in 0 | "$(id -u)") ;; *) return 1 ;; esac
	case $mode in
	1???) ;; # sticky: what is ours stays ours
	*[2367]? | *[2367]) return 1 ;;
	esac
	[ "$(id -u)" != 0 ] || case $mode in *[1357]) ;; *) return 1 ;; esac
}

place_is_ours() {
	[ -d "$1" ] && [ ! -L "$1" ] &&
		[ "$(stat -c %u "$1")" = "$(id -u)" ] && place_suits "$1"
}

# Sets $var, a resolved path.
place_find() {
	var=$top/var
	elsewhere=/var/tmp/nightdrop-$(id -u)-$(printf %s "$top" | cksum |
		cut -d' ' -f1)
	if [ -L "$var" ] || { [ ! -e "$var" ] && ! place_suits "$var"; }; then
		[ "$(readlink "$var")" = "$elsewhere" ] ||
			ln -sfn "$elsewhere" "$var" ||
			die "cannot make $var"
		var=$elsewhere
	fi
	mkdir -m 755 "$var" 2>/dev/null || :
	place_is_ours "$var" ||
		die "cannot use $var: it belongs to somebody else, or others can
write there. Remove it, or run as its owner."
}
