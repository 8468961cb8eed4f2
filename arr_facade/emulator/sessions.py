"""
The five operations on sessions (service.md B).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from arr_facade.emulator._parse import integer, json_object, next_link, place, require_id
from arr_facade.emulator.control import without_capacity
from arr_facade.emulator.documents import Refused, conflict, session_document, session_list
from arr_facade.emulator.world import SessionRow

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

    from arr_facade.emulator._http import Request
    from arr_facade.emulator.settings import Settings
    from arr_facade.emulator.store import Store

__all__ = ["Sessions"]

_MAX_LEASE = 1440
_PORTS = range(49152, 65535)
_TERAFLOPS = (8.1, 10.6, 14.0)


@attrs.frozen
class Sessions:
    """
    The sessions of the account.

    Attributes:
        settings: How the service behaves.
        store: Where they are.
        now: Reads the service's time.
        rng: Makes host names and ports.
    """

    settings: Settings
    store: Store
    now: Callable[[], float]
    rng: random.Random

    def create(self, session_id: str, request: Request) -> tuple[int, dict[str, Any]]:
        """
        201 and a new session, or 200 and the one that the same request made before.

        Raises:
            Refused: 400 for a bad id, lease or size; 409 where the id is taken by one with other settings.
        """
        require_id(session_id)
        body = json_object(request)
        lease, size = _lease(body), self._size(body)
        now = self.now()
        with self.store.transaction():
            self.store.forget_sessions(self.settings.owner, now)
            row = self.store.session(self.settings.owner, session_id)
            if row is None:
                row = self._placed(self.new_row(session_id, size, lease, now), now)
                self.store.save_session(row)
                return 201, self._document(row, now)
        if (row.asked_lease, row.size) != (lease, size):
            raise conflict()
        return 200, self._document(row, now)

    def get(self, session_id: str) -> dict[str, Any]:
        """
        The session, ended or not.

        Raises:
            Refused: 404.
        """
        row, now = self._known(session_id)
        if row.reads is not None:
            with self.store.transaction():
                row = self._read(*self._known(session_id))
        return self._document(row, now)

    def update(self, session_id: str, request: Request) -> dict[str, Any]:
        """
        The session with its new lease.

        Raises:
            Refused: 404; 422 where the lease is not an integer above the present one and below 1440, or the session
                has ended (service.md B.4).
        """
        with self.store.transaction():
            row, now = self._known(session_id)
            lease = integer(json_object(request, otherwise=_malformed()), "maxLeaseTimeMinutes")
            if lease is None or not row.lease < lease < _MAX_LEASE or now >= row.over:
                raise _malformed()
            row = attrs.evolve(row, lease=lease)
            self.store.save_session(row)
        return self._document(row, now)

    def stop(self, session_id: str) -> None:
        """
        Stop the session; one that has ended already stays as it is.

        Raises:
            Refused: 404.
        """
        with self.store.transaction():
            row, now = self._known(session_id)
            if now < row.over:
                self.store.save_session(attrs.evolve(row, ended=now, ending="Stopped"))

    def list(self, request: Request) -> dict[str, Any]:
        """
        A page of the sessions that are Starting or Ready, oldest first (service.md B.5).

        Raises:
            Refused: 400 where the page's link was tampered with.
        """
        after, size = place(request), self.settings.page_size
        rows, now = self._live(after, size + 1)
        seen = [row for _, row in rows[:size]]
        if any(row.reads is not None for row in seen):
            with self.store.transaction():
                rows, now = self._live(after, size + 1)
                seen = [self._read(row, now) for _, row in rows[:size]]
        link = next_link(request, rows[size - 1][0]) if len(rows) > size else None
        return session_list([self._document(row, now) for row in seen if now < row.over], link)

    def _live(self, after: int, limit: int) -> tuple[Sequence[tuple[int, SessionRow]], float]:
        now = self.now()
        return self.store.live_sessions(self.settings.owner, now, after=after, limit=limit), now

    def _read(self, row: SessionRow, now: float) -> SessionRow:
        """
        The session once this read has counted, where the reads decide when it goes on.
        """
        if row.reads is None or row.status_at(now) != "Starting":
            return row
        if row.reads > 0:
            row = attrs.evolve(row, reads=row.reads - 1)
        else:
            row = attrs.evolve(row, reads=None)
            row = attrs.evolve(row, ended=now) if row.ending == "Error" else attrs.evolve(row, ready=now)
        self.store.save_session(row)
        return row

    def _placed(self, row: SessionRow, now: float) -> SessionRow:
        """
        The new session, doomed where its size has no free server.
        """
        places = self.settings.capacity.get(row.size.lower())
        if places is None or self.store.count_live(row.account, row.size, now) < places:
            return row
        return without_capacity(row, now)

    def _known(self, session_id: str) -> tuple[SessionRow, float]:
        row, now = self.store.session(self.settings.owner, session_id), self.now()
        if row is None or row.forgotten_at(now):
            raise Refused(404)
        return row, now

    def _document(self, row: SessionRow, now: float) -> dict[str, Any]:
        return session_document(row, now, self.settings.shape)

    def _size(self, body: Mapping[str, Any]) -> str:
        asked = body.get("size")
        if not isinstance(asked, str):
            raise Refused(400, "BadRequest", "The size value is required and has to be a text.")
        size = self.settings.size(asked)
        if size is None:
            raise Refused(400, "BadRequest", f"Can't specify this VM size: {asked}")
        return size

    def new_row(self, session_id: str, size: str, lease: int, now: float) -> SessionRow:
        """
        A session asked for at `now`, not yet stored.
        """
        handshake, inspector = self.rng.sample(_PORTS, 2)
        machine = f"arremu{size.lower()}{self.rng.getrandbits(128):032x}"
        return SessionRow(
            account=self.settings.owner,
            id=session_id,
            size=size,
            created=now,
            asked_lease=lease,
            lease=lease,
            ready=now + self.settings.startup[size],
            hostname=f"{machine}.remoterendering.vm.{self.settings.region}.mixedreality.azure.com",
            handshake_port=handshake,
            inspector_port=inspector,
            teraflops=self.rng.choice(_TERAFLOPS),
        )


def _lease(body: Mapping[str, Any]) -> int:
    lease = integer(body, "maxLeaseTimeMinutes")
    if lease is None:
        raise Refused(400, "BadRequest", "The maxLeaseTimeMinutes value is required and has to be an integer.")
    if lease < 0:
        raise Refused(400, "BadRequest", "The maxLeaseTimeMinutes value cannot be negative.")
    if lease > _MAX_LEASE:
        raise Refused(400, "BadRequest", f"The maxLeaseTimeMinutes value cannot be larger than {_MAX_LEASE}.")
    return lease


def _malformed() -> Refused:
    return Refused(422, "UnprocessableEntity", "The request was malformed.")
