"""
The pytest plugin, in suites of its users.
"""

import os
import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "testing.md").read_text(), re.MULTILINE | re.DOTALL)
# Where the package was installed before it had the plugin, pytest does not find it by itself.
LOADED = [] if entry_points(group="pytest11", name="arr_emulator") else ["-p", "arr_facade.pytest_plugin"]


@pytest.fixture
def suite(pytester, monkeypatch):
    """
    Runs the text of a test module as a suite of somebody else's.
    """
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "generated")]))
    for name in [name for name in os.environ if name.startswith("ARR_") or name == "PYTEST_ADDOPTS"]:
        monkeypatch.delenv(name)

    def run(text, *arguments, ini="", aside=False):
        pytester.makeini(f"[pytest]\nfilterwarnings = error\n{ini}")
        pytester.makepyfile(test_user=text)
        start = pytester.runpytest_subprocess if aside else pytester.runpytest_inprocess
        return start(*LOADED, "--strict-markers", "-p", "no:cacheprovider", *arguments)

    return run


def test_the_project_declares_the_plugin():
    """
    Pytest finds the plugin by the package's entry point.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert {"arr_emulator": "arr_facade.pytest_plugin"} == project["entry-points"]["pytest11"]


@pytest.mark.parametrize("shape", ["late", "both"])
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_of_the_document(suite, number, shape):
    """
    Each piece of Python in docs/testing.md is a suite that passes as it stands, in both shapes too.
    """
    outcome = suite(EXAMPLES[number], ini=f"arr_emulator_shape = {shape}")
    outcome.assert_outcomes(passed=2 if shape == "both" else 1)


def test_the_first_example_has_ten_lines():
    """
    What a reader sees first is short.
    """
    body = EXAMPLES[0].partition("def test_")[2].splitlines()

    assert len(body) <= 10
    assert 4 == len(EXAMPLES)


STATE = """
from arr_facade import Client

def starts(emulator):
    with Client(emulator=emulator) as client:
        assert [] == list(client.list_sessions())
        client.create_session("s")
    assert ["create_session"] == [c.operation for c in emulator.requests if c.operation == "create_session"]
    assert emulator.clock.monotonic() == 0

def test_one(arr_emulator): starts(arr_emulator)
def test_two(arr_emulator): starts(arr_emulator)
def test_three(arr_emulator): starts(arr_emulator)
"""


def test_each_test_has_its_own(suite):
    """
    No session, logged request or passed time of one test reaches another.
    """
    suite(STATE).assert_outcomes(passed=3)


def test_under_xdist(suite):
    """
    Workers of pytest-xdist do not meet, on sockets either.
    """
    served = STATE + "\ndef test_four(arr_emulator_server): starts(arr_emulator_server.emulator)\n"

    suite(served, "-n", "2", aside=True).assert_outcomes(passed=4)


@pytest.mark.parametrize(("clock", "kind"), [("manual", "ManualClock"), ("system", "SystemClock"), ("60", "speed=60")])
def test_the_clock_is_the_suites_choice(suite, clock, kind):
    """
    The ini setting says whether the test moves the clock or the machine does, and how fast.
    """
    text = f"def test(arr_emulator, arr_clock): assert arr_emulator.clock is arr_clock and {kind!r} in repr(arr_clock)"

    suite(text, ini=f"arr_emulator_clock = {clock}").assert_outcomes(passed=1)


SHAPES = """
import json
import pytest
from arr_facade.emulator import Request

def shape_of(emulator):
    headers = {"authorization": "Bearer " + emulator.issue_token()}
    path = f"/accounts/{emulator.account_id}/sessions/s"
    body = b'{"maxLeaseTimeMinutes":1,"size":"Standard"}'
    response = emulator.handle(Request("PUT", path, {"api-version": "2021-01-01"}, headers, body))
    return "early" if "hostname" in json.loads(response.body) else "late"

def test_any(arr_emulator, arr_emulator_shape): assert shape_of(arr_emulator) == arr_emulator_shape

@pytest.mark.arr_emulator(shape="early")
def test_marked(arr_emulator): assert shape_of(arr_emulator) == "early"

@pytest.mark.parametrize("arr_emulator_shape", ["late"], indirect=True)
def test_parametrized(arr_emulator): assert shape_of(arr_emulator) == "late"

def test_without(): pass
"""


@pytest.mark.parametrize(
    ("ini", "expected"),
    [
        ("", ["test_any"]),
        ("arr_emulator_shape = early", ["test_any"]),
        ("arr_emulator_shape = both", ["test_any[late]", "test_any[early]"]),
    ],
)
def test_both_shapes(suite, ini, expected):
    """
    A suite runs against either shape or both, except for tests that choose, and those without emulator run once.
    """
    result = suite(SHAPES, "-v", ini=ini)
    result.assert_outcomes(passed=len(expected) + 3)
    ran = re.findall(r"::(\S+) PASSED", result.stdout.str())

    assert [*expected, "test_marked", "test_parametrized[late]", "test_without"] == ran


@pytest.mark.parametrize(
    ("ini", "sentence"),
    [
        ("arr_emulator_shape = round", "arr_emulator_shape has to be late, early or both"),
        ("arr_emulator_clock = soon", "arr_emulator_clock has to be manual, system or a number above 0"),
        ("arr_emulator_clock = inf", "arr_emulator_clock has to be manual, system or a number above 0"),
        ("arr_emulator_clock = 0", "arr_emulator_clock has to be manual, system or a number above 0"),
    ],
)
def test_settings_that_cannot_be_read(suite, ini, sentence):
    """
    A wrong setting ends the run before any test, and says which values there are.
    """
    result = suite("def test(): pass", ini=ini, aside=True)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert sentence in result.stderr.str()


def test_a_mark_that_cannot_be_read(suite):
    """
    Arguments of the mark without names, or with names that Emulator does not know, fail the test that has them.
    """
    text = """
import pytest

@pytest.mark.arr_emulator("early")
def test_one(arr_emulator): pass

@pytest.mark.arr_emulator(shapes="early")
def test_two(arr_emulator): pass
"""
    result = suite(text)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*takes the arguments of Emulator by name*", "*unexpected keyword argument 'shapes'*"])


def test_the_server_is_closed_with_the_test(suite):
    """
    Nothing listens any more when the next test begins.
    """
    text = """
import socket
import pytest

seen = []

def test_one(arr_emulator_server):
    seen.append(arr_emulator_server.port)
    socket.create_connection(("127.0.0.1", seen[0])).close()

def test_two():
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", seen[0]))
"""
    suite(text).assert_outcomes(passed=2)


def test_a_suite_without_the_fixtures_pays_nothing(suite):
    """
    Being installed imports neither the emulator nor httpx into somebody else's tests.
    """
    text = """
import sys

def test(): assert not {"httpx", "arr_facade.emulator", "arr_facade.clock", "uvicorn"} & set(sys.modules)
"""
    suite(text, aside=True).assert_outcomes(passed=1)


def test_the_fixtures_are_listed(suite):
    """
    `pytest --fixtures` explains each of them.
    """
    text = suite("def test(): pass", "--fixtures").stdout.str()

    for name in ("arr_clock", "arr_emulator ", "arr_emulator_server", "arr_emulator_shape"):
        assert name in text
