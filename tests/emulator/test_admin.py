"""
The admin API over its own socket: what it shows, what it decides, and whom it lets in.
"""

import json
import random

import httpx
import pytest

from arr_facade.clock import ManualClock, SystemClock
from arr_facade.emulator import DEFAULT_ACCOUNT_KEY, Emulator, Fault
from arr_facade.emulator.admin import Watch, serve_admin
from arr_facade.errors import ConfigurationError
from tests.emulator.caller import SAS, Caller

PATHS = [
    ("GET", "/state"),
    ("GET", "/events"),
    ("POST", "/clock"),
    ("POST", "/faults"),
    ("POST", "/sessions/s/ready"),
    ("POST", "/reset"),
    ("POST", "/seed"),
    ("GET", "/snapshot"),
    ("POST", "/restore"),
    ("GET", "/nowhere"),
]


@pytest.fixture
def admin(emulator):
    with serve_admin(emulator) as server:
        yield server


@pytest.fixture
def ask(admin):
    """Sends one request with the token; the status and the decoded body."""
    headers = {"Authorization": f"Bearer {admin.token}"}
    with httpx.Client(base_url=admin.endpoint, headers=headers, trust_env=False, verify=False) as client:

        def send(method, path, body=None):
            answer = client.request(method, path, json=body)
            return answer.status_code, answer.json() if answer.content else None

        yield send


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Bearer", "Basic x"])
def test_nobody_gets_in_without_the_token(admin, authorization):
    """
    Every path wants the token, and says nothing else to who lacks it.
    """
    headers = {"Authorization": authorization} if authorization else {}
    with httpx.Client(base_url=admin.endpoint, headers=headers, trust_env=False, verify=False) as client:
        for method, path in PATHS:
            answer = client.request(method, path)
            assert (401, "the admin API wants its token\n") == (answer.status_code, answer.text)


def test_a_browser_shows_the_token_in_the_query(admin):
    """
    The printed address opens the state without a header.
    """
    assert admin.url == f"{admin.endpoint}/?token={admin.token}"
    assert 200 == httpx.get(f"{admin.endpoint}/state?token={admin.token}", trust_env=False, verify=False).status_code


def test_each_server_has_a_token_of_its_own(emulator, admin):
    """
    The token is made at start, long and never the same, and a repr does not show it.
    """
    with serve_admin(emulator) as other:
        assert len(admin.token) >= 32
        assert admin.token != other.token
    assert admin.token not in repr(admin)


def test_the_state_has_all_that_a_page_draws(ask, call, clock):
    """
    Sessions with the instants of their lease, conversions, regions, clock, rules and requests are in one document.
    """
    call.create(lease=10)
    call.convert()
    call.emulator.faults.add(Fault("latency", delay="1s", operation="get_token"))
    now = clock.time()
    clock.advance("1m")
    status, state = ask("GET", "/state")

    assert 200 == status
    assert {"now": now + 60, "speed": 0.0, "manual": True} == state["clock"]
    session = state["sessions"][0]
    assert ("s", "Ready", now, now + 8, now + 608, None, 10, 0) == tuple(
        session[name]
        for name in ("id", "status", "created", "ready", "expires", "ended", "lease_minutes", "elapsed_minutes")
    )
    assert ("c", "Succeeded", "car.fbx") == tuple(state["conversions"][0][name] for name in ("id", "status", "asset"))
    assert [("local", {"Standard": 8.0, "Premium": 60.0})] == [
        (one["name"], one["startup"]) for one in state["regions"]
    ]
    assert [{"effect": "latency", "operation": "get_token", "delay": "1s"}] == [one["fault"] for one in state["faults"]]
    assert ["create_session", "create_conversion"] == [one["operation"] for one in state["requests"]]
    assert all(len(one["ms_cv"]) == 24 and one["status"] == 201 for one in state["requests"])


def test_nothing_secret_is_shown(ask, call, emulator):
    """
    Neither the account's key nor a token or signature is in the state or in a snapshot.
    """
    call.create()
    call.convert()
    shown = json.dumps([ask("GET", path) for path in ("/state", "/snapshot", "/faults")])

    for secret in (DEFAULT_ACCOUNT_KEY, call.token, SAS, "verysecretsignature"):
        assert secret not in shown


def test_the_clock_is_moved(ask, call, clock):
    """
    Advancing the clock lets a lease run out, and jumping moves the wall clock of clients alone.
    """
    call.create(lease=10)
    before = clock.time()
    status, shown = ask("POST", "/clock", {"advance": "20m"})

    assert (200, before + 1200) == (status, shown["now"])
    assert "Expired" == call.session()["status"]
    ask("POST", "/clock", {"jump": -3600})
    assert before + 1200 - 3600 == clock.time()
    assert before + 1200 == ask("GET", "/clock")[1]["now"]


