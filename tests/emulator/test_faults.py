"""
Faults: which requests a rule strikes, what each effect does, and that both ways into the emulator do the same.
"""

import base64
import json
from typing import get_args

import httpx
import pytest

from arr_facade.clock import ManualClock, SystemClock
from arr_facade.emulator import Emulator, Fault
from arr_facade.emulator.effects import _EFFECTS
from arr_facade.emulator.faults import Effect
from arr_facade.emulator.scenario import read_scenario
from arr_facade.emulator.server import application, serve
from arr_facade.errors import ConfigurationError
from tests.emulator.caller import Caller, decoded

VERSION = {"api-version": "2021-01-01"}


@pytest.fixture
def faults(emulator):
    return emulator.faults


# Which requests


def statuses(call, names):
    return [call.create(name).status for name in names]


def test_a_rule_strikes_its_operation_and_id_only(call, faults):
    """
    Patterns of operation and id choose the requests, in which a star stands for anything.
    """
    call.create("gpu-1")
    call.create("cpu-1")
    faults.add(Fault("error", operation="*_session", id="gpu-*", status=500))

    assert [500, 200] == [call("GET", f"sessions/{name}").status for name in ("gpu-1", "cpu-1")]
    assert [500, 204] == [call.stop(name).status for name in ("gpu-1", "cpu-1")]
    assert 200 == call("GET", "sessions").status


def test_a_count_is_used_up(call, faults):
    """
    A rule with a count strikes so many requests, can still be read afterwards, and strikes no more.
    """
    number = faults.add(Fault("error", status=503, count=2))
    assert [503, 503, 201, 201] == statuses(call, "abcd")
    (rule,) = faults.list()
    assert (number, 2, True) == (rule.number, rule.struck, rule.used_up)


def test_the_first_requests_may_be_skipped(call, faults):
    """
    `skip` lets requests pass before the rule begins.
    """
    faults.add(Fault("error", status=503, skip=2, count=1))
    assert [201, 201, 503, 201] == statuses(call, "abcd")


def test_of_two_answers_the_older_comes_first(call, faults):
    """
    Two rules that answer in the service's place strike one after the other, so that a sequence can be written.
    """
    for fault in (Fault("error", status=503, count=1), Fault("html", count=1), Fault("error", status=429, count=1)):
        faults.add(fault)
    assert [503, 502, 429, 201] == statuses(call, "aaaa")


def test_chance_is_repeatable(clock):
    """
    A probability strikes about its share, in a sequence that its seed repeats and another seed does not.
    """

    def story(seed):
        call = Caller(Emulator(clock=clock))
        call.emulator.faults.add(Fault("error", status=500, probability=0.3, seed=seed))
        return [call("GET", "sessions").status for _ in range(200)]

    assert story(1) == story(1) != story(2)
    assert 30 < story(1).count(500) < 90


def test_removed_rules_strike_no_more(call, faults):
    """
    A rule goes by its number, all go with clear, and an unknown number is named.
    """
    number = faults.add(Fault("error", status=500))
    faults.add(Fault("error", status=503))
    faults.remove(number)
    assert [503] == statuses(call, "a")
    faults.clear()
    assert [201] == statuses(call, "a")
    with pytest.raises(ConfigurationError, match=f"fault: {number} is no rule"):
        faults.remove(number)


def test_requests_that_lead_nowhere_meet_no_fault(call, faults):
    """
    An unknown path is 404 whatever the rules.
    """
    faults.add(Fault("error", status=500))
    assert 404 == call("GET", "nowhere").status


def test_the_log_names_the_faults(call, emulator, faults):
    """
    A logged request says which effects it met, and 0 for its status where the connection broke.
    """
    faults.add(Fault("drop_after", operation="create_session"))
    faults.add(Fault("latency", delay="1s"))
    call.create()
    call("GET", "sessions")

    assert [(0, {"drop_after", "latency"}), (200, {"latency"})] == [
        (one.status, set(one.faults)) for one in emulator.requests
    ]


# What they do


