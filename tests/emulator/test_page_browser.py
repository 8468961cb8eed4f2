"""
The emulator's page in a real browser, with real clients on the other side. Nothing waits but for what the page shows.
"""

import os
import random
from pathlib import Path

import httpx
import pytest

from arr_facade import Client
from arr_facade.clock import ManualClock, SystemClock
from arr_facade.emulator import Emulator, Fault, Region
from arr_facade.emulator.admin import serve_admin
from arr_facade.emulator.server import serve
from tests.emulator.browser import Page, chromium
from tests.emulator.caller import Caller

MARKUP = '<img src="x" onerror="document.title=1"><b>bold</b>'


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture
def admin(emulator):
    with serve_admin(emulator) as server:
        yield server


@pytest.fixture
def page(driver, admin):
    page = Page(driver)
    page.prefer(prefers_color_scheme="light", prefers_reduced_motion="reduce")
    page.resize(1280)
    page.open(admin.url)
    yield page
    driver.get("about:blank")


@pytest.fixture
def client(emulator):
    """A client of the service itself, over its own socket."""
    with (
        serve(emulator) as server,
        Client(
            account_id=emulator.account_id,
            account_key=emulator.account_key,
            endpoint=server.endpoint,
            sts_endpoint=server.sts_endpoint,
        ) as client,
    ):
        yield client


@pytest.fixture
def answer(emulator):
    """The status that a program without a client of ours gets for a GET of the session `demo`."""
    with serve(emulator) as server, httpx.Client(base_url=server.endpoint, trust_env=False) as http:
        headers = {"Authorization": f"Bearer {emulator.issue_token()}"}

        def get():
            path = f"/accounts/{emulator.account_id}/sessions/demo"
            return http.get(path, params={"api-version": "2021-01-01"}, headers=headers).status_code

        yield get


def test_a_session_that_a_client_creates_appears(page, client):
    """
    What a client starts is on the page without being asked for, with its state, its size and what it waits for.
    """
    page.read("#no-live", "None is running")
    client.create_session("demo", lease="10m")

    page.read("#live", "demo")
    assert ["Starting", "demo", "Standard", "Ready in 8s"] == page.lines("#live > li")[:4]
    page.hear("demo is Starting")
    page.until("document.title.startsWith('1 live')")


def test_a_lease_runs_down_and_expires_as_the_clock_goes_on(page, client):
    """
    The page's own buttons move the clock; the bar shows what is left, and at its end the session has expired.
    """
    client.create_session("demo", lease="10m")
    page.read("#live", "demo")
    page.press("Advance: +10 s")
    page.read_all("#live .left", "9m 58s left of 10m")
    page.hear("demo is Ready")
    page.press("Advance: +9 min")
    page.read_all("#live .left", "58s left of 10m")
    bar = page.all("#live [role=meter]")[0]
    assert ("Lease of demo", "10") == (bar.accessible_name, bar.get_attribute("aria-valuenow"))
    assert "58 seconds left of 10 minutes" == bar.get_attribute("aria-valuetext")

    page.press("Advance: +1 min")
    page.hear("demo is Expired")
    assert ["Expired", "demo", "Standard", "2s ago"] == page.lines("#ended > li")[:4]
    assert "Expired" == client.get_session("demo").status


def test_a_bar_is_as_long_as_the_rest_of_the_lease(page, call, clock):
    """
    A quarter of the lease is a quarter of the bar.
    """
    call.create("demo", lease=20)
    clock.advance("8s")
    clock.advance("15m")
    page.read_all("#live .left", "5m left of 20m")
    bar, fill = (page.all(one)[0].rect for one in ("#live .bar", "#live .bar > i"))
    assert pytest.approx(bar["width"] / 4, abs=1) == fill["x"] + fill["width"] - bar["x"]


def test_bars_follow_the_speed_of_the_clock(driver):
    """
    Between two events the page goes on by itself, as fast as the service does, and its speed can be set there.
    """
    page = Page(driver)
    with (
        Emulator(clock=SystemClock(speed=60), startup={"Standard": 0}) as emulator,
        serve_admin(emulator) as admin,
        Client(emulator=emulator) as client,
    ):
        page.open(admin.url)
        client.create_session("demo", lease="1h")
        page.read("#live", "left of 1h")
        page.run("window.kept = takeState; takeState = () => {}; window.before = byId('live').innerText")
        page.until("byId('live').innerText !== window.before")
        page.run("takeState = window.kept")
        page.all("#speed option[value='0']")[0].click()
        page.read("#pace", "stands still")
        assert 0 == emulator.time.speed


