"""
The vocabulary between flows and drivers.

A flow is a generator that decides; it yields steps and is sent their results. A driver performs them, once with threads
and once with tasks. A step that fails has its exception thrown into the flow, which may catch it and go on.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Generator, Iterable
from typing import Any, Protocol, TypeAlias, TypeVar

import attrs

__all__ = ["Acquire", "Answer", "Call", "Flow", "Lock", "Rest", "Send", "Sleep", "Step"]


@attrs.frozen
class Send:
    """
    Send a request; the result is the answer, read to its end. Fails with a `TransportError`.

    Attributes:
        operation: What is being done, in words for errors and logs.
        method: The HTTP method.
        url: The whole URL.
        content: The JSON body, or None.
        authorization: The header's value, or None for none.
    """

    operation: str
    method: str
    url: str
    content: bytes | None = None
    authorization: str | None = None


@attrs.define
class Answer:
    """
    What came back, whatever carried it. The generated parsers take it for the httpx response they expect.

    Attributes:
        status_code: The HTTP status.
        headers: By name in lower case; of a repeated one the last.
        content: The body.
    """

    status_code: int
    headers: dict[str, str]
    content: bytes

    @classmethod
    def of(cls, status: int, headers: Iterable[tuple[bytes, bytes]], content: bytes) -> Answer:
        """
        An answer from a library's own parts.
        """
        fields = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
        return cls(status, fields, content)

    def json(self) -> Any:
        """
        The decoded body.

        Raises:
            ValueError: It is not JSON.
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
    Wait in the background for some seconds, or for ever; the result is True when woken early.
    """

    seconds: float | None


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
        blocking: It may do I/O, so tasks should not wait for it.
    """

    function: Callable[[], Any]
    blocking: bool = False


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
