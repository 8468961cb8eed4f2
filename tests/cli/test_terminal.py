"""
The command on a terminal: tables, and lines that move. A pseudo-terminal plays the user's.
"""

import os
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")

ARR = [sys.executable, "-m", "arr_facade.cli"]


def on_a_terminal(*command, columns=100):
    """What a terminal of that width is sent, stdout and stderr together, without its colours."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    # Without COLUMNS, which pytest-xdist sets, for the terminal itself has a width.
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    environment["TERM"] = "xterm"
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    received = b""
    try:
        while chunk := os.read(ours, 65536):
            received += chunk
    except OSError:
        pass  # how Linux says that the other end has been closed
    os.close(ours)
    assert 0 == process.wait(), received
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", received.decode()).replace("\r\n", "\n")


def test_list_is_a_table(arr):
    """
    On a terminal the list is a table, which shows ids and hosts whole.
    """
    arr("session", "start", "a-session-with-a-rather-long-name", "--wait")
    host = arr("session", "get", "a-session-with-a-rather-long-name", "--json").json["host"]
    shown = on_a_terminal(*ARR, "session", "list", columns=200)
    lines = shown.splitlines()
    assert ["id", "status", "size", "lease", "elapsed", "host"] == lines[1].split()
    assert "a-session-with-a-rather-long-name" in lines[2]
    assert host in lines[2]


def test_wait_shows_a_line_that_goes_away(arr):
    """
    On a terminal the wait is one moving line, and what remains is the session.
    """
    shown = on_a_terminal(*ARR, "session", "start", "mine", "--wait")
    assert "session 'mine' is Starting" in shown
    assert shown.rstrip().splitlines()[-1].startswith("Created")


def test_demo_shows_status_lease_and_cost_while_it_runs():
    """
    Below what has happened, a line tells how the session stands, first while it starts and then while it lives.
    """
    shown = on_a_terminal(*ARR, "demo", "--price-per-hour", "6")
    assert "Starting, its lease begins to count at Ready, 0.0 minutes billed, cost 0.00" in shown
    assert re.search(r"Ready, \d+m( \d+s)? of its lease left, [\d.]+ minutes billed, cost 0\.\d\d", shown)
    assert "asked for: Standard" in shown
    assert re.search(r"^Ready +\| *=+ *\|$", shown, re.MULTILINE)


def test_key_is_asked_for_without_echo():
    """
    On a terminal `-` prompts for the key, and what is typed is not shown.
    """
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [*ARR, "--account-key", "-", "session", "list"])
    received = b""
    # The blank is written by getpass, after it has turned the echo off.
    while b"Account key: " not in received:
        received += os.read(terminal, 1024)
    os.write(terminal, b"a secret key\n")
    try:
        while chunk := os.read(terminal, 1024):
            received += chunk
    except OSError:
        pass  # how Linux says that the other end has been closed
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert 3 == os.waitstatus_to_exitcode(status)
    assert b"account_id" in received
    assert b"a secret key" not in received
