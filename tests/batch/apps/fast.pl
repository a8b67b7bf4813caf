#!/usr/bin/perl
# SPDX-License-Identifier: ISC
#
# A script of CGI.pm that became one of CGI::Fast by its loop, as its manual
# shows it.
use strict;
use warnings;
use CGI::Fast;

my $n = 0;
while (my $q = CGI::Fast->new) {
	$n++;
	warn "request $n\n";
	print $q->header(-type => 'text/plain', -status => '201 Made');
	print "$$ $n $ENV{NIGHTDROP_JOB_ID} ", $q->param('name') // '', "\n";
}
