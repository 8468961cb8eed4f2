"""
The emulator in the place of the network, for a client in the same process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import httpx

from arr_facade.emulator._http import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from arr_facade.emulator._http import Response

__all__ = ["EmulatorTransport"]


class EmulatorTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """
    A transport for `httpx.Client` and `httpx.AsyncClient` that lets `handle` answer every request, whatever its host.

    Closing it does nothing, so that several clients can share one emulator.
    """

    def __init__(self, handle: Callable[[Request], Response]) -> None:
        self._handle = handle

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """
        The emulator's answer.
        """
        request.read()
        return self._answer(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """
        The emulator's answer; it takes a fraction of a millisecond, so nothing is moved to a thread.
        """
        await request.aread()
        return self._answer(request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        response = self._handle(
            Request(
                method=request.method,
                path=url.path,
                query=dict(parse_qsl(url.query.decode("ascii"), keep_blank_values=True)),
                headers={name.lower(): value for name, value in request.headers.items()},
                body=request.content,
                origin=f"{url.scheme}://{url.netloc.decode('ascii')}",
            )
        )
        return httpx.Response(response.status, headers=list(response.headers), content=response.body or None)
