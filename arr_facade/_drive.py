"""
The one door to network and clock, for threads: flows are driven here. Its twin for tasks is `_drive_async`.

The two differ in `await` and in how a cancelled flow gets to clean up.
"""

from __future__ import annotations

import inspect
import logging
import threading
from base64 import b64encode
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from arr_facade import _answers
from arr_facade._steps import Acquire, Call, Rest, Send, Sleep
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from arr_facade._steps import Answer, Flow, Step
    from arr_facade._wires import Wire
    from arr_facade.clock import Clock

__all__ = ["CLEAN_UP", "Driver", "SyncDriver"]

T = TypeVar("T")

logger = logging.getLogger("arr_facade.http")

CLEAN_UP = 15.0
"""Seconds that a flow may take to stop what it started, once Ctrl-C or a cancellation has ended it."""


class Driver:
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


class SyncDriver(Driver):
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
                except Exception as error:  # noqa: BLE001 - the flow decides
                    step = flow.throw(error)
                else:
                    step = flow.send(result)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        except BaseException as interrupt:
            # Ctrl-C may come between any two lines here as well; what the flow itself raises has ended it.
            if inspect.getgeneratorstate(flow) == inspect.GEN_SUSPENDED:
                self.clean_up(flow, interrupt)
            raise

    def clean_up(self, flow: Flow[object], interrupt: BaseException | None = None) -> None:
        """
        Let a flow do what is left after Ctrl-C, for `CLEAN_UP` seconds; a request on its way is not cut short.

        Args:
            flow: An interrupted flow, or a new one.
            interrupt: What interrupted it.
        """
        deadline = self.clock.monotonic() + CLEAN_UP
        with suppress(StopIteration):
            step = flow.send(None) if interrupt is None else flow.throw(interrupt)
            while self.clock.monotonic() < deadline:
                try:
                    result = self._perform(step)
                except BaseException as error:  # noqa: BLE001 - as above
                    step = flow.throw(error)
                else:
                    step = flow.send(result)
            flow.close()

    def _perform(self, step: Step) -> Any:
        match step:
            case Send():
                return self._send(step)
            case Sleep():
                return self.clock.sleep(step.seconds)
            case Acquire():
                return step.lock.acquire()
            case Call():
                return _not_awaitable(step.function(), step.field)
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


def _not_awaitable(result: Any, field: str) -> Any:
    if inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()
        raise ConfigurationError(
            field,
            type(result).__name__,
            "is what it returned, and a Client cannot await it",
            advice="give it a sync function or credential, or use AsyncClient.",
        )
    return result
