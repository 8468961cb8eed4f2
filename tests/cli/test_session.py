"""
`arr session`: each verb, in text and in JSON.
"""

import pytest

from arr_facade import Client, ManualClock, RetryPolicy
from arr_facade.cli._options import Invocation
from arr_facade.emulator import Emulator, Fault


def test_start_and_get_agree(arr):
    """
    A session started by one command is found by the next, although nothing but a file connects them.
    """
    started = arr("session", "start", "mine", "--size", "premium", "--lease", "20m", "--json")
    assert 0 == started.code
    assert ("mine", "Starting", "Premium", 20) == tuple(
        started.json[name] for name in ("id", "status", "size", "lease_minutes")
    )
    assert "mine" == arr("session", "get", "mine", "--json").json["id"]


def test_start_without_an_id_prints_the_new_one(arr):
    """
    A start without an id makes one up, and what is printed leads to the session.
    """
    made_up = arr("session", "start", "--json").json["id"]
    assert 0 == arr("session", "get", made_up).code


def test_start_and_wait_gives_the_connection(arr):
    """
    `--wait` comes back with host and ports; what happens meanwhile goes to stderr, so stdout stays data.
    """
    result = arr("session", "start", "mine", "--wait")
    assert 0 == result.code
    assert "session 'mine' is Starting" in result.err
    assert "Starting" not in result.out
    facts = dict(line.split(maxsplit=1) for line in result.out.splitlines())
    session = arr("session", "get", "mine", "--json").json
    assert f"{session['host']}:{session['handshake_port']}" == facts["Connect"]
    assert session["inspector_url"] == facts["Inspector"]
    assert "Ready" == facts["Status"]


def test_wait_returns_the_ready_session(arr):
    """
    `arr session wait` ends when the session is Ready, and prints it.
    """
    arr("session", "start", "mine")
    result = arr("session", "wait", "mine", "--json")
    assert (0, "Ready") == (result.code, result.json["status"])


def test_wait_with_json_leaves_stderr_to_errors(arr):
    """
    With JSON asked for, no progress is written between what a program reads.
    """
    arr("session", "start", "mine")
    assert "Starting" not in arr("session", "wait", "mine", "--json").err


def test_wait_that_runs_out_leaves_the_session(arr):
    """
    A wait by id that times out has its own exit code, and does not stop what it has not started.
    """
    arr("session", "start", "mine", "--size", "Premium")
    result = arr("session", "wait", "mine", "--timeout", "1s", "--json")
    assert 6 == result.code
    assert "Starting" == result.error["last"]["status"]
    assert "Stopped" != arr("session", "get", "mine", "--json").json["status"]


def test_start_that_runs_out_stops_the_session(arr):
    """
    A start that waits in vain stops what it has started, so that nothing is billed unseen.
    """
    assert 6 == arr("session", "start", "mine", "--size", "Premium", "--wait", "--timeout", "1s").code
    assert "Stopped" == arr("session", "get", "mine", "--json").json["status"]


@pytest.mark.parametrize(
    ("option", "value", "lease"), [("--by", "5m", 15), ("--to", "30m", 30), ("--at-least", "20m", 21)]
)
def test_extend(arr, option, value, lease):
    """
    Each way of saying how long reaches the service as the total lease that it means.
    """
    arr("session", "start", "mine", "--wait")
    result = arr("session", "extend", "mine", option, value, "--json")
    assert (0, lease) == (result.code, result.json["lease_minutes"])


@pytest.mark.parametrize("options", [[], ["--by", "5m", "--to", "30m"]])
def test_extend_wants_one_amount(arr, options):
    """
    None or several amounts are a usage error that says what to write.
    """
    result = arr("session", "extend", "mine", *options)
    assert 2 == result.code
    assert "exactly one of --by, --to and --at-least" in result.err


def test_list_shows_what_runs(arr):
    """
    The list has a line for each running session and none for a stopped one.
    """
    for name in ("one", "two", "three"):
        arr("session", "start", name)
    arr("session", "stop", "two")
    lines = arr("session", "list").out.splitlines()
    assert ["ID", "STATUS", "SIZE", "LEASE", "ELAPSED", "HOST"] == lines[0].split("\t")
    assert {"one", "three"} == {line.split("\t")[0] for line in lines[1:]}
    assert {"one", "three"} == {session["id"] for session in arr("session", "list", "--json").json}


