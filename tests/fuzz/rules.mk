# SPDX-License-Identifier: ISC
# GNU make, in the directory of the results; tests/fuzz/run calls it.  The
# parsers are compiled from the sources, for libFuzzer and with sanitizers.

CC = clang
CFLAGS = -std=c11 -O1 -g -Wall -Wextra -Werror -fno-omit-frame-pointer \
	-fno-sanitize-recover=all
SANITIZERS = address,undefined
CPPFLAGS = -I$(top)/src -I$(top)/tests/fuzz -D_POSIX_C_SOURCE=200809L \
	-DND_VERSION='"0"' $(shell pkg-config --cflags jansson libcrypto)
LIBS = $(shell pkg-config --libs jansson libcrypto) -lpthread

# Whole layers that are pure, and what parses elsewhere.
SOURCES = $(wildcard $(top)/src/base/*.c $(top)/src/http/*.c) \
	$(top)/src/handler/progress.c $(top)/src/responder/reply.c \
	$(wildcard $(top)/src/responder/page*.c) $(top)/src/web/web.c
OBJECTS = $(SOURCES:$(top)/src/%.c=%.o)
DRIVERS = $(patsubst $(top)/tests/fuzz/%.c,%,$(wildcard $(top)/tests/fuzz/*.c))

all: $(DRIVERS)

$(OBJECTS): %.o: $(top)/src/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -fsanitize=fuzzer-no-link,$(SANITIZERS) \
		-MMD -c -o $@ $<

web/files.c: $(top)/src/web/embed $(top)/src/web/page.css
	@mkdir -p $(@D)
	$(top)/src/web/embed $(top) src/web/page.css >$@

web/files.o: web/files.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -fsanitize=$(SANITIZERS) -c -o $@ $<

parsers.a: $(OBJECTS) web/files.o
	rm -f $@
	ar rc $@ $(OBJECTS) web/files.o

$(DRIVERS): %: $(top)/tests/fuzz/%.c parsers.a
	$(CC) $(CPPFLAGS) $(CFLAGS) -fsanitize=fuzzer,$(SANITIZERS) \
		-MMD -MF $@.d -o $@ $< parsers.a $(LIBS)

-include $(OBJECTS:.o=.d) $(DRIVERS:=.d)
.PHONY: all