def test_every_effect_is_explained_and_done():
    """
    Each effect that can be named has a function, and each function says what it does.
    """
    assert set(get_args(Effect)) == set(_EFFECTS)
    assert all(effect.__doc__ for effect in _EFFECTS.values())


@pytest.mark.parametrize(("status", "code"), [(400, "BadRequest"), (409, "Conflict"), (500, "InternalServerError")])
def test_an_error_has_the_service_s_own_body(call, faults, status, code):
    """
    Statuses that have a body by the Swagger come with it, and with the service's headers.
    """
    faults.add(Fault("error", status=status))
    answer = call.create()

    assert (status, code) == (answer.status, decoded(answer)["error"]["code"])
    assert answer.header("MS-CV")
    assert str(len(answer.body)) == answer.header("Content-Length")


def test_an_error_can_say_anything(call, faults):
    """
    Code and message, or a whole body, and Retry-After can be given; other statuses have no body.
    """
    for fault in (
        Fault("error", status=503, count=1, retry_after=7),
        Fault("error", status=503, count=1, code="Busy", message="Later."),
        Fault("error", status=200, count=1, body="[]"),
    ):
        faults.add(fault)
    bare, told, whole = (call.create() for _ in range(3))

    assert (b"", "7") == (bare.body, bare.header("Retry-After"))
    assert {"code": "Busy", "message": "Later."} == decoded(told)["error"]
    assert (200, b"[]") == (whole.status, whole.body)


def test_a_dropped_request_took_effect_or_did_not(call, faults):
    """
    Dropped before, nothing has happened; dropped after, everything has.
    """
    faults.add(Fault("drop_before", id="before"))
    faults.add(Fault("drop_after", id="after", count=1))
    assert call.create("before").delivery.dropped
    assert call.create("after").delivery.dropped

    assert ["after"] == call.sessions()
    assert 200 == call.create("after").status


def test_a_throttle_counts_by_the_minute(call, faults, clock):
    """
    Beyond the limit it is 429 with the seconds until the next minute, in which the count starts again.
    """
    faults.add(Fault("throttle", limit=2, operation="list_sessions"))
    clock.advance("20s")
    answers = [call("GET", "sessions") for _ in range(3)]
    assert [200, 200, 429] == [answer.status for answer in answers]
    assert ("40", b"") == (answers[-1].header("Retry-After"), answers[-1].body)
    clock.advance("40s")
    assert [200, 200, 429] == [call("GET", "sessions").status for _ in range(3)]
    assert 201 == call.create().status


def test_html_comes_from_no_service(call, faults):
    """
    A gateway's page has no correlation vector, and the request did not take effect.
    """
    faults.add(Fault("html", count=1))
    answer = call.create()

    assert (502, "text/html", None) == (answer.status, answer.header("Content-Type"), answer.header("MS-CV"))
    assert answer.body.startswith(b"<!DOCTYPE html>")
    assert [] == call.sessions()


def test_malformed_json_has_a_true_length(call, faults):
    """
    The body ends in the middle of its JSON, and its length says so, so that only parsing can notice.
    """
    faults.add(Fault("malformed_json"))
    answer = call.create()

    assert (201, str(len(answer.body))) == (answer.status, answer.header("Content-Length"))
    with pytest.raises(ValueError, match=r"."):
        json.loads(answer.body)
    assert b"" == call.stop().body


def test_unknown_values_and_fields(call, faults):
    """
    A status and a member that nobody knows are in single documents and in each of a list.
    """
    call.create("a")
    faults.add(Fault("unknown_enum", value="Migrating"))
    faults.add(Fault("unknown_field"))
    listed = decoded(call("GET", "sessions"))["sessions"][0]

    for document in (call.session("a"), listed):
        assert "Migrating" == document["status"]
        assert {"nested": [1, None]} == document["futureField"]


def test_early_shape_is_what_an_early_service_says(call, faults, clock):
    """
    Made early by a fault, documents and errors are byte for byte those of an emulator of the early shape.
    """
    early = Caller(Emulator(clock=clock, shape="early"))
    faults.add(Fault("early_shape"))
    for one in (call, early):
        one.create()
    there, here = (
        [decoded(one("GET", "sessions/s")), decoded(one("GET", "sessions")), decoded(one.create("x", lease=-1))]
        for one in (early, call)
    )

    assert json.dumps(there) == json.dumps(here)


