"""
Traffic written to a file, and played from it: for a bug report, and for tests that need no service.

    with RecordingTransport("traffic.jsonl", httpx.HTTPTransport()) as transport: Client(transport=transport)
    Client(transport=ReplayTransport("traffic.jsonl"))

A recording is readable text, one exchange a line, without keys, tokens, shared access signatures and account ids.
`differences` tells where the emulator would have answered otherwise; `arr emulator diff` prints that.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

import httpx

from arr_facade._difference import Difference, differences
from arr_facade._exchanges import MASKED_ACCOUNT, MASKED_TOKEN, Exchange, Mask, read_exchanges
from arr_facade.clock import SystemClock
from arr_facade.errors import ArrError, ConfigurationError

if TYPE_CHECKING:
    import os
    from collections.abc import Collection
    from types import TracebackType
    from typing import Self

    from arr_facade.clock import Clock

__all__ = [
    "MASKED_ACCOUNT",
    "MASKED_TOKEN",
    "Difference",
    "Exchange",
    "RecordingTransport",
    "ReplayError",
    "ReplayTransport",
    "differences",
    "read_exchanges",
]


class ReplayError(ArrError):
    """
    A request that the recording does not have, or not yet.
    """


class RecordingTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """
    A transport that sends by another one and writes each exchange to a file, as it happens.

    An exchange without an answer is not written. Usable from any thread; closing it closes the file and the other one.

    Args:
        path: The file; what was there is replaced.
        inner: What sends: a transport for the kind of client that uses this one, sync or async.
        secrets: Further texts to mask, such as the name of a storage account.
        clock: Measures when each exchange began; None is the machine's clock.

    Raises:
        ConfigurationError: The file cannot be written.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        inner: httpx.BaseTransport | httpx.AsyncBaseTransport,
        *,
        secrets: Collection[str] = (),
        clock: Clock | None = None,
    ) -> None:
        self._inner = inner
        self._mask = Mask(secrets)
        self._clock = SystemClock() if clock is None else clock
        self._began = self._clock.monotonic()
        self._lock = threading.Lock()
        try:
            self._file = open(path, "w", encoding="utf-8", buffering=1)  # noqa: PTH123, SIM115 - any path; close() does
        except OSError as error:
            raise ConfigurationError("recording", path, f"cannot be written: {error}") from error

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """
        The other transport's answer, once it is in the file.
        """
        at = self._clock.monotonic() - self._began
        request.read()
        response = cast("httpx.BaseTransport", self._inner).handle_request(request)
        try:
            response.read()
        finally:
            response.close()
        return self._keep(at, request, response)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """
        The other transport's answer, once it is in the file.
        """
        at = self._clock.monotonic() - self._began
        await request.aread()
        response = await cast("httpx.AsyncBaseTransport", self._inner).handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        return self._keep(at, request, response)

    def _keep(self, at: float, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        with self._lock:
            exchange = self._mask.exchange(
                at=at,
                method=request.method,
                url=str(request.url),
                request_headers=request.headers,
                request_content=request.content,
                status=response.status_code,
                response_headers=response.headers,
                response_content=response.content,
            )
            self._file.write(exchange.line())
        # It has been decoded, so what described its coding is no longer true.
        coding = {"content-encoding", "content-length", "transfer-encoding"}
        headers = [pair for pair in response.headers.multi_items() if pair[0].lower() not in coding]
        return httpx.Response(response.status_code, headers=headers, content=response.content or None)

    def close(self) -> None:
        """
        Close the file and the other transport.
        """
        self._file.close()
        if isinstance(self._inner, httpx.BaseTransport):
            self._inner.close()

    async def aclose(self) -> None:
        """
        Close the file and the other transport.
        """
        self._file.close()
        if isinstance(self._inner, httpx.AsyncBaseTransport):
            await self._inner.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.aclose()


class ReplayTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """
    A transport that answers from a recording, whatever the host and the account.

    Args:
        path: The recording.
        strict: Requests have to come in the recorded order with the recorded bodies. Otherwise each is answered by the
            next unused exchange of the same method, path and query, and when there is none by the last, so that a
            client may poll as often as it likes.
        secrets: What was masked beyond the usual when it was recorded.

    Raises:
        ConfigurationError: The file cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str], *, strict: bool = True, secrets: Collection[str] = ()) -> None:
        self._exchanges = read_exchanges(path)
        self._unused = list(self._exchanges)
        self._strict = strict
        self._mask = Mask(secrets)
        self._lock = threading.Lock()

    @property
    def unused(self) -> list[Exchange]:
        """
        The exchanges that nobody has asked for; empty after a complete replay.
        """
        return list(self._unused)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """
        The recorded answer.

        Raises:
            ReplayError: The recording has none.
        """
        request.read()
        return self._answer(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """
        The recorded answer.

        Raises:
            ReplayError: The recording has none.
        """
        await request.aread()
        return self._answer(request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            asked = self._mask.exchange(
                at=0.0,
                method=request.method,
                url=str(request.url),
                request_headers=request.headers,
                request_content=request.content,
                status=0,
                response_headers={},
                response_content=b"",
            )
            found = self._next(asked) if self._strict else self._matching(asked)
        return httpx.Response(found.status, headers=dict(found.response_headers), content=found.response_content())

    def _next(self, asked: Exchange) -> Exchange:
        if not self._unused:
            raise ReplayError(f"the recording has ended, and {asked.method} {asked.path} was asked")
        expected = self._unused[0]
        if (asked.asked, asked.request_body) != (expected.asked, expected.request_body):
            place = len(self._exchanges) - len(self._unused) + 1
            raise ReplayError(f"exchange {place} is {_shown(expected)}, but {_shown(asked)} was asked")
        return self._unused.pop(0)

    def _matching(self, asked: Exchange) -> Exchange:
        for number, exchange in enumerate(self._unused):
            if exchange.asked == asked.asked:
                return self._unused.pop(number)
        for exchange in reversed(self._exchanges):
            if exchange.asked == asked.asked:
                return exchange
        raise ReplayError(f"the recording has no {asked.method} {asked.path} with the query {asked.query}")


def _shown(exchange: Exchange) -> str:
    return f"{exchange.method} {exchange.path} {exchange.query} {exchange.request_body}"
