"""
What goes wrong: a sentence on stderr, nothing on stdout, and an exit code that tells what kind it was.
"""

import inspect
import io
import logging
import sys
from pathlib import Path

import pytest

from arr_facade import Client, ManualClock, RetryPolicy, errors
from arr_facade.cli._failures import ExitCode, exit_code
from arr_facade.cli._options import Invocation
from arr_facade.emulator import Emulator, Response

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "30ea64bd-100f-4bf0-adc9-29fa45d4880c"


class Answers:
    """
    A hook that answers in the service's place: one operation, or all but those for a token.
    """

    def __init__(self, response, operation=None):
        self.response = response
        self.operation = operation

    def before(self, where, request):
        if where.operation == "get_token" or self.operation not in {None, where.operation}:
            return None
        return self.response

    def after(self, where, request, response):
        return response


@pytest.fixture
def service(monkeypatch):
    """
    The service of the next command, which answers as it is told; single calls are not repeated.
    """

    def answering(response, operation=None):
        emulator = Emulator(clock=ManualClock())
        emulator.hooks.append(Answers(response, operation))
        client = Client(emulator=emulator, retry=RetryPolicy(attempts=0))
        monkeypatch.setattr(Invocation, "_client", lambda invocation: client)

    return answering


@pytest.mark.parametrize(
    ("status", "expected"),
    [(400, 9), (401, 3), (403, 3), (404, 4), (409, 9), (422, 9), (429, 7), (500, 8), (503, 8), (418, 9)],
)
def test_each_kind_of_answer_has_its_exit_code(arr, service, status, expected):
    """
    A script can tell from the exit code alone what the service has answered.
    """
    service(Response(status, [("Content-Length", "0"), ("MS-CV", "quote.me")], b""))
    result = arr("session", "get", "mine", "--json")
    assert (expected, "") == (result.code, result.out)
    assert (status, expected) == (result.error["status"], result.error["exit_code"])


def test_service_error_is_told_with_its_words_and_vector(arr, service):
    """
    The text has the service's code and message, the correlation vector and one line of advice.
    """
    body = b'{"error": {"code": "Conflict", "message": "It is taken."}}'
    service(Response(409, [("Content-Type", "application/json"), ("MS-CV", "quote.me")], body))
    lines = arr("session", "start", "mine").err.splitlines()
    assert "arr: create session 'mine': 409 Conflict: It is taken." == lines[0]
    assert "  MS-CV: quote.me" == lines[1]
    assert lines[2].startswith("Advice: open the existing one")


def test_session_that_could_not_be_stopped_is_told(arr, service):
    """
    When a wait is in vain and the stop fails as well, the user hears that the session may be running.
    """
    service(Response(500, [("Content-Length", "0")], b""), "stop_session")
    result = arr("session", "start", "mine", "--size", "Premium", "--wait", "--timeout", "1s")
    assert 6 == result.code
    assert "session 'mine' could not be stopped and may be running" in result.err
    assert "has been stopped" not in result.err


def test_session_that_cannot_be_read_is_stopped_all_the_same(arr, service):
    """
    Trouble with the look before a stop is no reason to let a session run.
    """
    service(Response(500, [("Content-Length", "0")], b""), "get_session")
    arr("session", "start", "mine")
    result = arr("session", "stop", "mine")
    assert (0, "stopped mine\n") == (result.code, result.out)


def test_capacity_is_busy_and_not_merely_ended(arr, service):
    """
    No free server is exit code 7, because trying again may help.
    """
    body = (
        b'{"id": "mine", "size": "Standard", "status": "Error", "error": {"code": "OutOfCapacity", "message": "none"}}'
    )
    service(Response(200, [("Content-Type", "application/json")], body))
    assert 7 == arr("session", "wait", "mine").code


def test_every_error_of_the_facade_has_a_meaning():
    """
    Only what is not the facade's own counts as a mistake of ours.
    """
    kinds = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.ArrError) and kind is not errors.ArrError
    ]
    assert len(kinds) > 20
    assert [] == [kind for kind in kinds if exit_code(kind.__new__(kind)) is ExitCode.UNEXPECTED]
    assert ExitCode.UNEXPECTED is exit_code(KeyError("x"))


