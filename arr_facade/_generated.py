"""
The way out: the generated client of the same endpoint, with the facade's token attached.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from arr_facade._auth import TokenCache
    from arr_facade._connection import Connection
    from arr_facade._drive import SyncDriver
    from arr_facade._drive_async import AsyncDriver

__all__ = ["TokenAuth", "attached"]


class TokenAuth(httpx.Auth):
    """
    The token cache as httpx wants it: it adds the header, and on a 401 once a new one.
    """

    def __init__(self, tokens: TokenCache, sync_driver: SyncDriver | None, async_driver: AsyncDriver | None) -> None:
        self._tokens = tokens
        self._sync_driver = sync_driver
        self._async_driver = async_driver

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """
        For the generated `sync` functions.
        """
        if self._sync_driver is None:
            raise TypeError(
                "an AsyncClient's generated client is for the asyncio functions; use a Client for sync ones"
            )
        header = self._sync_driver.run(self._tokens.header())
        request.headers["Authorization"] = header
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._tokens.refuse(header)
            request.headers["Authorization"] = self._sync_driver.run(self._tokens.header())
            yield request

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """
        For the generated `asyncio` functions.
        """
        if self._async_driver is None:
            raise TypeError(
                "a Client's generated client is for the sync functions; use an AsyncClient for asyncio ones"
            )
        header = await self._async_driver.run(self._tokens.header())
        request.headers["Authorization"] = header
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._tokens.refuse(header)
            request.headers["Authorization"] = await self._async_driver.run(self._tokens.header())
            yield request


def attached(
    connection: Connection,
    *,
    sync_driver: SyncDriver | None = None,
    sync_transport: Callable[[str], httpx.BaseTransport] | None = None,
    async_driver: AsyncDriver | None = None,
    async_transport: Callable[[str], httpx.AsyncBaseTransport] | None = None,
) -> Any:
    """
    A generated client for the connection's API version.

    It shares the facade's transports, so closing it is the facade's business.
    """
    service = connection.service
    auth = TokenAuth(service.tokens, sync_driver, async_driver)
    client = import_module(service.api.package).Client(base_url=connection.endpoint)
    # Both are set, or the generated client would make the other one itself, without the token. It never gets as far as
    # its transport, because TokenAuth refuses.
    client.set_httpx_client(
        httpx.Client(
            base_url=connection.endpoint,
            auth=auth,
            timeout=connection.timeout,
            transport=sync_transport(connection.endpoint) if sync_transport else httpx.BaseTransport(),
        )
    )
    client.set_async_httpx_client(
        httpx.AsyncClient(
            base_url=connection.endpoint,
            auth=auth,
            timeout=connection.timeout,
            transport=async_transport(connection.endpoint) if async_transport else httpx.AsyncBaseTransport(),
        )
    )
    return client