def test_the_clients_wall_clock_jumps(page, clock, emulator):
    """
    The clients' wall clock is set ahead and back by button, and the service's time does not care.
    """
    wall, service = clock.time(), emulator.now()
    page.press("Jump: +5 min")
    page.hear("Jump: +5 min")
    assert (wall + 300, service) == (clock.time(), emulator.now())
    page.press("Jump: −5 min")  # noqa: RUF001 - a minus, as the page writes it
    page.hear("−5 min")  # noqa: RUF001 - see above
    assert (wall, service) == (clock.time(), emulator.now())


def test_a_fault_set_by_button_is_felt_by_a_client(page, call, answer, emulator):
    """
    One press, and the next request of a program fails as the button says, and the one after it does not.
    """
    call.create("demo")
    page.press("Add rule: 503 once")
    page.read("#rules", "error")
    assert [503, 200] == [answer(), answer()]
    page.read("#rules", "used up, has struck 1 of 1 request")
    page.read("#entries .bad", "503")

    page.press("Clear rule 1, error")
    page.read("#no-rules", "No rules")
    assert [] == emulator.faults.list()


def test_any_rule_can_be_written(page, emulator):
    """
    The form offers what the effect takes, adds the rule, and tells why one is refused.
    """
    page.run("document.querySelector('#faults details').open = true")
    form = "byId('rule').elements"
    page.run(f"{form}.effect.value = 'error'; {form}.effect.dispatchEvent(new Event('change'))")
    assert "That status" in page.text("#does")
    page.all("#rule [name=status]")[0].send_keys("999")
    page.all("#rule [name=id]")[0].send_keys("demo-*")
    page.press("Add rule")
    page.read("#faults .problem", "has to be a whole number from 200 to 599")
    assert [] == emulator.faults.list()

    page.all("#rule [name=status]")[0].clear()
    page.all("#rule [name=status]")[0].send_keys("500")
    page.all("#rule [name=count]")[0].send_keys("3")
    page.press("Add rule")
    page.read("#rules", "id demo-*, count 3, status 500")
    assert Fault("error", status=500, id="demo-*", count=3) == emulator.faults.list()[0].fault
    assert "" == page.text("#faults .problem")


def test_sessions_are_decided_by_button(page, client):
    """
    A session is held, made Ready and broken from the page, and clients see it.
    """
    client.create_session("demo")
    page.read("#live", "demo")
    page.press("Hold: demo")
    page.read("#live", "not Ready by itself")
    page.press("Ready: demo")
    page.hear("demo is Ready")
    assert "Ready" == client.get_session("demo").status
    page.press("Fail: demo")
    page.read("#ended", "InternalServerError")
    assert "Error" == client.get_session("demo").status


def test_the_log_tells_requests_and_changes(page, client, emulator):
    """
    Each request is there with its MS-CV, each change of state with its instant, newest first, either alone or both.
    """
    client.create_session("demo", lease="10m")
    client.stop_session("demo")
    page.read("#entries", "stop_session")
    page.read("#entries", "went from Starting to Stopped")
    for call in emulator.requests:
        assert call.ms_cv in page.text("#entries")
    words = [row.split("\t")[1] for row in page.text("#entries").split("\n")]
    assert [
        "stop_session POST sessions/demo/:stop",
        "session demo went from Starting to Stopped",
        "create_session PUT sessions/demo",
        "session demo began as Starting",
    ] == words[:4]

    page.all("[name=show][value=change]")[0].find_element("xpath", "..").click()
    page.until("!byId('entries').innerText.includes('create_session')")
    assert "Stopped" in page.text("#entries")


def test_a_reset_is_confirmed_first(page, client, emulator):
    """
    Reset asks; keeping changes nothing, confirming forgets everything.
    """
    client.create_session("demo")
    page.read("#live", "demo")
    page.press("Reset …")
    page.press("Keep everything")
    page.until("!byId('confirm').open")
    assert 1 == len(emulator.report()["sessions"])
    page.press("Reset …")
    page.press("Reset")
    page.read("#no-live", "None is running")
    assert [] == emulator.report()["sessions"]


def test_everything_goes_by_keyboard_alone(page, client, emulator):
    """
    Tab comes to every control, the focus can be seen there, and it is not lost when what had it goes away.
    """
    from selenium.webdriver import Keys

    client.create_session("demo", lease="10m")
    page.read("#live", "demo")
    page.tab_to("Skip to the sessions")
    page.run("document.activeElement.blur()")
    page.tab_to("Advance: +10 s")
    assert "solid" == page.focused().value_of_css_property("outline-style")
    page.keys(Keys.ENTER)
    page.read("#live", "9m 58s left")
    page.tab_to("by")
    page.keys("20s", Keys.ENTER)
    page.read("#live", "9m 38s left")
    page.tab_to("Fail: demo")
    page.keys(Keys.SPACE)
    page.read("#ended", "Error")
    assert "Sessions" == page.focused().text
    page.tab_to("Add rule: No capacity")
    page.keys(Keys.ENTER)
    page.read("#rules", "no_capacity")
    page.tab_to("Reset …")
    page.keys(Keys.ENTER)
    page.until("byId('confirm').open")
    assert "Keep everything" == page.focused().text
    page.keys(Keys.TAB, Keys.ENTER)
    page.read("#no-rules", "No rules")
    assert "Reset …" == page.focused().text


