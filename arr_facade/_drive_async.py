"""
The one door to network and clock, for tasks of asyncio and trio: flows are driven here. Its twin is `_drive`.
"""

from __future__ import annotations

import inspect
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import anyio.to_thread

from arr_facade._drive import CLEAN_UP, Driver, logger
from arr_facade._steps import Acquire, Call, Rest, Send, Sleep

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from arr_facade._steps import Answer, Flow, Step
    from arr_facade._wires import AsyncWire
    from arr_facade.clock import Clock

__all__ = ["AsyncAlarm", "AsyncDriver"]

T = TypeVar("T")


class AsyncDriver(Driver):
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
                else:
                    step = flow.send(result)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        except GeneratorExit:
            # Nobody is there any more to wait for a clean-up.
            flow.close()
            raise
        except BaseException as cancelled:
            if inspect.getgeneratorstate(flow) == inspect.GEN_SUSPENDED:
                await self.clean_up(flow, cancelled)
            raise

    async def clean_up(self, flow: Flow[object], cancelled: BaseException | None = None) -> None:
        """
        Let a flow do what is left after a cancellation, for `CLEAN_UP` real seconds, out of reach of that cancellation.

        Args:
            flow: A cancelled flow, or a new one.
            cancelled: What cancelled it.
        """
        with anyio.CancelScope(shield=True, deadline=anyio.current_time() + CLEAN_UP), suppress(StopIteration):
            step = flow.send(None) if cancelled is None else flow.throw(cancelled)
            while True:
                try:
                    result = await self._perform(step)
                except BaseException as error:  # noqa: BLE001 - as above
                    step = flow.throw(error)
                else:
                    step = flow.send(result)

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


async def _awaited(call: Call) -> Any:
    if call.blocking:
        # In a tuple, for trio takes a coroutine that comes back from a thread for a mistake.
        (result,) = await anyio.to_thread.run_sync(lambda: (call.function(),))
    else:
        result = call.function()
    return await result if inspect.isawaitable(result) else result
