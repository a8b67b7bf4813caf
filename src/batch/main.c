/*
 * nightdrop-batch: the night run.
 *
 * SPDX-License-Identifier: ISC
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/descriptors.h"
#include "base/log.h"
#include "batch/adopt.h"
#include "batch/check.h"
#include "batch/guardian.h"
#include "batch/options.h"
#include "batch/plan.h"
#include "batch/report.h"
#include "batch/run.h"
#include "batch/try.h"

static const char usage[] =
    "usage: nightdrop-batch [option ...]\n"
    "\n"
    "Processes what was accepted before it started, reports, and exits.\n"
    "Made to be started by cron or a systemd timer.\n"
    "\n"
    "  -j N, --jobs N     handlers at once\n"
    "  --queue A,B        only these queues; default: all\n"
    "  --quiet            say nothing when all is well\n"
    "  --report=json      one JSON object instead of words; also text\n"
    "  --strict           exit 1 if a job failed for good\n"
    "  --drain TIME       how long handlers may go on after SIGTERM, SIGINT or the\n"
    "                     window; default: 60 s.  A second SIGINT ends them at\n"
    "                     once\n"
    "  --until TIME       the window: 06:00 (in the setting time_zone) or how\n"
    "                     long, 2h.  What would not be done by then is not\n"
    "                     started; what still runs has --drain\n"
    "  --config FILE      default: NIGHTDROP_CONFIG, else\n"
    "                     " CONFIG_DEFAULT_PATH "\n"
    "  --set NAME=VALUE   a setting, over file and environment\n"
    "\n"
    "A queue is in one run at a time; those that another run has are left to it.\n"
    "  --stale TIME       a run in the way that is older: say so, exit 75\n"
    "  --join             help in the open run of these queues, from this or\n"
    "                     another host; where there is none, open it\n"
    "  --daily            not the queues whose run of this business day is closed\n"
    "  --resume           only go on with a run whose batch died (for @reboot)\n"
    "TIME is 90 s, 15 min, 1h30m, 2 days.\n"
    "\n"
    "  --plan[=N]         what this run would do: when each job starts and ends\n"
    "                     (the first N of a queue, 10), and what would not fit;\n"
    "                     changes nothing\n"
    "  --check            would a run work, here and now?\n"
    "  --try HANDLER < body\n"
    "                     run one handler (a queue's name, or a path) as at\n"
    "                     night, and show what comes of it; no database (a\n"
    "                     statement: and nothing of it stays).  Exit\n"
    "                     code 1 where it did not succeed\n"
    "    --type TYPE      the body's media type\n"
    "    --variable NAME=VALUE\n"
    "                     of the request, as QUERY_STRING or HTTP_X_SHOP; also\n"
    "                     NIGHTDROP_STATE, _ATTEMPT, _JOB_ID, _BUSINESS_DATE\n"
    "    --limit NAME=VALUE\n"
    "                     as the queue's: time_limit, cpu_limit, memory_limit,\n"
    "                     max_output, max_files, max_attempts\n"
    "  --adopt REASON     this database is a copy (a restored backup, a test\n"
    "                     system), which refuses to run what the original runs:\n"
    "                     make it one of its own, list its jobs, hold its queues\n"
    "  --print-config     every setting, its value, and what it means\n"
    "  --help, --version\n"
    "\n"
    "Exit codes: 0; 1 a job failed and --strict; 70 the ledger does not balance; 75 the database is away,\n"
    "the lease was lost (the next run goes on), or --stale; 78 configuration.\n";

static int
run_main(struct options *o)
{
	struct err e = ERR_INIT;
	int code;

	if (log_open(o->config.log, "nightdrop-batch", &e) != ERR_OK) {
		err_set(&e, ERR_CONFIG, "setting log: %s", o->config.log);
		return report_error(&e);
	}
	if (guardian_run(&o->config, run_worker, o, &code, &e) != ERR_OK)
		code = report_error(&e);
	log_close();
	return code;
}

static int
print_config(const struct options *o)
{
	config_print(&o->config, stdout);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	struct options o;
	struct err e = ERR_INIT;
	int code = EXIT_SUCCESS;

	descriptors_fill();
	descriptors_raise(); /* a slot has six, with FastCGI twenty and more */
	if (options_read(&o, argc, argv, &e) != ERR_OK)
		code = report_error(&e);
	else if (o.mode == MODE_HELP)
		fputs(usage, stdout);
	else if (o.mode == MODE_VERSION)
		puts("nightdrop-batch " ND_VERSION);
	else if (o.mode == MODE_PRINT_CONFIG)
		code = print_config(&o);
	else if (o.mode == MODE_CHECK)
		code = check_main(&o);
	else if (o.mode == MODE_PLAN)
		code = plan_main(&o);
	else if (o.mode == MODE_ADOPT)
		code = adopt_main(&o);
	else if (o.mode == MODE_TRY)
		code = try_main(&o);
	else
		code = run_main(&o);
	options_fini(&o);
	if (fflush(stdout) != 0 && code == EXIT_SUCCESS)
		code = EXIT_FAILURE;
	return code;
}
