/*
 * A FastCGI program that does nothing, for comparison: reads the body, and
 * answers each request with the bytes of a file (a CGI answer, which the
 * benchmark took from the responder itself).  As many threads as the
 * responder, and like it no kept connections.
 *
 * SPDX-License-Identifier: ISC
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fcgiapp.h>

#define BACKLOG 4096
#define ANSWER_SIZE 65536

struct work {
	int fd;
	int len;
	char answer[ANSWER_SIZE];
};

static void *
serve(void *arg)
{
	const struct work *w = arg;
	FCGX_Request r;
	char buf[8192];

	FCGX_InitRequest(&r, w->fd, 0);
	while (FCGX_Accept_r(&r) == 0) {
		r.keepConnection = 0;
		while (FCGX_GetStr(buf, sizeof(buf), r.in) > 0)
			;
		FCGX_PutStr(w->answer, w->len, r.out);
		FCGX_Finish_r(&r);
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	static struct work w;
	pthread_t thread;
	FILE *f;
	int i;

	if (argc != 4) {
		fprintf(stderr, "usage: noop SOCKET THREADS ANSWER-FILE\n");
		return 64;
	}
	if ((f = fopen(argv[3], "r")) == NULL) {
		perror(argv[3]);
		return 66;
	}
	w.len = (int)fread(w.answer, 1, sizeof(w.answer), f);
	fclose(f);
	umask(0);
	FCGX_Init();
	if ((w.fd = FCGX_OpenSocket(argv[1], BACKLOG)) < 0)
		return 71;
	for (i = 1; i < atoi(argv[2]); i++)
		if (pthread_create(&thread, NULL, serve, &w) != 0)
			return 71;
	serve(&w);
	return 0;
}
