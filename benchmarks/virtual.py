"""
Time that only passes where everybody waits: an asyncio loop that jumps to its next timer, and the clock on its wall.

A simulation of an hour then takes as long as the work in it, and its figures are the same in each run.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    import threading


class _Selector(selectors.DefaultSelector):  # type: ignore[valid-type,misc] # which one depends on the platform
    """
    Instead of waiting for a timeout, it makes a note of it.
    """

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        found = super().select(0)
        if not found:
            self.passed += timeout
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """
    A loop without pauses.
    """

    def __init__(self) -> None:
        self._clockwork = _Selector()
        super().__init__(self._clockwork)

    def time(self) -> float:
        return self._clockwork.passed


class VirtualClock:
    """
    The facade's and the emulator's clock on such a loop.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, start: float = 1_767_225_600.0) -> None:
        self._loop = loop
        self._start = start

    def time(self) -> float:
        return self._start + self._loop.time()

    def monotonic(self) -> float:
        return self._loop.time()

    def sleep(self, seconds: float) -> None:
        raise NotImplementedError("only tasks live here")

    def wait(self, event: threading.Event, seconds: float | None) -> bool:
        raise NotImplementedError("only tasks live here")

    async def sleep_async(self, seconds: float) -> None:
        await anyio.sleep(max(seconds, 0.0))

    async def wait_async(self, event: anyio.Event, seconds: float | None) -> bool:
        with anyio.move_on_after(seconds):
            await event.wait()
        return event.is_set()
