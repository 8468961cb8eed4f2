"""
The wire for threads: the standard library's HTTP client with its idle connections kept.

For one small request and answer at a time it costs two thirds of httpcore and a third of httpx.
"""

from __future__ import annotations

from collections import deque
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, RemoteDisconnected
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from arr_facade._steps import HEADERS, Answer
from arr_facade._wires._failures import broken, not_connected, too_late

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from arr_facade._steps import Send

__all__ = ["StdlibWire"]

_IDLE = 64

_STALE = (RemoteDisconnected, ConnectionResetError, BrokenPipeError, ConnectionAbortedError)
"""What using a connection ends in that the other side has closed while it was idle."""


class StdlibWire:
    """
    Threads to one host; each request under way has a connection of its own.

    Args:
        origin: Scheme, host and port.
        timeout: Seconds for connecting and for each read or write.
        tls: The TLS context.
    """

    def __init__(self, origin: str, *, timeout: float, tls: ssl.SSLContext) -> None:
        parts = urlsplit(origin)
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port
        self._skip = len(origin)
        self._timeout = timeout
        self._tls = tls
        self._idle: deque[HTTPConnection] = deque(maxlen=_IDLE)

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
            self._idle.pop().close()

    def _take(self, request: Send) -> tuple[HTTPConnection, bool]:
        try:
            return self._idle.pop(), True
        except IndexError:
            pass
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

    def _exchange(self, connection: HTTPConnection, request: Send, headers: Mapping[str, str]) -> tuple[Answer, bool]:
        target = request.url[self._skip :] or "/"
        connection.request(request.method, target, body=request.content, headers={**HEADERS, **headers})
        response: HTTPResponse = connection.getresponse()
        content = response.read()
        return Answer.of(response.status, content, response.headers.get), not response.will_close

    def _put_back(self, connection: HTTPConnection, *, reusable: bool) -> None:
        # A full deque drops its oldest silently, and a dropped connection is a leaked socket.
        if reusable and len(self._idle) < _IDLE:
            self._idle.append(connection)
        else:
            connection.close()