def test_an_old_lease_is_told_once_more(call, faults):
    """
    The answer to PATCH has the lease as before, and the next read the new one.
    """
    call.create(lease=10)
    faults.add(Fault("old_lease"))

    assert 10 == decoded(call.extend(lease=20))["maxLeaseTimeMinutes"]
    assert 20 == call.session()["maxLeaseTimeMinutes"]
    assert 404 == call.extend("unknown").status


def test_a_service_without_capacity_ends_new_sessions(call, faults, clock):
    """
    Creation is answered as always, and the session ends in Error when it would have been Ready, with a reason.
    """
    faults.add(Fault("no_capacity", id="late"))
    assert 201 == call.create("late").status
    call.create("other")
    assert "Starting" == call.session("late")["status"]
    clock.advance("8s")
    document = call.session("late")

    assert ("Error", "NoCapacity") == (document["status"], document["error"]["code"])
    assert not {"hostname", "teraflops"} & set(document)
    assert "Ready" == call.session("other")["status"]


@pytest.mark.parametrize(("skew", "seconds"), [("5m", 300), ("-2h", -7200), ("-30h", -108_000)])
def test_a_skewed_clock_is_told_and_still_consistent(call, emulator, clock, skew, seconds):
    """
    Date, creationTime and a token's claims are those of another clock, and the token is valid as long as ever.
    """
    call.create("before")
    plain = call.session("before")["creationTime"]
    emulator.faults.add(Fault("clock_skew", skew=skew))
    answer = call("GET", "sessions/before")
    token = decoded(call("GET", "token", headers=credential(emulator)))["AccessToken"]
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))

    assert httpx.Headers(list(answer.headers))["Date"] == http_date(clock.time() + seconds)
    assert instant(decoded(answer)["creationTime"]) == instant(plain) + seconds
    assert claims["exp"] == int(clock.time() + seconds + 24 * 3600)
    clock.advance("23h")
    bearer = {"authorization": f"Bearer {token}"}
    assert 200 == call("GET", "sessions", headers=bearer).status
    clock.advance("2h")
    assert 401 == call("GET", "sessions", headers=bearer).status


def credential(emulator):
    return {"authorization": f"Bearer {emulator.account_id}:{emulator.account_key}"}


def http_date(seconds):
    from email.utils import formatdate

    return formatdate(seconds, usegmt=True)


def instant(text):
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


def test_what_is_no_document_stays_as_it_is(call, faults):
    """
    Effects on documents leave other answers alone: those without a body, and a list as the body of another fault.
    """
    for effect in ("early_shape", "unknown_enum", "unknown_field", "clock_skew"):
        faults.add(Fault(effect, **({"skew": "1h"} if effect == "clock_skew" else {})))
    call.create()
    assert (204, b"") == (call.stop().status, call.stop().body)
    faults.add(Fault("error", status=200, body="[1]"))
    assert b"[1]" == call("GET", "sessions").body


def test_the_token_service_is_down_or_slow(call, emulator, faults):
    """
    The token service is one operation like the others, while the rendering service goes on.
    """
    faults.add(Fault("error", status=503, operation="get_token", count=1))
    faults.add(Fault("latency", delay="30s", operation="get_token"))
    answers = [call("GET", "token", headers=credential(emulator)) for _ in range(2)]

    assert [(503, 30.0), (200, 30.0)] == [(one.status, one.delivery.delay) for one in answers]
    assert 0 == call("GET", "sessions").delivery.delay


# How a session goes on, by rule


def test_a_rule_makes_sessions_ready_at_once(call, faults):
    """
    Created under such a rule, a session is Ready with its first read.
    """
    faults.add(Fault("ready", id="quick-*"))
    for name in ("quick-1", "usual"):
        assert "Starting" == decoded(call.create(name))["status"]
    assert ["Ready", "Starting"] == [call.session(name)["status"] for name in ("quick-1", "usual")]


