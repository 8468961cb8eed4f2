"""
State as a function of rows and time: service.md B.1 and C.1.
"""

import math

import attrs
import pytest

from arr_facade.emulator.world import RETENTION, ConversionRow, SessionRow

START = 1_000_000.0
READY = START + 8
ROW = SessionRow(
    account="a",
    id="s",
    size="Standard",
    created=START,
    asked_lease=10,
    lease=10,
    ready=READY,
    hostname="host",
    handshake_port=50000,
    inspector_port=50001,
    teraflops=8.1,
)
EXPIRY = READY + 600


@pytest.mark.parametrize(
    ("status", "changes", "now"),
    [
        ("Starting", {}, START),
        ("Starting", {}, READY - 0.001),
        ("Ready", {}, READY),
        ("Ready", {}, EXPIRY - 0.001),
        ("Expired", {}, EXPIRY),
        ("Ready", {"lease": 11}, EXPIRY),
        ("Expired", {"lease": 0}, READY),
        ("Starting", {"ready": math.inf}, START + 1e9),
        ("Starting", {"ended": START + 5}, START + 4),
        ("Stopped", {"ended": START + 5}, START + 5),
        ("Stopped", {"ended": START + 5}, EXPIRY + 1),
        ("Stopped", {"ended": READY + 5}, READY + 5),
        ("Error", {"ended": START + 5, "ending": "Error"}, START + 5),
        ("Expired", {"ended": EXPIRY + 5}, EXPIRY + 6),
        ("Stopped", {"ended": EXPIRY}, EXPIRY),
    ],
)
def test_session_status(status, changes, now):
    """
    Starting until ready, Ready until the lease has run out, and the first end is the one that counts.
    """
    assert status == attrs.evolve(ROW, **changes).status_at(now)


@pytest.mark.parametrize(
    ("minutes", "changes", "now"),
    [
        (0, {}, START),
        (0, {}, READY + 59.9),
        (1, {}, READY + 60),
        (9, {}, EXPIRY - 1),
        (10, {}, EXPIRY),
        (10, {}, EXPIRY + 3600),
        (2, {"ended": READY + 179}, READY + 600),
        (0, {"ended": START + 5}, EXPIRY),
        (0, {"ready": math.inf}, START + 1e9),
    ],
)
def test_elapsed_minutes_are_rounded_down_and_stop_at_the_end(minutes, changes, now):
    """
    Elapsed minutes count whole minutes spent Ready and nothing else.
    """
    assert minutes == attrs.evolve(ROW, **changes).elapsed_at(now)


def test_a_session_stopped_before_it_was_ready_was_never_ready():
    """
    Having been Ready is about what happened, not about the time that was planned for it.
    """
    stopped = attrs.evolve(ROW, ended=START + 5)

    assert not stopped.was_ready_at(EXPIRY)
    assert ROW.was_ready_at(READY)
    assert not ROW.was_ready_at(READY - 0.1)


def test_retention_counts_from_the_end():
    """
    A session is remembered for 30 days after its end, and as long as it lives.
    """
    assert not ROW.forgotten_at(EXPIRY + RETENTION - 1)
    assert ROW.forgotten_at(EXPIRY + RETENTION)
    assert not attrs.evolve(ROW, ready=math.inf).forgotten_at(START + 10 * RETENTION)
    assert RETENTION == 30 * 86400


@pytest.mark.parametrize(
    ("status", "now"),
    [
        ("NotStarted", START),
        ("NotStarted", START + 1.9),
        ("Running", START + 2),
        ("Running", START + 41.9),
        ("Failed", START + 42),
    ],
)
def test_conversion_status(status, now):
    """
    NotStarted, Running, then the outcome, each from its instant on.
    """
    row = ConversionRow("a", "c", START, "{}", started=START + 2, finished=START + 42, outcome="Failed")

    assert status == row.status_at(now)
