# SPDX-License-Identifier: ISC
"""A PostgreSQL of our own: made, started, stopped hard, and asked.

It listens on a unix socket only, trusts whoever can open it, and is as
durable as in production (fsync on): the fault tests judge what survives.
"""
import contextlib
import os
import signal
import subprocess

import psycopg2
import psycopg2.extras

from . import place, process

PORT = 5432
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{sockets}'
port = {port}
max_connections = 200
shared_buffers = 64MB
max_wal_size = 1GB
log_line_prefix = '%m [%p] %a '
log_min_duration_statement = 2000
"""
HOW = {"smart": signal.SIGTERM, "fast": signal.SIGINT,
       "immediate": signal.SIGQUIT}


class Cluster:
    def __init__(self, base, name="pg", environment=None):
        self.environment = {"PATH": os.environ["PATH"], **(environment or {})}
        self.home = place.directory(base, name, "postgres")
        self.data = self.home / "data"
        self.log = self.home / "log"
        self.process = None
        subprocess.run(
            [place.PG_BIN / "initdb", "-N", "-D", self.data, "-U", "postgres",
             "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
            check=True, stdout=subprocess.DEVNULL, cwd="/",
            **place.run_as("postgres"))
        with open(self.data / "postgresql.conf", "a") as f:
            f.write(SETTINGS.format(sockets=self.home, port=PORT))

    def copy(self, name):
        """A standby of this one, not started."""
        other = Cluster.__new__(Cluster)
        other.environment = self.environment
        other.home = place.directory(self.home.parent, name, "postgres")
        other.data = other.home / "data"
        other.log = other.home / "log"
        other.process = None
        subprocess.run(
            [place.PG_BIN / "pg_basebackup", "-R", "-D", other.data, "-c",
             "fast", "-h", self.home, "-p", str(PORT), "-U", "postgres"],
            check=True, cwd="/", **place.run_as("postgres"))
        with open(other.data / "postgresql.conf", "a") as f:
            f.write(f"unix_socket_directories = '{other.home}'\n")
        return other

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [place.PG_BIN / "postgres", "-D", self.data], cwd="/",
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.environment,
                **place.run_as("postgres"))
        process.wait_until(self.answers, 60, f"PostgreSQL, see {self.log}")

    def answers(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended, see {self.log}")
        try:
            self.sql("postgres", "select 1")
            return True
        except psycopg2.OperationalError:
            return False

    def stop(self, how="fast"):
        process.end(self.process, HOW[how], 60)
        self.process = None

    @contextlib.contextmanager
    def away(self, how="fast"):
        """Stopped for a while; back again whatever happens meanwhile."""
        self.stop(how)
        try:
            yield
        finally:
            self.start()

    def connect(self, database, user="postgres"):
        connection = psycopg2.connect(
            host=str(self.home), port=PORT, dbname=database, user=user)
        connection.autocommit = True
        return connection

    def sql(self, database, statement, *values, user="postgres"):
        """Rows as tuples; None where the statement returns none."""
        connection = self.connect(database, user)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    def create(self, name, template="template1"):
        """A copy of the template that takes itself for the original."""
        self.sql("postgres", f'create database "{name}" template "{template}"')
        made = Database(self, name)
        if template != "template1":
            made.sql("update nightdrop.setting set value = "
                     "nightdrop.database_place() where name = 'place'")
        return made


class Database:
    """One database of a cluster."""

    def __init__(self, cluster, name):
        self.cluster = cluster
        self.name = name

    def install(self):
        """Put the schema there, as a DBA would."""
        done = subprocess.run(
            [place.SQL / "install"], stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(os.environ, PGHOST=str(self.cluster.home),
                     PGPORT=str(PORT), PGUSER="postgres",
                     PGDATABASE=self.name))
        if done.returncode != 0:
            raise RuntimeError(f"sql/install failed:\n{done.stdout}")
        return done.stdout

    def conninfo(self, user, host=None):
        return (f"host={host or self.cluster.home} port={PORT} "
                f"dbname={self.name} user={user}")

    def sql(self, statement, *values, user="postgres"):
        return self.cluster.sql(self.name, statement, *values, user=user)

    def row(self, statement, *values, user="postgres"):
        rows = self.sql(statement, *values, user=user)
        assert len(rows) == 1, f"one row wanted, {len(rows)} came: {statement}"
        return rows[0]

    def value(self, statement, *values, user="postgres"):
        return self.row(statement, *values, user=user)[0]

    def queue(self, name, **settings):
        """A queue, made by the DBA's verb."""
        self.sql("select nightdrop.queue_create(%s, 'test', %s)", name,
                 psycopg2.extras.Json(settings))
        return name
