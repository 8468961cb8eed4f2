"""
The wire for threads: the standard library's HTTP client with its idle connections kept.

For one small request and answer at a time it costs two thirds of httpcore and a third of httpx.
"""

from __future__ import annotations

import os
import select
import ssl
from collections import deque
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, RemoteDisconnected
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from weakref import WeakSet

from arr_facade._steps import HEADERS, Answer
from arr_facade._wires._failures import broken, not_connected, too_late
from arr_facade.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arr_facade._steps import Send

__all__ = ["StdlibWire"]

_IDLE = 64

_NOW = SystemClock().monotonic

_LONGEST_IDLE = 30.0
"""Seconds after which an idle connection is not trusted: on the way, somebody may have forgotten it without a word."""

_JUST_USED = 1.0
"""Seconds for which an idle connection is not looked at before it is used again."""

_STALE = (
    RemoteDisconnected,
    ConnectionResetError,
    BrokenPipeError,
    ConnectionAbortedError,
    ssl.SSLEOFError,
    ssl.SSLZeroReturnError,
)
"""What using a connection ends in that the other side has closed while it was idle."""


class StdlibWire:
    """
    Threads to one host; each request under way has a connection of its own.

    Args:
        origin: Scheme, host and port.
        timeout: Seconds for connecting and for each read or write.
        tls: The TLS context.
        now: Tells how long a connection has been idle, in real seconds.
    """

    def __init__(
        self,
        origin: str,
        *,
        timeout: float,
        tls: ssl.SSLContext,
        now: Callable[[], float] = _NOW,
    ) -> None:
        parts = urlsplit(origin)
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port
        self._skip = len(origin)
        self._timeout = timeout
        self._tls = tls
        self._now = now
        self._idle: deque[tuple[HTTPConnection, float]] = deque(maxlen=_IDLE)
        _WIRES.add(self)

    def send(self, request: Send, headers: Mapping[str, str]) -> Answer:
        """
        The answer, read to its end.
        """
        while True:
            connection, reused = self._take(request)
            try:
                answer, reusable = self._exchange(connection, request, headers)
            except _STALE as error:
                connection.close()
                if not reused:
                    raise broken(request, error) from error
            except TimeoutError as error:
                connection.close()
                if reused:
                    # Whatever swallowed this one has the others too.
                    self.close()
                raise too_late(request, error) from error
            except (HTTPException, OSError) as error:
                connection.close()
                raise broken(request, error) from error
            except BaseException:
                connection.close()
                raise
            else:
                self._put_back(connection, reusable=reusable)
                return answer

    def close(self) -> None:
        """
        Close the idle connections.
        """
        while self._idle:
            self._idle.pop()[0].close()

    def _take(self, request: Send) -> tuple[HTTPConnection, bool]:
        idle = self._idle_one()
        if idle is not None:
            return idle, True
        connection = (
            HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._tls)
            if self._secure
            else HTTPConnection(self._host, self._port, timeout=self._timeout)
        )
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise not_connected(request, error) from error
        return connection, False

    def _idle_one(self) -> HTTPConnection | None:
        while self._idle:
            try:
                connection, since = self._idle.pop()
            except IndexError:  # another thread took it
                break
            age = self._now() - since
            if age < _JUST_USED or (age < _LONGEST_IDLE and not _readable(connection)):
                return connection
            connection.close()
        return None

    def _exchange(self, connection: HTTPConnection, request: Send, headers: Mapping[str, str]) -> tuple[Answer, bool]:
        target = request.url[self._skip :] or "/"
        connection.request(request.method, target, body=request.content, headers={**HEADERS, **headers})
        response: HTTPResponse = connection.getresponse()
        content = response.read()
        # What is below 200 is not the answer yet, which would then be taken for the next request's.
        whole = response.status >= HTTPStatus.OK and not response.will_close
        return Answer.of(response.status, content, response.headers.get), whole

    def _put_back(self, connection: HTTPConnection, *, reusable: bool) -> None:
        # A full deque drops its oldest silently, and a dropped connection is a leaked socket.
        if reusable and len(self._idle) < _IDLE:
            self._idle.append((connection, self._now()))
        else:
            connection.close()


def _readable(connection: HTTPConnection) -> bool:
    """
    Whether something has arrived on an idle connection, which can only be its end or what nobody asked for.
    """
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(connection.sock, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([connection.sock], [], [], 0)[0])


_WIRES: WeakSet[StdlibWire] = WeakSet()


def _forget_in_child() -> None:
    # Two processes that write to one connection read each other's answers.
    for wire in list(_WIRES):
        wire.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
