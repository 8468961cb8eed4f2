"""
Sessions and conversions as a test needs them: what they do next, decided by hand instead of by time.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, get_args

import attrs

from arr_facade.durations import parse_duration
from arr_facade.emulator.world import SessionStatus
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arr_facade.durations import DurationLike
    from arr_facade.emulator.conversion_rules import Outcome
    from arr_facade.emulator.store import Store
    from arr_facade.emulator.world import ConversionRow, SessionRow

__all__ = ["Breakdown", "Control", "planned", "without_capacity"]

_MAX_LEASE = 1440


@attrs.frozen
class Breakdown:
    """
    Why a session ends as Error.

    Attributes:
        code: The code in the session's `error`.
        message: The sentence to it.
    """

    code: str = "InternalServerError"
    message: str = "An internal server error occurred."


def planned(row: SessionRow, at: float, *, reads: int | None = None, breakdown: Breakdown | None = None) -> SessionRow:
    """
    The session with another next step.

    Args:
        row: A session that has not ended.
        at: When the step is due; `math.inf` is not before somebody says so, or for `reads` to decide.
        reads: After how many more reads as Starting it is due; None leaves that to time.
        breakdown: The step is to end as Error, for this reason; None is to be Ready.
    """
    if breakdown is None:
        return attrs.evolve(
            row, ready=at, reads=reads, ended=math.inf, ending="Stopped", error_code=None, error_message=None
        )
    return attrs.evolve(
        row,
        # Breaking at the moment it would be Ready, it has not been: nobody ever saw its host.
        ready=row.ready if reads is None and row.ready < at else math.inf,
        ended=at,
        ending="Error",
        reads=reads,
        error_code=breakdown.code,
        error_message=breakdown.message,
    )


@attrs.frozen
class Control:
    """
    The sessions and conversions of all regions, for who may decide about them.

    Attributes:
        store: Where they are.
        now: Reads the service's time.
        owner: From a region's name to the account its rows are under; None is the first region.
    """

    store: Store
    now: Callable[[], float]
    owner: Callable[[str | None], str]

    def ready(
        self,
        session_id: str,
        *,
        after: DurationLike = 0,
        reads: int | None = None,
        region: str | None = None,
    ) -> None:
        """
        Let a session that is Starting be Ready.

        Args:
            session_id: The session.
            after: When, from now on. Default at once.
            reads: In place of that: after so many more reads that find it Starting, each by id or in a list.
            region: Where it is; None is the first region.

        Raises:
            ConfigurationError: There is no such session, it is not Starting, or a value cannot be read.
        """
        due = self._due(after, reads)
        with self._next_step(session_id, region, "Starting") as row:
            self.store.save_session(planned(row, due, reads=reads))

    def hold(self, session_id: str, *, region: str | None = None) -> None:
        """
        Keep a session Starting until `ready` or `fail` is called.

        Raises:
            ConfigurationError: There is no such session, or it is not Starting.
        """
        with self._next_step(session_id, region, "Starting") as row:
            self.store.save_session(planned(row, math.inf))

    def fail(
        self,
        session_id: str,
        breakdown: Breakdown,
        *,
        after: DurationLike = 0,
        reads: int | None = None,
        region: str | None = None,
    ) -> None:
        """
        End a session as Error; the other arguments as for `ready`, which also cancels it.

        Raises:
            ConfigurationError: There is no such session, it has ended, or a value cannot be read.
        """
        due = self._due(after, reads)
        expected: tuple[SessionStatus, ...] = ("Starting",) if reads is not None else ("Starting", "Ready")
        with self._next_step(session_id, region, *expected) as row:
            self.store.save_session(planned(row, due, reads=reads, breakdown=breakdown))

    def stop(self, session_id: str, *, region: str | None = None) -> None:
        """
        End a session as Stopped now, as when somebody else had stopped it.

        Raises:
            ConfigurationError: There is no such session, or it has ended.
        """
        with self._next_step(session_id, region, "Starting", "Ready") as row:
            self.store.save_session(attrs.evolve(planned(row, row.ready), ended=self.now()))

    def expire(self, session_id: str, *, region: str | None = None) -> None:
        """
        End a session as Expired now, as if it had been Ready for its whole lease.

        One that is Stopped has then expired at the moment it was stopped: a stop of what has ended changes nothing.

        Raises:
            ConfigurationError: There is no such session, or it has expired or broken.
        """
        with self._next_step(session_id, region, "Starting", "Ready", "Stopped") as row:
            over = min(row.over, self.now())
            self.store.save_session(planned(row, over - row.lease * 60.0))

    def extend(self, session_id: str, minutes: int, *, region: str | None = None) -> None:
        """
        Give a session a longer lease, as when somebody else had extended it in time.

        One that has expired goes on where the new lease has not run out; one that was stopped or broke stays so.

        Args:
            session_id: The session.
            minutes: The whole lease: above the present one, up to 1440.
            region: Where it is; None is the first region.

        Raises:
            ConfigurationError: There is no such session, or the lease is out of bounds.
        """
        with self._next_step(session_id, region, *get_args(SessionStatus)) as row:
            whole = isinstance(minutes, int) and not isinstance(minutes, bool)
            if not whole or not row.lease < minutes <= _MAX_LEASE:
                raise ConfigurationError("minutes", minutes, f"is no lease above {row.lease} and up to {_MAX_LEASE}")
            self.store.save_session(attrs.evolve(row, lease=minutes))

    def exhaust(self, session_id: str, *, region: str | None = None) -> None:
        """
        Let a session that is Starting find no server, as where the region's capacity is used up.

        Raises:
            ConfigurationError: There is no such session, or it is not Starting.
        """
        with self._next_step(session_id, region, "Starting") as row:
            self.store.save_session(without_capacity(row, self.now()))

    def begin_conversion(self, conversion_id: str, *, region: str | None = None) -> None:
        """
        Let a conversion be Running from now on at the latest.

        Raises:
            ConfigurationError: There is no such conversion.
        """
        with self._conversion(conversion_id, region) as row:
            self.store.save_conversion(attrs.evolve(row, started=min(row.started, self.now())))

    def finish_conversion(self, conversion_id: str, outcome: Outcome, *, region: str | None = None) -> None:
        """
        End a conversion now with this outcome, also one that had ended with another.

        Raises:
            ConfigurationError: There is no such conversion.
        """
        with self._conversion(conversion_id, region) as row:
            self.store.save_conversion(
                attrs.evolve(
                    row,
                    finished=self.now(),
                    outcome=outcome.status,
                    error_code=outcome.code,
                    error_message=outcome.message,
                )
            )

    def row(self, session_id: str, *, region: str | None = None) -> SessionRow | None:
        """
        The session as stored, or None.
        """
        return self.store.session(self.owner(region), session_id)

    def _due(self, after: DurationLike, reads: int | None) -> float:
        if reads is None:
            return self.now() + parse_duration(after, field="after").total_seconds()
        if not isinstance(reads, int) or isinstance(reads, bool) or reads < 0:
            raise ConfigurationError("reads", reads, "has to be a whole number from 0")
        return math.inf

    @contextmanager
    def _conversion(self, conversion_id: str, region: str | None) -> Iterator[ConversionRow]:
        """
        The conversion, to be saved otherwise before anybody else sees it.
        """
        with self.store.transaction():
            row = self.store.conversion(self.owner(region), conversion_id)
            if row is None:
                raise ConfigurationError("conversion_id", conversion_id, "is no conversion of this emulator")
            yield row

    @contextmanager
    def _next_step(self, session_id: str, region: str | None, *expected: SessionStatus) -> Iterator[SessionRow]:
        """
        The session, to be saved with another next step before anybody else sees it.
        """
        with self.store.transaction():
            row = self.row(session_id, region=region)
            if row is None or row.status_at(self.now()) not in expected:
                raise ConfigurationError("session_id", session_id, f"is no session that is {' or '.join(expected)}")
            yield row


def without_capacity(row: SessionRow, now: float) -> SessionRow:
    """
    A session that is Starting, for which there is no server; code and words are decided here (service.md B.1).
    """
    due = now if math.isinf(row.ready) else row.ready
    message = f"There is no capacity for a session of size {row.size} in this region."
    return planned(row, due, breakdown=Breakdown("NoCapacity", message))
