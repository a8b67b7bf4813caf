/*
 * nightdrop.fcgi: accepts work over HTTP, makes it durable, answers with the
 * status that is true.
 *
 * How it was started decides what it is: with 'listen' a FastCGI server of its
 * own; with a listening socket on descriptor 0 a FastCGI application of
 * mod_fcgid, spawn-fcgi, lighttpd or systemd; with GATEWAY_INTERFACE in the
 * environment a plain CGI program.
 *
 * A process manager starts a process that fails again and again; so one that
 * cannot work as configured stays, and answers 503 with the reason in the log.
 *
 * SPDX-License-Identifier: ISC
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/config.h"
#include "base/descriptors.h"
#include "base/log.h"
#include "queue/store.h"
#include "responder/cgi.h"
#include "responder/listen.h"
#include "responder/serve.h"

#define EX_USAGE 64
#define EX_CONFIG 78
#define THREADS_OWN 32

static const char program[] = "nightdrop.fcgi";

struct options {
	const char *config, *queue, *script_path;
	bool print;
};

static void
usage(FILE *f)
{
	fprintf(f,
	    "usage: %s [--config FILE] [--print-config]\n"
	    "       %s [--config FILE] --queue QUEUE [--script-name PATH]\n"
	    "A FastCGI or CGI program, started by a web server; see "
	    "README.\n\n"
	    "  --config FILE    settings (default: $NIGHTDROP_CONFIG, then\n"
	    "                   " CONFIG_DEFAULT_PATH ")\n"
	    "  --queue QUEUE    as the parameter NIGHTDROP_QUEUE of each "
	    "request: whatever\n"
	    "                   is posted here is a job of this queue\n"
	    "  --script-name PATH\n"
	    "                   as NIGHTDROP_SCRIPT_NAME: what comes behind "
	    "PATH is the\n"
	    "                   job's PATH_INFO\n"
	    "  --print-config   print every setting with its meaning, and exit\n"
	    "  --help, --version\n",
	    program, program);
}

static void
parse_options(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "print-config", no_argument, NULL, 'p' },
		{ "queue", required_argument, NULL, 'q' },
		{ "script-name", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (opt) {
		case 'c':
			o->config = optarg;
			break;
		case 'p':
			o->print = true;
			break;
		case 'q':
			o->queue = optarg;
			break;
		case 's':
			o->script_path = optarg;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		case 'V':
			printf("%s %s\n", program, ND_VERSION);
			exit(0);
		default:
			usage(stderr);
			exit(EX_USAGE);
		}
	}
	if (optind < argc) {
		usage(stderr);
		exit(EX_USAGE);
	}
}

static int
complain(const struct err *e)
{
	fprintf(stderr, "%s: %s\n", program, e->text);
	return EX_CONFIG;
}

static int
fail(const struct err *e)
{
	log_event(LEVEL_ERROR, "%s", e->text);
	return complain(e);
}

static int
print(const struct config *config, const struct err *broken)
{
	if (broken != NULL)
		return complain(broken);
	config_print(config, stdout);
	return 0;
}

static int
thread_count(const struct config *c)
{
	if (c->threads > 0)
		return (int)c->threads;
	return c->listen[0] != '\0' ? THREADS_OWN : 1;
}

static int
run_listener(const struct exchange *base, struct err *e)
{
	int fd = STDIN_FILENO;
	bool own = base->broken == NULL && base->config->listen[0] != '\0';

	if (own && listen_open(base->config, &fd, e) != ERR_OK)
		return fail(e);
	if (own)
		log_event(LEVEL_NOTICE, "%s listens on %s, %d threads",
		    ND_VERSION, base->config->listen,
		    thread_count(base->config));
	else /* our threads wait in accept, and would not if it did not block */
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	if (serve(base, fd, own, thread_count(base->config), e) != ERR_OK)
		return fail(e);
	return 0;
}

static int
run(const struct exchange *base, struct err *e)
{
	bool own = base->broken == NULL && base->config->listen[0] != '\0';

	/* The CGI environment comes first: under it descriptor 0 is a body. */
	if (getenv("GATEWAY_INTERFACE") != NULL &&
	    getenv("REQUEST_METHOD") != NULL) {
		cgi_serve(base);
		return 0;
	}
	if (own || listen_inherited(STDIN_FILENO))
		return run_listener(base, e);
	if (base->broken != NULL)
		return complain(base->broken);
	err_set(e, ERR_CONFIG,
	    "nothing to serve: 'listen' is not set, descriptor 0 is not a "
	    "listening socket, and this is no CGI request");
	return fail(e);
}

int
main(int argc, char **argv)
{
	struct options o = { 0 };
	struct config config;
	struct err broken = ERR_INIT, e = ERR_INIT;
	struct exchange base = { .config = &config };
	int status;

	descriptors_fill();
	/* A CGI server may turn a query without '=' into arguments (RFC 3875
	 * §4.4): what a client wrote must not become our options. */
	if (getenv("GATEWAY_INTERFACE") == NULL)
		parse_options(argc, argv, &o);
	base.queue = o.queue;
	base.script_path = o.script_path;
	if (config_load(&config, o.config, &broken) != ERR_OK)
		base.broken = &broken;
	if (o.print) {
		status = print(&config, base.broken);
		config_fini(&config);
		return status;
	}
	if (log_open(config.log, program,
		base.broken == NULL ? &broken : NULL) != ERR_OK)
		base.broken = &broken;
	if (base.broken != NULL)
		log_event(LEVEL_ERROR, "%s", broken.text);
	base.store = store_new(&config);
	status = run(&base, &e);
	store_free(base.store);
	config_fini(&config);
	log_close();
	return status;
}