def test_the_machine_s_clock_gets_another_speed():
    """
    An emulator on the machine's clock is held, advanced and sped up without that clock.
    """
    with Emulator(clock=SystemClock()) as emulator, serve_admin(emulator) as admin:
        url, headers = f"{admin.endpoint}/clock", {"Authorization": f"Bearer {admin.token}"}
        held = httpx.post(url, json={"speed": 0}, headers=headers, trust_env=False, verify=False).json()["now"]
        moved = httpx.post(url, json={"advance": "9m"}, headers=headers, trust_env=False, verify=False).json()
        assert (held + 540, 0.0) == (moved["now"], moved["speed"])
        assert 60 == httpx.post(url, json={"speed": 60}, headers=headers, trust_env=False, verify=False).json()["speed"]


def test_faults_are_added_read_and_removed(ask, call):
    """
    A rule added here is met by clients and can be read with its counts, removed alone or with all.
    """
    status, added = ask("POST", "/faults", {"effect": "error", "status": 503, "retry_after": 5, "count": 1})
    assert 201 == status
    answer = call.create()
    assert (503, "5") == (answer.status, answer.header("Retry-After"))
    assert 201 == call.create().status
    rule = ask("GET", "/faults")[1][0]
    assert (added["number"], 1, 1, True) == tuple(rule[name] for name in ("number", "matched", "struck", "used_up"))
    assert 204 == ask("DELETE", f"/faults/{added['number']}")[0]
    assert 400 == ask("DELETE", f"/faults/{added['number']}")[0]
    ask("POST", "/faults", {"effect": "drop_before"})
    assert 204 == ask("DELETE", "/faults")[0]
    assert [] == ask("GET", "/faults")[1]


def test_sessions_are_decided_about(ask, call):
    """
    A session is held, made ready, and ended with a given code.
    """
    call.create("a")
    assert 204 == ask("POST", "/sessions/a/hold")[0]
    call.emulator.clock.advance("1h")
    assert "Starting" == call.session("a")["status"]
    ask("POST", "/sessions/a/ready", {"reads": 1})
    assert ["Starting", "Ready"] == [call.session("a")["status"] for _ in range(2)]
    ask("POST", "/sessions/a/fail", {"code": "Broken", "message": "A machine burnt."})
    assert {"code": "Broken", "message": "A machine burnt."} == call.session("a")["error"]


def test_snapshot_seed_reset_and_restore(ask, call):
    """
    What was seeded comes back from a snapshot after everything was forgotten.
    """
    seeds = {"sessions": [{"id": "old", "lease": "1h", "elapsed": "50m"}], "conversions": [{"id": "done"}]}
    assert 204 == ask("POST", "/seed", seeds)[0]
    _, snapshot = ask("GET", "/snapshot")
    assert 204 == ask("POST", "/reset")[0]
    assert [] == call.sessions()
    assert 204 == ask("POST", "/restore", snapshot)[0]
    assert 50 == call.session("old")["elapsedTimeMinutes"]
    assert "Succeeded" == call.conversion("done")["status"]


NONSENSE = [
    ("POST", "/clock", {"advance": "soon"}, "advance"),
    ("POST", "/clock", {"advance": "-1m"}, "advance"),
    ("POST", "/clock", {"speed": 60}, "speed"),
    ("POST", "/clock", {"jump": "far"}, "jump"),
    ("POST", "/clock", {"stop": True}, "stop"),
    ("POST", "/clock", [], "body"),
    ("POST", "/faults", {}, "fault.effect"),
    ("POST", "/faults", {"effect": "earthquake"}, "effect"),
    ("POST", "/sessions/s/explode", {}, "action"),
    ("POST", "/sessions/s/ready", {}, "session_id"),
    ("POST", "/sessions/s/ready", {"region": "mars"}, "region"),
    ("POST", "/seed", {"sessions": [{}]}, "seed.sessions.id"),
    ("POST", "/restore", {"version": 7}, "snapshot"),
    ("POST", "/restore", {"version": 1, "sessions": "x", "conversions": [], "faults": []}, "snapshot"),
    ("POST", "/restore", {"version": 1, "sessions": [5], "conversions": [], "faults": []}, "snapshot"),
    ("POST", "/clock", {"advance": "3000000d"}, "advance"),
    ("POST", "/clock", {"jump": 1e300}, "jump"),
    ("POST", "/clock", {"jump": 10**400}, "jump"),
    ("POST", "/faults", {"effect": "clock_skew", "skew": "3000000d"}, "skew"),
]


