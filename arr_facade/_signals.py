"""
SIGTERM as an orderly end: it unwinds the block that started a session, so that the session is stopped.

By default Python dies of SIGTERM without running any clean-up. Inside a session block of the main thread it becomes
`SystemExit(143)`, unless the application handles the signal itself. A second SIGTERM during the clean-up is ignored.
"""

from __future__ import annotations

import signal
import threading
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

__all__ = ["sigterm_exits", "sigterm_exits_async"]

_EXIT_CODE = 128 + signal.SIGTERM


@contextmanager
def sigterm_exits() -> Iterator[None]:
    """
    Inside, SIGTERM raises `SystemExit(143)` in the main thread.
    """

    def leave() -> None:
        raise SystemExit(_EXIT_CODE)

    with _handled(leave):
        yield


@asynccontextmanager
async def sigterm_exits_async() -> AsyncIterator[None]:
    """
    Inside, SIGTERM cancels the block, and `SystemExit(143)` is raised once that has been left.
    """
    import anyio.lowlevel  # noqa: PLC0415 - threads never need it

    native: Any = anyio.lowlevel.current_token().native_token
    schedule = getattr(native, "call_soon_threadsafe", None) or native.run_sync_soon
    asked = False

    def leave() -> None:
        nonlocal asked
        asked = True
        # A handler runs between any two instructions, so the loop itself must do the cancelling.
        schedule(scope.cancel)

    with _handled(leave):
        with anyio.CancelScope() as scope:
            yield
        if asked:
            raise SystemExit(_EXIT_CODE)


_inside: list[Callable[[], None]] = []
"""How each block of the main thread is left, in the order of their beginning; those of tasks may overlap."""


def _handler(signum: int, _frame: object) -> None:
    signal.signal(signum, signal.SIG_IGN)
    for leave in reversed(_inside):
        leave()


@contextmanager
def _handled(leave: Callable[[], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if not _inside:
        if signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
            yield
            return
        signal.signal(signal.SIGTERM, _handler)
    _inside.append(leave)
    try:
        yield
    finally:
        _inside.remove(leave)
        # What the application has put there meanwhile stays.
        if not _inside and signal.getsignal(signal.SIGTERM) in (_handler, signal.SIG_IGN):
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
