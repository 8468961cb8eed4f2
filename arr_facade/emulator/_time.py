"""
The service's own time, which is not the client's: it survives a client's clock being set, and processes share it.
"""

from __future__ import annotations

from time import time as machine_time
from typing import TYPE_CHECKING

import attrs

from arr_facade.clock import ManualClock, SystemClock
from arr_facade.durations import parse_duration
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from arr_facade.clock import Clock
    from arr_facade.durations import DurationLike
    from arr_facade.emulator.store import Store

__all__ = ["EARLIEST", "LATEST", "MAX_SKEW", "ServiceTime"]

EARLIEST = 0.0
"""The first moment that anything can have been asked for, in seconds since 1970."""
LATEST = 247_090_953_600.0
"""
The start of the year 9800, in seconds since 1970; time ends there.

A date can be written until 9999: the years between are for a skewed clock, leases, tokens and retention.
"""
MAX_SKEW = 100 * 366 * 24 * 3600.0
"""Seconds by which a clock may differ from another one, about a hundred years."""


@attrs.frozen
class _Anchor:
    """
    One reading of the underlying clock, the service's time at that moment, and how fast it goes on from there.
    """

    real: float
    service: float
    speed: float

    def at(self, real: float) -> float:
        # Not beyond the end, whatever the speed: a date there could not be written, and time has no way back.
        return min(LATEST, self.service + (real - self.real) * self.speed)


class ServiceTime:
    """
    What time it is for the service; called, it gives seconds since 1970. It can be moved on, never back.

    In memory it counts with `clock.monotonic`, so a jump of the client's wall clock leaves the service alone. On a file
    it is the wall clock, the only one that several processes and a restart have in common; where that is the machine's,
    its course is anchored in the file, so that all processes agree on it and time never falls back.

    Args:
        clock: The clock it follows.
        store: Where the anchor is kept.
    """

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock = clock
        self._store = store
        self._shared = store.path is not None and isinstance(clock, SystemClock)
        self._natural_speed = clock.speed if isinstance(clock, SystemClock) else 1.0
        self._anchor = _Anchor(self._real(), clock.time(), 1.0 if not self._shared else self._natural_speed)
        if self._shared:
            self._open_file()

    def __call__(self) -> float:
        """
        Seconds since 1970.
        """
        return self._course().at(self._real())

    @property
    def manual(self) -> bool:
        """
        True where the clock is a `ManualClock`, which decides everything.
        """
        return isinstance(self._clock, ManualClock)

    @property
    def speed(self) -> float:
        """
        How many seconds pass here in one of the machine's; 0 where time stands still.
        """
        if self.manual:
            return 0.0
        return self._course().speed * (1.0 if self._shared else self._natural_speed)

    def advance(self, duration: DurationLike) -> None:
        """
        Move on by a duration; a `ManualClock` itself moves, and with it all who live by it.

        Raises:
            ConfigurationError: The duration cannot be read, is negative, or leads beyond the year 9799.
        """
        seconds = parse_duration(duration, field="advance").total_seconds()
        if self() + seconds > LATEST:
            raise ConfigurationError("advance", duration, "leads beyond the year 9799; advance by less")
        if isinstance(self._clock, ManualClock):
            self._clock.sleep(seconds)
        else:
            self._set_course(ahead=seconds)

    def set_speed(self, speed: float) -> None:
        """
        Go on at another speed from here: 1 is real time, 60 makes an hour a minute, 0 stands still.

        Raises:
            ConfigurationError: The speed is negative or not finite, or the clock is a `ManualClock`.
        """
        if self.manual:
            raise ConfigurationError("speed", speed, "has no effect on a ManualClock, which stands still; advance it")
        if not 0 <= speed < float("inf"):
            raise ConfigurationError("speed", speed, "has to be a number from 0")
        self._set_course(speed=speed if self._shared else speed / self._natural_speed)

    def _real(self) -> float:
        if self._shared:
            return machine_time()
        return self._clock.monotonic() if self._store.path is None else self._clock.time()

    def _course(self) -> _Anchor:
        return self._stored() or self._anchor if self._shared else self._anchor

    def _set_course(self, *, ahead: float = 0.0, speed: float | None = None) -> None:
        with self._store.transaction():
            course, real = self._course(), self._real()
            self._anchor = _Anchor(real, course.at(real) + ahead, course.speed if speed is None else speed)
            if self._shared:
                self._keep()

    def _open_file(self) -> None:
        with self._store.transaction():
            stored = self._stored()
            if stored is None:
                self._anchor = _Anchor(now := self._real(), now, self._natural_speed)
            elif stored.speed != self._natural_speed:
                self._anchor = _Anchor(now := self._real(), stored.at(now), self._natural_speed)
            else:
                self._anchor = stored
            self._keep()

    def _stored(self) -> _Anchor | None:
        known = self._store.all_meta()
        if "service" not in known:
            return None
        values = [known.get(name) for name in ("real", "service", "speed")]
        if not all(isinstance(value, int | float) for value in values):
            raise self._store.damaged(f"the course of time is {known}")
        return _Anchor(known["real"], known["service"], known["speed"])

    def _keep(self) -> None:
        for key, value in attrs.asdict(self._anchor).items():
            self._store.set_meta(key, value)
