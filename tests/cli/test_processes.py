"""
The command as a process of its own: what runs until it is told to end, and how it ends.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ARR = [sys.executable, "-m", "arr_facade.cli"]
posix = pytest.mark.skipif(os.name == "nt", reason="signals are sent the POSIX way")


@pytest.fixture
def process():
    """
    Starts a command; what still runs at the end of the test is killed.
    """
    started = []

    def start(*arguments, **options):
        made = subprocess.Popen(
            [*ARR, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
        )
        started.append(made)
        return made

    yield start
    for made in started:
        with made:
            made.kill()


def lines_until(stream, text):
    """What the process writes, up to the line that has the text."""
    lines = []
    for line in stream:
        lines.append(line)
        if text in line:
            return lines
    raise AssertionError(f"{text!r} not in {lines}")


@posix
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_emulator_serves_other_commands_until_it_is_ended(process, arr, monkeypatch, end):
    """
    The lines that `arr emulator` prints point the next commands to it, and either signal is its regular end.
    """
    emulator = process("emulator", "--speed", "60")
    lines_until(emulator.stderr, "listens at http://127.0.0.1:")
    settings = {}
    while len(settings) < 4:
        word, _, assignment = emulator.stdout.readline().partition(" ")
        assert "export" == word
        name, _, value = assignment.strip().partition("=")
        settings[name] = value.strip("'")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert {"ARR_ENDPOINT", "ARR_STS_ENDPOINT", "ARR_ACCOUNT_ID", "ARR_ACCOUNT_KEY"} == set(settings)
    started = arr("session", "start", "mine", "--json")
    assert (0, "") == (started.code, started.err)
    assert ["mine"] == [session["id"] for session in arr("session", "list", "--json").json]
    emulator.send_signal(end)
    assert 0 == emulator.wait()


@pytest.mark.parametrize(
    ("options", "first"), [(["--shell", "powershell"], "$env:ARR_ENDPOINT = 'http://127.0.0.1:"), (["--json"], "{")]
)
def test_emulator_speaks_other_shells(process, options, first):
    """
    The settings come in PowerShell's words or as JSON when asked for.
    """
    emulator = process("emulator", *options)
    lines_until(emulator.stderr, "listens at")
    assert emulator.stdout.readline().startswith(first)


def test_emulator_whose_port_is_taken_says_so(process, arr):
    """
    A port in use is a configuration error that names it.
    """
    emulator = process("emulator", "--json")
    lines_until(emulator.stderr, "listens at")
    settings = json.loads("".join([*iter(emulator.stdout.readline, "}\n"), "}"]))
    port = settings["ARR_ENDPOINT"].rpartition(":")[2]
    result = arr("emulator", "--port", port)
    assert 3 == result.code
    assert port in result.err


@posix
@pytest.mark.parametrize(("end", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_kept_session_is_stopped_when_its_command_ends(process, arr, end, code):
    """
    `--keep` renews the lease while it runs; Ctrl-C and SIGTERM stop the session before the process ends.
    """
    keeper = process("session", "start", "mine", "--keep", "--lease", "2m")
    lines_until(keeper.stderr, "lease renewed")
    assert "Ready" == arr("session", "get", "mine", "--json").json["status"]
    keeper.send_signal(end)
    assert code == keeper.wait()
    assert "Stopped" == arr("session", "get", "mine", "--json").json["status"]


@posix
def test_kept_session_that_is_lost_ends_the_command(process, arr):
    """
    When somebody else stops a kept session, the command that keeps it ends with exit code 5.
    """
    keeper = process("session", "start", "mine", "--keep", "--lease", "2m")
    lines_until(keeper.stderr, "keeping session 'mine'")
    arr("session", "stop", "mine")
    assert 5 == keeper.wait()
    assert "session 'mine' was lost" in keeper.stderr.read()


@posix
def test_interrupted_start_stops_what_it_started(process, arr):
    """
    Ctrl-C while a started session is waited for stops it.
    """
    starting = process(
        "session", "start", "mine", "--size", "Premium", "--wait", env=os.environ | {"ARR_EMULATOR_SPEED": "1"}
    )
    lines_until(starting.stderr, "is Starting")
    starting.send_signal(signal.SIGINT)
    assert "arr: session 'mine' has been stopped\n" in lines_until(starting.stderr, "interrupted")
    assert 130 == starting.wait()
    assert "Stopped" == arr("session", "get", "mine", "--json").json["status"]


@posix
def test_closed_pipe_is_no_traceback(process):
    """
    `arr ... | head` ends quietly.
    """
    asking = process("token")
    asking.stdout.close()
    asking.wait()
    assert "valid until" in asking.stderr.readlines()[-1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("arguments", [["session", "list"], ["session", "start"], ["token"]])
def test_full_disk_is_told_as_such(arr, arguments):
    """
    Output that cannot be written is exit code 1 with what is wrong, in text and in JSON, and no mistake of ours.
    """
    arr("session", "start", "mine")
    for options in ([], ["--json"]):
        with Path("/dev/full").open("w") as full:
            ended = subprocess.run(
                [*ARR, *arguments, *options], stdout=full, stderr=subprocess.PIPE, text=True, check=False
            )
        last = ended.stderr.splitlines()[-1]
        assert 1 == ended.returncode
        told = json.loads(last)["error"]["message"] if options else last.removeprefix("arr: ")
        assert "cannot write the output: No space left on device" == told
        assert "mistake" not in ended.stderr


@posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("arguments", ["session list", "session list --json", "session start --wait", "--help"])
def test_closed_streams_are_no_mistake(arr, closed, arguments):
    """
    A command whose stdin, stdout or stderr is closed does its work and ends as always.
    """
    arr("session", "start", "mine")
    command = f'"{sys.executable}" -m arr_facade.cli {arguments} {closed}'
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert 0 == ended.returncode, ended.stderr
    assert "mistake" not in ended.stderr
    assert ("" == ended.stdout) is (">&-" in closed.replace("2>&-", ""))


@posix
def test_errors_stay_off_stdout_when_stderr_is_closed():
    """
    Without a stderr an error is told by the exit code alone, and a key from a closed stdin is a usage error.
    """
    for words, code in (("session get none 2>&-", 4), ("session get none --json -v 2>&-", 4)):
        ended = subprocess.run(
            ["sh", "-c", f'"{sys.executable}" -m arr_facade.cli {words}'], capture_output=True, check=False
        )
        assert (code, b"") == (ended.returncode, ended.stdout)
    ended = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m arr_facade.cli --account-key - session list <&-'],
        capture_output=True,
        text=True,
        check=False,
    )
    assert 2 == ended.returncode
    assert "stdin, which is closed" in ended.stderr
