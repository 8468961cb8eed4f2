"""
Who waits for what, and who of them looks: the state behind `_watch`, without a decision about requests.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

from arr_facade.models import Conversion, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arr_facade._steps import Alarm
    from arr_facade.errors import ArrError

__all__ = ["FIRST_PAUSE", "Board", "Waiter"]

FIRST_PAUSE = 2.0
"""Seconds to wait after the first trouble, doubled with each further one."""

Seen = TypeVar("Seen", Session, Conversion)


@attrs.define(eq=False)
class Waiter(Generic[Seen]):
    """
    Somebody who waits.

    Attributes:
        id: For which session or conversion.
        due: When it is to be looked at next, on the monotonic clock.
        alarm: Rings when there is news, or when nobody leads.
        news: What was seen and not yet considered: states, and errors on the way to them.
        pause: Seconds to the next look while there is trouble.
    """

    id: str
    due: float
    alarm: Alarm
    news: deque[Seen | ArrError] = attrs.field(factory=deque)
    pause: float = FIRST_PAUSE


class Board(Generic[Seen]):
    """
    Who waits for the sessions, or the conversions, of one client.

    Args:
        name: `"sessions"` or `"conversions"`.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.pages = 1
        self._lock = threading.Lock()
        self._waiters: dict[str, list[Waiter[Seen]]] = {}
        self._leader: Waiter[Seen] | None = None

    def join(self, waiter: Waiter[Seen]) -> None:
        """
        Begin to wait.
        """
        with self._lock:
            self._waiters.setdefault(waiter.id, []).append(waiter)

    def leave(self, waiter: Waiter[Seen]) -> None:
        """
        Wait no longer; somebody else leads now.
        """
        with self._lock:
            same = self._waiters[waiter.id]
            same.remove(waiter)
            if not same:
                del self._waiters[waiter.id]
            if self._leader is not waiter:
                return
            self._leader = None
            successor = next(self._all(), None)
        if successor is not None:
            successor.alarm.set()

    def lead(self, waiter: Waiter[Seen]) -> bool:
        """
        True if the waiter leads, which it does from now on if nobody else did.
        """
        with self._lock:
            if self._leader is None:
                self._leader = waiter
            return self._leader is waiter

    def next_due(self) -> float:
        """
        When the next look is due.
        """
        with self._lock:
            return min(waiter.due for waiter in self._all())

    def due(self, until: float) -> list[str]:
        """
        What is to be looked at until then, most urgent first.
        """
        with self._lock:
            waiting = sorted((waiter.due, waiter.id) for waiter in self._all() if waiter.due <= until)
        return list(dict.fromkeys(name for _, name in waiting))

    def tell(self, name: str, news: Seen | ArrError, due: Callable[[Waiter[Seen]], float]) -> None:
        """
        Give news of one session or conversion to those who wait for it.
        """
        with self._lock:
            told = list(self._waiters.get(name, ()))
            for waiter in told:
                waiter.due = due(waiter)
                waiter.news.append(news)
        for waiter in told:
            waiter.alarm.set()

    def _all(self) -> Iterator[Waiter[Seen]]:
        for same in self._waiters.values():
            yield from same
