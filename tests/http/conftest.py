# SPDX-License-Identifier: ISC
"""Queues that the HTTP tests submit to."""
import pytest

QUEUES = {
    "plain": {},
    "made": {"reply": 201},
    "silent": {"reply": 204},
    "small": {"max_size": 1000},
    "middling": {"max_size": 200000},
    "text": {"media_types": ["text/*", "application/json"]},
    "closed": {"accepting": False},
}


@pytest.fixture(scope="module", autouse=True)
def queues(db):
    for name, settings in QUEUES.items():
        db.queue(name, **settings)


@pytest.fixture
def nothing_new(db):
    """The test leaves no job, no upload, and no part behind."""
    count = ("select (select count(*) from nightdrop.job), "
             "(select count(*) from nightdrop.upload), "
             "(select count(*) from nightdrop.part)")
    before = db.row(count)
    yield
    assert db.row(count) == before, "jobs, uploads, parts: before and after"
