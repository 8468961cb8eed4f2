"""
The one door to network and clock: flows are driven here, once with threads and once with tasks.

The two drivers differ in `await` and in how they shield the clean-up of a cancelled flow.
"""

from __future__ import annotations

import inspect
import logging
import threading
from base64 import b64encode
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import anyio
import anyio.to_thread

from arr_facade import _answers
from arr_facade._steps import Acquire, Call, Rest, Send, Sleep
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from arr_facade._steps import Answer, Flow, Step
    from arr_facade._wires import AsyncWire, Wire
    from arr_facade.clock import Clock

__all__ = ["AsyncAlarm", "AsyncDriver", "SyncDriver"]

T = TypeVar("T")

logger = logging.getLogger("arr_facade.http")

# What a cancelled flow may take, in real seconds, to stop what it started.
_CLEAN_UP = 15.0


class _Driver:
    """
    What both drivers know: which headers are new with each request, and what is logged of the answer.
    """

    def __init__(self, clock: Clock, random: Random) -> None:
        self.clock = clock
        self._random = random

    def _headers(self, send: Send) -> dict[str, str]:
        headers = {"X-MRC-CV": self._correlation_vector()}
        if send.authorization is not None:
            headers["Authorization"] = send.authorization
        if send.content is not None:
            headers["Content-Type"] = "application/json"
        return headers

    def _correlation_vector(self) -> str:
        # 22 characters of base64, new for each request, as the SDKs send it (service.md A.4).
        return b64encode(self._random.randbytes(16))[:22].decode()

    def _log(self, send: Send, answer: Answer, started: float) -> None:
        logger.debug(
            "%s: %s %s -> %d in %.0f ms, MS-CV %s",
            send.operation,
            send.method,
            urlsplit(send.url).path,
            answer.status_code,
            (self.clock.monotonic() - started) * 1000,
            _answers.ms_cv(answer),
        )


class SyncDriver(_Driver):
    """
    Drives flows in the calling thread.

    Args:
        wire: Gives what carries a request to a URL.
        clock: Measures and sleeps.
        random: Makes correlation vectors.
    """

    def __init__(self, wire: Callable[[str], Wire], *, clock: Clock, random: Random) -> None:
        super().__init__(clock, random)
        self._wire = wire

    def run(self, flow: Flow[T]) -> T:
        """
        What the flow returns; whatever it raises passes through.
        """
        try:
            step = flow.send(None)
            while True:
                try:
                    result = self._perform(step)
                except BaseException as error:  # noqa: BLE001 - the flow decides, also about Ctrl-C, which it cleans up after
                    step = flow.throw(error)
                else:
                    step = flow.send(result)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]

    def _perform(self, step: Step) -> Any:
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
                assert isinstance(step.alarm, threading.Event)
                rang = self.clock.wait(step.alarm, step.seconds)
                step.alarm.clear()
                return rang

    def _send(self, send: Send) -> Answer:
        started = self.clock.monotonic()
        answer = self._wire(send.url).send(send, self._headers(send))
        if logger.isEnabledFor(logging.DEBUG):
            self._log(send, answer, started)
        return answer


class AsyncDriver(_Driver):
    """
    Drives flows in the calling task, under asyncio or trio.

    Args:
        wire: Gives what carries a request to a URL.
        clock: Measures and sleeps.
        random: Makes correlation vectors.
    """

    def __init__(self, wire: Callable[[str], AsyncWire], *, clock: Clock, random: Random) -> None:
        super().__init__(clock, random)
        self._wire = wire

    async def run(self, flow: Flow[T]) -> T:
        """
        What the flow returns; whatever it raises passes through.
        """
        try:
            step = flow.send(None)
            while True:
                try:
                    result = await self._perform(step)
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
                    result = await self._perform(step)
                except BaseException as error:  # noqa: BLE001 - as above
                    step = flow.throw(error)
                else:
                    step = flow.send(result)
        raise cancelled

    async def _perform(self, step: Step) -> Any:
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
                assert isinstance(step.alarm, AsyncAlarm)
                return await step.alarm.rest(self.clock, step.seconds)

    async def _send(self, send: Send) -> Answer:
        started = self.clock.monotonic()
        answer = await self._wire(send.url).send(send, self._headers(send))
        if logger.isEnabledFor(logging.DEBUG):
            self._log(send, answer, started)
        return answer


class AsyncAlarm:
    """
    An alarm for a task that can ring again, as `threading.Event` can for a thread.
    """

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """
        Ring.
        """
        self._event.set()

    async def rest(self, clock: Clock, seconds: float | None) -> bool:
        """
        True when it rang within `seconds`; afterwards it is silent.
        """
        rang = await clock.wait_async(self._event, seconds)
        if rang:
            self._event = anyio.Event()
        return rang


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
