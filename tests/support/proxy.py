# SPDX-License-Identifier: ISC
"""A proxy between a program and PostgreSQL that loses answers on purpose.

It reads the server's side of the protocol (version 3: a type byte, a length
of four bytes that counts itself, the content), so a fault falls between two
messages, where it hurts: the server has done its work, the client never
hears.  The server's messages are counted over all connections (or those whose
application_name has only in it) from the moment of arm(): all of them, or
those that answer one call.
"""
import contextlib
import os
import select
import socket
import struct
import threading
import time

from .cluster import PORT


class Proxy:
    """Listens in a directory of its own, as a server would (host=home)."""

    def __init__(self, home, target, only=b""):
        self.home = home
        self.only = only
        self.target = str(target / f".s.PGSQL.{PORT}")
        self.lock = threading.Lock()
        self.open = set()   # every socket of a pair that is connected
        self.seen = []      # types of the server's messages since arm()
        self.at = None      # the message that is not delivered
        self.call = None    # only answers to this statement count; None: all
        self.stall = False  # then silence, instead of a closed connection
        self.refuse = False
        self.held = set()   # clients whose words do not go through
        self.struck = threading.Event()
        path = str(home / f".s.PGSQL.{PORT}")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        os.chmod(path, 0o777)
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, at, stall=False, call=None):
        """From now on, deliver at - 1 messages of the server, not the next."""
        with self.lock:
            self.seen, self.at, self.stall = [], at, stall
            self.call = call
            self.struck.clear()

    def disarm(self):
        """Deliver everything again; stalled connections are closed."""
        with self.lock:
            self.at, stalled = None, self.stall and self.struck.is_set()
            self.stall = self.refuse = False
        if stalled:
            self.cut()

    def black_hole(self):
        """Nothing more reaches the client, on old connections or new."""
        self.arm(1, stall=True)

    def hold(self):
        """What clients that are connected now say stays on the way, even if
        they end meanwhile; others are not concerned."""
        with self.lock:
            self.held = set(self.open)
            return bool(self.held)

    def release(self):
        """It arrives."""
        with self.lock:
            self.held = set()

    def cut(self):
        """Close every connection."""
        with self.lock:
            sockets = list(self.open)
        for s in sockets:
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.disarm()
        self.release()
        self.listener.close()
        self.cut()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                if self.refuse:
                    raise OSError("refused")
                server.connect(self.target)
            except OSError:
                client.close()
                server.close()
                continue
            with self.lock:
                self.open |= {client, server}
            threading.Thread(target=self.serve, args=(client, server),
                             daemon=True).start()

    def serve(self, client, server):
        """One connection until either side, or the fault, ends it."""
        buffered, first = b"", None
        asked = Asked()
        try:
            while True:
                ready, _, _ = select.select([client, server], [], [])
                if client in ready:
                    data = client.recv(65536)
                    if not data:
                        return
                    first = first or data
                    asked.see(data)
                    while client in self.held:
                        time.sleep(0.02)
                    server.sendall(data)
                if server in ready:
                    data = server.recv(65536)
                    if not data:
                        return
                    buffered, whole = split(buffered + data)
                    for message in whole:
                        if not self.deliver(client, message,
                                            self.only in first,
                                            asked.statement):
                            return
        except OSError:
            pass
        finally:
            with self.lock:
                self.open -= {client, server}
            client.close()
            server.close()

    def deliver(self, client, message, counts, statement):
        """False: the connection shall be closed."""
        if not counts:
            client.sendall(message)
            return True
        with self.lock:
            if self.call not in (None, statement):
                client.sendall(message)
                return True
            self.seen.append(message[:1])
            due = self.at is not None and len(self.seen) >= self.at
            stall = self.stall
            if due:
                self.struck.set()
                if not stall:  # one connection is struck, once
                    self.at = None
        if not due:
            client.sendall(message)
        return not due or stall


class Asked:
    """Which prepared statement a client has made or called last."""

    def __init__(self):
        self.buffered = None  # before the start-up message, which has no type
        self.statement = None

    def see(self, data):
        if self.buffered is None:
            data = data[struct.unpack(">I", data[:4])[0]:]
            self.buffered = b""
        self.buffered, whole = split(self.buffered + data)
        for message in whole:
            names = message[5:].split(b"\0")
            if message[:1] == b"P":
                self.statement = names[0].decode()
            elif message[:1] == b"B":
                self.statement = names[1].decode()


def split(data):
    """Whole messages, and what remains: (rest, [message, ...])."""
    whole = []
    while len(data) >= 5:
        size = 1 + struct.unpack(">I", data[1:5])[0]
        if len(data) < size:
            break
        whole.append(data[:size])
        data = data[size:]
    return data, whole
