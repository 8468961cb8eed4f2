"""
What there is, as rows of instants, and what state that means at a given moment.

Nothing here ticks: a row stores when a session will be ready and how long its lease is, and `status_at(now)` says what
that makes it. So any number of processes agree on one file, no daemon is needed, and reading never changes anything.
Instants are seconds since 1970; `math.inf` is "not before somebody says so".
"""

from __future__ import annotations

import math
from typing import Literal

import attrs

__all__ = [
    "RETENTION",
    "ConversionEnd",
    "ConversionRow",
    "ConversionStatus",
    "FaultRow",
    "SessionEnd",
    "SessionRow",
    "SessionStatus",
]

SessionStatus = Literal["Starting", "Ready", "Expired", "Stopped", "Error"]
SessionEnd = Literal["Stopped", "Error"]
ConversionStatus = Literal["NotStarted", "Running", "Succeeded", "Failed", "Cancelled"]
ConversionEnd = Literal["Succeeded", "Failed", "Cancelled"]

RETENTION = 30 * 24 * 3600.0
"""Seconds for which an ended session can still be read (service.md B.1)."""


@attrs.frozen
class SessionRow:
    """
    A session as stored.

    Attributes:
        account: The account it belongs to.
        id: Its id.
        size: Spelled as the service does.
        created: When it was asked for.
        asked_lease: The lease it was asked for with, in minutes: what makes a repeated PUT the same or another one.
        lease: The present lease in minutes, counted from `ready`.
        ready: When it becomes Ready unless it ends before.
        ended: When it is stopped or breaks; a lease that runs out earlier still wins.
        ending: Which of the two.
        error_code: What broke, for an `ending` of Error.
        error_message: The sentence to it.
        reads: How many more times it is read as Starting before it is Ready, or breaks where `ending` says so; None
            leaves that to time.
        hostname: Where it is reached while Ready.
        handshake_port: The port of the handshake.
        inspector_port: The port of ArrInspector.
        teraflops: The power of its machine.
    """

    account: str
    id: str
    size: str
    created: float
    asked_lease: int
    lease: int
    ready: float
    hostname: str
    handshake_port: int
    inspector_port: int
    teraflops: float
    ended: float = math.inf
    ending: SessionEnd = "Stopped"
    error_code: str | None = None
    error_message: str | None = None
    reads: int | None = None

    @property
    def expires(self) -> float:
        """
        When the lease has run out: it counts from Ready (service.md B.1).
        """
        return self.ready + self.lease * 60.0

    @property
    def over(self) -> float:
        """
        When the session reaches its terminal state.
        """
        return min(self.ended, self.expires)

    def status_at(self, now: float) -> SessionStatus:
        """
        The state at that moment.
        """
        if now >= self.over:
            return "Expired" if self.expires < self.ended else self.ending
        return "Ready" if now >= self.ready else "Starting"

    def was_ready_at(self, now: float) -> bool:
        """
        Whether it has been Ready by that moment, ended since or not.
        """
        return min(now, self.over) >= self.ready

    def elapsed_at(self, now: float) -> int:
        """
        Whole minutes spent Ready, rounded down (Swagger).
        """
        return int(max(0.0, min(now, self.over) - self.ready) // 60) if self.was_ready_at(now) else 0

    def forgotten_at(self, now: float) -> bool:
        """
        Whether the service does not remember it any more.
        """
        return now >= self.over + RETENTION


@attrs.frozen
class ConversionRow:
    """
    A conversion as stored. Shared access signatures are never kept, only that they were given.

    Attributes:
        account: The account it belongs to.
        id: Its id.
        created: When it was asked for.
        settings: The normalised settings as JSON text, as the service shows them.
        started: When it leaves NotStarted.
        finished: When it reaches `outcome`.
        outcome: How it ends.
        error_code: Why it ends as Failed.
        error_message: The sentence to it.
    """

    account: str
    id: str
    created: float
    settings: str
    started: float
    finished: float
    outcome: ConversionEnd
    error_code: str | None = None
    error_message: str | None = None

    def status_at(self, now: float) -> ConversionStatus:
        """
        The state at that moment.
        """
        if now >= self.finished:
            return self.outcome
        return "Running" if now >= self.started else "NotStarted"


@attrs.frozen
class FaultRow:
    """
    A rule of faults as stored, and what it has seen.

    Attributes:
        number: Its number.
        spec: The rule as JSON text.
        matched: How many requests it was for.
        struck: How many of them it changed.
        window: The minute that a throttle counts in.
        in_window: How many requests it counted there.
    """

    number: int
    spec: str
    matched: int = 0
    struck: int = 0
    window: int = 0
    in_window: int = 0
