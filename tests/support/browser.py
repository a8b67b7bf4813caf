# SPDX-License-Identifier: ISC
"""A headless Chromium of our own, and a page of another site to ask from."""
import http.server
import shutil
import threading

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from . import place

OPTIONS = """--headless --no-sandbox --disable-gpu --disable-quic
--no-first-run --disable-background-networking --disable-component-update
--disable-sync --disable-dev-shm-usage""".split()

# What a page's script sees of a fetch: its answer, or that there was none.
FETCH = """
const [url, init, done] = arguments;
fetch(url, init).then(async r => done({
    status: r.status, type: r.type, body: await r.text(),
    fields: Object.fromEntries(r.headers)}))
.catch(e => done({failed: String(e)}));
"""


class Browser:
    def __init__(self, base, name="browser", more=()):
        self.home = place.directory(base, name)
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for option in [*OPTIONS, *more,
                       f"--user-data-dir={self.home}/profile"]:
            options.add_argument(option)
        self.driver = webdriver.Chrome(
            options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_script_timeout(30)
        self.driver.set_page_load_timeout(30)

    def fetch(self, url, **init):
        """From the page that is shown: {status, fields, body} or {failed}."""
        return self.driver.execute_async_script(FETCH, url, init)

    def stop(self):
        self.driver.quit()
        shutil.rmtree(self.home, ignore_errors=True)


class Site:
    """A site with nothing but an empty page, on a port of its own."""

    def __init__(self):
        class Page(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def origin(self, host="localhost"):
        """Another site than 127.0.0.1, on the same machine."""
        return f"http://{host}:{self.port}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
