"""
The one door to network and clock: flows are driven here, once with threads and once with tasks.

The two drivers differ in `await` and in how they shield the clean-up of a cancelled flow.
"""

from __future__ import annotations

import base64
import inspect
import logging
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import httpx

from arr_facade import _answers
from arr_facade._steps import Acquire, Call, Rest, Send, Sleep
from arr_facade.errors import (
    ConfigurationError,
    ConnectError,
    RequestTimeoutError,
    TransportError,
    UnexpectedResponseError,
)

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator
    from random import Random

    from arr_facade._steps import Flow, Step
    from arr_facade.clock import Clock

__all__ = ["AsyncDriver", "SyncDriver", "Wake"]

T = TypeVar("T")

logger = logging.getLogger("arr_facade.http")

# What a cancelled flow may take, in real seconds, to stop what it started.
_CLEAN_UP = 15.0

_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": "arr-facade"}


class _Driver:
    """
    What both drivers know: how a step becomes a request, and how httpx's errors become ours.
    """

    def __init__(self, clock: Clock, random: Random, timeout: float) -> None:
        self.clock = clock
        self._random = random
        self._extensions = {"timeout": httpx.Timeout(timeout).as_dict()}

    def _request(self, send: Send) -> httpx.Request:
        headers = {**_HEADERS, "X-MRC-CV": self._correlation_vector()}
        if send.authorization is not None:
            headers["Authorization"] = send.authorization
        if send.content is not None:
            headers["Content-Type"] = "application/json"
        return httpx.Request(send.method, send.url, headers=headers, content=send.content, extensions=self._extensions)

    def _correlation_vector(self) -> str:
        # 22 characters of base64, new for each request, as the SDKs send it (service.md A.4).
        return base64.b64encode(self._random.randbytes(16)).decode().rstrip("=")

    def _log(self, send: Send, response: httpx.Response, started: float) -> None:
        if logger.isEnabledFor(logging.DEBUG):
            took = (self.clock.monotonic() - started) * 1000
            logger.debug(
                "%s: %s %s -> %d in %.0f ms, MS-CV %s",
                send.operation,
                send.method,
                urlsplit(send.url).path,
                response.status_code,
                took,
                _answers.ms_cv(response),
            )


class SyncDriver(_Driver):
    """
    Drives flows in the calling thread.

    Args:
        transport: Gives the transport for a URL.
        clock: Measures and sleeps.
        random: Makes correlation vectors.
        timeout: Seconds for connecting and for each read or write.
    """

    def __init__(
        self, transport: Callable[[str], httpx.BaseTransport], *, clock: Clock, random: Random, timeout: float
    ) -> None:
        super().__init__(clock, random, timeout)
        self._transport = transport

    def run(self, flow: Flow[T], wake: threading.Event | None = None) -> T:
        """
        What the flow returns; whatever it raises passes through.

        Args:
            flow: What to do.
            wake: Ends a rest of the flow early; for flows in the background.
        """
        try:
            step = flow.send(None)
            while True:
                try:
                    result = self._perform(step, wake)
                except BaseException as error:  # noqa: BLE001 - the flow decides, also about Ctrl-C, which it cleans up after
                    step = flow.throw(error)
                else:
                    step = flow.send(result)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]

    def _perform(self, step: Step, wake: threading.Event | None) -> Any:
        match step:
            case Send():
                return self._send(step)
            case Sleep():
                return self.clock.sleep(step.seconds)
            case Acquire():
                return step.lock.acquire()
            case Call():
                return _not_awaitable(step.function())
            case Rest():
                assert wake is not None
                woken = self.clock.wait(wake, step.seconds)
                wake.clear()
                return woken

    def _send(self, send: Send) -> httpx.Response:
        started = self.clock.monotonic()
        with _translated(send):
            response = self._transport(send.url).handle_request(self._request(send))
            try:
                response.read()
            finally:
                response.close()
        self._log(send, response, started)
        return response


