/*
 * The least handler there can be: reads the job, gives an empty answer.  What
 * /bin/true would be if it spoke CGI.
 *
 * SPDX-License-Identifier: ISC
 */
#include <unistd.h>

int
main(void)
{
	static const char text[] = "Content-Type: text/plain\n\nok\n";
	char buf[65536];

	while (read(STDIN_FILENO, buf, sizeof(buf)) > 0)
		;
	return write(STDOUT_FILENO, text, sizeof(text) - 1) <= 0;
}
