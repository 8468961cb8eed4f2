"""
The log of answered requests.
"""

from __future__ import annotations

import itertools
import logging
from collections import deque
from typing import TYPE_CHECKING

import attrs

from arr_facade.emulator.regions import LOCAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arr_facade.emulator._http import Request, Response
    from arr_facade.emulator.faults import Effect, Fault
    from arr_facade.emulator.routes import Operation

__all__ = ["Call", "CallLog"]

_LENGTH = 1000
_log = logging.getLogger(__name__)


@attrs.frozen
class Call:
    """
    One answered request, without anything secret.

    Attributes:
        operation: The operation's name, such as `"get_session"`; None where there is none.
        method: The verb.
        path: The path without the query.
        status: The status it was answered with; 0 where the connection broke before that.
        ms_cv: The correlation vector of the answer.
        client_cv: The correlation vector the client sent (`X-MRC-CV`), or None.
        region: The region that was called.
        at: The service's time.
        number: Its place among all requests, from 1.
        faults: The effects of the faults it met.
    """

    operation: Operation | None
    method: str
    path: str
    status: int
    ms_cv: str
    client_cv: str | None = None
    region: str = LOCAL
    at: float = 0.0
    number: int = 0
    faults: tuple[Effect, ...] = ()


class CallLog:
    """
    The last 1,000 answered requests; usable from any thread.
    """

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=_LENGTH)
        self._numbers = itertools.count(1)

    def add(
        self,
        request: Request,
        response: Response,
        *,
        operation: Operation | None,
        region: str,
        at: float,
        met: Sequence[Fault],
    ) -> None:
        """
        Log one more.
        """
        call = Call(
            operation=operation,
            method=request.method,
            path=request.path,
            status=0 if response.delivery.dropped else response.status,
            ms_cv=response.header("MS-CV") or "",
            client_cv=request.headers.get("x-mrc-cv"),
            region=region,
            at=at,
            number=next(self._numbers),
            faults=tuple(fault.effect for fault in met),
        )
        self._calls.append(call)
        _log.debug("%s %s: %d, MS-CV %s", call.method, call.path, call.status, call.ms_cv)

    def all(self) -> list[Call]:
        """
        Those there are, oldest first.
        """
        return list(self._calls)

    def clear(self) -> None:
        """
        Forget them; numbers go on.
        """
        self._calls.clear()
