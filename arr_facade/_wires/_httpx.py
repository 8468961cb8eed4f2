"""
The wire through an httpx transport: the user's own, proxies, and tasks of trio.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import httpx

from arr_facade._steps import HEADERS, Answer
from arr_facade._wires._failures import broken, not_connected, too_late

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

    from arr_facade._steps import Send

__all__ = ["AsyncHttpxWire", "HttpxWire", "async_transport", "sync_transport"]

_LIMITS = httpx.Limits(max_connections=256, max_keepalive_connections=64, keepalive_expiry=30.0)


def sync_transport(proxy: str | None, tls: ssl.SSLContext) -> httpx.BaseTransport:
    """
    The transport of httpx for threads.
    """
    return httpx.HTTPTransport(verify=tls, limits=_LIMITS, proxy=proxy, trust_env=False)


def async_transport(proxy: str | None, tls: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    """
    The transport of httpx for tasks.
    """
    return httpx.AsyncHTTPTransport(verify=tls, limits=_LIMITS, proxy=proxy, trust_env=False)


class HttpxWire:
    """
    Threads through an `httpx.BaseTransport`.

    Bodies are taken as they come: nothing compressed is asked for.
    """

    def __init__(self, transport: httpx.BaseTransport, *, timeout: float, own: bool) -> None:
        self._transport = transport
        self._own = own
        self._extensions = {"timeout": httpx.Timeout(timeout).as_dict()}

    def send(self, request: Send, headers: Mapping[str, str]) -> Answer:
        """
        The answer, read to its end.
        """
        with _translated(request):
            response = self._transport.handle_request(_request(request, headers, self._extensions))
            try:
                content = b"".join(cast("httpx.SyncByteStream", response.stream))
            finally:
                response.close()
        return Answer.of(response.status_code, content, response.headers.get)

    def close(self) -> None:
        """
        Close the transport, unless it is the user's.
        """
        if not self._own:
            self._transport.close()


class AsyncHttpxWire:
    """
    Tasks through an `httpx.AsyncBaseTransport`.

    Bodies are taken as they come: nothing compressed is asked for.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, *, timeout: float, own: bool) -> None:
        self._transport = transport
        self._own = own
        self._extensions = {"timeout": httpx.Timeout(timeout).as_dict()}

    async def send(self, request: Send, headers: Mapping[str, str]) -> Answer:
        """
        The answer, read to its end.
        """
        with _translated(request):
            response = await self._transport.handle_async_request(_request(request, headers, self._extensions))
            try:
                content = b"".join([chunk async for chunk in cast("httpx.AsyncByteStream", response.stream)])
            finally:
                await response.aclose()
        return Answer.of(response.status_code, content, response.headers.get)

    async def close(self) -> None:
        """
        Close the transport, unless it is the user's.
        """
        if not self._own:
            await self._transport.aclose()


def _request(send: Send, headers: Mapping[str, str], extensions: dict[str, dict[str, float | None]]) -> httpx.Request:
    return httpx.Request(
        send.method, send.url, headers={**HEADERS, **headers}, content=send.content, extensions=extensions
    )


@contextmanager
def _translated(send: Send) -> Iterator[None]:
    try:
        yield
    except (httpx.ConnectTimeout, httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
        raise not_connected(send, error) from error
    except httpx.TimeoutException as error:
        raise too_late(send, error) from error
    except (httpx.RequestError, OSError) as error:
        raise broken(send, error) from error
