# SPDX-License-Identifier: ISC
"""Fixtures: a cluster a session, a database a module, and what stands on it.

Everything is private and made in one directory, which a failure keeps.
"""
import shutil
import types

import pytest

from support import httpd, place, process, programs
from support.client import Client
from support.cluster import Cluster
from support.pooler import Pooler


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true",
                     help="also the tests that take minutes")
    parser.addoption("--pooler", action="store_true",
                     help="the responder's sessions go through pgbouncer")


def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.get_closest_marker("long") and not config.option.long:
            item.add_marker(pytest.mark.skip(reason="with --long only"))


def pytest_runtest_setup(item):
    if item.get_closest_marker("memory") and place.sanitized():
        pytest.skip("memory under a sanitizer says nothing")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test names the directory of all it left."""
    outcome = yield
    report = outcome.get_result()
    base = item.session.stash.get(BASE, None)
    if report.failed and base:
        item.session.stash[KEEP] = True
        report.sections.append(("kept", f"logs and data: {base}"))


BASE = pytest.StashKey()
KEEP = pytest.StashKey()


@pytest.fixture(scope="session")
def base(request):
    path = place.base_directory()
    request.session.stash[BASE] = path
    yield path
    if not request.session.stash.get(KEEP, False):
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(base):
    c = Cluster(base)
    c.start()
    yield c
    c.stop("immediate")


@pytest.fixture(scope="session")
def pooler(base, cluster):
    p = Pooler(base, cluster)
    p.start()
    yield p
    p.stop()


@pytest.fixture(scope="module")
def conninfo(request, db):
    """How the responder gets to its database."""
    host = request.getfixturevalue("pooler").home \
        if request.config.option.pooler else None
    return db.conninfo("nightdrop_responder", host)


@pytest.fixture(scope="session")
def template(cluster):
    """A database with the schema, from which the others are copied."""
    cluster.create("nightdrop_template").install()
    return "nightdrop_template"


@pytest.fixture(scope="module")
def db(cluster, template, request):
    """A fresh database with the schema."""
    name = "t_" + request.module.__name__.rpartition(".")[2]
    yield cluster.create(name, template)


@pytest.fixture(scope="module")
def room(base, request):
    """A directory of this module's own; no sanitizer reported into it."""
    path = place.directory(base, request.module.__name__.rpartition(".")[2])
    yield path
    programs.end_strays()
    reports = [r.read_text() for r in path.glob("sanitizer/*")]
    assert not reports, reports[0]


@pytest.fixture(scope="module")
def scratch(room):
    """Where handlers may write, whoever they run as."""
    return place.directory(room, "scratch", mode=0o777)


@pytest.fixture(scope="module")
def handlers(room):
    return programs.Handlers(room)


@pytest.fixture(scope="module")
def responder(room, conninfo):
    r = programs.Responder(room, conninfo)
    r.start()
    yield r
    assert r.stop() == 0, f"exit status, see {r.home}"


@pytest.fixture(scope="module")
def batch(room, db, handlers):
    return programs.Batch(room, db.conninfo("nightdrop_batch"), handlers)


@pytest.fixture(scope="module")
def apache(room, responder):
    """A web server with all mounts; the responder is its listener."""
    environment = {n: v for n, v in responder.environment.items()
                   if n not in ("NIGHTDROP_LISTEN", "PATH")}
    environment["NIGHTDROP_LOG"] = str(responder.home / "spawned.log")
    a = httpd.Apache(room, place.program("nightdrop.fcgi"), responder.socket,
                     environment)
    a.start()
    yield a
    a.stop()
    process.wait_until(lambda: not a.programs(), 10,
                       "the end of what mod_fcgid started")


@pytest.fixture(params=httpd.KINDS)
def mount(request, apache):
    """Each way to the responder in turn: clients without a user, with one
    that is trusted (user), and with one that is not (untrusted)."""
    kind = request.param
    return types.SimpleNamespace(
        kind=kind, prefix=f"/{kind}",
        client=Client(apache.port, f"/{kind}"),
        user=lambda name: Client(apache.port, f"/{kind}-user", name),
        untrusted=lambda name: Client(apache.port, f"/{kind}-auth", name))


@pytest.fixture
def client(apache):
    """Through mod_proxy_fcgi, where the mount does not matter."""
    return Client(apache.port, "/proxy")
