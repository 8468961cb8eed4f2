"""
The lease keeper: one flow in the background that looks after every kept session of a client.

It reads a session when it knows too little, renews it when half of its ttl is left, reads it again to see that the
renewal holds (a PATCH has been seen to answer with the old lease, peers.md row 59), and says so when it is lost. A
reading that fails does not hold up a renewal that is due.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import attrs

from arr_facade import _flows, _lease, _waits
from arr_facade._retry import ONCE
from arr_facade._steps import Call, Rest
from arr_facade.durations import format_duration
from arr_facade.errors import ArrError, LeaseRejectedError, NotFoundError
from arr_facade.models import LeaseEvent, LeaseEventKind, Session, SessionStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from arr_facade._flows import Service
    from arr_facade._steps import Alarm, Flow
    from arr_facade.models import Conversion

__all__ = ["Keeper", "Kept", "keep"]

logger = logging.getLogger("arr_facade.lease")

_CHECK_TICK = 5.0
_LONGEST_REST = 60.0
_RETRY_FIRST = 2.0
_RETRY_MOST = 30.0
_SLEPT = 30.0


@attrs.define(eq=False)
class Kept:
    """
    One kept session.

    Attributes:
        session: As last seen.
        policy: How it is kept.
        on_event: Is told what happens.
        wall: The wall clock at the last sight; against the monotonic clock it shows that the machine slept.
        due: When to attend to it next, on the monotonic clock.
        seen: The monotonic clock at the last sight, when the answer had arrived.
        failures: Attempts in a row that failed.
        unconfirmed: The lease that a renewal set and no later reading has confirmed yet.
        warned: `expiring` has been told for the present lease.
        lost: Why it ended, once it has.
        released: It is no longer kept.
    """

    session: Session
    policy: _lease.KeepPolicy
    on_event: Callable[[LeaseEvent], object] | None
    wall: float
    due: float
    seen: float = attrs.field(default=attrs.Factory(lambda kept: kept.due, takes_self=True), kw_only=True)
    failures: int = 0
    unconfirmed: timedelta | None = None
    warned: bool = False
    lost: str | None = None
    released: bool = False


class Keeper:
    """
    The sessions of one client that are being kept, and an alarm for the flow that keeps them.

    Args:
        alarm: Rings whenever the plan changed.
        begin: Sees to it that the flow is being driven; called with the first session and every later one.
    """

    def __init__(self, alarm: Alarm, begin: Callable[[], None]) -> None:
        self.alarm = alarm
        self._begin = begin
        self._lock = threading.Lock()
        self._queue: list[tuple[float, int, Kept]] = []
        self._order = itertools.count()
        self.closed = False

    def add(self, kept: Kept) -> None:
        """
        Keep a session from now on.
        """
        self.put_back(kept)
        self._begin()
        self.alarm.set()

    def release(self, kept: Kept) -> None:
        """
        No longer keep it.
        """
        kept.released = True
        self.alarm.set()

    def close(self) -> None:
        """
        Keep nothing any more; the flow ends.
        """
        self.closed = True
        self.alarm.set()

    def put_back(self, kept: Kept) -> None:
        """
        Queue it for its next duty.
        """
        with self._lock:
            heapq.heappush(self._queue, (kept.due, next(self._order), kept))

    def next_due(self) -> float | None:
        """
        When the next duty is, on the monotonic clock, or None when nothing is kept.
        """
        with self._lock:
            while self._queue and self._queue[0][2].released:
                heapq.heappop(self._queue)
            return self._queue[0][0] if self._queue else None

    def pop_due(self, now: float) -> list[Kept]:
        """
        The sessions whose duty is at `now` or before, those with the least lease left first.
        """
        due = []
        with self._lock:
            while self._queue and self._queue[0][0] <= now:
                kept = heapq.heappop(self._queue)[2]
                if not kept.released:
                    due.append(kept)
        return sorted(due, key=lambda kept: _lease.remaining(kept.session, now))


def keep(service: Service, keeper: Keeper) -> Flow[None]:
    """
    Look after the keeper's sessions until it is closed.
    """
    while not keeper.closed:
        now = service.clock.monotonic()
        batch = keeper.pop_due(now)
        if not batch:
            due = keeper.next_due()
            # Never for long: a machine that slept is noticed by looking at both clocks.
            yield Rest(None if due is None else min(max(due - now, 0.0), _LONGEST_REST), keeper.alarm)
            continue
        listed = yield from _read_together(service, batch)
        for kept in batch:
            try:
                yield from _attend(service, kept, just_read=kept in listed)
            except Exception as error:  # noqa: BLE001 - a mistake in a hook or a credential must not cost the others their lease
                yield from _note_failure(service, kept, error)
            if not kept.released and kept.lost is None:
                keeper.put_back(kept)
            if keeper.closed:
                return


def _read_together(service: Service, batch: list[Kept]) -> Flow[set[Kept]]:
    """
    Those of the batch that a list has shown, which is asked for when it is fewer requests than reading each.
    """
    unknown = {kept.session.id: kept for kept in batch if _needs_reading(service, kept)}
    listed: set[Kept] = set()
    if len(unknown) <= service.sessions.pages:
        return listed

    def see(session: Session | Conversion) -> None:
        kept = unknown.get(session.id)
        if kept is not None and isinstance(session, Session):
            _learn(service, kept, session)
            listed.add(kept)

    try:
        yield from _flows.list_whole(service, service.sessions, see)
    except Exception as error:  # noqa: BLE001 - whatever it is, reading each by itself may still do
        logger.debug("the kept sessions could not be listed, so each is read by itself: %r", error)
    return listed


def _attend(service: Service, kept: Kept, *, just_read: bool = False) -> Flow[None]:
    """
    Do what is due for one session and plan what comes next.
    """
    if not just_read and _needs_reading(service, kept):
        try:
            yield from _read(service, kept)
        except Exception:
            # A renewal may get through where a reading does not. Its target is absolute, so one too many does no harm;
            # it settles nothing, though, so the reading has failed all the same.
            if _needs_renewal(service, kept):
                yield from _renew(service, kept)
            if kept.lost is None:
                raise
    if _needs_renewal(service, kept):
        yield from _renew(service, kept)
    elif kept.session.status == SessionStatus.READY:
        kept.warned = False
    kept.failures = 0
    _plan(service, kept)


def _needs_reading(service: Service, kept: Kept) -> bool:
    if kept.session.status != SessionStatus.READY or kept.unconfirmed is not None:
        return True
    now = service.clock.monotonic()
    if _lease.renewal_target(kept.session, kept.policy, now) is None and _left(kept, now) == timedelta(0):
        return True
    age = now - (kept.session.read_at or 0.0)
    return abs((service.clock.time() - kept.wall) - age) > _SLEPT


def _needs_renewal(service: Service, kept: Kept) -> bool:
    ready = kept.lost is None and kept.session.status == SessionStatus.READY
    return ready and _left(kept, service.clock.monotonic()) <= _lease.margin(kept.policy)


def _read(service: Service, kept: Kept) -> Flow[None]:
    try:
        session, _ = yield from service.session("get_session", "get session", kept.session.id, policy=ONCE)
    except NotFoundError:
        yield from _lose(kept, "the service no longer knows it")
        return
    _learn(service, kept, session)
    if session.has_ended:
        yield from _lose(kept, f"it is {session.status}{_because(kept)}")


def _learn(service: Service, kept: Kept, session: Session) -> None:
    if kept.unconfirmed is not None and (session.lease is None or session.lease < kept.unconfirmed):
        logger.debug("session '%s': the renewal to %s does not show yet", session.id, kept.unconfirmed)
    kept.unconfirmed = None
    _see(service, kept, session)


def _renew(service: Service, kept: Kept) -> Flow[None]:
    target = _lease.renewal_target(kept.session, kept.policy, service.clock.monotonic())
    if target is None:
        yield from _warn(kept, f"the limit of {format_duration(kept.policy.limit)} is reached")
        return
    try:
        session = yield from _flows.update_lease(service, kept.session.id, target // _lease.MINUTE, policy=ONCE)
    except (LeaseRejectedError, NotFoundError):
        # Somebody else renewed it further, or it has ended: only a reading tells.
        yield from _read(service, kept)
        if kept.lost is None and _left(kept, service.clock.monotonic()) <= _lease.margin(kept.policy):
            raise
        return
    _see(service, kept, session)
    if session.has_ended:
        yield from _lose(kept, f"it is {session.status}{_because(kept)}")
        return
    kept.unconfirmed = target
    if session.lease is not None and session.lease >= target:
        # Otherwise it is still the lease that was warned about, as far as anybody can tell before the next reading.
        kept.warned = False
    yield from _tell(kept, LeaseEventKind.RENEWED, f"to {format_duration(target)} in total")


def _see(service: Service, kept: Kept, session: Session) -> None:
    kept.session = session
    kept.wall = service.clock.time()
    kept.seen = service.clock.monotonic()


def _plan(service: Service, kept: Kept) -> None:
    now = service.clock.monotonic()
    if kept.session.status != SessionStatus.READY:
        kept.due = now + _waits.poll_delay(
            _waits.poll_interval(kept.session.size), None, service.sender.random.random()
        )
    elif kept.unconfirmed is not None:
        # On the next full tick but one, so that the renewals of many sessions are confirmed by one list.
        kept.due = (now // _CHECK_TICK + 2) * _CHECK_TICK
    elif kept.warned:
        # Nothing more to do than to see the end come: by our reckoning first, then each time it has not come yet.
        kept.due = now + min(max(_left(kept, now).total_seconds(), _RETRY_MOST), _LONGEST_REST)
    else:
        kept.due = now + min(max((_left(kept, now) - _lease.margin(kept.policy)).total_seconds(), 1.0), _LONGEST_REST)


def _note_failure(service: Service, kept: Kept, error: Exception) -> Flow[None]:
    said = error.args[0] if isinstance(error, ArrError) else repr(error)
    logger.debug("session '%s': attempt %d to keep it failed: %s", kept.session.id, kept.failures + 1, said)
    now, end = service.clock.monotonic(), _latest_end(kept)
    if now >= end:
        yield from _lose(kept, f"its lease has run out and could not be renewed: {said}")
        return
    wait = min(_RETRY_FIRST * 2 ** min(kept.failures, 10), _RETRY_MOST)
    kept.failures += 1
    kept.due = min(now + max(wait, getattr(error, "retry_after", None) or 0.0), end)
    if _left(kept, now) <= _lease.margin(kept.policy) / 2:
        yield from _warn(kept, f"its lease cannot be renewed: {said}")


def _latest_end(kept: Kept) -> float:
    """
    By when the session has ended, if no further renewal gets through, on the monotonic clock.

    A renewal that the service took counts until a reading denies it; and the service may have counted the elapsed
    minutes as late as just before its answer arrived.
    """
    lease = kept.session.lease
    if lease is not None and kept.unconfirmed is not None:
        lease = max(lease, kept.unconfirmed)
    return _lease.latest_end(attrs.evolve(kept.session, lease=lease, read_at=kept.seen))


def _left(kept: Kept, now: float) -> timedelta:
    return _lease.remaining(kept.session, now)


def _because(kept: Kept) -> str:
    return f" ({kept.session.error})" if kept.session.error else ""


def _warn(kept: Kept, reason: str) -> Flow[None]:
    if not kept.warned:
        kept.warned = True
        yield from _tell(kept, LeaseEventKind.EXPIRING, reason)


def _lose(kept: Kept, reason: str) -> Flow[None]:
    kept.lost = reason
    if not kept.released:
        yield from _tell(kept, LeaseEventKind.LOST, reason)


def _tell(kept: Kept, kind: LeaseEventKind, reason: str) -> Flow[None]:
    event = LeaseEvent(kind, kept.session, reason)
    logger.debug("session '%s': %s, %s", kept.session.id, kind, reason)
    if kept.on_event is None:
        return
    listener = kept.on_event
    try:
        yield Call(lambda: listener(event), "on_event")
    except Exception:
        # A listener's mistake must not cost the session its lease.
        logger.exception("a listener of session '%s' failed", kept.session.id)
