/*
 * An application as its author would write it, with libfcgi and no word of
 * nightdrop: what the request was, and how many it has had.
 *
 * SPDX-License-Identifier: ISC
 */
#include <fcgi_stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
main(void)
{
	static char body[65536];
	int n = 0;

	while (FCGI_Accept() >= 0) {
		const char *length = getenv("CONTENT_LENGTH");
		size_t len = length == NULL ? 0 : strtoul(length, NULL, 10);

		len = len < sizeof(body) - 1 ? len : sizeof(body) - 1;
		if (strcmp(getenv("QUERY_STRING"), "unread") == 0)
			len = 0;
		len = fread(body, 1, len, stdin);
		body[len] = '\0';
		fprintf(stderr, "request %d\n", ++n);
		if (strcmp(body, "unwell") == 0)
			printf("Status: 503 Not now\r\nRetry-After: 1200\r\n");
		printf("Content-Type: text/plain\r\n\r\n%d %d %s %s",
		    (int)getpid(), n, getenv("NIGHTDROP_JOB_ID"), body);
	}
	return 0;
}
