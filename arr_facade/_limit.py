"""
One limiter for all calls of a client: open until the service throttles, then as slow as it has to be.

The service publishes no figure. It asks for pauses of 5 to 10 seconds and forgets within a minute (service.md E.1), so
a 429 halves the rate that led to it, and each minute without one gives a quarter back.
"""

from __future__ import annotations

import math
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
        self._settled = 0.0

    @property
    def rate(self) -> float | None:
        """
        Calls per second that are let through, or None while the service has not complained.
        """
        return self._rate

    def take(self, now: float, patience: float = math.inf) -> float:
        """
        Seconds that the call that asks has to wait: until its turn, which is then taken, but no longer than `patience`.
        """
        with self._lock:
            self._sent.append(now)
            if self._rate is None:
                return 0.0
            self._recover(now)
            turn = max(self._next, now)
            if turn - now > patience:
                # Nobody would wait for it, and the turns taken so would hold up calls that come much later.
                return patience
            self._next = turn + (1 / self._rate if self._rate is not None else 0.0)
            return turn - now

    def throttled(self, now: float, retry_after: float | None) -> None:
        """
        Note that the service answered 429, perhaps with the seconds it wants to be left alone.
        """
        with self._lock:
            while self._sent and self._sent[0] < now - _MINUTE:
                self._sent.popleft()
            pause = _PAUSE if retry_after is None else retry_after
            # Several calls may be refused for one burst, and each is heard of when its answer arrives: only the first
            # slows down. The next to do so is one that was sent after the pause, and so at the rate that it set.
            if self._rate is None or now >= self._settled:
                observed = len(self._sent) / _MINUTE if self._rate is None else self._rate
                self._rate = min(max(observed * _SLOWER, _SLOWEST), _OPEN)
                self._settled = now + min(max(pause, _PAUSE), _MINUTE)
            self._changed = now
            self._next = max(self._next, now + pause)

    def _recover(self, now: float) -> None:
        while self._rate is not None and now - self._changed >= _MINUTE:
            self._changed += _MINUTE
            self._rate *= _FASTER
            if self._rate > _OPEN:
                self._rate = None
