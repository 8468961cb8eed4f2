"""
`arr demo`: the whole story, for people and for programs.
"""

import re

import pytest

from arr_facade import SystemClock
from arr_facade.cli import demo


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    """
    The demo at ten times its speed: these tests are about what it tells.
    """
    monkeypatch.setattr(demo, "_SPEED", 600.0)


def test_demo_tells_the_whole_story(arr):
    """
    Token, start, Ready with host and port, conversion, two renewals and the stop happen in this order.
    """
    result = arr("demo", "--json")
    assert 0 == result.code
    happened = [event["event"] for event in result.json["events"] if event["event"] != "inspector"]
    assert ["token", "created", "ready"] == happened[:3]
    assert 2 == happened.count("renewed")
    assert {"converting", "converted"} < set(happened)
    assert "stopped" == happened[-1]
    ready = next(event["text"] for event in result.json["events"] if event["event"] == "ready")
    assert re.fullmatch(r"Ready at \S+\.mixedreality\.azure\.com, handshake port \d+", ready)
    assert "Stopped" == result.json["session"]["status"]


def test_demo_draws_a_timeline_on_stdout(arr):
    """
    Without a terminal the story is told line by line on stderr, and its timeline is all of stdout.
    """
    result = arr("demo")
    assert 0 == result.code
    assert "session asked for" in result.err
    assert ["Starting", "Ready", "Converting", "Renewed", "Stopped"] == re.findall(r"^(\w+) ", result.out, re.MULTILINE)
    assert 1 <= result.out.count("^") <= 2


def test_demo_touches_nothing_of_the_users(arr, tmp_path):
    """
    The demo's emulator is its own: nothing of it is left in the user's state.
    """
    arr("demo", "--json")
    assert not (tmp_path / "state").exists()
    assert [] == arr("session", "list", "--json").json


def test_cost_only_with_a_price(arr):
    """
    There is no public price, so a cost is told only at the user's.
    """
    result = arr("demo", "--json", "--price-per-hour", "60")
    assert result.json["cost"] == pytest.approx(result.json["billed_minutes"], abs=0.1)
    assert arr("demo", "--json").json["cost"] is None


def test_billing_begins_at_ready_and_ends_with_the_stop():
    """
    Minutes are billed from Ready to the end, however long starting took.
    """
    story = demo.Story(SystemClock(), quiet=True, price_per_hour=None)
    assert 0 == story.as_dict()["billed_minutes"]
    story.events = [(0.0, "created", ""), (600.0, "ready", ""), (780.0, "stopped", "")]
    assert 3 == story.as_dict()["billed_minutes"]


def test_timeline_is_to_scale():
    """
    Each bar begins and ends at its share of the width.
    """
    story = demo.Story(SystemClock(), quiet=True, price_per_hour=None)
    story.events = [(0.0, "created", ""), (50.0, "ready", ""), (75.0, "renewed", ""), (100.0, "stopped", "")]
    bars = dict(line.split("|")[:2] for line in story.timeline() if line.count("|") == 2)
    starting, ready, renewed = (bars[f"{name:<12}"] for name in ("Starting", "Ready", "Renewed"))
    assert (0, 24) == (starting.index("="), starting.rindex("="))
    assert (24, 47) == (ready.index("="), ready.rindex("="))
    assert 36 == renewed.index("^")
