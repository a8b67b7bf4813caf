/*
 * The least FastCGI application there can be: reads the job, gives an empty
 * answer, again and again.
 *
 * SPDX-License-Identifier: ISC
 */
#include <fcgiapp.h>

int
main(void)
{
	FCGX_Stream *in, *out, *err;
	FCGX_ParamArray variables;
	char buf[65536];

	while (FCGX_Accept(&in, &out, &err, &variables) >= 0) {
		while (FCGX_GetStr(buf, sizeof(buf), in) > 0)
			continue;
		FCGX_PutS("Content-Type: text/plain\n\nok\n", out);
	}
	return 0;
}
