# SPDX-License-Identifier: ISC
"""Two and more sessions at once, for the tests of sql/: whoever waits for
whom."""
import threading
import time

import psycopg2
import psycopg2.extras

psycopg2.extras.register_uuid()


class Session:
    """A connection; one() is the first row's first column."""

    def __init__(self, name, autocommit=True):
        self.connection = psycopg2.connect(dbname=name)
        self.connection.autocommit = autocommit
        self.cursor = self.connection.cursor()

    def rows(self, sql, *args):
        self.cursor.execute(sql, args)
        return self.cursor.fetchall() if self.cursor.description else []

    def one(self, sql, *args):
        rows = self.rows(sql, *args)
        return rows[0][0] if rows else None

    def commit(self):
        self.connection.commit()


def apart(name, other):
    """A session that does not count in the slot that the other may hold."""
    slot = "select mod(pg_backend_pid(), 16)"
    while True:
        session = Session(name)
        if session.one(slot) != other.one(slot):
            return session


def accept(session, queue, count):
    return [session.one("select t.accept(%s)", queue) for _ in range(count)]


def together(count, work):
    """Run work(0..count-1) at the same moment; results, or raise."""
    barrier = threading.Barrier(count)
    results, errors = [None] * count, []

    def body(i):
        try:
            barrier.wait()
            results[i] = work(i)
        except Exception as error:  # shown by the assert below
            errors.append(error)

    threads = [threading.Thread(target=body, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors
    return results


class Later(threading.Thread):
    """A call that is expected to wait for somebody."""

    def __init__(self, session, sql, *args):
        super().__init__()
        self.session, self.sql, self.args = session, sql, args
        self.result, self.error = None, None
        self.start()

    def run(self):
        try:
            self.result = self.session.rows(self.sql, *self.args)
        except psycopg2.Error as error:
            self.error = error

    def waits(self):
        time.sleep(0.3)
        return self.is_alive()

    def done(self):
        self.join(10)
        assert not self.is_alive()
        if self.error:
            raise self.error
        return self.result


def in_one_place(session):
    assert session.rows("select * from nightdrop.lost_job") == []


def workers(session, count):
    """Workers of one run over all queues, each with a guardian of its own."""
    ids = [session.one("select t.open()")]
    run = session.one("select max(run) from nightdrop.worker")
    for i in range(count - 1):
        ids.append(session.one(
            "select worker from nightdrop.run_join(%s, 1, 'h', 1, %s,"
            " gen_random_uuid(), '{}')", run, f"l{i}"))
    return ids


def claim(session, worker, want):
    return [row[0] for row in session.rows(
        "select id from t.turn(%s, want => %s) where kind = 'claim'",
        worker, want)]