def test_no_connection(arr, monkeypatch):
    """
    A service that is not there is exit code 8, and the message names the host.
    """
    monkeypatch.setattr("arr_facade._connection.RetryPolicy", lambda: RetryPolicy(attempts=0))
    result = arr(
        "session", "list", "--endpoint", "http://127.0.0.1:9", "--account-id", ACCOUNT, "--access-token", "a.b.c"
    )
    assert 8 == result.code
    assert "127.0.0.1:9" in result.err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["session", "start", "--lease", "soon"], "lease: 'soon'"),
        (["session", "start", "--lease", "25h"], "lease: '25h' is outside 1 to 1440 minutes"),
        (["session", "start", "not an id"], "session_id: 'not an id'"),
        (["--account-id", "me", "session", "list"], "account_id: 'me'"),
        (["session", "list", "--config", "no/such/file.toml"], "config_file"),
        (["session", "wait", "mine", "--timeout", "soon"], "timeout: 'soon'"),
    ],
)
def test_wrong_setting_names_itself(arr, arguments, named):
    """
    A setting that cannot be right ends with exit code 3 and says which one it was.
    """
    arr("session", "start", "mine")
    result = arr(*arguments)
    assert (3, "") == (result.code, result.out)
    assert named in result.err


def test_missing_settings_are_named_together(arr):
    """
    Half a configuration is told everything that it lacks, at once.
    """
    result = arr("--account-key", "some key", "session", "list")
    assert 3 == result.code
    assert all(name in result.err for name in ("account_id", "region", "account_domain"))
    assert "some key" not in result.err


def test_options_count_before_and_after_the_verb(arr):
    """
    A connection's option is understood where it is written, and the one nearer to the verb wins.
    """
    assert "'before'" in arr("--account-id", "before", "session", "list").err
    assert "'after'" in arr("session", "list", "--account-id", "after").err
    assert "'after'" in arr("--account-id", "before", "session", "list", "--account-id", "after").err


def test_key_is_read_from_stdin(arr, monkeypatch):
    """
    `-` takes the key from stdin, so that it stands in no process list, and it is shown nowhere.
    """
    monkeypatch.setattr(sys, "stdin", io.StringIO("a secret key\nand more"))
    result = arr("--account-key", "-", "session", "list")
    assert "and more" == sys.stdin.read()
    assert "a secret key" not in result.err


def test_unexpected_error_asks_for_a_report(arr, monkeypatch):
    """
    A mistake of ours is exit code 1 with its name, and without a traceback unless -v asks for it.
    """

    def fail(invocation):
        raise KeyError("what was that")

    monkeypatch.setattr(Invocation, "_client", fail)
    result = arr("session", "list")
    assert 1 == result.code
    assert "KeyError" in result.err
    assert "Traceback" not in result.err
    assert "Traceback" in arr("-v", "session", "list").err
    monkeypatch.setattr(Invocation, "_client", lambda invocation: Path("nowhere").read_text())
    for verbose in ((), ("-v",)):
        told = arr(*verbose, "session", "list", "--json").error["message"]
        assert "[Errno 2] No such file or directory: 'nowhere'" == told


def test_verbose_tells_requests_for_one_command(arr):
    """
    -v tells each request on stderr with its MS-CV, and a command after it in the same process is quiet again.
    """
    told = arr("-v", "session", "list").err
    assert "list sessions: GET" in told
    assert "MS-CV" in told
    log = logging.getLogger("arr_facade")
    assert (logging.NOTSET, []) == (log.level, log.handlers)
    assert "MS-CV" not in arr("session", "list").err


def test_json_stands_behind_all_other_lines(arr):
    """
    The last line of stderr is the error's JSON, also behind the emulator's line and a traceback; a usage error is text.
    """
    result = arr("-v", "session", "get", "nobody", "--json")
    assert (4, "NotFoundError") == (result.code, result.error["type"])
    assert "no account is configured" in result.err.splitlines()[0]
    assert "Traceback" in result.err
    usage = arr("session", "get", "--json")
    assert 2 == usage.code
    assert "{" not in usage.err


def test_ctrl_c(arr, monkeypatch):
    """
    Ctrl-C is exit code 130 and no traceback.
    """

    def interrupt(invocation):
        raise KeyboardInterrupt

    monkeypatch.setattr(Invocation, "_client", interrupt)
    result = arr("session", "list")
    assert 130 == result.code
    assert "Traceback" not in result.err


def test_own_emulator_is_announced_once(arr):
    """
    With nothing configured one line on stderr says which emulator this is, and stdout stays data.
    """
    result = arr("session", "list", "--json")
    assert 1 == result.err.count("no account is configured")
    assert "emulator.db" in result.err
    assert [] == result.json


def test_manual_lists_the_exit_codes():
    """
    docs/cli.md has each exit code with its name, as the program has them.
    """
    manual = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for code in ExitCode:
        assert f"| {int(code)} | " in manual, code
    assert "| 130 | " in manual
    assert "| 143 | " in manual
