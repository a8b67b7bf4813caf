# SPDX-License-Identifier: ISC
"""The pages in a real browser: a form filled in, sent, and followed to its
result; the keyboard alone; what axe-core says of each page."""
import pytest
from selenium.webdriver.common.keys import Keys

from support import bundles, process
from support.client import Client
from support.reader import HOST, Reader

QUEUE = "/proxy/queues/report"
ECHO = "printf 'Content-Type: text/plain; charset=utf-8\\n\\n'; " \
       "echo $CONTENT_TYPE; cat\n"
WORK = "Süße Grüße – 夜の仕事\nzweite <Zeile> & mehr"


@pytest.fixture(scope="module", autouse=True)
def more_queues(queues, db, handlers):
    for name, settings in (
            ("report", {"description": "Reports – für jede Filiale"}),
            ("url", {"media_types": ["application/x-www-form-urlencoded"]}),
            ("broken", {"max_attempts": 1}), ("waiting", {}), ("slow", {})):
        db.queue(name, **settings)
        handlers.write(name, ECHO if name != "broken" else "exit 3")


@pytest.fixture(scope="module")
def browser(room, apache):
    b = Reader(room, apache.port)
    yield b
    b.stop()


def fill(browser, text=WORK):
    browser.one("textarea").send_keys(text)


def submit(browser):
    browser.follow(browser.one("form button").click)


def click(browser, selector):
    browser.follow(browser.one(selector).click)


def test_form_to_result(browser, batch, tmp_path):
    """Hand in, look at the monitor, run the batch, read the response."""
    (tmp_path / "prices.csv").write_text("a;1\nb;2\n")
    browser.open(QUEUE)
    fill(browser)
    browser.one("input[type=file]").send_keys(str(tmp_path / "prices.csv"))
    submit(browser)
    assert browser.heading() == "Job accepted"
    assert browser.path() == QUEUE + "/jobs"
    assert "Look again in about" in browser.one("main").text
    click(browser, "main p a[href*='/jobs/']")
    assert browser.heading() == "Job accepted"
    monitor = browser.path()
    assert batch.run("--queue", "report").status == 0
    click(browser, "main p a[href*='/jobs/']")
    assert browser.heading() == "Job successful"
    assert browser.path() == monitor
    click(browser, "main p a[href$='/response']")
    lines = browser.one("body").text
    assert lines.startswith("multipart/form-data; boundary=")
    for part in ('name="text"', WORK.split("\n")[0], "zweite <Zeile> & mehr",
                 'name="file"; filename="prices.csv"', "a;1", "b;2"):
        assert part in lines


@pytest.mark.parametrize("queue, body", [
    ("url", b"text=a%26b+%C3%BC"), ("text", "text=a&b ü\r\n".encode())])
def test_form_as_the_queue_takes_it(browser, apache, queue, body):
    browser.open(f"/proxy/queues/{queue}")
    fill(browser, "a&b ü")
    submit(browser)
    request = browser.one("main nav a[href$='/request']")\
        .get_attribute("href").partition("/proxy")[2]
    assert Client(apache.port, "/proxy").get(request).body == body


def test_form_without_sec_fetch_site(browser):
    """Origin has to do where the browser says nothing else of itself."""
    browser.open(QUEUE, HOST)
    fill(browser)
    submit(browser)
    assert browser.heading() == "Job accepted"


@pytest.mark.parametrize("kind", ["fcgid", "cgi"])
def test_form_by_the_other_mounts(browser, kind):
    browser.open(f"/{kind}/queues/report")
    fill(browser)
    submit(browser)
    assert browser.heading() == "Job accepted"


def test_reply_204_leaves_the_page(browser, db):
    waiting = "select count(*) from nightdrop.waiting where queue = 'silent'"
    before = db.value(waiting)
    browser.open("/proxy/queues/silent")
    assert "stays as it is" in browser.one("form").text
    fill(browser, "kept")
    browser.one("form button").click()
    process.wait_until(lambda: db.value(waiting) == before + 1, 10, "the job")
    assert browser.heading() == "Queue silent"
    assert browser.one("textarea").get_attribute("value") == "kept"


def test_keyboard_alone(browser):
    browser.open(QUEUE)
    before = browser.tab_to("textarea")
    assert before[:2] == ["Nightdrop", "Queues"]
    style = browser.script(
        "return getComputedStyle(document.activeElement).outlineStyle")
    assert style == "solid"
    browser.press("typed")
    browser.tab_to("form button")
    browser.follow(browser.press, Keys.ENTER)
    assert browser.heading() == "Job accepted"
    browser.tab_to("main p a[href*='/jobs/']")
    browser.follow(browser.press, Keys.ENTER)
    assert browser.path().startswith("/proxy/jobs/")


@pytest.fixture(scope="module")
def pages(apache, batch, handlers, scratch):
    """{what: path}: one page of each kind."""
    client = Client(apache.port, "/proxy")

    def submit(queue):
        return client.submit(queue, b"x").get("Content-Location")

    found = {"service": "/", "queues": "/queues", "queue": "/queues/report",
             "closed": "/queues/closed", "problems": "/problems",
             "health": "/health", "problem": "/nowhere"}
    found["successful"] = submit("report")
    found["failed"] = submit("broken")
    found["ending"] = found["failed"] + "/response"
    assert batch.run("--queue", "report", "--queue", "broken").status == 0
    found["accepted"] = submit("waiting")
    found["dismissed"] = submit("waiting")
    client.delete(found["dismissed"])
    found["bundle"] = bundles.post(client, "waiting", bundles.body(1, 2))\
        .get("Content-Location")
    return {k: client.url(v) for k, v in found.items()}


def check(browser, what):
    assert browser.violations() == [], what
    assert browser.script("return document.styleSheets.length") == 1


def test_axe_finds_nothing(browser, pages):
    browser.emulate(320, "dark")
    for what in ("queues", "queue", "successful", "problem"):
        browser.open(pages[what])
        check(browser, f"{what}, narrow and dark")
    browser.emulate()
    for what, path in pages.items():
        browser.open(path)
        check(browser, what)


def test_narrow(browser, pages):
    """Nothing but what scrolls by itself is wider than 320 px."""
    browser.emulate(320)
    for what, path in pages.items():
        browser.open(path)
        width = browser.script("return document.documentElement.scrollWidth")
        assert width <= 320, what
    browser.emulate()


def test_axe_finds_nothing_on_a_running_job(browser, apache, db, batch,
                                            handlers, scratch):
    go = scratch / "go"
    handlers.write("slow", f"""
while [ ! -e {go} ]; do sleep 0.05; done
printf 'Content-Type: text/plain\\n\\ndone\\n'
""")
    client = Client(apache.port, "/proxy")
    monitor = client.submit("slow", b"x").get("Content-Location")
    night = batch.start("--queue", "slow")
    try:
        process.wait_until(
            lambda: client.get(monitor).json()["status"] == "running", 20,
            "the job to run")
        db.sql("update nightdrop.running set progress = '40 half' "
               "where queue = 'slow' returning id")
        browser.open(monitor)
        assert browser.heading() == "Job running"
        assert "40 half" in browser.one("main").text
        check(browser, "running")
    finally:
        go.touch()
        assert night.wait().status == 0
