"""
What was recorded of the real service, asked of the emulator again: the same status, headers, fields, order and texts.
"""

import json
import re
from datetime import datetime, timedelta
from itertools import accumulate

import pytest

from arr_facade.clock import ManualClock
from arr_facade.emulator import Emulator, Request
from tests.exchanges import RECORDINGS, conversion_request, own_recordings, upstream_recordings
from tests.shared import needs_shared

# What is new in every run, and how it must look.
PATTERNS = {
    "creationTime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|\+00:00)"),
    "hostname": re.compile(r"[a-z0-9-]+\.remoterendering\.vm\.[a-z0-9]+\.mixedreality\.azure\.com"),
    "AccessToken": re.compile(r"[\w-]+\.[\w-]+=*\.[\w-]*"),
}
PORTS = {"arrInspectorPort", "handshakePort"}


@pytest.mark.parametrize("recording", own_recordings(), ids=str)
def test_own_recordings(recording):
    """
    The emulator answers the requests of our own recordings as they say.
    """
    replay(recording)


@needs_shared
@pytest.mark.parametrize("recording", upstream_recordings() if RECORDINGS.is_dir() else [], ids=str)
def test_recordings_of_the_official_sdks(recording):
    """
    The emulator answers the requests of the official SDKs' recordings as the real service did.
    """
    replay(recording)


def test_own_recordings_are_complete():
    """
    The own recordings hold every kind of answer that was ever recorded, so that the suite is whole without the others.
    """
    seen = {(recording.shape, one.method, one.status) for recording in own_recordings() for one in recording.exchanges}
    both = {("PUT", 201), ("GET", 200), ("PATCH", 200), ("POST", 204), ("PUT", 400), ("PUT", 403)}
    expected = {(shape, *kind) for shape in ("late", "early") for kind in both} | {("late", "GET", 401)}
    assert expected == seen


def replay(recording):
    exchanges = recording.exchanges
    account = exchanges[0].path.split("/")[2]
    older = conversions_before(exchanges)
    start = min([one.at for one in exchanges] + [timestamp(one) for one in older])
    clock = ManualClock(start)
    emulator = Emulator(
        clock=clock, account_id=account, shape=recording.shape, token_lifetime="30d", **timing(exchanges)
    )
    token = emulator.issue_token()
    with emulator:
        for conversion in older:
            clock.advance(timedelta(seconds=max(timestamp(conversion) - emulator.now(), 0)))
            body = json.dumps(conversion_request(conversion["settings"])).encode()
            path, query = f"/accounts/{account}/conversions/{conversion['id']}", {"api-version": "2021-01-01"}
            headers = {"authorization": f"Bearer {token}"}
            assert emulator.handle(Request("PUT", path, query, headers, body)).status == 201
        for number, one in enumerate(exchanges):
            clock.advance(timedelta(seconds=max(one.at - emulator.now(), 0)))
            compare(one, emulator.handle(request_of(one, emulator, token)), f"{recording}[{number}]")


def request_of(one, emulator, token):
    key = "wrong" if one.status == 401 else emulator.account_key
    credential = f"{emulator.account_id}:{key}" if one.path.endswith("/token") else token
    body = b"" if one.body is None else json.dumps(one.body).encode()
    return Request(one.method, one.path, one.query, {"authorization": f"Bearer {credential}"}, body)


def timing(exchanges):
    """
    How long things took in the recording: half a second less than its Date headers say, which are whole seconds.
    """
    # The machines' clocks differed: an answer may bear an earlier time than the one before it.
    times = list(accumulate((one.at for one in exchanges), max))
    created = next((at for at, one in zip(times, exchanges, strict=True) if one.method == "PUT"), 0)
    seen = {}
    for one in exchanges:
        if isinstance(one.answer, dict) and "status" in one.answer:
            seen.setdefault(one.answer["status"], timedelta(seconds=max(one.at - created - 0.5, 0)))
    end = next((seen[status] for status in ("Succeeded", "Failed") if status in seen), "1m")
    return {
        "startup": {"Standard": seen.get("Ready", "1m")},
        "conversion_start": seen.get("Running", "30s"),
        "conversion_end": end,
    }


def conversions_before(exchanges):
    """
    Conversions that a list shows although the recording did not make them.
    """
    made = {one.path.rsplit("/", 1)[1] for one in exchanges if one.method == "PUT"}
    lists = [one.answer["conversions"] for one in exchanges if one.path.endswith("/conversions")]
    return [conversion for conversions in lists for conversion in conversions if conversion["id"] not in made]


def timestamp(document):
    return datetime.fromisoformat(document["creationTime"]).timestamp()


def compare(one, response, where):
    assert one.status == response.status, where
    headers = {name.lower(): value for name, value in response.headers}
    assert set(one.headers) == set(headers), where
    assert re.fullmatch(r"[A-Za-z0-9+/]{22}\.0", headers["ms-cv"]), where
    for name in {"content-type", "cache-control", "pragma", "x-content-type-options"} & set(headers):
        assert plain(one.headers[name]) == plain(headers[name]), where
    known = headers.get("api-supported-versions", "").split(", ")
    # The list grew over the years, and one recording shows fewer than its neighbours of the same minute.
    assert set(one.headers.get("api-supported-versions", "").split(", ")) <= set(known), where
    if "content-length" in headers:
        assert str(len(response.body)) == headers["content-length"], where
    same(one.answer, json.loads(response.body) if response.body else None, where, one.traps)
    if response.body:
        assert response.body == json.dumps(json.loads(response.body), separators=(",", ":")).encode(), where


def plain(text):
    return text.replace(" ", "")


def same(expected, actual, where, traps, name=""):
    """
    Equal in structure, order and text, but for what is new in every run.
    """
    if name in PATTERNS and expected is not None:
        assert PATTERNS[name].fullmatch(expected), where
        assert PATTERNS[name].fullmatch(actual), where
        assert expected[-1] == actual[-1] or name != "creationTime", f"{where}: another offset"
    elif name in PORTS and expected:
        assert 49152 <= actual <= 65534, where
    elif name == "teraflops" and expected:
        assert isinstance(actual, float), where
        assert actual > 0, where
    elif isinstance(expected, dict):
        assert list(expected) == list(actual), where
        for key, value in expected.items():
            same(value, actual[key], f"{where}.{key}", traps, key)
    elif isinstance(expected, list):
        assert len(expected) == len(actual), where
        for number, value in enumerate(expected):
            same(value, actual[number], f"{where}[{number}]", traps)
    elif name not in traps:
        assert (type(expected), expected) == (type(actual), actual), where
