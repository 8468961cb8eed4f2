"""
Clocks: the one place where real time enters, so that an eight-hour lease is tested in milliseconds.

Everything in the facade and the emulator asks a `Clock` what time it is and lets it do the waiting. There are two kinds
of waiting: somebody *sleeps* because there is nothing else to do, or a keeper in the background *waits* for its next
duty or a wake-up call. A `ManualClock` moves on when somebody sleeps, never because a keeper waits.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Protocol

from arr_facade.durations import parse_duration

if TYPE_CHECKING:
    import anyio

    from arr_facade.durations import DurationLike

__all__ = ["Clock", "ManualClock", "SystemClock"]


class Clock(Protocol):
    """
    What the facade and the emulator need of time.

    `time` is the wall clock and may jump; `monotonic` only counts up.
    """

    def time(self) -> float:
        """
        The wall clock, in seconds since 1970-01-01 UTC.
        """
        ...

    def monotonic(self) -> float:
        """
        Seconds since an arbitrary moment, never going back.
        """
        ...

    def sleep(self, seconds: float) -> None:
        """
        Block the thread for `seconds` of this clock.
        """
        ...

    async def sleep_async(self, seconds: float) -> None:
        """
        Suspend the task for `seconds` of this clock.
        """
        ...

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        """
        Block until `event` is set (True) or `seconds` of this clock have passed (False); None waits for the event only.
        """
        ...

    async def wait_async(self, event: anyio.Event, seconds: float | None) -> bool:
        """
        Suspend until `event` is set (True) or `seconds` have passed (False); None waits for the event only.
        """
        ...


class SystemClock:
    """
    The machine's clock, optionally running faster than it does.

    Args:
        speed: How many seconds pass here per real second; 60 turns a minute of lease into a second. Above 0 and
            finite, default 1.

    Raises:
        ValueError: `speed` is not above 0, or not finite.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if not 0 < speed < math.inf:
            raise ValueError(f"speed must be above 0 and finite, not {speed!r}")
        self.speed = float(speed)
        self._wall = time.time()
        self._start = time.monotonic()

    def __repr__(self) -> str:
        return f"SystemClock(speed={self.speed:g})"

    def time(self) -> float:
        """
        The wall clock, in seconds since 1970-01-01 UTC; ahead of the machine's when the speed is above 1.
        """
        if self.speed == 1.0:
            return time.time()
        return self._wall + (time.monotonic() - self._start) * self.speed

    def monotonic(self) -> float:
        """
        Seconds since an arbitrary moment, never going back.
        """
        return time.monotonic() * self.speed

    def sleep(self, seconds: float) -> None:
        """
        Block the thread for `seconds` of this clock.
        """
        time.sleep(self._real(seconds))

    async def sleep_async(self, seconds: float) -> None:
        """
        Suspend the task for `seconds` of this clock.
        """
        import anyio  # noqa: PLC0415 - threads never need it

        await anyio.sleep(self._real(seconds))

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        """
        Block until `event` is set (True) or `seconds` of this clock have passed (False).
        """
        return event.wait(None if seconds is None else self._real(seconds))

    async def wait_async(self, event: anyio.Event, seconds: float | None) -> bool:
        """
        Suspend until `event` is set (True) or `seconds` of this clock have passed (False).
        """
        import anyio  # noqa: PLC0415 - threads never need it

        with anyio.move_on_after(None if seconds is None else self._real(seconds)):
            await event.wait()
        return event.is_set()

    def _real(self, seconds: float) -> float:
        return max(seconds, 0.0) / self.speed


