"""
The service's own time, which is not the client's: it survives a client's clock being set, and processes share it.
"""

from __future__ import annotations

from time import time as machine_time
from typing import TYPE_CHECKING

from arr_facade.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from arr_facade.clock import Clock
    from arr_facade.emulator.store import Store

__all__ = ["service_time"]


def service_time(clock: Clock, store: Store) -> Callable[[], float]:
    """
    What reads the service's time, in seconds since 1970.

    In memory it counts with `clock.monotonic`, so a jump of the client's wall clock leaves the service alone. On a file
    it is the wall clock, the only one that several processes and a restart have in common; its speed is anchored in the
    file, so that processes of the same speed agree and time never falls back when the file is opened with another one.
    """
    if store.path is None:
        start = clock.time() - clock.monotonic()
        return lambda: start + clock.monotonic()
    if isinstance(clock, SystemClock):
        return _anchored(clock.speed, store)
    return clock.time


def _anchored(speed: float, store: Store) -> Callable[[], float]:
    with store.transaction():
        real, service, stored_speed = (store.meta(key) for key in ("real", "service", "speed"))
        if real is None or service is None or stored_speed is None:
            real = service = machine_time()
        elif stored_speed != speed:
            real, service = (now := machine_time()), service + (now - real) * stored_speed
        for key, value in (("real", real), ("service", service), ("speed", speed)):
            store.set_meta(key, value)
    anchor_real, anchor_service = real, service
    return lambda: anchor_service + (machine_time() - anchor_real) * speed