def test_empty_list_is_no_error(arr):
    """
    Nothing to list is an empty array in JSON, and in text an empty stdout with a word on stderr.
    """
    assert [] == arr("session", "list", "--json").json
    result = arr("session", "list")
    assert (0, "") == (result.code, result.out)
    assert result.err.endswith("none\n")


def test_stop_takes_several_and_may_be_repeated(arr):
    """
    Stopping is for any number of sessions, and stopping what has ended is no error.
    """
    for name in ("one", "two"):
        arr("session", "start", name)
    assert {"stopped": ["one", "two"]} == arr("session", "stop", "one", "two", "--json").json
    assert "stopped one\n" == arr("session", "stop", "one").out
    assert "Stopped" == arr("session", "get", "two", "--json").json["status"]


def test_stop_of_what_nobody_knows_is_an_error(arr):
    """
    A mistyped id is not told to be stopped: it is exit code 4, after the other sessions have been stopped.
    """
    for name in ("one", "two"):
        arr("session", "start", name)
    result = arr("session", "stop", "oen", "one", "tow", "--json")
    assert (4, {"stopped": ["one"]}) == (result.code, result.json)
    assert "'oen'" in result.error["message"]
    assert "there is no session 'tow'" in result.err
    result = arr("session", "stop", "tow", "two")
    assert (4, "stopped two\n") == (result.code, result.out)
    assert [] == arr("session", "list", "--json").json


def test_one_failing_stop_spares_no_other_session(arr, monkeypatch):
    """
    A session that cannot be stopped is the error in the end, after all others have been stopped.
    """
    emulator = Emulator(clock=ManualClock())
    monkeypatch.setattr(
        Invocation, "_client", lambda invocation: Client(emulator=emulator, retry=RetryPolicy(attempts=0))
    )
    for name in ("stuck", "stuck-too", "mine"):
        arr("session", "start", name)
    emulator.faults.add(Fault("error", operation="stop_session", id="stuck*", status=500))
    result = arr("session", "stop", "stuck", "stuck-too", "nobody", "mine", "not an id")
    assert (8, "stopped mine\n") == (result.code, result.out)
    told = result.err.splitlines()
    assert ["there is no session 'nobody'" in line for line in told].count(True) == 1
    assert any("stop session 'stuck-too'" in line for line in told)
    assert any("'not an id'" in line for line in told)
    assert "stop session 'stuck':" in result.err


def test_list_shows_the_first_minute(arr, monkeypatch):
    """
    A session that is Ready for less than a minute has elapsed nothing, which is not the same as not having begun.
    """
    emulator = Emulator(clock=ManualClock())
    monkeypatch.setattr(Invocation, "_client", lambda invocation: Client(emulator=emulator))
    arr("session", "start", "mine", "--wait")
    arr("session", "start", "later")
    rows = [line.split("\t") for line in arr("session", "list").out.splitlines()[1:]]
    assert {"mine": "0s", "later": ""} == {row[0]: row[4] for row in rows}


@pytest.mark.parametrize("more", [[], ["--wait"]])
def test_limit_without_keep_is_a_usage_error(arr, more):
    """
    A limit that nothing would look after is refused, and no session is started.
    """
    result = arr("session", "start", "mine", "--limit", "1h", *more)
    assert 2 == result.code
    assert "--keep" in result.err
    assert [] == arr("session", "list", "--json").json


def test_ended_session_shows_no_connection(arr):
    """
    A stopped session has no address to connect to, and its facts leave the lines out.
    """
    arr("session", "start", "mine", "--wait")
    arr("session", "stop", "mine")
    names = [line.split()[0] for line in arr("session", "get", "mine").out.splitlines()]
    assert ["Session", "Status", "Size", "Lease", "Created"] == names


def test_lease_of_a_ready_session_tells_how_much_is_used(arr):
    """
    The lease's line says how much of it has passed once it counts, and not before.
    """
    started = arr("session", "start", "mine", "--lease", "10m")
    assert "Lease      10m\n" in started.out
    assert "Lease      10m, of which 0s have passed\n" in arr("session", "wait", "mine").out
