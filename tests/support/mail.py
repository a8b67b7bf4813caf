# SPDX-License-Identifier: ISC
"""A mail server that keeps what it gets, and a sendmail that brings it
there: msmtp, and aiosmtpd."""
import email
import email.policy

from aiosmtpd.controller import Controller

from . import place
from .server import free_port

CONFIGURATION = """defaults
auth off
tls off
account default
host 127.0.0.1
port {port}
"""


class Mail:
    """Refuses addresses of nobody@.  busy: refuses all, for a while."""

    def __init__(self, base, user):
        self.letters = []
        self.busy = False
        self.on_letter = None
        self.controller = Controller(self, "127.0.0.1", free_port())
        self.controller.start()
        home = place.directory(base, "mail")
        rc = home / "msmtprc"
        rc.write_text(CONFIGURATION.format(port=self.controller.port))
        rc.chmod(0o600)
        place.give(rc, user)
        self.sendmail = home / "sendmail"
        self.sendmail.write_text(
            f'#!/bin/sh\nexec /usr/bin/msmtp -C {rc} "$@"\n')
        self.sendmail.chmod(0o755)

    def stop(self):
        self.controller.stop()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.busy:
            return "451 later"
        if address.startswith("nobody@"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(
            envelope.content, policy=email.policy.default)
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, letter))
        if self.on_letter:
            self.on_letter(len(self.letters))
        return "250 taken"