class ManualClock:
    """
    A clock for tests: it stands still until it is told to move, or until somebody sleeps on it.

    Sleeping moves it ahead at once, so a poll loop of an hour takes no time. When it moves past the moment that a
    background thread waits for, that thread gets its turn before the clock goes on.

    Args:
        start: The wall clock at the beginning, in seconds since 1970. Default 2026-01-01 00:00 UTC.
    """

    speed = 1.0

    # How long, in real seconds, a woken thread may take for its turn before the clock goes on without it.
    _PATIENCE = 10.0
    # How often, in real seconds, a waiting thread or task looks at the clock and its event.
    _GLANCE = 0.002

    def __init__(self, start: float = 1_767_225_600.0) -> None:
        self._turn = threading.Condition()
        self._monotonic = 0.0
        self._wall_offset = start
        self._waiting: dict[threading.Thread, float] = {}

    def __repr__(self) -> str:
        return f"ManualClock(+{self._monotonic:g} s)"

    def time(self) -> float:
        """
        The wall clock, in seconds since 1970-01-01 UTC.
        """
        return self._wall_offset + self._monotonic

    def monotonic(self) -> float:
        """
        Seconds since this clock was made.
        """
        return self._monotonic

    def advance(self, duration: DurationLike) -> None:
        """
        Let time pass.

        Args:
            duration: A timedelta, text such as `"9m"` or `"1:30:00"`, or a number of minutes.

        Raises:
            ConfigurationError: The duration cannot be read or is negative.
        """
        self.sleep(parse_duration(duration, field="advance").total_seconds())

    def jump(self, seconds: float) -> None:
        """
        Set the wall clock ahead or back by `seconds`, as an operator or a waking machine does.

        `monotonic` does not notice.
        """
        self._wall_offset += seconds

    def sleep(self, seconds: float) -> None:
        """
        Move the clock ahead by `seconds`, giving each waiting thread its turn on the way.
        """
        target = self._monotonic + max(seconds, 0.0)
        while (due := self._next_due(target)) is not None:
            thread, moment = due
            self._monotonic = max(self._monotonic, moment)
            self._give_turn(thread)
        self._monotonic = max(self._monotonic, target)

    async def sleep_async(self, seconds: float) -> None:
        """
        Move the clock ahead by `seconds`, giving other tasks a turn.
        """
        import anyio.lowlevel  # noqa: PLC0415 - threads never need it

        await anyio.lowlevel.checkpoint()
        self.sleep(seconds)
        await anyio.sleep(2 * self._GLANCE if seconds else 0)

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        """
        Block until `event` is set (True) or somebody has moved the clock ahead by `seconds` (False).
        """
        me = threading.current_thread()
        due = float("inf") if seconds is None else self._monotonic + max(seconds, 0.0)
        with self._turn:
            self._waiting[me] = due
            self._turn.notify_all()
        while not event.wait(self._GLANCE) and self._monotonic < due:
            pass
        with self._turn:
            del self._waiting[me]
        return event.is_set()

    async def wait_async(self, event: anyio.Event, seconds: float | None) -> bool:
        """
        Suspend until `event` is set (True) or somebody has moved the clock ahead by `seconds` (False).
        """
        import anyio  # noqa: PLC0415 - threads never need it

        due = float("inf") if seconds is None else self._monotonic + max(seconds, 0.0)
        while not event.is_set() and self._monotonic < due:  # noqa: ASYNC110 - others move the clock, and no event tells
            await anyio.sleep(self._GLANCE)
        return event.is_set()

    def _next_due(self, target: float) -> tuple[threading.Thread, float] | None:
        me = threading.current_thread()
        with self._turn:
            due = [(t, moment) for t, moment in self._waiting.items() if moment <= target and t is not me]
        return min(due, key=lambda pair: pair[1], default=None)

    def _give_turn(self, thread: threading.Thread) -> None:
        def is_back() -> bool:
            return not thread.is_alive() or self._waiting.get(thread, 0.0) > self._monotonic

        with self._turn:
            deadline = time.monotonic() + self._PATIENCE
            while not is_back() and time.monotonic() < deadline:
                self._turn.wait(self._GLANCE)
            if not is_back():
                self._waiting.pop(thread, None)
