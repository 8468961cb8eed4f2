"""
The lease keeper's task: begun with the first kept session, one for the whole client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel

from arr_facade._background import PATIENCE
from arr_facade._drive_async import AsyncAlarm
from arr_facade._keeper import Keeper, keep

if TYPE_CHECKING:
    from arr_facade._drive_async import AsyncDriver
    from arr_facade._flows import Service

__all__ = ["AsyncBackground"]


class AsyncBackground:
    """
    Runs the keeper in a task of its own, beside the caller's: a nursery would have to span the client's whole life.
    """

    def __init__(self, service: Service, driver: AsyncDriver) -> None:
        self._service = service
        self._driver = driver
        self._task: Any = None
        self._done: anyio.Event | None = None
        self.keeper = Keeper(AsyncAlarm(), self._begin)

    async def close(self) -> None:
        """
        End the task; it finishes a request that is under way.
        """
        self.keeper.close()
        if self._done is not None:
            with anyio.move_on_after(PATIENCE):
                await self._done.wait()

    def _begin(self) -> None:
        if self._done is None and not self.keeper.closed:
            self._done = anyio.Event()
            native: Any = anyio.lowlevel.current_token().native_token
            if hasattr(native, "create_task"):
                self._task = native.create_task(self._run(), name="arr-lease-keeper")
            else:
                import trio  # noqa: PLC0415 - only where trio runs already

                self._task = trio.lowlevel.spawn_system_task(self._run, name="arr-lease-keeper")

    async def _run(self) -> None:
        assert self._done is not None
        try:
            await self._driver.run(keep(self._service, self.keeper))
        finally:
            self._done.set()
