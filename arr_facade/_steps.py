"""
The vocabulary between flows and drivers.

A flow is a generator that decides; it yields steps and is sent their results. A driver performs them, once with threads
and once with tasks. A step that fails has its exception thrown into the flow, which may catch it and go on.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Protocol, TypeAlias, TypeVar

import attrs

from arr_facade._version import __version__

__all__ = ["HEADERS", "Acquire", "Alarm", "Answer", "Call", "Flow", "Lock", "Rest", "Send", "Sleep", "Step"]


HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": f"arr-facade/{__version__}"}
"""On every request. The service was never seen to compress (service.md D), and small answers need none of it."""


@attrs.define
class Send:
    """
    Send a request; the result is an `Answer`. Fails with a `TransportError`.

    Attributes:
        operation: What is being done, in words for errors and logs.
        method: The HTTP method.
        url: The whole URL.
        content: The JSON body, or None.
        authorization: The header's value, or None for none.
        urgent: It does not wait for its turn among the client's calls.
    """

    operation: str
    method: str
    url: str
    # Neither is shown: there are keys, tokens and signatures in them.
    content: bytes | None = attrs.field(default=None, repr=False)
    authorization: str | None = attrs.field(default=None, repr=False)
    urgent: bool = False


@attrs.define
class Answer:
    """
    What came back, whatever carried it. The generated parsers take it for the httpx response they expect.

    Attributes:
        status_code: The HTTP status.
        content: The body, read to its end.
        ms_cv: The header MS-CV.
        retry_after: The header Retry-After.
        challenge: The header WWW-Authenticate.
        asked_at: When it was asked for, on the monotonic clock.
    """

    status_code: int
    content: bytes = attrs.field(repr=False)  # a token may be in it
    ms_cv: str | None
    retry_after: str | None
    challenge: str | None
    asked_at: float = 0.0

    @classmethod
    def of(cls, status: int, content: bytes, header: Callable[[str], str | None]) -> Answer:
        """
        An answer from a library's own parts; `header` gives a header by its name.
        """
        return cls(status, content, header("MS-CV"), header("Retry-After"), header("WWW-Authenticate"))

    def json(self) -> Any:
        """
        The decoded body.

        Raises:
            ValueError: It is not JSON.
            RecursionError: It is nested too deeply.
        """
        return json.loads(self.content)


@attrs.frozen
class Sleep:
    """
    Do nothing for some seconds of the clock.
    """

    seconds: float


@attrs.frozen
class Rest:
    """
    Wait for an alarm, for some seconds or for ever; the result is True when it rang.

    Unlike a sleep it does not pass the time of a clock that stands still: somebody else does.
    """

    seconds: float | None
    alarm: Alarm


@attrs.frozen
class Acquire:
    """
    Take a lock, which the flow itself releases.
    """

    lock: Lock


@attrs.frozen
class Call:
    """
    Call a function of the user's; the result is what it returns or, for an awaitable, what that yields.

    Attributes:
        function: What to call.
        field: What the user calls it, for an error.
        blocking: It may do I/O, so tasks should not wait for it.
    """

    function: Callable[[], Any]
    field: str
    blocking: bool = False


class Alarm(Protocol):
    """
    Rings for one flow, from any other.
    """

    def set(self) -> None:
        """
        Ring.
        """
        ...


class Lock(Protocol):
    """
    A `threading.Lock` or an `anyio.Lock`, by what both have in common.
    """

    def acquire(self) -> bool | Awaitable[None]:
        """
        Take it, waiting for it if need be.
        """
        ...

    def release(self) -> None:
        """
        Give it back.
        """
        ...


Step: TypeAlias = Send | Sleep | Rest | Acquire | Call

T = TypeVar("T")

Flow: TypeAlias = Generator[Step, Any, T]
