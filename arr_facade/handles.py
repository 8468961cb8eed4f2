"""
Handles: one session or conversion to work with, sync and async side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arr_facade._facts import ConversionFacts, SessionFacts
from arr_facade._twins import documented_like

if TYPE_CHECKING:
    from collections.abc import Callable

    from arr_facade._connection import Connection
    from arr_facade._drive import SyncDriver
    from arr_facade._drive_async import AsyncDriver
    from arr_facade._keeper import Keeper
    from arr_facade.durations import DurationLike
    from arr_facade.models import Conversion, ReadySession, Session

__all__ = ["AsyncConversionHandle", "AsyncSessionHandle", "ConversionHandle", "SessionHandle"]


class SessionHandle(SessionFacts):
    """
    One session: what is known of it, and what can be done with it. Clients make these.
    """

    def __init__(
        self, driver: SyncDriver, connection: Connection, keeper: Keeper, session: Session, *, started: bool
    ) -> None:
        super().__init__(connection, keeper, session, started=started)
        self._driver = driver

    def refresh(self) -> Session:
        """
        The session as it is now.

        Raises:
            NotFoundError: The service does not know it.
            ArrError: See `arr_facade.errors`.
        """
        return self._driver.run(self._refresh())

    def wait_ready(
        self,
        timeout: DurationLike = "15m",
        *,
        on_progress: Callable[[Session], object] | None = None,
        stop_on_failure: bool | None = None,
    ) -> ReadySession:
        """
        The session once it is Ready.

        It is looked at every 2 s for Standard and every 10 s for other sizes, or as Retry-After asks; throttling,
        server errors and broken connections are waited out.

        Args:
            timeout: For the whole wait. Default 15 minutes.
            on_progress: Is called with each state seen.
            stop_on_failure: Stop the session when the wait fails, times out or is interrupted. Default: only if this
                handle started it.

        Raises:
            SessionFailedError: It ended as Error; a `CapacityError` if there was no server.
            SessionExpiredError: It expired.
            SessionStoppedError: It was stopped.
            WaitTimeoutError: The timeout passed first.
            ArrError: See `arr_facade.errors`.
        """
        return self._driver.run(self._wait_ready(timeout, on_progress, stop_on_failure))

    def extend(
        self,
        *,
        by: DurationLike | None = None,
        to: DurationLike | None = None,
        at_least: DurationLike | None = None,
    ) -> Session:
        """
        The session with a longer lease. Give exactly one of the three; all are rounded up to whole minutes.

        Args:
            by: This much longer than the present lease.
            to: This long in total since Ready.
            at_least: So long that this much remains; nothing is sent if it does already.

        Raises:
            ConfigurationError: None or several are given, or the lease would shrink or pass 1439 minutes.
            LeaseRejectedError: The service refused.
            ArrError: See `arr_facade.errors`.
        """
        return self._driver.run(self._extend(by, to, at_least))

    def stop(self) -> None:
        """
        End the session and its billing; nothing happens if it has ended already. This cannot be undone.

        It is read afterwards, and stopped again if it runs on.

        Raises:
            UnexpectedResponseError: It runs on although the service said that it was stopped.
            ArrError: See `arr_facade.errors`; the session may then be running on.
        """
        self._driver.run(self._stop())


@documented_like(SessionHandle)
class AsyncSessionHandle(SessionFacts):
    """
    One session: what is known of it, and what can be done with it. Async clients make these.
    """

    def __init__(
        self, driver: AsyncDriver, connection: Connection, keeper: Keeper, session: Session, *, started: bool
    ) -> None:
        super().__init__(connection, keeper, session, started=started)
        self._driver = driver

    async def refresh(self) -> Session:
        return await self._driver.run(self._refresh())

    async def wait_ready(
        self,
        timeout: DurationLike = "15m",  # noqa: ASYNC109 - of the whole wait, not of a single await
        *,
        on_progress: Callable[[Session], object] | None = None,
        stop_on_failure: bool | None = None,
    ) -> ReadySession:
        return await self._driver.run(self._wait_ready(timeout, on_progress, stop_on_failure))

    async def extend(
        self,
        *,
        by: DurationLike | None = None,
        to: DurationLike | None = None,
        at_least: DurationLike | None = None,
    ) -> Session:
        return await self._driver.run(self._extend(by, to, at_least))

    async def stop(self) -> None:
        await self._driver.run(self._stop())


class ConversionHandle(ConversionFacts):
    """
    One conversion: what is known of it, and waiting for its end. Clients make these.
    """

    def __init__(self, driver: SyncDriver, connection: Connection, conversion: Conversion) -> None:
        super().__init__(connection, conversion)
        self._driver = driver

    def refresh(self) -> Conversion:
        """
        The conversion as it is now.

        Raises:
            NotFoundError: The service does not know it.
            ArrError: See `arr_facade.errors`.
        """
        return self._driver.run(self._refresh())

    def wait(
        self, timeout: DurationLike = "2h", *, on_progress: Callable[[Conversion], object] | None = None
    ) -> Conversion:
        """
        The conversion once it has Succeeded; looked at every 10 s, or as Retry-After asks.

        Args:
            timeout: For the whole wait. Default 2 hours.
            on_progress: Is called with each state seen.

        Raises:
            ConversionFailedError: It ended as Failed.
            ConversionCancelledError: It ended as Cancelled.
            WaitTimeoutError: The timeout passed first; the conversion goes on.
            ArrError: See `arr_facade.errors`.
        """
        return self._driver.run(self._wait(timeout, on_progress))


@documented_like(ConversionHandle)
class AsyncConversionHandle(ConversionFacts):
    """
    One conversion: what is known of it, and waiting for its end. Async clients make these.
    """

    def __init__(self, driver: AsyncDriver, connection: Connection, conversion: Conversion) -> None:
        super().__init__(connection, conversion)
        self._driver = driver

    async def refresh(self) -> Conversion:
        return await self._driver.run(self._refresh())

    async def wait(
        self,
        timeout: DurationLike = "2h",  # noqa: ASYNC109 - of the whole wait, not of a single await
        *,
        on_progress: Callable[[Conversion], object] | None = None,
    ) -> Conversion:
        return await self._driver.run(self._wait(timeout, on_progress))