def test_every_control_and_part_has_a_name(page, client):
    """
    A screen reader has a name for each button, field, region and meter, and the page its landmarks.
    """
    client.create_session("demo")
    page.read("#live", "demo")
    page.run("document.querySelector('#faults details').open = true")
    nameless = [
        one.get_attribute("outerHTML")[:120]
        for one in page.all("button, input, select, summary, section, [role=group], [role=meter], ul.lives, dialog")
        if one.is_displayed() and not one.accessible_name
    ]
    assert [] == nameless
    assert [1, 1, 1] == [len(page.all(one)) for one in ("header", "main", "h1")]
    assert "en" == page.run("return document.documentElement.lang")
    for heading in page.run("return [...document.querySelectorAll('section h2')].map((one) => one.innerText)"):
        assert heading


CONTRAST = """
const parse = (text) => text.match(/[\\d.]+/g).map(Number);
const part = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
const behind = (node) => {
  for (let one = node; one; one = one.parentElement) {
    const color = parse(getComputedStyle(one).backgroundColor);
    if ((color[3] ?? 1) > 0) return color;
  }
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const faint = [];
let seen = 0;
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest(".seen-by-readers")) continue;
  const [a, b] = [light(parse(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  seen += 1;
  if (ratio < 4.5) faint.push(`${walker.currentNode.data.trim()}: ${ratio.toFixed(2)}`);
}
return [seen, faint];
"""


