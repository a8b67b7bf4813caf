# Builds the two programs below var/build and copies them to var/bin.  Sourced
# by deploy/quickstart and by the benchmarks; wants $top, $var, run(), die().
#
# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2154

# What a build needs, as "package path" (packages.sh).
build_wants() {
	cat <<-'END'
		gcc /usr/bin/cc
		make /usr/bin/make
		libc6-dev /usr/include/stdlib.h
		autoconf /usr/bin/autoreconf
		automake /usr/bin/automake
		pkg-config /usr/bin/pkg-config
		libfcgi-dev /usr/include/fcgiapp.h
		libpq-dev /usr/include/postgresql/libpq-fe.h
		libssl-dev /usr/include/openssl/evp.h
		libjansson-dev /usr/include/jansson.h
	END
}

# A tree that somebody has configured in place cannot be built elsewhere as
# well: then it is built where it is.
build_programs() {
	build=$var/build
	[ ! -e "$top/config.status" ] || build=$top
	build_log=$var/log/build.log
	: >"$build_log"
	if [ ! -e "$top/configure" ]; then
		build_step "cd $top && autoreconf -i"
	fi
	mkdir -p "$build"
	if [ ! -e "$build/config.status" ]; then
		build_step "cd $build && $top/configure"
	fi
	build_step "cd $build && make -j2 nightdrop.fcgi nightdrop-batch"
	mkdir -p "$var/bin"
	install -m 755 "$build/nightdrop.fcgi" "$build/nightdrop-batch" \
		"$var/bin/"
}

build_step() {
	printf '$ %s\n' "$1"
	(eval "$1") >>"$build_log" 2>&1 || die "that failed; its last words:
$(tail -n 20 "$build_log")"
}
