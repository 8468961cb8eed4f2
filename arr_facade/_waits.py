"""
How long to wait between two looks, and what each state means for the wait: decisions without I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arr_facade.errors import (
    CapacityError,
    ConversionCancelledError,
    ConversionFailedError,
    SessionExpiredError,
    SessionFailedError,
    SessionStoppedError,
)
from arr_facade.models import ConversionStatus, SessionSize, SessionStatus

if TYPE_CHECKING:
    from arr_facade.errors import EndedError, ErrorInfo
    from arr_facade.models import Conversion, Session

__all__ = ["CONVERSION_INTERVAL", "conversion_ended", "is_capacity", "poll_delay", "poll_interval", "session_ended"]

CONVERSION_INTERVAL = 10.0
"""Seconds between two looks at a conversion, which takes a minute at least (service.md C.1)."""

_FASTEST = 1.0
_JITTER = 0.1


def poll_interval(size: SessionSize | str) -> float:
    """
    Seconds between two looks at a session that starts: 2 for Standard, 10 for all others.

    Microsoft recommends these since November 2021 (service.md B.3).
    """
    return 2.0 if str(size).lower() == SessionSize.STANDARD.lower() else 10.0


def poll_delay(interval: float, retry_after: float | None, chance: float) -> float:
    """
    Seconds until the next look: the larger of the interval, less up to a tenth, and Retry-After; never under 1.

    Args:
        interval: The usual distance in seconds.
        retry_after: What the last answer asked for; it is read anew from each one.
        chance: A random number of [0, 1), which keeps many waiters from asking in step.
    """
    return max(interval * (1.0 - _JITTER * chance), retry_after or 0.0, _FASTEST)


def is_capacity(info: ErrorInfo | None) -> bool:
    """
    True when the service says that no server is free. The code was never recorded, so the word is looked for.
    """
    return info is not None and "capacity" in f"{info.code} {info.message}".lower()


def session_ended(session: Session) -> EndedError | None:
    """
    The error for a session that ended, or None while it lives.
    """
    what = f"session '{session.id}'"
    match session.status:
        case SessionStatus.ERROR if is_capacity(session.error):
            return CapacityError(operation=f"start {what} of size {session.size}", info=session.error, last=session)
        case SessionStatus.ERROR:
            return SessionFailedError(f"{what} ended as Error", last=session)
        case SessionStatus.EXPIRED:
            return SessionExpiredError(f"{what} has expired", last=session)
        case SessionStatus.STOPPED:
            return SessionStoppedError(f"{what} was stopped", last=session)
        case _:
            return None


def conversion_ended(conversion: Conversion) -> EndedError | None:
    """
    The error for a conversion that ended badly, or None while it runs and when it succeeded.
    """
    what = f"conversion '{conversion.id}'"
    match conversion.status:
        case ConversionStatus.FAILED:
            return ConversionFailedError(f"{what} failed", last=conversion)
        case ConversionStatus.CANCELLED:
            return ConversionCancelledError(f"{what} was cancelled", last=conversion)
        case _:
            return None
