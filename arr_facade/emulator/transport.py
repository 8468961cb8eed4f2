"""
The emulator in the place of the network, for a client in the same process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import httpx

from arr_facade.emulator._http import AT_ONCE, Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from arr_facade.clock import Clock
    from arr_facade.emulator._http import Response

__all__ = ["EmulatorTransport"]


class EmulatorTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """
    A transport for `httpx.Client` and `httpx.AsyncClient` that lets `handle` answer every request, whatever its host.

    Faults on the way arrive as they would from a network: a late answer takes its time on the clock, up to the
    request's read timeout, and a broken connection raises `httpx.RemoteProtocolError`. Closing it does nothing, so that
    several clients can share one emulator.
    """

    def __init__(self, handle: Callable[[Request], Response], clock: Clock) -> None:
        self._handle = handle
        self._clock = clock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """
        The emulator's answer.

        Raises:
            httpx.ReadTimeout: It takes longer than the request may.
            httpx.RemoteProtocolError: The connection broke.
        """
        request.read()
        response = self._handle(_read(request))
        if response.delivery is not AT_ONCE and (seconds := _time_on_the_way(request, response)):
            self._clock.sleep(seconds)
        return _arrived(request, response)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """
        The emulator's answer; it takes a fraction of a millisecond, so nothing is moved to a thread.

        Raises:
            httpx.ReadTimeout: As `handle_request`.
            httpx.RemoteProtocolError: As `handle_request`.
        """
        await request.aread()
        response = self._handle(_read(request))
        if response.delivery is not AT_ONCE and (seconds := _time_on_the_way(request, response)):
            await self._clock.sleep_async(seconds)
        return _arrived(request, response)


def _read(request: httpx.Request) -> Request:
    url = request.url
    return Request(
        method=request.method,
        path=url.path,
        query=dict(parse_qsl(url.query.decode("ascii"), keep_blank_values=True)),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.content,
        origin=f"{url.scheme}://{url.netloc.decode('ascii')}",
    )


def _time_on_the_way(request: httpx.Request, response: Response) -> float:
    """
    How long the client waits: for the answer, or until it has waited enough for its head.
    """
    delay, patience = response.delivery.delay, _patience(request)
    return patience if delay > patience else delay + response.delivery.spread


def _patience(request: httpx.Request) -> float:
    seconds: float | None = request.extensions.get("timeout", {}).get("read")
    return float("inf") if seconds is None else seconds


def _arrived(request: httpx.Request, response: Response) -> httpx.Response:
    delivery = response.delivery
    if delivery.delay > _patience(request):
        raise httpx.ReadTimeout("the answer takes longer than the timeout", request=request)
    if delivery.dropped:
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
    if delivery.keep is not None:
        # As h11 says it, word for word, for who looks at the message.
        problem = f"received {delivery.keep} bytes, expected {len(response.body)}"
        raise httpx.RemoteProtocolError(
            f"peer closed connection without sending complete message body ({problem})", request=request
        )
    return httpx.Response(response.status, headers=list(response.headers), content=response.body or None)
