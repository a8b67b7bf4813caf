# What quotes are computed from, written by several at once.
#
# SPDX-License-Identifier: ISC

from support.sessions import Session, accept, together, workers

QUEUES = [f"q{n}" for n in range(6)]


def run(session):
    """A run of all queues, with a job of each."""
    for queue in QUEUES:
        accept(session, queue, 1)
    [worker] = workers(session, 1)
    session.rows("select from t.turn(%s, want => 100)", worker)
    session.rows("select from t.turn(%s, starts => array(select id from "
                 "nightdrop.running), attempts => array_fill(1, array[%s]))",
                 worker, len(QUEUES))
    session.rows("select t.finish(%s, id, 1, 'successful') "
                 "from nightdrop.running", worker)
    session.rows("select nightdrop.run_leave(%s, t.token(%s))", worker, worker)


def queues(db):
    admin = Session(db)
    for queue in QUEUES:
        admin.one("select t.queue(%s)", queue)
    run(admin)
    return admin


def test_noting_the_load_waits_for_nobody(db):
    admin = queues(db)
    holder = Session(db, autocommit=False)
    holder.one("select queue from nightdrop.queue_basis where queue = %s "
               "for update", QUEUES[0])
    admin.rows("set statement_timeout = '2s'")
    assert admin.one("select nightdrop.load_note()") == len(QUEUES) - 1
    holder.commit()
    assert admin.one("select noted from nightdrop.queue_basis "
                     "where queue = %s", QUEUES[0]).year < 2000


def test_all_at_once(db):
    """Told, noted and closed: nobody is a deadlock's victim."""
    admin = queues(db)
    sessions = [Session(db) for _ in range(4)]

    def work(i):
        for n in range(12):
            if i == 0:
                run(sessions[i])
            elif i == 1:
                sessions[i].one("select nightdrop.load_note()")
            else:
                sessions[i].one("select nightdrop.run_expect(null, %s, 'test')",
                                f"{n} 2 * * *")

    together(4, work)
    assert admin.one("select count(*) from nightdrop.audit "
                     "where verb = 'run_expect'") == 24
    assert admin.one("select min(runs) from nightdrop.queue_basis") == 12
