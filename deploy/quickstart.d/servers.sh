# The private PostgreSQL cluster, responder and Apache httpd.  Sourced by
# deploy/quickstart and by the benchmarks; wants $var, $top, the users of
# place.sh, and die().
#
# What was started is known by a file with its process id, and by the path of
# var/ in the process's arguments: so a number that now belongs to somebody
# else is never signalled.
#
# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2154,SC2034,SC2086

servers_wants() {
	cat <<-'END'
		postgresql /usr/lib/postgresql/*/bin/initdb
		postgresql-client /usr/bin/psql
		apache2-bin /usr/sbin/apache2
		apache2-bin /usr/lib/apache2/modules/mod_proxy_fcgi.so
		curl /usr/bin/curl
		perl-base /usr/bin/perl
	END
}

# The process of pid file $1, where it is alive and ours, in $pid.
process_find() {
	pid=$(head -n 1 "$1" 2>/dev/null) && [ -n "$pid" ] &&
		tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null |
		grep -qF "$var/"
}

process_stop() {
	tries=0
	while process_find "$1"; do
		case $tries in
		0) kill "$pid" ;;
		100) kill -KILL "$pid" ;;
		esac
		tries=$((tries + 1))
		sleep 0.1
	done 2>/dev/null
	rm -f "$1"
}

# Poll command $2… every 0.1 s for at most $1 s.
wait_for() {
	left=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 0.1
	done
}

# PostgreSQL: a unix socket only, in a directory for its user and the
# service's group; whoever gets there is trusted.  More of the server's options
# in $cluster_options.
cluster_start() {
	pgbin=$(dirname "$(find /usr/lib/postgresql/*/bin/initdb | sort -V |
		tail -n 1)")
	export PGHOST="$var/pg/run" PGPORT=5432 PGUSER=postgres \
		PGDATABASE=nightdrop
	pglog=$var/pg/log
	mkdir -p "$var/pg/run"
	chown "$cluster_user:$(id -gn "$service_user")" "$var/pg" "$var/pg/run"
	chmod 755 "$var/pg" && chmod 710 "$var/pg/run"
	if [ ! -d "$var/pg/data" ]; then
		rm -rf "$var/pg/data.new"
		(cd / && $as_cluster "$pgbin/initdb" -D "$var/pg/data.new" \
			-U postgres -A trust -E UTF8 --locale=C) \
			>"$var/log/initdb.log" 2>&1 ||
			die "initdb failed; its last words:
$(tail -n 5 "$var/log/initdb.log")"
		mv "$var/pg/data.new" "$var/pg/data"
	fi
	(cd / && $as_cluster "$pgbin/pg_ctl" -D "$var/pg/data" -l "$pglog" \
		-s -w -o "-k $PGHOST -p $PGPORT -c listen_addresses='' ${cluster_options-}" \
		start) </dev/null 9>&- ||
		die "PostgreSQL does not start; its last words:
$(tail -n 5 "$pglog")"
}

cluster_stop() {
	process_find "$var/pg/data/postmaster.pid" || return 0
	kill -INT "$pid" # fast: clients are disconnected, nothing is lost
	wait_for 60 cluster_is_down || kill -QUIT "$pid"
}

cluster_is_down() {
	! process_find "$var/pg/data/postmaster.pid"
}

# Database and schema, made or brought up to date.
cluster_install() {
	if [ -z "$(psql -Atd postgres -c \
		"select 1 from pg_database where datname = 'nightdrop'")" ]; then
		run 'createdb nightdrop'
	fi
	run 'sql/install' >"$var/log/install.log" 2>&1 || {
		cat "$var/log/install.log"
		die "The schema could not be installed. If var/ is from an older
version of the program and holds nothing of worth, remove $var."
	}
	grep -v '^partition ' "$var/log/install.log"
}

# Settings that both programs share; the database user is in the environment.
settings_write() {
	mkdir -p "$var/run" "$var/handlers"
	: >>"$var/log/nightdrop.log"
	chown "$service_user:" "$var/run" "$var/log/nightdrop.log"
	cat >"$var/nightdrop.conf" <<-END
		# Made by deploy/quickstart at each start.  All settings:
		# $var/bin/nightdrop-batch --print-config
		database = "host=$PGHOST port=$PGPORT dbname=$PGDATABASE"
		listen = "unix:$var/run/nightdrop.sock"
		handler_dir = "$var/handlers"
		run_dir = "$var/run"
		log = "$var/log/nightdrop.log"
	END
	cat >"$var/batch" <<-END
		#!/bin/sh
		# Made by deploy/quickstart: one batch run, with the right user,
		# database role and settings.  Further options may follow.
		PGUSER=nightdrop_batch exec $as_service \\
			$var/bin/nightdrop-batch --config $var/nightdrop.conf "\$@"
	END
	chmod 755 "$var/batch"
}

# Command $2… as the service's user, known by pid file $1; survives a terminal.
process_start() {
	pid_file=$1
	shift
	$as_service setsid "$@" </dev/null >>"${pid_file%.pid}.out" 2>&1 9>&- &
	echo $! >"$pid_file"
}

responder_start() {
	process_start "$var/responder.pid" env PGUSER=nightdrop_responder \
		"$var/bin/nightdrop.fcgi" --config "$var/nightdrop.conf"
	wait_for 15 test -S "$var/run/nightdrop.sock" ||
		die "nightdrop.fcgi does not listen; its last words:
$(tail -n 3 "$var/responder.out" "$var/log/nightdrop.log" 2>&1)"
}

# On the first free port from the one used last, or 8080.
httpd_start() {
	mkdir -p "$var/httpd"
	port=$(cat "$var/port" 2>/dev/null) || port=8080
	last=$((port + 100))
	until httpd_try; do
		grep -q 'Address already in use' "$var/log/httpd.out" ||
			die "httpd does not start: $(cat "$var/log/httpd.out")"
		port=$((port + 1))
		[ $port -lt $last ] || die "no free port from $((last - 100)) on"
	done
	echo "$port" >"$var/port"
	url=http://127.0.0.1:$port
	wait_for 15 curl -fsS --noproxy '*' "$url/health" ||
		die "$url/health is not well:
$(curl -sS --noproxy '*' "$url/health" 2>&1)
$(tail -n 3 "$var/log/httpd.log" "$var/log/nightdrop.log" 2>&1)"
}

httpd_try() {
	/usr/sbin/apache2 -d "$var/httpd" -f "$top/deploy/quickstart.d/apache.conf" \
		-C "Define VAR $var" -C "Define PORT $port" \
		-C "Define SERVICE $service_user" -k start \
		>"$var/log/httpd.out" 2>&1 </dev/null 9>&- &&
		wait_for 5 test -s "$var/httpd/httpd.pid"
}

# In the order of a request, so that none is cut in the middle.
servers_stop() {
	process_stop "$var/httpd/httpd.pid"
	process_stop "$var/responder.pid"
	cluster_stop
	rm -f "$var/env"
}