def test_a_rule_makes_sessions_ready_after_reads(call, faults, clock):
    """
    So many reads, by id or in a list, find the session Starting, whatever the time, and the next finds it Ready.
    """
    faults.add(Fault("ready", reads=3))
    call.create()
    clock.advance("1h")
    seen = [call.session()["status"], decoded(call("GET", "sessions"))["sessions"][0]["status"]]
    seen += [call.session()["status"] for _ in range(3)]

    assert ["Starting", "Starting", "Starting", "Ready", "Ready"] == seen


def test_a_rule_delays_or_holds_sessions(call, faults, clock):
    """
    A rule gives another start-up time, or none at all.
    """
    faults.add(Fault("ready", delay="5m", id="slow"))
    faults.add(Fault("hold", id="held"))
    call.create("slow")
    call.create("held")
    clock.advance("299s")
    assert "Starting" == call.session("slow")["status"]
    clock.advance("1s")
    assert "Ready" == call.session("slow")["status"]
    clock.advance("20h")
    assert "Starting" == call.session("held")["status"]


@pytest.mark.parametrize(
    ("options", "seen"),
    [
        ({}, ["Error", "Error", "Error"]),
        ({"reads": 1}, ["Starting", "Error", "Error"]),
        ({"delay": "5s"}, ["Starting", "Starting", "Error"]),
        ({"delay": "9s"}, ["Starting", "Starting", "Ready"]),
    ],
)
def test_a_rule_ends_sessions_in_error(call, faults, clock, options, seen):
    """
    At once, after reads or after a time, before or after being Ready, a session ends with the given code.
    """
    faults.add(Fault("fail", code="DriverFault", message="The driver is gone.", **options))
    call.create()
    found = [call.session()["status"], call.session()["status"]]
    clock.advance("8s")
    found.append(call.session()["status"])
    assert seen == found
    clock.advance("1s")
    assert {"code": "DriverFault", "message": "The driver is gone."} == call.session()["error"]


def test_ready_although_it_was_stopped(call, faults):
    """
    A stop of a starting session is acknowledged and forgotten, and a second one works.
    """
    faults.add(Fault("ready_after_stop", count=1))
    call.create()
    assert 204 == call.stop().status
    assert "Ready" == call.session()["status"]
    assert 204 == call.stop().status
    assert "Stopped" == call.session()["status"]


def test_only_a_starting_session_forgets_its_stop(call, faults, clock):
    """
    A session that is Ready, or unknown, is treated as ever.
    """
    faults.add(Fault("ready_after_stop"))
    call.create()
    clock.advance("8s")
    assert [204, 404] == [call.stop(name).status for name in ("s", "unknown")]
    assert "Stopped" == call.session()["status"]


def test_a_repeated_create_decides_nothing_again(call, faults):
    """
    Rules for new sessions are for new ones: the same PUT again leaves the session as it is.
    """
    call.create()
    faults.add(Fault("fail"))
    assert 200 == call.create().status
    assert "Starting" == call.session()["status"]


# On the way to the client


WAYS = ["in process", "async", "socket"]


@pytest.fixture(params=WAYS)
def way(request, emulator):
    """Asks for a path with a timeout of 5 seconds, in process, as a task, or over TCP; a response or an exception."""
    headers = {"Authorization": f"Bearer {emulator.issue_token(lifetime='365d')}"}
    options = {"headers": headers, "params": VERSION, "timeout": 5, "trust_env": False, "verify": False}
    base = f"/accounts/{emulator.account_id}/"

    def plain(client):
        def ask(method, path, body=None):
            try:
                return client.request(method, base + path, json=body)
            except httpx.HTTPError as error:
                return error

        return ask

    if request.param == "in process":
        with httpx.Client(transport=emulator.transport(), base_url=emulator.endpoint, **options) as client:
            yield plain(client)
    elif request.param == "socket":
        with serve(emulator) as server, httpx.Client(base_url=server.endpoint, **options) as client:
            yield plain(client)
    else:
        import anyio

        async def once(method, path, body):
            transport = emulator.transport()
            async with httpx.AsyncClient(transport=transport, base_url=emulator.endpoint, **options) as client:
                return await client.request(method, base + path, json=body)

        def ask(method, path, body=None):
            try:
                return anyio.run(once, method, path, body)
            except httpx.HTTPError as error:
                return error

        yield ask