def test_what_cannot_be_done_is_named(ask):
    """
    A request that asks for nonsense gets 400 with the field that was wrong.
    """
    for method, path, body, field in NONSENSE:
        status, answer = ask(method, path, body)
        assert (400, field) == (status, answer["error"]["field"])


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN"])
@pytest.mark.parametrize("member", ["jump", "speed"])
def test_a_number_without_end_is_refused(admin, member, number):
    """
    What JSON can spell and no clock can be set to is 400 with its member.
    """
    headers = {"Authorization": f"Bearer {admin.token}"}
    with httpx.Client(base_url=admin.endpoint, headers=headers, trust_env=False, verify=False) as client:
        answer = client.post("/clock", content=f'{{"{member}": {number}}}')
    assert (400, member) == (answer.status_code, answer.json()["error"]["field"])


def events(lines, count):
    """The names and data of the next events of a stream."""
    found = []
    for line in lines:
        if line.startswith("event: "):
            found.append((line.removeprefix("event: "), json.loads(next(lines).removeprefix("data: "))))
            if len(found) == count:
                break
    return found


def test_the_stream_tells_what_happens(admin, call, clock):
    """
    A watcher gets the state at once, then each request and the state it led to, and time that was moved.
    """
    with (
        httpx.Client(trust_env=False, verify=False, timeout=30) as client,
        client.stream("GET", f"{admin.endpoint}/events?token={admin.token}") as stream,
    ):
        assert "text/event-stream; charset=utf-8" == stream.headers["Content-Type"]
        lines = stream.iter_lines()
        ((name, state),) = events(lines, 1)
        assert ("state", []) == (name, state["sessions"])
        call.create()
        told = dict(events(lines, 2))
        assert "create_session" == told["request"]["operation"]
        assert ["Starting"] == [one["status"] for one in told["state"]["sessions"]]
        clock.advance("9s")
        ((_, state),) = events(lines, 1)
        assert ["Ready"] == [one["status"] for one in state["sessions"]]


def test_time_that_only_goes_on_is_no_news(monkeypatch):
    """
    A watcher is told nothing while the clock runs at its speed, and once when it is moved.
    """
    real = [1000.0]
    monkeypatch.setattr("arr_facade.clock.time.monotonic", lambda: real[0])
    monkeypatch.setattr("arr_facade.emulator.admin.monotonic", lambda: real[0])
    emulator = Emulator(clock=SystemClock(60))
    watch = Watch(emulator)
    assert ["state"] == [name for name, _ in watch.news()]
    real[0] += 3600
    assert [] == watch.news()
    emulator.time.advance("10m")
    assert ["state"] == [name for name, _ in watch.news()]
    assert [] == watch.news()


def test_closing_ends_the_streams(emulator):
    """
    A server with an open stream closes at once, and the stream ends.
    """
    server = serve_admin(emulator)
    with (
        httpx.Client(trust_env=False, verify=False, timeout=30) as client,
        client.stream("GET", f"{server.endpoint}/events?token={server.token}") as stream,
    ):
        lines = stream.iter_lines()
        assert 1 == len(events(lines, 1))
        server.close()
        server.close()
        assert [] == events(lines, 1)
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.endpoint, trust_env=False, verify=False)


def test_a_silent_stream_shows_that_it_lives(emulator, monkeypatch):
    """
    Where nothing happens a comment is sent now and then, which watchers ignore and dead connections cannot take.
    """
    monkeypatch.setattr("arr_facade.emulator.admin._HEARTBEAT", 0.0)
    with (
        serve_admin(emulator) as server,
        httpx.Client(trust_env=False, verify=False, timeout=30) as client,
        client.stream("GET", f"{server.endpoint}/events?token={server.token}") as stream,
    ):
        assert ": still here" in (line for line in stream.iter_lines())


def test_a_body_has_a_bound(ask, monkeypatch):
    """
    More than a snapshot could ever be is refused.
    """
    monkeypatch.setattr("arr_facade.emulator.admin.MAX_BODY", 100)
    status, answer = ask("POST", "/restore", {"version": 1, "sessions": ["x" * 100]})

    assert (400, "body") == (status, answer["error"]["field"])


def test_a_taken_port_is_refused(emulator, admin):
    """
    Two admin APIs on one port would take each other's clients.
    """
    with pytest.raises(ConfigurationError, match=f"port: {admin.port} cannot be listened on"):
        serve_admin(emulator, port=admin.port)


def test_the_state_of_many_sessions_is_the_newest():
    """
    With more sessions than a page can draw, the state has the newest 200.
    """
    emulator = Emulator(clock=ManualClock(), random=random.Random(1))
    call = Caller(emulator)
    for number in range(201):
        call.create(f"s{number}")

    assert [f"s{number}" for number in range(1, 201)] == [one["id"] for one in emulator.report()["sessions"]]
