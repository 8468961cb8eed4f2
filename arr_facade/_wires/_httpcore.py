"""
The wire for threads: httpcore's connection pool, which is what httpx itself stands on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpcore

from arr_facade._steps import Answer
from arr_facade._wires._failures import broken, not_connected, too_late

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from arr_facade._steps import Send

__all__ = ["HttpcoreWire"]


class HttpcoreWire:
    """
    Threads to one host.

    Args:
        origin: Scheme, host and port.
        timeout: Seconds for connecting, for each read or write, and for a free connection.
        tls: The TLS context.
    """

    def __init__(self, origin: str, *, timeout: float, tls: ssl.SSLContext) -> None:
        self._origin = httpcore.URL(origin)
        self._skip = len(origin)
        self._host = (b"Host", _host_header(self._origin))
        self._extensions = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout)}
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, max_connections=256, max_keepalive_connections=64, keepalive_expiry=30.0
        )

    def send(self, request: Send, headers: Mapping[str, str]) -> Answer:
        """
        The answer, read to its end.
        """
        url = httpcore.URL(
            scheme=self._origin.scheme,
            host=self._origin.host,
            port=self._origin.port,
            target=request.url[self._skip :] or "/",
        )
        fields = [self._host, *((name.encode(), value.encode()) for name, value in headers.items())]
        if request.content is not None or request.method != "GET":
            fields.append((b"Content-Length", b"%d" % len(request.content or b"")))
        raw = httpcore.Request(
            request.method, url, headers=fields, content=request.content, extensions=self._extensions
        )
        try:
            response = self._pool.handle_request(raw)
            try:
                content = response.read()
            finally:
                response.close()
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise not_connected(request, error) from error
        except httpcore.TimeoutException as error:
            raise too_late(request, error) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise broken(request, error) from error
        return Answer.of(response.status, response.headers, content)

    def close(self) -> None:
        """
        Close its connections.
        """
        self._pool.close()


def _host_header(origin: httpcore.URL) -> bytes:
    return origin.host if origin.port is None else b"%s:%d" % (origin.host, origin.port)