NEW = {"maxLeaseTimeMinutes": 4, "size": "Standard"}


@pytest.mark.parametrize(("effect", "there"), [("drop_before", 404), ("drop_after", 200)])
def test_a_broken_connection_looks_like_one(way, faults, effect, there):
    """
    The client sees the server disconnect without an answer, by whichever way it asks, and the next request is served.
    """
    faults.add(Fault(effect, operation="create_session", count=1))
    broken = way("PUT", "sessions/s", NEW)

    assert isinstance(broken, httpx.RemoteProtocolError)
    assert "Server disconnected without sending a response." == str(broken)
    assert there == way("GET", "sessions/s").status_code


def test_a_truncated_body_looks_like_one(way, faults):
    """
    The client is told how much has arrived and how much was promised.
    """
    faults.add(Fault("truncate", keep=10, count=1))
    broken = way("PUT", "sessions/s", NEW)

    assert isinstance(broken, httpx.RemoteProtocolError)
    assert "peer closed connection without sending complete message body (received 10 bytes, expected" in str(broken)
    assert 200 == way("GET", "sessions/s").status_code


def test_what_has_no_body_cannot_be_truncated(way, faults):
    """
    A 204 comes through whole.
    """
    way("PUT", "sessions/s", NEW)
    faults.add(Fault("truncate"))
    assert 204 == way("POST", "sessions/s/:stop").status_code


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.anyio
async def test_another_server_cannot_hang_up(emulator, faults, anyio_backend):
    """
    On a server that has no way to drop a connection the fault is an error, not an answer that nobody asked for.
    """
    faults.add(Fault("drop_before"))
    scope = {"type": "http", "method": "GET", "path": f"/accounts/{emulator.account_id}/sessions"}
    scope |= {"query_string": b"", "headers": [], "scheme": "http", "server": ("127.0.0.1", 1)}

    async def receive():
        return {"type": "http.request"}

    with pytest.raises(RuntimeError, match="only the emulator's own server can drop a connection"):
        await application(emulator)(scope, receive, None)


@pytest.mark.parametrize("effect", ["latency", "slow_body"])
def test_a_slow_answer_takes_its_time_on_the_clock(way, faults, clock, effect):
    """
    An answer within the client's patience arrives whole, and the clock is later by its delay.
    """
    faults.add(Fault(effect, delay="4s", operation="create_session"))
    before = clock.monotonic()

    assert 201 == way("PUT", "sessions/s", NEW).status_code
    assert 4 == round(clock.monotonic() - before, 6)


@pytest.mark.parametrize("way", ["in process", "async"], indirect=True)
def test_an_answer_that_is_too_late_times_out(way, faults, clock):
    """
    Beyond its timeout the client gives up when that is over, and the request has taken effect.
    """
    faults.add(Fault("latency", delay="10m", operation="create_session"))
    before = clock.monotonic()

    assert isinstance(way("PUT", "sessions/s", NEW), httpx.ReadTimeout)
    assert 5 == clock.monotonic() - before
    assert 200 == way("GET", "sessions/s").status_code


def test_a_slow_answer_holds_up_nobody_else():
    """
    While one client waits for its answer on the socket, another is served.
    """
    with Emulator(clock=SystemClock()) as emulator, serve(emulator) as server:
        emulator.faults.add(Fault("latency", delay="1h", operation="list_sessions"))
        url = f"{server.endpoint}/accounts/{emulator.account_id}/sessions"
        options = {"params": VERSION, "headers": {"Authorization": f"Bearer {emulator.issue_token()}"}}
        with httpx.Client(trust_env=False, verify=False, **options) as client:
            with pytest.raises(httpx.ReadTimeout):
                client.get(url, timeout=0.2)
            assert 404 == client.get(f"{url}/s", timeout=30).status_code


