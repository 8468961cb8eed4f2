"""
The lease keeper's thread: begun with the first kept session, one for the whole client.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from arr_facade._keeper import Keeper, keep

if TYPE_CHECKING:
    from arr_facade._drive import SyncDriver
    from arr_facade._flows import Service

__all__ = ["PATIENCE", "SyncBackground"]

PATIENCE = 5.0
"""
What closing waits, in real seconds, for a request that is under way.
"""


class SyncBackground:
    """
    Runs the keeper in a thread.
    """

    def __init__(self, service: Service, driver: SyncDriver) -> None:
        self._service = service
        self._driver = driver
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self.keeper = Keeper(threading.Event(), self._begin)

    def close(self) -> None:
        """
        End the thread; it finishes a request that is under way.
        """
        self.keeper.close()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(PATIENCE)

    def _begin(self) -> None:
        with self._starting:
            # In a forked child the parent's thread is not there.
            if (self._thread is None or not self._thread.is_alive()) and not self.keeper.closed:
                # A daemon: a program that forgets to close its client must still be able to end.
                self._thread = threading.Thread(target=self._run, name="arr-lease-keeper", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        self._driver.run(keep(self._service, self.keeper))
