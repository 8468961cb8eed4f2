"""
Clocks: the one place where real time enters, so that an eight-hour lease is tested in milliseconds.

Everything in the facade and the emulator asks a `Clock` what time it is and lets it do the waiting.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Protocol

import anyio
import anyio.lowlevel

from arr_facade.durations import parse_duration

if TYPE_CHECKING:
    from arr_facade.durations import DurationLike

__all__ = ["Clock", "ManualClock", "SystemClock"]


class Clock(Protocol):
    """
    What the facade and the emulator need of time.

    `time` is the wall clock in seconds since 1970 and may jump; `monotonic` only counts up, from an arbitrary start.
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

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        """
        Block the thread until `event` is set (True) or `seconds` of this clock have passed (False); None waits for the event only.
        """
        ...

    async def sleep(self, seconds: float) -> None:
        """
        Suspend the task for `seconds` of this clock.
        """
        ...


class SystemClock:
    """
    The machine's clock, optionally running faster than it does.

    Args:
        speed: How many seconds pass here per real second; 60 turns a minute of lease into a second. Above 0, default 1.

    Raises:
        ValueError: `speed` is not above 0.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed!r}")
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

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        """
        Block the thread until `event` is set (True) or `seconds` of this clock have passed (False).
        """
        return event.wait(None if seconds is None else max(seconds, 0.0) / self.speed)

    async def sleep(self, seconds: float) -> None:
        """
        Suspend the task for `seconds` of this clock.
        """
        await anyio.sleep(max(seconds, 0.0) / self.speed)


class ManualClock:
    """
    A clock for tests: it stands still until it is told, or until somebody waits on it.

    Waiting moves it ahead at once, so a poll loop of an hour takes no time.

    Args:
        start: The wall clock at the beginning, in seconds since 1970. Default 2026-01-01 00:00 UTC.
    """

    speed = 1.0

    def __init__(self, start: float = 1_767_225_600.0) -> None:
        self._lock = threading.Lock()
        self._monotonic = 0.0
        self._wall_offset = start

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
        self._move(parse_duration(duration, field="advance").total_seconds())

    def jump(self, seconds: float) -> None:
        """
        Set the wall clock ahead or back by `seconds`, as an operator or a waking machine does; `monotonic` does not notice.
        """
        with self._lock:
            self._wall_offset += seconds

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        """
        Move the clock ahead by `seconds` unless `event` is set already; None blocks until it is set.
        """
        if seconds is None:
            return event.wait()
        if event.is_set():
            return True
        self._move(max(seconds, 0.0))
        return event.is_set()

    async def sleep(self, seconds: float) -> None:
        """
        Move the clock ahead by `seconds`, giving other tasks a turn.
        """
        await anyio.lowlevel.checkpoint()
        self._move(max(seconds, 0.0))

    def _move(self, seconds: float) -> None:
        with self._lock:
            self._monotonic += seconds