# How a rule is written


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("hold", Fault("hold")),
        (
            "error,status=503,operation=get_session,count=2",
            Fault("error", status=503, operation="get_session", count=2),
        ),
        ("latency, delay=90s, id=gpu-*", Fault("latency", delay="90s", id="gpu-*")),
        ("error,status=429,retry-after=5,probability=0.5", Fault("error", status=429, retry_after=5, probability=0.5)),
        ("clock_skew,skew=-1h", Fault("clock_skew", skew="-60m")),
    ],
)
def test_a_rule_in_one_line(text, fault):
    """
    The command line's notation means the same as Python's, and a rule's own data reads back as the rule.
    """
    assert fault == Fault.parse(text) == Fault.from_dict(json.loads(json.dumps(fault.as_dict())))


WRONG = [
    ("earthquake", "effect: 'earthquake' is none of latency,"),
    ("error", "status: None is what the effect 'error' needs"),
    ("error,status=700", "status: 700 has to be a whole number from 200 to 599"),
    ("error,status=x", "status: 'x' has to be a whole number"),
    ("error,503", "fault: 'error,503' is not of the form"),
    ("error,status=500,colour=red", "fault.colour: 'red' is unknown; known are effect,"),
    ("error,status=500,delay=3s", "delay: 3.0 means nothing to the effect 'error'"),
    ("error,status=500,operation=fly", "operation: 'fly' is none of get_token,"),
    ("error,status=500,count=0", "count: 0 has to be a whole number from 1"),
    ("error,status=500,probability=2", "probability: 2 has to be a number from 0 to 1"),
    ("old_lease,operation=get_session", "operation: 'get_session' is none of update_session"),
    ("latency", "delay: None is what the effect 'latency' needs"),
    ("latency,delay=soon", "delay: 'soon' is not a duration"),
    ("ready,reads=-1", "reads: -1 has to be a whole number from 0"),
    ("throttle", "limit: None is what the effect 'throttle' needs"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_rule_that_means_nothing_is_refused(text, message):
    """
    What is wrong with a rule is said with its name and value.
    """
    with pytest.raises(ConfigurationError) as caught:
        Fault.parse(text)
    assert message in str(caught.value)


SCENARIO = """
[regions.westeurope]
startup = { Standard = "2m" }
capacity = { Standard = 1 }
latency = "0.08s"

[regions.eastus]

[[faults]]
effect = "error"
status = 503
retry_after = 5
operation = "get_session"
count = 1

[[sessions]]
id = "old"
lease = "1h"
elapsed = "50m"

[[conversions]]
id = "done"
"""


def test_a_scenario_file_sets_the_scene(tmp_path):
    """
    Regions, rules, sessions and conversions of a TOML file are there, and applied twice they are there once.
    """
    path = tmp_path / "scenario.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    scenario = read_scenario(path)
    with Emulator(clock=ManualClock(), regions=scenario.regions) as emulator:
        scenario.apply(emulator)
        scenario.apply(emulator)
        call = Caller(emulator)
        assert ["westeurope", "eastus"] == list(emulator.regions)
        assert [503, 200] == [call("GET", "sessions/old").status for _ in range(2)]
        assert 50 == call.session("old")["elapsedTimeMinutes"]
        assert "Succeeded" == call.conversion("done")["status"]
        assert 1 == len(emulator.faults.list())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[fault]]\neffect = 'hold'", "scenario.fault: "),
        ("faults = 3", "scenario: "),
        ("not toml", "scenario: "),
        ("[regions.x]\ncolour = 1", "regions.x.colour: 1 is unknown"),
        ("[regions]\nx = 1", "regions.x: 1 has to be a table"),
        ("[[faults]]\nstatus = 500", "fault.effect: None is missing"),
    ],
)
def test_a_scenario_that_cannot_be_read_is_refused(tmp_path, text, message):
    """
    A mistake in the file is named by its key.
    """
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message):
        read_scenario(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_scenario(tmp_path / "missing.toml")
