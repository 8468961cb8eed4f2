"""
The page as it is served: for whom, under which policy, and with nothing in it. What it does is in test_page_browser.py.
"""

import base64
import hashlib
import json
import re
from typing import get_args

import httpx
import pytest

from arr_facade.emulator import Fault
from arr_facade.emulator.admin import serve_admin
from arr_facade.emulator.faults import Effect


@pytest.fixture
def admin(emulator):
    with serve_admin(emulator) as server:
        yield server


@pytest.fixture
def page(admin):
    return httpx.get(admin.endpoint, trust_env=False)


def policy(page):
    return dict(part.split(" ", 1) for part in page.headers["Content-Security-Policy"].split("; "))


def element(page, tag, attributes=""):
    return re.search(f"<{tag}{attributes}>(.*?)</{tag}>", page.text, re.DOTALL)[1]


def test_the_page_is_for_everyone_and_tells_nothing(admin, emulator, page):
    """
    The page comes without a token, and there is neither the token nor the account or its key in it.
    """
    assert (200, "text/html; charset=utf-8") == (page.status_code, page.headers["Content-Type"])
    for secret in (admin.token, emulator.account_key, emulator.account_id):
        assert secret not in page.text
    assert page.text == httpx.get(f"{admin.endpoint}/?token=wrong", trust_env=False).text


@pytest.mark.parametrize(("directive", "tag"), [("script-src", "script"), ("style-src", "style")])
def test_the_policy_lets_the_pages_own_script_and_style_run(page, directive, tag):
    """
    The policy names the digest of exactly what stands in the page.
    """
    digest = hashlib.sha256(element(page, tag).encode()).digest()
    assert f"'sha256-{base64.b64encode(digest).decode()}'" == policy(page)[directive]


def test_the_policy_lets_nothing_else_in(page):
    """
    No other origin may be asked, nothing may frame the page, and text cannot be read as markup.
    """
    allowed = policy(page)
    assert ("'none'", "'self'", "'none'") == tuple(
        allowed[name] for name in ("default-src", "connect-src", "frame-ancestors")
    )
    assert "'script'" == allowed["require-trusted-types-for"]
    assert ("no-store", "no-referrer") == (page.headers["Cache-Control"], page.headers["Referrer-Policy"])


def test_the_page_refers_to_nothing_outside(page):
    """
    The file holds no address but names of namespaces, so it works without a network.
    """
    assert ["http://www.w3.org/2000/svg"] == re.findall(r"https?://[^\s'\"`<>)]+", page.text)


def test_the_form_for_rules_knows_what_the_rules_know(page):
    """
    A rule filled in as the page's form offers it, with what it marks as needed, is one that the emulator takes.
    """
    effects = json.loads(element(page, "script", ' type="application/json" id="vocabulary"'))["effects"]
    assert list(get_args(Effect)) == list(effects)
    for name, effect in effects.items():
        needed = {option["name"]: 200 if option["whole"] else "5s" for option in effect["options"] if option["needed"]}
        everything = {option["name"]: 200 if option["whole"] else "5s" for option in effect["options"]}
        for operation in effect["operations"]:
            Fault.from_dict({"effect": name, "operation": operation, **needed})
            Fault.from_dict({"effect": name, "operation": operation, **everything})
        assert effect["does"].endswith(".")
