# SPDX-License-Identifier: ISC
"""Who may see what: owners, and capability URLs where there is none."""
import pytest

from support.documents import check_problem, split_monitor

VIEWS = [("GET", ""), ("HEAD", ""), ("GET", "/request"),
         ("GET", "/response"), ("DELETE", "")]


def forbidden(client, path):
    """Every way in is a 404, the same as for what does not exist."""
    for method, view in VIEWS:
        a = client.request(method, path + view)
        assert a.status == 404, (method, view, a)


def test_owner_alone(mount, db):
    alice, bob = mount.user("alice"), mount.user("bob")
    monitor = alice.submit("plain", b"hers").get("Content-Location")
    job, key = split_monitor(monitor, alice.prefix)
    assert key == "", "an owner needs no capability"
    assert db.value("select owner from nightdrop.job where id = %s",
                    job) == "alice"
    assert alice.get(monitor).status == 200
    assert alice.get(monitor + "/request").body == b"hers"
    forbidden(bob, f"/jobs/{job}")
    forbidden(mount.client, f"/jobs/{job}")
    forbidden(mount.untrusted("alice"), f"/jobs/{job}")
    assert alice.delete(monitor).status == 204


def test_untrusted_user_is_nobody(mount, db):
    client = mount.untrusted("root")
    monitor = client.submit("plain", b"x").get("Content-Location")
    job, key = split_monitor(monitor, client.prefix)
    assert key
    assert db.value("select owner from nightdrop.job where id = %s",
                    job) == ""


def test_capability(mount):
    one = mount.client.submit("plain", b"1").get("Content-Location")
    two = mount.client.submit("plain", b"2").get("Content-Location")
    job, key = split_monitor(one, mount.prefix)
    _, other = split_monitor(two, mount.prefix)
    assert key != other
    flipped = ("A" if key[1] != "A" else "B") + key[2:]
    for wrong in ("", "~", other, "~" + flipped, key[:-1], key + "A",
                  "~" + "A" * 22, key.replace("~", "%7E~")):
        forbidden(mount.client, f"/jobs/{job}{wrong}")
    assert mount.client.get(one).status == 200
    assert mount.client.get(one.replace("~", "%7E")).status == 200
    assert mount.user("alice").get(f"/jobs/{job}{key}").status == 200, \
        "who has the URL has the job"


def test_capability_does_not_open_an_owners_job(mount, client):
    """A key made for another id is no use, whoever presents it."""
    alice = mount.user("alice")
    job, _ = split_monitor(
        alice.submit("plain", b"hers").get("Content-Location"), alice.prefix)
    _, key = split_monitor(
        client.submit("plain", b"x").get("Content-Location"), "/proxy")
    forbidden(mount.client, f"/jobs/{job}{key}")


@pytest.mark.parametrize("site, origin, status", [
    ("same-origin", None, 202), ("none", None, 202),
    ("cross-site", None, 403), ("same-site", None, 202),
    (None, "http://127.0.0.1", 202), (None, "http://evil.example", 403),
    ("same-origin", "http://evil.example", 202),
])
def test_cross_site(client, site, origin, status):
    a = client.post("/queues/plain/jobs", b"x", Sec_Fetch_Site=site,
                    Origin=origin)
    assert a.status == status, a
    if status == 403:
        check_problem(a, 403, client.prefix)
