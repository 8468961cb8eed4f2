"""
The server's side of one connection: HTTP/1.1 with bounds, so that no client can hurt another. Needs uvicorn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

__all__ = ["MAX_CONNECTIONS", "MAX_HEAD", "REQUEST_TIME", "BoundedProtocol"]

MAX_CONNECTIONS = 1000
"""How many connections may be open; a further one is closed at once. A process may often have 1024 files."""
MAX_HEAD = 32 * 1024
"""The largest request line and headers in bytes. A real access token has about 1,250."""
REQUEST_TIME = 20.0
"""Seconds in which a connection that has been opened, or a request that has begun, has to be a whole request."""


class BoundedProtocol(H11Protocol):
    """
    Uvicorn's own protocol, with a bound on connections and on the time that a request may take to arrive.

    It gives the application `hang_up` in the scope's state: what ends the connection without another byte.
    """

    _overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """
        Take the connection, or close it where there are too many.
        """
        super().connection_made(transport)
        self.app_state = {**self.app_state, "hang_up": transport.close}
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
        else:
            self._watch(incomplete=True)

    def data_received(self, data: bytes) -> None:
        """
        Read on, and see whether a request is whole.
        """
        super().data_received(data)
        begun = self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
        self._watch(incomplete=begun or self.conn.their_state is h11.SEND_BODY)

    def connection_lost(self, exc: Exception | None) -> None:
        """
        Forget the connection.
        """
        self._watch(incomplete=False)
        super().connection_lost(exc)

    def _watch(self, *, incomplete: bool) -> None:
        if incomplete and self._overdue is None:
            self._overdue = self.loop.call_later(REQUEST_TIME, self.transport.abort)
        elif not incomplete and self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None
