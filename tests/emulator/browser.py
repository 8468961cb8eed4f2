"""
A headless Chromium that looks at the emulator's page, and knows no other machine than this one.
"""

import json
import shutil
from contextlib import contextmanager

import pytest

# Chromium that starts as a service would, and speaks to nobody of its own accord.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PATIENCE = 20
# Of what is not displayed, innerText would be all that stands in the source.
READ = "[document.querySelector(arguments[0])].find((one) => one?.checkVisibility())?.innerText"


def found(*names):
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def chromium(profile):
    """
    The driver of a fresh browser; skips where there is none.
    """
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    browser, driver = found("chromium", "chromium-browser", "google-chrome", "chrome"), found("chromedriver")
    if browser is None or driver is None:
        pytest.skip("no Chromium with its chromedriver on the PATH (Debian: apt install chromium chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in [*ARGUMENTS, f"--user-data-dir={profile}", "--window-size=1280,1000"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    started = webdriver.Chrome(options, webdriver.ChromeService(driver))
    try:
        yield started
    finally:
        started.quit()


class Page:
    """
    The page as somebody sees and uses it.

    Elements are found by what they are called, as a screen reader calls them, or by their id.
    """

    def __init__(self, driver):
        self.driver = driver

    def open(self, url):
        """Opens the address and waits until the page shows the emulator's state."""
        self.go(url)
        self.until("byId('link').innerText === 'Live' && state !== null")

    def go(self, url):
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(url)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def until(self, condition, *arguments):
        """Waits until the expression is true in the page, and returns its value."""
        from selenium.webdriver.support.wait import WebDriverWait

        return WebDriverWait(self.driver, PATIENCE, 0.05).until(
            lambda _: self.run(f"return {condition}", *arguments), f"never came true: {condition} {arguments}"
        )

    def text(self, selector):
        """What can be read there; empty where there is nothing to be seen."""
        return self.run(f"return {READ} ?? ''", selector)

    def lines(self, selector):
        """The same line by line."""
        return [line for line in self.text(selector).split("\n") if line.strip()]

    def read(self, selector, expected):
        """Waits until the text there contains what is expected."""
        self.until(f"{READ}?.includes(arguments[1])", selector, expected)

    def read_all(self, selector, expected):
        """Waits until the text there is what is expected."""
        self.until(f"{READ} === arguments[1]", selector, expected)

    def hear(self, expected):
        """Waits until a screen reader has been told."""
        self.until("byId('news').textContent.includes(arguments[0])", expected)

    def button(self, name):
        """The visible button of that accessible name."""
        named = [one for one in self.all("button") if one.is_displayed() and one.accessible_name == name]
        assert len(named) == 1, f"{len(named)} buttons are called {name!r}"
        return named[0]

    def press(self, name):
        self.button(name).click()

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def keys(self, *keys):
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def focused(self):
        return self.driver.switch_to.active_element

    def tab_to(self, name):
        """Presses Tab until that control has the focus."""
        from selenium.webdriver import Keys

        passed = []
        for _ in range(80):
            self.keys(Keys.TAB)
            passed.append(self.focused().accessible_name)
            if passed[-1] == name:
                return
        pytest.fail(f"Tab never comes to {name!r}, only to {passed}")

    def prefer(self, **features):
        """Sets media features, such as `prefers_color_scheme="dark"`."""
        wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wanted})

    def resize(self, width, height=900):
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def complaints(self):
        """What the browser's console says, such as a refusal by the content security policy."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def addresses(self):
        """All that has been asked for since the page was opened."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [one["params"]["request"]["url"] for one in events if one["method"] == "Network.requestWillBeSent"]