@pytest.fixture
def busy():
    """An emulator in which there is one of everything."""
    regions = {
        "westeurope": Region(capacity={"Premium": 2}),
        "eastus": Region(startup={"Standard": "20s"}, latency="0.3s"),
    }
    with Emulator(clock=ManualClock(), random=random.Random(7), regions=regions) as emulator:
        with Client(emulator=emulator) as client:
            advance = emulator.time.advance
            client.create_session("old-model", lease="10m")
            advance("9m")
            client.create_session("review-room", lease="1h", size="Premium")
            advance("2m")
            client.create_session("viewer-42", lease="5m")
            advance("40s")
            client.get_session("viewer-42")
            client.create_session("broken")
            message = "There is no capacity for a session of size Standard in this region."
            emulator.fail_session("broken", "NoCapacity", message)
            emulator.faults.add(Fault("error", status=503, retry_after=0, count=1, operation="get_session"))
            client.get_session("viewer-42")
            advance("3m20s")
            client.create_session("tour-guide", lease="30m")
            advance("2s")
            client.stop_session("tour-guide")
            client.update_lease("review-room", "2h")
            emulator.faults.add(Fault("throttle", limit=10))
            emulator.faults.add(Fault("latency", delay="2s", operation="create_*", id="demo-*", probability=0.5))
            client.create_session("night-shift", lease="45m", size="Premium")
            emulator.hold_session("night-shift")
            client.create_session("demo", lease="10m")
            advance("5s")
            list(client.list_sessions())
        yield emulator


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_in_light_and_in_dark(driver, busy, scheme, tmp_path):
    """
    In either scheme the ground is as asked for, and every text stands out from what is behind it by 4.5 to 1.
    """
    page = Page(driver)
    page.prefer(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
    page.resize(1280)
    with serve_admin(busy) as admin:
        page.open(admin.url)
        page.read("#live", "demo")
        seen, faint = page.run(CONTRAST)
        ground = page.run("return getComputedStyle(document.documentElement).backgroundColor")
        page.resize(1280, page.run("return document.documentElement.scrollHeight"))
        # To renew the pictures of the documentation: ARR_SCREENSHOTS=docs/img
        picture = Path(os.environ.get("ARR_SCREENSHOTS", tmp_path)) / f"emulator-{scheme}.png"
        driver.save_screenshot(str(picture))
    assert seen > 50
    assert [] == faint
    assert {"light": "rgb(246, 246, 243)", "dark": "rgb(19, 21, 23)"}[scheme] == ground
    assert b"\x89PNG" == picture.read_bytes()[:4]


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_it_fits_narrow_and_wide_windows(driver, busy, width):
    """
    Nothing but the tables has to be scrolled sideways.
    """
    page = Page(driver)
    page.resize(width)
    with serve_admin(busy) as admin:
        page.open(admin.url)
        page.read("#live", "demo")
        assert page.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_no_request_leaves_the_machine(page, admin, client):
    """
    The page asks nobody but its own server, and the browser refuses nothing of it.
    """
    client.create_session("demo")
    page.read("#live", "demo")
    asked = page.addresses()
    assert {f"{admin.endpoint}/events"} <= set(asked)
    assert [] == [one for one in asked if not one.startswith((f"{admin.endpoint}/", "data:", "about:"))]
    assert [] == page.complaints()


def test_markup_stays_text(page, emulator, call, client):
    """
    Neither an id, a message, a path, a rule nor an asset is ever read as markup.
    """
    client.create_session("demo")
    emulator.fail_session("demo", MARKUP, MARKUP)
    call("GET", f"sessions/{MARKUP}")
    emulator.faults.add(Fault("html", body=MARKUP, id=MARKUP))
    assert 201 == call.convert(source={"relativeInputAssetPath": f"{MARKUP}.fbx"}).status
    for part in ("#ended .why", "#entries", "#rules", "#converting"):
        page.read(part, "<b>bold</b>")
    assert [] == page.all("img, b")
    assert [] == page.complaints()


def test_the_browser_itself_refuses_markup_and_foreign_scripts(page):
    """
    Should the page's script ever go wrong, the policy stops what it lets in.
    """
    refused = page.run(
        "try { document.body.innerHTML = arguments[0]; } catch (error) { return error.name; }", "<b>bold</b>"
    )
    assert "TypeError" == refused
    page.run("const one = document.createElement('style'); one.textContent = 'body{}'; document.head.append(one);")
    assert any("Content Security Policy" in one for one in page.complaints())


def test_the_token_is_kept_for_the_tab_only(page, admin):
    """
    The token leaves the address at once, is in nothing that can be read or copied, and survives a reload.
    """
    assert f"{admin.endpoint}/" == page.driver.current_url
    assert admin.token == page.run("return sessionStorage.getItem('token')")
    assert admin.token not in page.driver.page_source
    assert [] == page.run("return Object.keys(localStorage)")
    assert "" == page.run("return document.cookie")
    page.driver.refresh()
    page.until("byId('link').innerText === 'Live' && state !== null")
    assert [] == [one for one in page.addresses()[1:] if admin.token in one]


def test_no_secret_is_shown(page, call, emulator):
    """
    Neither the account's key, nor a token of the service, nor a signature of a container comes to the page.
    """
    assert 201 == call.convert().status
    page.read("#converting", "car.fbx")
    known = page.run("return JSON.stringify([state, requests]) + document.documentElement.outerHTML")
    for secret in (emulator.account_key, call.token, "verysecretsignature"):
        assert secret not in known


@pytest.mark.parametrize("query", ["", "?token=wrong", "?token=%E2%82%AC"])
def test_a_wrong_token_is_said_clearly(driver, admin, query):
    """
    Without the right token the page says what it needs and where that is, shows nothing else, and takes it.
    """
    page = Page(driver)
    page.go(f"{admin.endpoint}/{query}")
    page.read("#door", "That is not the" if query else "This page needs the")
    page.read("#door-why", "printed it when it started")
    assert ("Token", "token") == (page.focused().accessible_name, page.focused().get_attribute("id"))
    assert "" == page.text("#everything")

    page.keys(admin.token, "\n")
    page.until("byId('link').innerText === 'Live' && !byId('everything').hidden")
    assert "" == page.text("#door")


def test_it_comes_back_when_the_emulator_does(driver, emulator, call):
    """
    While there is no answer the page says so and stands still; once there is one again, it shows what is there now.
    """
    page = Page(driver)
    with serve_admin(emulator) as admin:
        page.open(admin.url)
        call.create("before")
        page.read("#entries", "sessions/before")
    page.read("#link", "No answer; trying again")
    with Emulator(clock=ManualClock()) as restarted:
        Caller(restarted).create("after")
        with serve_admin(restarted, port=admin.port, token=admin.token):
            page.read("#link", "Live")
            page.read("#live", "after")
            page.read("#entries", "sessions/after")
            assert "before" not in page.text("#everything")


def test_many_requests_at_once_are_shown(page, call):
    """
    A burst of requests leaves the page at work, with the last of them on top.
    """
    for number in range(1200):
        call("GET", f"sessions/s{number}")
    page.read("#entries tr:first-child", "sessions/s1199")
    assert 150 == len(page.all("#entries tr"))
