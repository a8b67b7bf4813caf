# SPDX-License-Identifier: ISC
"""deploy/monitoring, with Debian's Prometheus and postgres_exporter: the very
files, host and port put in."""
import json
import re
import shutil
import subprocess
import urllib.parse
import urllib.request

import pytest

from support import cluster, place, process
from support.client import Client
from support.server import free_port

FILES = place.TOP / "deploy/monitoring"


class Prometheus:
    def __init__(self, home, db, apache):
        exporter = free_port()
        self.port = free_port()
        for name in "alerts.yml", "queries.yaml":
            shutil.copy(FILES / name, home)
        text = (FILES / "prometheus.yml").read_text()
        for old, new in (("/night/metrics", "/proxy/metrics"),
                         ("www.example.com:80", f"127.0.0.1:{apache.port}"),
                         ("localhost:9187", f"127.0.0.1:{exporter}")):
            assert text.count(old) == 1
            text = text.replace(old, new)
        (home / "prometheus.yml").write_text(
            text + "global: {scrape_interval: 1s, evaluation_interval: 1s}\n")
        self.log = open(home / "log", "wb")
        self.started = [
            self.start(["/usr/bin/prometheus",
                        f"--config.file={home}/prometheus.yml",
                        f"--storage.tsdb.path={home}/data",
                        f"--web.listen-address=127.0.0.1:{self.port}"], {}),
            self.start(["/usr/bin/prometheus-postgres-exporter",
                        f"--web.listen-address=127.0.0.1:{exporter}",
                        "--disable-default-metrics",
                        "--disable-settings-metrics",
                        f"--extend.query-path={home}/queries.yaml"], {
                            "DATA_SOURCE_NAME":
                            f"host={db.cluster.home} port={cluster.PORT} "
                            f"dbname={db.name} user=nightdrop_monitor "
                            "sslmode=disable"})]

    def start(self, command, environment):
        return subprocess.Popen(command, env=environment, stdout=self.log,
                                stderr=self.log, stdin=subprocess.DEVNULL)

    def stop(self):
        for child in self.started:
            process.end(child)
        self.log.close()

    def get(self, path, **query):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}"
        with urllib.request.urlopen(
                f"{url}?{urllib.parse.urlencode(query)}", timeout=5) as answer:
            document = json.load(answer)
        assert document["status"] == "success"
        return document["data"]

    def ask(self, expression):
        return self.get("query", query=expression)["result"]

    def ready(self):
        try:
            return len(self.ask("up == 1")) == 2 \
                and self.ask("nightdrop_storage_bytes")
        except OSError:
            return False

    def states(self):
        """{name of an alert: inactive, pending or firing}"""
        [group] = self.get("rules")["groups"]
        assert all(r["health"] in ("ok", "unknown") for r in group["rules"])
        return {r["name"]: r["state"] for r in group["rules"]}


@pytest.fixture(scope="module")
def prometheus(db, apache, handlers, batch, tmp_path_factory):
    db.queue("watched")
    handlers.write("watched", "printf 'Content-Type: text/plain\\n\\nok'")
    client = Client(apache.port, "/proxy")
    for _ in range(3):
        client.submit("watched", b"12345")
        assert batch.run("--queue", "watched").status == 0
    # As if they had been nights: else the next run would be overdue already.
    db.sql("update nightdrop.queue_basis set every = '1 day', "
           "next_start = now() + interval '1 day' where queue = 'watched'")
    client.submit("watched", b"12345")
    server = Prometheus(tmp_path_factory.mktemp("prometheus"), db, apache)
    try:
        process.wait_until(server.ready, 60, "the first figures", 0.2)
        yield server
    finally:
        server.stop()


def test_dashboard(prometheus):
    """Each panel's expressions are answered, with figures of ours."""
    board = json.loads((FILES / "grafana.json").read_text())
    known = set(prometheus.get("label/__name__/values"))
    assert len(board["panels"]) >= 10
    for panel in board["panels"]:
        for target in panel["targets"]:
            expression = target["expr"].replace("$queue", ".*")
            names = set(re.findall(r"\bnightdrop_\w+", expression))
            assert names and names <= known, (panel["title"], names - known)
            prometheus.ask(expression)
    assert [r["value"][1] for r in prometheus.ask(
        'nightdrop_queue_runs_total{queue="watched"}')] == ["3"]


def test_alerts(prometheus, db, apache):
    """Quiet while all is well; each wakes when it should."""
    known = set(prometheus.get("label/__name__/values"))
    text = (FILES / "alerts.yml").read_text()
    names = set(re.findall(r"\bnightdrop_\w+", re.sub(
        r"(summary|next): .*|#.*", "", text)))
    assert names and names <= known, names - known

    process.wait_until(lambda: set(prometheus.states().values())
                       == {"inactive"}, 30, "all to be quiet", 0.2)
    db.sql("update nightdrop.queue_basis set every = '1 hour', "
           "next_start = now() - interval '1 day' where queue = 'watched'")
    db.sql("update nightdrop.run set balanced = false")
    try:
        process.wait_until(
            lambda: (s := prometheus.states())["NightdropRunLate"] == "pending"
            and s["NightdropUnbalanced"] == "firing", 30, "two alerts", 0.2)
    finally:
        db.sql("update nightdrop.run set balanced = true")
    apache.stop()
    try:
        process.wait_until(lambda: prometheus.states()["NightdropDown"]
                           == "pending", 30, "an alert", 0.2)
    finally:
        apache.start()
