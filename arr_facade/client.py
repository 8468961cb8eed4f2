"""
`Client`: the service for threads, one line per method. Its twin for tasks is `arr_facade.async_client`.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from arr_facade import _calls, _flows, _lease
from arr_facade._background import SyncBackground
from arr_facade._connection import connect
from arr_facade._drive import SyncDriver
from arr_facade._facts import session_of_token
from arr_facade._signals import sigterm_exits
from arr_facade._wires import SyncWires
from arr_facade.durations import parse_duration
from arr_facade.handles import ConversionHandle, SessionHandle

if TYPE_CHECKING:
    import os
    import ssl
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
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

__all__ = ["Client"]


class Client:
    """
    Azure Remote Rendering for one account, from threads.

    With nothing configured it is the embedded emulator. Arguments win over `ARR_*` environment variables, which win
    over the configuration file. No request is sent until something is asked for. Many threads may use one client.

    Args:
        account_id: The account's UUID. `ARR_ACCOUNT_ID`.
        account_key: Its primary or secondary key. `ARR_ACCOUNT_KEY`.
        account_domain: The account's own domain, region or token service URL. `ARR_ACCOUNT_DOMAIN`.
        access_token: A token, or a function that returns one, instead of a key. `ARR_ACCESS_TOKEN`.
        credential: An object with azure-core's `get_token`, or a function as for `access_token`.
        region: Where sessions run: `"eastus"`, a domain or a URL. `ARR_REGION`.
        endpoint: URL of the rendering service, instead of a region. `ARR_ENDPOINT`.
        sts_endpoint: URL of the token service, instead of a domain. `ARR_STS_ENDPOINT`.
        api_version: `"2021-01-01"` (default) or `"2021-01-01-preview"`. `ARR_API_VERSION`.
        config_file: A TOML file with these names, or an `arrconfig.json` of Microsoft's scripts. `ARR_CONFIG`.
        emulator: An emulator to use instead of all of the above.
        timeout: Seconds for connecting and for each read or write. Default 30. `ARR_TIMEOUT`.
        retry: How single calls are repeated.
        on_retry: Is told of each repetition.
        transport: An httpx transport of your own; closing it stays with you.
        proxy: A proxy's URL. Default: as the environment says.
        verify: A TLS context, True for the system's certificates (default), False to trust anybody.
        clock: Tells the time and sleeps.

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
        transport: httpx.BaseTransport | None = None,
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
            lock=threading.Lock(),
            alarm=threading.Event,
        )
        self._service = self._connection.service
        self._wires = SyncWires(
            transport or self._connection.emulator_transport(),
            timeout=self._connection.timeout,
            proxy=proxy,
            verify=verify,
        )
        self._driver = SyncDriver(self._wires.get, clock=self._service.clock, random=self._service.sender.random)
        self._background = SyncBackground(self._service, self._driver)

    def __repr__(self) -> str:
        return f"<Client of account {self.account_id} at {self.endpoint}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def endpoint(self) -> str:
        """
        URL of the rendering service that this client speaks to.
        """
        return self._connection.endpoint

    @property
    def sts_endpoint(self) -> str | None:
        """
        URL of the token service that this client speaks to, or None where it has its tokens from elsewhere.
        """
        return self._connection.sts_endpoint

    @property
    def account_id(self) -> str:
        """
        The account's id.
        """
        return str(self._service.account_id)

    @property
    def generated(self) -> Any:
        """
        The generated client of the same endpoint with authentication attached, for what the facade does not offer.

        Pass it as `client=` to the functions in `arr_client.<package>.api`. Its answers are the service's own.
        """
        from arr_facade._generated import attached  # noqa: PLC0415 - only here is httpx needed

        return attached(self._connection, sync_driver=self._driver, sync_transport=self._wires.httpx_transport)

    def close(self) -> None:
        """
        Stop keeping leases and close the connections. Sessions that run, run on until their lease ends.

        It may be used again, as for a last stop, and then has connections to be closed again.
        """
        self._background.close()
        self._wires.close()

    def token(self) -> AccessToken:
        """
        The token that requests carry; a new one if need be.

        Raises:
            AuthenticationError: The key or token was not accepted.
            ArrError: See `arr_facade.errors`.
        """
        return self._driver.run(self._service.tokens.token())

    def create_session(
        self, session_id: str | None = None, *, size: SessionSize | str = "Standard", lease: DurationLike = "10m"
    ) -> Session:
        """
        A new session, which begins to start; the present one if there is one with this id, size and lease.

        Args:
            session_id: 1 to 256 of `[A-Za-z0-9_-]`; None makes one up.
            size: `"Standard"`, `"Premium"`, or a size of your account's own.
            lease: Its life in total, counted from Ready: 1 to 1440 minutes, rounded up to whole ones.

        Raises:
            ConfigurationError: An argument is wrong; nothing was sent.
            ConflictError: The id is taken by a session with other settings.
            CapacityError: No server is free.
            ArrError: See `arr_facade.errors`.
        """
        return self._driver.run(_calls.create_session(self._service, session_id, size, lease))

    def get_session(self, session_id: str) -> Session:
        """
        The session as it is now; ended ones are remembered for 30 days (service.md B.1).

        Raises:
            ConfigurationError: The id cannot be one.
            NotFoundError: There is none with this id in this account and region.
            ArrError: See `arr_facade.errors`.
        """
        return self._driver.run(_calls.get_session(self._service, session_id))

    def update_lease(self, session_id: str, lease: DurationLike) -> Session:
        """
        The session with a new lease.

        Args:
            session_id: The session.
            lease: The new total since Ready, at most 1439 minutes; the service accepts only longer than it is.

        Raises:
            ConfigurationError: An argument is wrong; nothing was sent.
            LeaseRejectedError: It is not longer.
            NotFoundError: There is no such session.
            ArrError: See `arr_facade.errors`.
        """
        return self._driver.run(_calls.update_lease(self._service, session_id, lease))

    def stop_session(self, session_id: str, *, confirm: bool = False) -> bool:
        """
        True when the session has been ended, or had ended already; False when there is none. This cannot be undone.

        Args:
            session_id: The session.
            confirm: Read it afterwards, and stop it again while it runs on, as a handle's `stop` does. Default: the
                service's word is taken for it, and one request sent.

        Raises:
            ConfigurationError: The id cannot be one.
            UnexpectedResponseError: It runs on although the service said that it was stopped.
            ArrError: See `arr_facade.errors`; the session may then be running on.
        """
        return self._driver.run(_calls.stop_session(self._service, session_id, confirm=confirm))

    def list_sessions(self) -> Iterator[Session]:
        """
        The sessions that are Starting or Ready, fetched page by page as they are asked for. Ended ones are not listed.

        Raises:
            ArrError: See `arr_facade.errors`.
        """
        return self._list("sessions")

    def start(
        self, session_id: str | None = None, *, size: SessionSize | str = "Standard", lease: DurationLike = "10m"
    ) -> SessionHandle:
        """
        A handle of a new session that begins to start; yours to wait for, to keep and to stop.

        When the outcome of the creation stays unknown, or it is interrupted, the session is stopped.

        Args:
            session_id: 1 to 256 of `[A-Za-z0-9_-]`; None makes one up.
            size: `"Standard"`, `"Premium"`, or a size of your account's own.
            lease: Its life in total, counted from Ready: 1 to 1440 minutes, rounded up to whole ones.

        Raises:
            ConfigurationError: An argument is wrong; nothing was sent.
            ConflictError: The id is taken by a session with other settings.
            CapacityError: No server is free.
            ArrError: See `arr_facade.errors`.
        """
        return self._handle(
            self._driver.run(_calls.start_session(self._service, session_id, size, lease)), started=True
        )

    def open(self, session_id: str) -> SessionHandle:
        """
        A handle of a session that exists.

        Raises:
            ConfigurationError: The id cannot be one.
            NotFoundError: There is none with this id in this account and region.
            ArrError: See `arr_facade.errors`.
        """
        return self._handle(self.get_session(session_id), started=False)

    def resume(self, token: str) -> SessionHandle:
        """
        A handle of the session that a `resume_token` stands for.

        Raises:
            ConfigurationError: It is no such token, or one of another endpoint or account.
            NotFoundError: The session is not known any more.
            ArrError: See `arr_facade.errors`.
        """
        return self.open(session_of_token(self._connection, token))

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
    ) -> AbstractContextManager[SessionHandle]:
        """
        A block with a Ready session inside, which is stopped when the block is left, however it is left.

        That includes exceptions, Ctrl-C and, in the main thread, SIGTERM. A process that is killed outright leaves the
        session to its lease, which is why that is short and renewed inside.

        Args:
            session_id: 1 to 256 of `[A-Za-z0-9_-]`; None makes one up.
            size: `"Standard"`, `"Premium"`, or a size of your account's own.
            lease: The lease to start with and, if kept, to renew by: 1 to 1440 minutes.
            keep: Renew the lease while inside.
            limit: Total time since Ready beyond which it is not renewed; at most 1439 minutes.
            ready_timeout: For becoming Ready.
            detach: Leave the session running at the end of the block, unless it never became Ready.
            on_progress: Is called with each state seen while waiting.
            on_event: Is told of each `LeaseEvent`.

        Raises:
            ConfigurationError: An argument is wrong; nothing was sent.
            EndedError: It ended instead of becoming Ready.
            WaitTimeoutError: It was not Ready in time, and has been stopped.
            LeaseLostError: At the end of the block: it ended although it was kept.
            ArrError: See `arr_facade.errors`.
        """
        policy = _lease.KeepPolicy.of(lease, limit)
        parse_duration(ready_timeout, field="ready_timeout")

        @contextmanager
        def block() -> Iterator[SessionHandle]:
            with sigterm_exits():
                handle, ready = self.start(session_id, size=size, lease=lease), False
                try:
                    handle.wait_ready(ready_timeout, on_progress=on_progress, stop_on_failure=False)
                    ready = True
                    if keep:
                        handle.keep(policy.ttl, limit=policy.limit, on_event=on_event)
                    yield handle
                except BaseException as error:
                    leaving = handle._leave(error, detach=detach and ready)  # noqa: SLF001 - the handle's own clean-up
                    drive = self._driver.run if isinstance(error, Exception) else self._driver.clean_up
                    drive(leaving)
                    raise
                self._driver.run(handle._leave(None, detach=detach))  # noqa: SLF001 - the handle's own clean-up

        return block()

    def create_conversion(
        self, conversion_id: str | None = None, *, source: ConversionInput, target: ConversionOutput
    ) -> Conversion:
        """
        A new conversion, which begins by itself; the present one if there is one with this id and settings.

        Args:
            conversion_id: 1 to 256 of `[A-Za-z0-9_-]`; None makes one up.
            source: The asset.
            target: Where the result goes.

        Raises:
            ConfigurationError: The id cannot be one.
            BadRequestError: The service refused the settings; `details` say which.
            ForbiddenError: The storage is neither linked nor given with SAS, or the identity may not convert.
            ConflictError: The id is taken by a conversion with other settings.
            ArrError: See `arr_facade.errors`.
        """
        return self._driver.run(_calls.create_conversion(self._service, conversion_id, source, target))

    def get_conversion(self, conversion_id: str) -> Conversion:
        """
        The conversion as it is now.

        Raises:
            ConfigurationError: The id cannot be one.
            NotFoundError: There is none with this id in this account and region.
            ArrError: See `arr_facade.errors`.
        """
        return self._driver.run(_calls.get_conversion(self._service, conversion_id))

    def list_conversions(self) -> Iterator[Conversion]:
        """
        The conversions of the account, oldest first, fetched page by page as they are asked for.

        Raises:
            ArrError: See `arr_facade.errors`.
        """
        return self._list("conversions")

    def start_conversion(
        self, conversion_id: str | None = None, *, source: ConversionInput, target: ConversionOutput
    ) -> ConversionHandle:
        """
        A handle of a new conversion; arguments and errors are those of `create_conversion`.
        """
        created = self.create_conversion(conversion_id, source=source, target=target)
        return ConversionHandle(self._driver, self._connection, created)

    def open_conversion(self, conversion_id: str) -> ConversionHandle:
        """
        A handle of a conversion that exists; errors are those of `get_conversion`.
        """
        return ConversionHandle(self._driver, self._connection, self.get_conversion(conversion_id))

    def _handle(self, session: Session, *, started: bool) -> SessionHandle:
        return SessionHandle(self._driver, self._connection, self._background.keeper, session, started=started)

    def _list(self, name: str) -> Iterator[Any]:
        link: str | None = None
        while True:
            page, link = self._driver.run(_flows.list_page(self._service, name, link))
            yield from page
            if link is None:
                return
