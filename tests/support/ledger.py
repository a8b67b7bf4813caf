# SPDX-License-Identifier: ISC
"""The example ledger.sql, put to work as its own header says."""
import json
import re

from . import jobs, place

EXAMPLE = place.TOP / "deploy" / "examples" / "ledger.sql"


def install(db, handlers, **settings):
    """Tables, role and queue of the example, and the file.  The role belongs
    to all databases of the cluster."""
    text = EXAMPLE.read_text()
    setup = "\n".join(re.findall(r"^--   (.*)$", text.split("-- Submit:")[0],
                                 re.M))
    if db.sql("select from pg_roles where rolname = 'ledger'"):
        setup = setup.replace("create role ledger;", "")
    db.sql(setup)
    if settings:
        db.sql("select nightdrop.queue_alter('ledger', %s, 'test')",
               json.dumps(settings))
    handlers.write("ledger.sql", text, mode=0o644)


def submit(db, *totals, shop="north"):
    return [jobs.submit(db, "ledger", f"shop={shop}&total={t:.2f}".encode(),
                        type="application/x-www-form-urlencoded")
            for t in totals]


def totals(db):
    """{shop: (jobs, total)}"""
    return {shop: (int(n), float(total)) for shop, n, total in db.sql(
        "select shop, sum(jobs), sum(total) from ledger.total group by shop")}
