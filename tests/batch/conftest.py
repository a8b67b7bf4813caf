# SPDX-License-Identifier: ISC
"""A queue, its handler, a job, a run: the steps of nearly every test here."""
import types

import pytest

from support import jobs


@pytest.fixture
def night(db, batch, handlers, request):
    """night.job(script, **settings): what became of one job of a queue of
    its own."""
    made = []

    def queue(script, **settings):
        name = f"q{len(made)}-" + "".join(
            c if c.isalnum() else "-"
            for c in request.node.name.removeprefix("test_").lower())[:50]
        made.append(name)
        db.queue(name, **settings)
        if script is not None:
            handlers.write(name, script)
        return name

    def job(script, body=b"", submit=None, **settings):
        name = queue(script, **settings)
        one = jobs.submit(db, name, body, **(submit or {}))
        result = batch.run("--queue", name)
        assert result.status == 0, result
        assert not jobs.unbalanced(db)
        return types.SimpleNamespace(
            id=one, queue=name, result=result,
            response=jobs.response(db, one), attempts=jobs.attempts(db, one))

    return types.SimpleNamespace(queue=queue, job=job)
