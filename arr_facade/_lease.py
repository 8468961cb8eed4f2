"""
How much lease is left, and when to renew it to what: decisions without I/O.

The rules and their evidence (peers.md 5.7): the lease counts from Ready, so only the service's own elapsed counter
tells how much is used, and that counter is rounded down; its age is measured on a monotonic clock; a renewal
sets an absolute target, so that a repeated one cannot add up.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from arr_facade.durations import format_duration, parse_duration
from arr_facade.errors import ConfigurationError
from arr_facade.models import SessionStatus

if TYPE_CHECKING:
    from arr_facade.durations import DurationLike
    from arr_facade.models import Session

__all__ = ["MAX_LEASE", "KeepPolicy", "latest_end", "lease_minutes", "margin", "remaining", "renewal_target"]

MINUTE = timedelta(minutes=1)

MAX_LEASE = timedelta(minutes=1440)
"""The longest lease a session can be created with (Swagger; service.md B.4)."""

MAX_RENEWED_LEASE = MAX_LEASE - MINUTE
"""The longest lease a session can be renewed to: the Swagger says "less than" for the update."""

ZERO = timedelta(0)


def lease_minutes(
    value: DurationLike, *, field: str = "lease", longest: timedelta = MAX_LEASE, written: DurationLike | None = None
) -> int:
    """
    The lease in whole minutes as the service wants it, rounded up.

    Args:
        value: The lease.
        field: What the caller calls it, for the error.
        longest: The most that there may be.
        written: What the caller wrote, for the error, where the lease was worked out from it.

    Raises:
        ConfigurationError: It cannot be read, or is not between 1 and 1440 minutes (1439 for a renewal).
    """
    lease = parse_duration(value, field=field)
    minutes = math.ceil(lease / MINUTE)
    if not MINUTE <= timedelta(minutes=minutes) <= longest:
        total = f"comes to {format_duration(lease)} in all, which " if written not in {None, value} else ""
        beyond = minutes > longest // MINUTE
        raise ConfigurationError(
            field,
            value if written is None else written,
            f"{total}is outside 1 to {longest // MINUTE} minutes",
            advice="the service ends sessions after a day; start a successor for longer work." if beyond else None,
        )
    return minutes


def remaining(session: Session, now: float) -> timedelta:
    """
    How long the session lives at least, seen at `now` on the monotonic clock of its reading; never negative.

    Before Ready the lease has not begun to count, but it may have since the reading. Later one minute is taken off for
    the service's rounding.
    """
    if session.has_ended or session.lease is None:
        return ZERO
    used = _age(session, now)
    if session.status != SessionStatus.STARTING:
        used += (session.elapsed or ZERO) + MINUTE
    return max(session.lease - used, ZERO)


def latest_end(session: Session) -> float:
    """
    By when a session that is Ready has ended, on the monotonic clock of its reading, unless its lease is renewed.

    It is infinite where that cannot be known.
    """
    if session.status != SessionStatus.READY or session.lease is None or session.read_at is None:
        return math.inf
    return session.read_at + (session.lease - (session.elapsed or ZERO)).total_seconds()


@attrs.frozen(kw_only=True)
class KeepPolicy:
    """
    How a lease is kept.

    Attributes:
        ttl: What each renewal aims at: this long from now. A process that dies leaves the session no longer than this.
        limit: Total time since Ready that the session is never renewed beyond.
    """

    ttl: timedelta
    limit: timedelta

    @classmethod
    def of(cls, ttl: DurationLike, limit: DurationLike) -> KeepPolicy:
        """
        A policy from durations as people write them; the limit is cut to the service's own, 1439 minutes.

        Raises:
            ConfigurationError: One of them cannot be read, or the lease is outside 1 to 1440 minutes.
        """
        longest = parse_duration(limit, field="limit")
        if longest < MINUTE:
            raise ConfigurationError("limit", limit, "is shorter than a minute, the service's smallest lease")
        return cls(ttl=timedelta(minutes=lease_minutes(ttl)), limit=min(longest, MAX_RENEWED_LEASE))


def margin(policy: KeepPolicy) -> timedelta:
    """
    With this much remaining it is time to renew: half the ttl, so that a failing renewal can be repeated for as long.
    """
    return policy.ttl / 2


def renewal_target(session: Session, policy: KeepPolicy, now: float) -> timedelta | None:
    """
    The total lease to renew to, in whole minutes, or None when the limit leaves nothing to add.

    It is elapsed + ttl, at least a minute above the present lease (the service refuses equal ones), at most the limit.
    """
    if session.lease is None:
        return None
    used = (session.elapsed or ZERO) + _age(session, now)
    wanted = math.ceil((used + policy.ttl) / MINUTE) * MINUTE
    target = min(max(wanted, session.lease + MINUTE), policy.limit // MINUTE * MINUTE)
    return target if target > session.lease else None


def _age(session: Session, now: float) -> timedelta:
    return timedelta(seconds=max(now - session.read_at, 0.0)) if session.read_at is not None else ZERO
