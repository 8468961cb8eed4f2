"""
`AsyncClient`: the service for tasks of asyncio and trio, with the names of `Client`.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self

import anyio

from arr_facade import _calls, _flows, _lease
from arr_facade._background_async import AsyncBackground
from arr_facade._connection import connect
from arr_facade._drive_async import AsyncAlarm, AsyncDriver
from arr_facade._facts import session_of_token
from arr_facade._signals import sigterm_exits_async
from arr_facade._twins import documented_like
from arr_facade._wires import AsyncWires
from arr_facade.client import Client
from arr_facade.durations import parse_duration
from arr_facade.handles import AsyncConversionHandle, AsyncSessionHandle

if TYPE_CHECKING:
    import os
    import ssl
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType

    import httpx

    from arr_facade._auth import TokenCredential, TokenProvider
    from arr_facade._retry import Retry, RetryPolicy
    from arr_facade._secret import Secret
    from arr_facade.clock import Clock
    from arr_facade.durations import DurationLike
    from arr_facade.emulator import Emulator
    from arr_facade.models import (
        AccessToken,
        Conversion,
        ConversionInput,
        ConversionOutput,
        LeaseEvent,
        Session,
        SessionSize,
    )

__all__ = ["AsyncClient"]


@documented_like(Client)
class AsyncClient:
    """
    Azure Remote Rendering for one account, from tasks of asyncio or trio.

    It has the names, arguments and errors of `Client`; what takes time is awaited. Lists are asynchronous iterators and
    blocks are entered with `async with`. One client belongs to one event loop.

    Args:
        account_id: See `Client`, for this and all others.
        account_key: See `Client`.
        account_domain: See `Client`.
        access_token: See `Client`; the function may be async.
        credential: See `Client`; its `get_token` may be async.
        region: See `Client`.
        endpoint: See `Client`.
        sts_endpoint: See `Client`.
        api_version: See `Client`.
        config_file: See `Client`.
        emulator: See `Client`.
        timeout: See `Client`.
        retry: See `Client`.
        on_retry: See `Client`.
        transport: An httpx async transport of your own; closing it stays with you.
        proxy: See `Client`.
        verify: See `Client`.
        clock: See `Client`.

    Raises:
        ConfigurationError: Something is wrong or missing; every problem is named.
    """

    def __init__(
        self,
        *,
        account_id: str | None = None,
        account_key: str | Secret | None = None,
        account_domain: str | None = None,
        access_token: str | Secret | TokenProvider | None = None,
        credential: TokenCredential | TokenProvider | None = None,
        region: str | None = None,
        endpoint: str | None = None,
        sts_endpoint: str | None = None,
        api_version: str | None = None,
        config_file: str | os.PathLike[str] | None = None,
        emulator: Emulator | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
        on_retry: Callable[[Retry], object] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        proxy: str | None = None,
        verify: ssl.SSLContext | bool = True,
        clock: Clock | None = None,
    ) -> None:
        self._connection = connect(
            {
                "account_id": account_id,
                "account_key": account_key,
                "account_domain": account_domain,
                "access_token": access_token,
                "region": region,
                "endpoint": endpoint,
                "sts_endpoint": sts_endpoint,
                "api_version": api_version,
                "timeout": timeout,
            },
            config_file=config_file,
            credential=credential,
            emulator=emulator,
            retry=retry,
            on_retry=on_retry,
            clock=clock,
            lock=anyio.Lock(),
            alarm=AsyncAlarm,
        )
        self._service = self._connection.service
        self._wires = AsyncWires(
            transport or self._connection.emulator_transport(),
            timeout=self._connection.timeout,
            proxy=proxy,
            verify=verify,
        )
        self._driver = AsyncDriver(self._wires.get, clock=self._service.clock, random=self._service.sender.random)
        self._background = AsyncBackground(self._service, self._driver)

    def __repr__(self) -> str:
        return f"<AsyncClient of account {self.account_id} at {self.endpoint}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def endpoint(self) -> str:
        return self._connection.endpoint

    @property
    def sts_endpoint(self) -> str | None:
        return self._connection.sts_endpoint

    @property
    def account_id(self) -> str:
        return str(self._service.account_id)

    @property
    def generated(self) -> Any:
        from arr_facade._generated import attached  # noqa: PLC0415 - only here is httpx needed

        return attached(self._connection, async_driver=self._driver, async_transport=self._wires.httpx_transport)

    async def close(self) -> None:
        with anyio.CancelScope(shield=True):
            await self._background.close()
            await self._wires.close()

    async def token(self) -> AccessToken:
        return await self._driver.run(self._service.tokens.token())

    async def create_session(
        self, session_id: str | None = None, *, size: SessionSize | str = "Standard", lease: DurationLike = "10m"
    ) -> Session:
        return await self._driver.run(_calls.create_session(self._service, session_id, size, lease))

    async def get_session(self, session_id: str) -> Session:
        return await self._driver.run(_calls.get_session(self._service, session_id))

    async def update_lease(self, session_id: str, lease: DurationLike) -> Session:
        return await self._driver.run(_calls.update_lease(self._service, session_id, lease))

    async def stop_session(self, session_id: str, *, confirm: bool = False) -> bool:
        return await self._driver.run(_calls.stop_session(self._service, session_id, confirm=confirm))

    def list_sessions(self) -> AsyncIterator[Session]:
        return self._list("sessions")

    async def start(
        self, session_id: str | None = None, *, size: SessionSize | str = "Standard", lease: DurationLike = "10m"
    ) -> AsyncSessionHandle:
        started = await self._driver.run(_calls.start_session(self._service, session_id, size, lease))
        return self._handle(started, started=True)

    async def open(self, session_id: str) -> AsyncSessionHandle:
        return self._handle(await self.get_session(session_id), started=False)

    async def resume(self, token: str) -> AsyncSessionHandle:
        return await self.open(session_of_token(self._connection, token))

    def session(
        self,
        session_id: str | None = None,
        *,
        size: SessionSize | str = "Standard",
        lease: DurationLike = "10m",
        keep: bool = True,
        limit: DurationLike = "8h",
        ready_timeout: DurationLike = "15m",
        detach: bool = False,
        on_progress: Callable[[Session], object] | None = None,
        on_event: Callable[[LeaseEvent], object] | None = None,
    ) -> AbstractAsyncContextManager[AsyncSessionHandle]:
        policy = _lease.KeepPolicy.of(lease, limit)
        parse_duration(ready_timeout, field="ready_timeout")

        @asynccontextmanager
        async def block() -> AsyncIterator[AsyncSessionHandle]:
            async with sigterm_exits_async():
                handle, ready = await self.start(session_id, size=size, lease=lease), False
                try:
                    await handle.wait_ready(ready_timeout, on_progress=on_progress, stop_on_failure=False)
                    ready = True
                    if keep:
                        handle.keep(policy.ttl, limit=policy.limit, on_event=on_event)
                    yield handle
                except BaseException as error:
                    leaving = handle._leave(error, detach=detach and ready)  # noqa: SLF001 - the handle's own clean-up
                    drive = self._driver.run if isinstance(error, Exception) else self._driver.clean_up
                    with anyio.CancelScope(shield=True):
                        await drive(leaving)
                    raise
                with anyio.CancelScope(shield=True):
                    await self._driver.run(handle._leave(None, detach=detach))  # noqa: SLF001 - its own clean-up

        return block()

    async def create_conversion(
        self, conversion_id: str | None = None, *, source: ConversionInput, target: ConversionOutput
    ) -> Conversion:
        return await self._driver.run(_calls.create_conversion(self._service, conversion_id, source, target))

    async def get_conversion(self, conversion_id: str) -> Conversion:
        return await self._driver.run(_calls.get_conversion(self._service, conversion_id))

    def list_conversions(self) -> AsyncIterator[Conversion]:
        return self._list("conversions")

    async def start_conversion(
        self, conversion_id: str | None = None, *, source: ConversionInput, target: ConversionOutput
    ) -> AsyncConversionHandle:
        created = await self.create_conversion(conversion_id, source=source, target=target)
        return AsyncConversionHandle(self._driver, self._connection, created)

    async def open_conversion(self, conversion_id: str) -> AsyncConversionHandle:
        return AsyncConversionHandle(self._driver, self._connection, await self.get_conversion(conversion_id))

    def _handle(self, session: Session, *, started: bool) -> AsyncSessionHandle:
        return AsyncSessionHandle(self._driver, self._connection, self._background.keeper, session, started=started)

    async def _list(self, name: str) -> AsyncIterator[Any]:
        link: str | None = None
        while True:
            page, link = await self._driver.run(_flows.list_page(self._service, name, link))
            for item in page:
                yield item
            if link is None:
                return
