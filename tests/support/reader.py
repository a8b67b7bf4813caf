# SPDX-License-Identifier: ISC
"""Somebody who reads our pages: clicks, types, presses Tab, and sees with
axe-core what others could not."""
import json

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from . import npm, process
from .browser import Browser

# Not a trustworthy origin (W3C Secure Contexts), as 127.0.0.1 is: to it the
# browser sends no Sec-Fetch-Site, as to most hosts without TLS.
HOST = "nightdrop.test"

AXE = """
const done = arguments[0];
axe.run(document, {resultTypes: ["violations"]}).then(
    r => done(JSON.stringify(r.violations)), e => done(String(e)));
"""


class Reader(Browser):
    """Whoever sits before a browser, with nobody to talk to but us."""

    def __init__(self, base, port):
        super().__init__(base, "reader", [
            f"--host-resolver-rules=MAP {HOST} 127.0.0.1, "
            "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"])
        self.port = port

    def open(self, path, host="127.0.0.1"):
        self.driver.get(f"http://{host}:{self.port}{path}")

    def emulate(self, width=1000, scheme="light"):
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 800, "deviceScaleFactor": 1,
             "mobile": False})
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-color-scheme",
                           "value": scheme}]})

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def heading(self):
        return self.one("h1").text

    def path(self):
        return self.driver.execute_script("return location.pathname")

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def press(self, *keys):
        """Keys, to whatever has the focus."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def follow(self, act, *arguments):
        """Do what leads to another page, and wait for that."""
        self.script("document.documentElement.dataset.before = 1")
        act(*arguments)
        process.wait_until(self.arrived, 10, "the next page")

    def arrived(self):
        try:
            return self.script(
                "return document.readyState == 'complete' && "
                "!document.documentElement.dataset.before")
        except WebDriverException:  # on the way
            return False

    def tab_to(self, selector, most=40):
        """Press Tab until that element has the focus; what had it before."""
        before = []
        for _ in range(most):
            self.press(Keys.TAB)
            if self.script("return document.activeElement.matches"
                           "(arguments[0])", selector):
                return before
            before.append(self.driver.switch_to.active_element.text)
        raise AssertionError(f"Tab does not reach {selector}: {before}")

    def violations(self):
        """What axe-core finds on the page that is open."""
        source = (npm.modules() / "axe-core/axe.min.js").read_text()
        self.driver.execute_script(source)
        return [(v["id"], [n["html"] for n in v["nodes"]])
                for v in json.loads(self.driver.execute_async_script(AXE))]
