"""
Waiting for many at once: the waiters of a client share what each of them sees.

Whoever waits has a flow of its own, with its own deadline and listener. One of them *leads*: it looks for all whose
turn has come, by single reads or, where that is fewer requests, by listing; the others rest until there is news. When
the leader has what it waited for, another takes over. So a thousand waiters cost one poll, and no thread or task of
ours.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

from arr_facade import _answers, _flows, _waits
from arr_facade._board import FIRST_PAUSE, Waiter
from arr_facade._retry import ONCE, RETRIED_STATUSES
from arr_facade._steps import Call, Rest, Sleep
from arr_facade.durations import format_duration
from arr_facade.errors import ArrError, ServerError, TransportError, WaitTimeoutError
from arr_facade.models import Conversion, ConversionStatus, ReadySession, Session

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable
    from datetime import timedelta

    from arr_facade._board import Board
    from arr_facade._flows import Service
    from arr_facade._steps import Answer, Flow

__all__ = ["wait_conversion", "wait_ready"]

# Turns this close together, in seconds, are taken in one look.
_TOGETHER = 0.5
# A follower whose turn is this overdue looks for itself: the leader may sleep longer or be held up. It is more than the
# pause of a leader that waits for a Standard session, so that many who join late are all in its next look.
_OVERDUE = 2.5
_LONGEST_PAUSE = 30.0

T = TypeVar("T")
Seen = TypeVar("Seen", Session, Conversion)


def wait_ready(
    service: Service,
    session: Session,
    *,
    timeout: timedelta,
    on_progress: Callable[[Session], object],
    stop_on_failure: bool,
) -> Flow[ReadySession]:
    """
    The session once it is Ready.

    429, 5xx and broken connections are waited out within the timeout.

    Args:
        service: The account.
        session: The session as last seen.
        timeout: For the whole wait.
        on_progress: Is called with each state seen.
        stop_on_failure: Whether a wait that fails, times out or is cancelled stops the session.

    Raises:
        EndedError: It ended as Error, Expired or Stopped.
        WaitTimeoutError: The timeout passed first.
    """

    def verdict(seen: Session) -> ReadySession | None:
        ended = _waits.session_ended(seen)
        if ended is not None:
            raise ended
        return seen if isinstance(seen, ReadySession) else None

    due = (session.read_at or 0.0) + _waits.poll_interval(session.size)
    wait = _Wait(f"session '{session.id}' is not Ready", session, verdict, on_progress)
    try:
        return (yield from wait.run(service, service.sessions, due, timeout))
    except BaseException as error:
        if stop_on_failure and not isinstance(error, GeneratorExit):
            yield from _flows.stop_quietly(service, session.id, error)
        raise


def wait_conversion(
    service: Service,
    conversion: Conversion,
    *,
    timeout: timedelta,
    on_progress: Callable[[Conversion], object],
) -> Flow[Conversion]:
    """
    The conversion once it has Succeeded.

    Raises:
        EndedError: It ended as Failed or Cancelled.
        WaitTimeoutError: The timeout passed first.
    """

    def verdict(seen: Conversion) -> Conversion | None:
        ended = _waits.conversion_ended(seen)
        if ended is not None:
            raise ended
        return seen if seen.status == ConversionStatus.SUCCEEDED else None

    wait = _Wait(f"conversion '{conversion.id}' has not ended", conversion, verdict, on_progress)
    return (yield from wait.run(service, service.conversions, service.clock.monotonic(), timeout))


@attrs.define
class _Wait(Generic[Seen, T]):
    """
    One waiter's own view.

    Attributes:
        what: What is missing, for the error.
        last: The state as last seen.
        verdict: Gives the result of the wait, None to go on, or raises what ended it.
        tell: Is told of each state seen.
        trouble: Why the last look failed, if it did.
    """

    what: str
    last: Seen
    verdict: Callable[[Seen], T | None]
    tell: Callable[[Seen], object]
    trouble: ArrError | None = None

    def run(self, service: Service, board: Board[Seen], due: float, timeout: timedelta) -> Flow[T]:
        """
        The verdict, once there is one.
        """
        clock = service.clock
        deadline = clock.monotonic() + timeout.total_seconds()
        # What was seen a moment ago needs no new look.
        result = self.verdict(self.last) if due > clock.monotonic() else None
        waiter: Waiter[Seen] = Waiter(self.last.id, max(due, clock.monotonic()), service.alarm())
        board.join(waiter)
        try:
            while result is None:
                leads = board.lead(waiter)
                yield from _look(service, board, _turns(board, waiter, clock.monotonic(), leads=leads))
                result = yield from self._heed(waiter.news)
                left = deadline - clock.monotonic()
                if result is None and left <= 0:
                    message = f"{self.what} after {format_duration(timeout)}, but {self.last.status}"
                    raise WaitTimeoutError(message, last=self.last) from self.trouble
                if result is None and leads:
                    yield Sleep(max(min(board.next_due() - clock.monotonic(), left), 0.0))
                elif result is None:
                    yield Rest(max(min(waiter.due + _OVERDUE - clock.monotonic(), left), 0.0), waiter.alarm)
        finally:
            board.leave(waiter)
        return result

    def _heed(self, news: deque[Seen | ArrError]) -> Flow[T | None]:
        while news:
            seen = news.popleft()
            if isinstance(seen, ArrError):
                if not _will_pass(seen):
                    raise seen
                self.trouble = seen
                continue
            self.last, self.trouble = seen, None
            yield Call(partial(self.tell, seen), "on_progress")
            result = self.verdict(seen)
            if result is not None:
                return result
        return None


def _turns(board: Board[Seen], waiter: Waiter[Seen], now: float, *, leads: bool) -> list[str]:
    """
    Whom the waiter is to look for.
    """
    if leads:
        return board.due(now + _TOGETHER)
    return [waiter.id] if now >= waiter.due + _OVERDUE else []


def _look(service: Service, board: Board[Seen], names: list[str]) -> Flow[None]:
    """
    Look at these, by listing if that is fewer requests, and tell those who wait.
    """
    try:
        if len(names) > board.pages:
            listed = yield from _list(service, board)
            names = [name for name in names if name not in listed]
        for name in names:
            yield from _read(service, board, name)
    except ArrError as error:
        if not _will_pass(error):
            raise
        _tell_trouble(service, board, error)


def _will_pass(error: ArrError) -> bool:
    """
    Whether a wait outlasts it: what a single call tries again, and everything else that is the server's fault.
    """
    return isinstance(error, (TransportError, ServerError)) or getattr(error, "status", None) in RETRIED_STATUSES


def _list(service: Service, board: Board[Seen]) -> Flow[set[str]]:
    """
    What the list showed. It shows no session that has ended; those are read singly.
    """
    listed: set[str] = set()

    def see(seen: Session | Conversion) -> None:
        listed.add(seen.id)
        board.tell(seen.id, seen, _next_turn(service, seen, None))  # type: ignore[arg-type]

    yield from _flows.list_whole(service, board, see)
    return listed


def _read(service: Service, board: Board[Seen], name: str) -> Flow[None]:
    seen: Session | Conversion
    answer: Answer
    try:
        if board.name == "sessions":
            seen, answer = yield from service.session("get_session", "get session", name, policy=ONCE)
        else:
            seen, answer = yield from service.conversion("get_conversion", "get conversion", name, policy=ONCE)
    except ArrError as error:
        if _will_pass(error):
            raise
        board.tell(name, error, lambda _: float("inf"))
        return
    retry_after = _answers.retry_after(answer, service.clock.time())
    board.tell(name, seen, _next_turn(service, seen, retry_after))  # type: ignore[arg-type]


def _next_turn(
    service: Service, seen: Session | Conversion, retry_after: float | None
) -> Callable[[Waiter[Seen]], float]:
    interval = _waits.poll_interval(seen.size) if isinstance(seen, Session) else _waits.CONVERSION_INTERVAL
    delay = _waits.poll_delay(interval, retry_after, service.sender.random.random())

    def turn(waiter: Waiter[Seen]) -> float:
        waiter.pause = FIRST_PAUSE
        return service.clock.monotonic() + delay

    return turn


def _tell_trouble(service: Service, board: Board[Seen], error: ArrError) -> None:
    now = service.clock.monotonic()
    retry_after = getattr(error, "retry_after", None)

    def turn(waiter: Waiter[Seen]) -> float:
        waiter.pause = min(waiter.pause * 2, _LONGEST_PAUSE)
        return now + _waits.poll_delay(waiter.pause, retry_after, service.sender.random.random())

    for name in board.due(now + _TOGETHER):
        board.tell(name, error, turn)
