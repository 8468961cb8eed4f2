"""
One limiter for all calls of a client: open until the service throttles, then as slow as it has to be.

The service publishes no figure. It asks for pauses of 5 to 10 seconds and forgets within a minute (service.md E.1), so
a 429 halves the rate that led to it, and each quiet minute gives a quarter back.
"""

from __future__ import annotations

import threading
from collections import deque

__all__ = ["Limiter"]

_MINUTE = 60.0
_PAUSE = 5.0
_SLOWEST = 1 / 10
_OPEN = 50.0
_SLOWER = 0.5
_FASTER = 1.25


class Limiter:
    """
    Decides how long a call has to wait for its turn. The caller brings the time, on any steady clock in seconds.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: deque[float] = deque(maxlen=int(_OPEN * _MINUTE))
        self._rate: float | None = None
        self._next = 0.0
        self._changed = 0.0

    @property
    def rate(self) -> float | None:
        """
        Calls per second that are let through, or None while the service has not complained.
        """
        return self._rate

    def take(self, now: float) -> float:
        """
        Seconds until the turn of the call that asks; the turn is then taken.
        """
        with self._lock:
            self._sent.append(now)
            if self._rate is None:
                return 0.0
            self._recover(now)
            turn = max(self._next, now)
            self._next = turn + (1 / self._rate if self._rate is not None else 0.0)
            return turn - now

    def throttled(self, now: float, retry_after: float | None) -> None:
        """
        Note that the service answered 429, perhaps with the seconds it wants to be left alone.
        """
        with self._lock:
            while self._sent and self._sent[0] < now - _MINUTE:
                self._sent.popleft()
            # Several calls may be refused for one burst: only the first of them slows down.
            if self._rate is None or self._next <= now:
                observed = len(self._sent) / _MINUTE if self._rate is None else self._rate
                self._rate = min(max(observed * _SLOWER, _SLOWEST), _OPEN)
                self._changed = now
            self._next = max(self._next, now + (_PAUSE if retry_after is None else retry_after))

    def _recover(self, now: float) -> None:
        while self._rate is not None and now - self._changed >= _MINUTE:
            self._changed += _MINUTE
            self._rate *= _FASTER
            if self._rate > _OPEN:
                self._rate = None
