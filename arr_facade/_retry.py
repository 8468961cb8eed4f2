"""
Whether a request is tried again, and after how long: decisions without I/O.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import attrs

from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from arr_facade.errors import ArrError

__all__ = ["ONCE", "RETRIED_STATUSES", "Retry", "RetryPolicy", "retry_after_seconds"]

RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
"""Answers that a later request may not get."""

_TIME_OF_DAY = re.compile(r"\d:\d\d:\d\d")
_MOST_DOUBLINGS = 64


@attrs.frozen
class Retry:
    """
    What `on_retry` is told before each repetition.

    Attributes:
        operation: What is being done, such as `"get session 'demo'"`.
        attempt: 1 for the first repetition.
        delay: Seconds until it.
        error: What went wrong with the attempt before.
    """

    operation: str
    attempt: int
    delay: float
    error: ArrError


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """
    How often and how patiently a single call is repeated.

    Connection errors, timeouts and the answers 408, 429, 500, 502, 503 and 504 are tried again: after Retry-After where
    the answer has one, else exponentially with full jitter. `RetryPolicy(attempts=0)` never repeats.

    Attributes:
        attempts: Repetitions at most, 0 or more. Default 4.
        budget: Seconds that a call may spend on waiting between attempts. A Retry-After beyond it is not waited for:
            the error carries it. Once the service has throttled the client, it also bounds the wait for a turn before
            each attempt; with 0 a call takes no turn. Default 60.
        base: Upper bound of the first wait in seconds, doubled each time. Default 0.5.
        cap: Upper bound of every wait in seconds, but for Retry-After. Default 20.
    """

    attempts: int = attrs.field(default=4)
    budget: float = attrs.field(default=60.0)
    base: float = attrs.field(default=0.5)
    cap: float = attrs.field(default=20.0)

    @attempts.validator
    @budget.validator
    @base.validator
    @cap.validator
    def _not_negative(self, attribute: attrs.Attribute[float], value: float) -> None:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
            raise ConfigurationError(f"retry.{attribute.name}", value, "is not a number of 0 or more")

    def delay(self, *, attempt: int, spent: float, retry_after: float | None, chance: float) -> float | None:
        """
        Seconds to wait before repetition number `attempt` (1 for the first), or None to give up.

        Args:
            attempt: Which repetition it would be.
            spent: Seconds this call has waited so far.
            retry_after: What the answer asked for, in seconds.
            chance: A random number of [0, 1).
        """
        if attempt > self.attempts:
            return None
        if retry_after is None:
            # Without a bound a very patient policy would end in numbers that no float can hold.
            wait = chance * min(self.cap, self.base * 2 ** min(attempt - 1, _MOST_DOUBLINGS))
        else:
            wait = retry_after
        return wait if spent + wait <= self.budget else None


ONCE = RetryPolicy(attempts=0)
"""Of whoever asks again anyhow, in their own time."""


def retry_after_seconds(value: str | None, now: float) -> float | None:
    """
    The Retry-After header in seconds from `now` (wall clock), never negative; None where it is absent or unreadable.

    It may be a number of seconds or an HTTP date (RFC 9110, section 10.2.3).
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        return _seconds_until(value, now)
    return max(seconds, 0.0) if seconds < float("inf") else None


def _seconds_until(date: str, now: float) -> float | None:
    from dateutil import parser  # noqa: PLC0415 - slow to import, and no recorded service ever sent a date

    # Every form of an HTTP date has a time of day; without this, "5s" and "Monday" would be moments of the machine's
    # own today.
    if _TIME_OF_DAY.search(date) is None:
        return None
    try:
        moment = parser.parse(date, default=datetime.fromtimestamp(now, UTC), tzinfos=lambda _, offset: offset or 0)
    except (ValueError, OverflowError):
        return None
    return max(moment.timestamp() - now, 0.0)
