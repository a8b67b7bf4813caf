# What the quickstart shows once all runs.  Sourced by deploy/quickstart; wants
# say(), die(), $var, $here, and the settings of "deploy/quickstart env".
#
# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2154

# Like run(), but keeps the answer for field() and prints it indented; a
# document of JSON, which comes as one line, in several.
ask() {
	printf '$ %s\n' "$1"
	eval "$1" >"$var/answer" 2>&1 || {
		cat "$var/answer"
		die 'that failed'
	}
	tr -d '\r' <"$var/answer" | awk '/^{"/ { $0 = broken($0) } { print "  " $0 }
	# After each comma of the object itself, and between the objects of a
	# list in it.
	function broken(s,   out, c, last, depth, quoted, i) {
		for (i = 1; i <= length(s); i++) {
			c = substr(s, i, 1)
			if (c == "\"" && last != "\\")
				quoted = !quoted
			else if (!quoted)
				depth += (c ~ /[[{]/) - (c ~ /[]}]/)
			out = out c
			if (c == "," && !quoted &&
			    (depth == 1 || last == "}"))
				out = out "\n     "
			last = c
		}
		return out
	}'
}

# The value of field $1 of the answer's header.
field() {
	tr -d '\r' <"$var/answer" |
		sed -n "/^\$/q; s/^$1: *//Ip" | head -n 1
}

# The answer must have begun with status $1.
expect() {
	head -n 1 "$var/answer" | grep -q " $1 " ||
		die "expected status $1"
}

tour_queues() {
	if [ -n "$(psql -Atc "select 1 from nightdrop.queue
	    where name = 'report'")" ]; then
		say 'The two queues are there since an earlier start.'
	else
		say 'Two queues. A queue is a policy, made by the DBA, in SQL.'
		ask "psql -At -v ON_ERROR_STOP=1 <<'END'
select nightdrop.queue_create('report', 'quickstart',
    '{\"description\": \"CSV in, HTML report with a chart out\",
      \"media_types\": [\"text/csv\"]}');
select nightdrop.queue_create('shout', 'quickstart',
    '{\"description\": \"text in, capitals out\"}');
END"
	fi
	say 'A handler is an executable file, named as its queue: any CGI program.'
	ask 'cat "$NIGHTDROP_HANDLER_DIR/shout"'
}

tour_submit() {
	say 'A client submits a job. 202: it is committed, and this is its monitor.
# What stands behind the ~ is the key to a job that has no owner.'
	ask 'curl -si --data-binary @deploy/quickstart.d/sales.csv \
    -H "Content-Type: text/csv" "$NIGHTDROP_URL/queues/report/jobs"'
	expect 202
	report_monitor=$(field Content-Location)
	report_response=$(field Location)

	say 'Another, for the shell script.'
	ask 'curl -si -d "see you in the morning" -H "Content-Type: text/plain" \
    -H "Prefer: return=minimal" "$NIGHTDROP_URL/queues/shout/jobs"'
	expect 202
	shout_response=$(field Location)
}

tour_wait() {
	say 'The monitor tells how it stands.'
	ask "curl -si \"\$NIGHTDROP_URL$report_monitor\""
	expect 200
	etag=$(field ETag)

	say 'Asking again costs next to nothing: 304 while nothing has changed.'
	ask "curl -si -H 'If-None-Match: $etag' \\
    \"\$NIGHTDROP_URL$report_monitor\""
	expect 304

	say 'Its answer is not there yet: 202 again.'
	ask "curl -sI \"\$NIGHTDROP_URL$report_response\""
	expect 202
}

tour_run() {
	say 'Night falls. What cron would start runs all that was accepted.'
	ask '$NIGHTDROP_BATCH -j 2'

	say 'The deferred response: the status, fields and body of the handler.'
	ask "curl -si \"\$NIGHTDROP_URL$shout_response\""
	expect 200

	say 'The report: its header here, its body into var/report.html.'
	ask "curl -s -D - -o var/report.html \"\$NIGHTDROP_URL$report_response\""
	expect 200

	say 'And what its monitor says now.'
	ask "curl -si \"\$NIGHTDROP_URL$report_monitor\""
	expect 200

	say 'What a DBA sees.'
	ask 'psql -c "select name, waiting, running, last_run, p50, description
    from nightdrop.queue_status"'
}

tour() {
	export NIGHTDROP_URL="$url" NIGHTDROP_BATCH="$var/batch" \
		NIGHTDROP_HANDLER_DIR="$var/handlers"
	say 'Every command from here on works in your shell too, after --keep and
# $ set -a; eval "$(deploy/quickstart env)"; set +a'
	tour_queues
	tour_submit
	tour_wait
	tour_run
}

farewell() {
	printf '\nThe report is in %s: open it in a browser.\n' \
		"$var/report.html"
	if [ "$keep" = no ]; then
		cat <<-'END'

			All is stopped; the data stays in var/. To go on:

			  deploy/quickstart --keep       the same, and leave it running
		END
	else
		cat <<-END

			Nightdrop runs at $url

			  set -a; eval "\$(deploy/quickstart env)"; set +a
			  deploy/quickstart stop         when you have seen enough
		END
	fi
	cat <<-'END'

		Then try:
		  curl -i -d 'no table' "$NIGHTDROP_URL/queues/report/jobs"
		      what the queue does not accept is refused at the door: 415
		  printf 'month,sold\nMay,4,5\n' | curl -i -H 'Content-Type: text/csv' \
		      --data-binary @- "$NIGHTDROP_URL/queues/report/jobs"
		      what its handler refuses is a 422 after the run: $NIGHTDROP_BATCH
		  cp my-script "$NIGHTDROP_HANDLER_DIR/mine"
		  $NIGHTDROP_BATCH --try mine < a-body
		  psql -c "select nightdrop.queue_create('mine', 'trying it')"
		      a handler and a queue of your own
		  psql -c 'select * from nightdrop.run_history'
		  README: the way into production.  tests/run: the tests.
	END
}