class AsyncDriver(_Driver):
    """
    Drives flows in the calling task, under asyncio or trio.

    Args:
        transport: Gives the transport for a URL.
        clock: Measures and sleeps.
        random: Makes correlation vectors.
        timeout: Seconds for connecting and for each read or write.
    """

    def __init__(
        self, transport: Callable[[str], httpx.AsyncBaseTransport], *, clock: Clock, random: Random, timeout: float
    ) -> None:
        super().__init__(clock, random, timeout)
        self._transport = transport

    async def run(self, flow: Flow[T], wake: Wake | None = None) -> T:
        """
        What the flow returns; whatever it raises passes through.

        Args:
            flow: What to do.
            wake: Ends a rest of the flow early; for flows in the background.
        """
        try:
            step = flow.send(None)
            while True:
                try:
                    result = await self._perform(step, wake)
                except Exception as error:  # noqa: BLE001 - the flow decides
                    step = flow.throw(error)
                except BaseException as cancelled:  # noqa: BLE001 - the flow cleans up and raises it again
                    return await self._clean_up(flow, cancelled)
                else:
                    step = flow.send(result)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]

    async def _clean_up(self, flow: Flow[T], cancelled: BaseException) -> T:
        """
        Let a cancelled flow finish its clean-up, for a while, out of reach of the cancellation.
        """
        with anyio.CancelScope(shield=True, deadline=anyio.current_time() + _CLEAN_UP), suppress(StopIteration):
            step = flow.throw(cancelled)
            while True:
                try:
                    result = await self._perform(step, None)
                except BaseException as error:  # noqa: BLE001 - as above
                    step = flow.throw(error)
                else:
                    step = flow.send(result)
        raise cancelled

    async def _perform(self, step: Step, wake: Wake | None) -> Any:
        match step:
            case Send():
                return await self._send(step)
            case Sleep():
                return await self.clock.sleep_async(step.seconds)
            case Acquire():
                return await step.lock.acquire()  # type: ignore[misc]
            case Call():
                return await _awaited(step)
            case Rest():
                assert wake is not None
                return await wake.rest(self.clock, step.seconds)

    async def _send(self, send: Send) -> httpx.Response:
        started = self.clock.monotonic()
        with _translated(send):
            response = await self._transport(send.url).handle_async_request(self._request(send))
            try:
                await response.aread()
            finally:
                await response.aclose()
        self._log(send, response, started)
        return response


class Wake:
    """
    An alarm that can ring again, for a task.
    """

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        self._event.set()

    async def rest(self, clock: Clock, seconds: float | None) -> bool:
        woken = await clock.wait_async(self._event, seconds)
        if woken:
            self._event = anyio.Event()
        return woken


@contextmanager
def _translated(send: Send) -> Iterator[None]:
    host = urlsplit(send.url).netloc
    try:
        yield
    except httpx.TimeoutException as error:
        kind = ConnectError if isinstance(error, httpx.ConnectTimeout) else RequestTimeoutError
        raise kind(_said(error, "no answer in time"), operation=send.operation, host=host) from error
    except (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
        raise ConnectError(_said(error, "no connection"), operation=send.operation, host=host) from error
    except httpx.DecodingError as error:
        raise UnexpectedResponseError(
            operation=send.operation, status=200, reason=_said(error, "undecodable")
        ) from error
    except (httpx.TransportError, OSError) as error:
        raise TransportError(_said(error, "the connection broke"), operation=send.operation, host=host) from error


def _said(error: Exception, otherwise: str) -> str:
    return str(error) or f"{otherwise} ({type(error).__name__})"


def _not_awaitable(result: Any) -> Any:
    if inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()
        raise ConfigurationError(
            "credential",
            type(result).__name__,
            "is awaitable, and a Client cannot await",
            advice="give it a sync function or credential, or use AsyncClient.",
        )
    return result


async def _awaited(call: Call) -> Any:
    result = await anyio.to_thread.run_sync(call.function) if call.blocking else call.function()
    return await result if inspect.isawaitable(result) else result
