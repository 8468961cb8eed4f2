"""
What the sync and async handles have in common: everything but the driving.
"""

from __future__ import annotations

import base64
import json
import math
from datetime import timedelta
from typing import TYPE_CHECKING

from arr_facade import _flows, _lease, _watch
from arr_facade._keeper import Kept
from arr_facade.durations import format_duration, parse_duration
from arr_facade.errors import ConfigurationError, LeaseLostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from arr_facade._connection import Connection
    from arr_facade._keeper import Keeper
    from arr_facade._steps import Flow
    from arr_facade.durations import DurationLike
    from arr_facade.models import Conversion, LeaseEvent, ReadySession, Session, SessionStatus

__all__ = ["ConversionFacts", "SessionFacts", "resume_token", "session_of_token"]


class SessionFacts:
    """
    A session as last seen, and the flows of what can be done with it.
    """

    def __init__(self, connection: Connection, keeper: Keeper, session: Session, *, started: bool) -> None:
        self._connection = connection
        self._service = connection.service
        self._keeper = keeper
        self._session = session
        self._started = started
        self._kept: Kept | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} '{self.id}' {self.status}>"

    @property
    def state(self) -> Session:
        """
        The session as last seen, by this handle or by its lease keeper.
        """
        if self._kept is not None and (self._kept.session.read_at or 0.0) > (self._session.read_at or 0.0):
            return self._kept.session
        return self._session

    @property
    def id(self) -> str:
        """
        The session's id.
        """
        return self._session.id

    @property
    def status(self) -> SessionStatus | str:
        """
        The status as last seen.
        """
        return self.state.status

    @property
    def host(self) -> str | None:
        """
        Name of the server to connect to; None unless Ready.
        """
        return self.state.host

    @property
    def handshake_port(self) -> int | None:
        """
        TCP port for the connection's handshake; None unless Ready.
        """
        return self.state.handshake_port

    @property
    def inspector_url(self) -> str | None:
        """
        Address of the ArrInspector page; None unless Ready.
        """
        return self.state.inspector_url

    @property
    def remaining(self) -> timedelta:
        """
        How long the session lives at least, reckoned from the last reading.

        Of a session read before it was Ready that is its lease less the age of the reading, and 0 after the end. It
        allows for the service's rounding, so the end may come up to a minute later, never earlier.
        """
        return _lease.remaining(self.state, self._service.clock.monotonic())

    @property
    def resume_token(self) -> str:
        """
        Text by which another process finds this session again with `Client.resume`. It holds no secret.
        """
        return resume_token(self._connection, self.id)

    @property
    def kept(self) -> bool:
        """
        True while the lease keeper looks after it.
        """
        return self._kept is not None and not self._kept.released and self._kept.lost is None

    def keep(
        self,
        lease: DurationLike = "10m",
        *,
        limit: DurationLike = "8h",
        on_event: Callable[[LeaseEvent], object] | None = None,
    ) -> None:
        """
        Renew the lease in the background, from now until `release`, `stop`, the client's close or the limit.

        Args:
            lease: What each renewal aims at, from that moment on: 1 to 1440 minutes. A process that dies leaves the
                session no longer than this.
            limit: Total time since Ready beyond which it is not renewed; at most 1439 minutes, the service's own limit.
            on_event: Is told of each `LeaseEvent`; keep it short, since one keeper serves all sessions of the client.

        Raises:
            ConfigurationError: A duration is wrong.
        """
        policy = _lease.KeepPolicy.of(lease, limit)
        self.release()
        clock = self._service.clock
        self._kept = Kept(self.state, policy, on_event, wall=clock.time(), due=clock.monotonic())
        self._keeper.add(self._kept)

    def release(self) -> None:
        """
        No longer renew the lease; the session lives on until it runs out.
        """
        if self._kept is not None:
            self._keeper.release(self._kept)

    def _see(self, session: Session) -> Session:
        self._session = session
        return session

    def _refresh(self) -> Flow[Session]:
        return self._see((yield from _flows.get_session(self._service, self.id)))

    def _wait_ready(
        self,
        timeout: DurationLike,
        on_progress: Callable[[Session], object] | None,
        stop_on_failure: bool | None,  # noqa: FBT001 - private; the public one is keyword-only
    ) -> Flow[ReadySession]:
        def seen(session: Session) -> object:
            self._see(session)
            return on_progress(session) if on_progress is not None else None

        stop = self._started if stop_on_failure is None else stop_on_failure
        try:
            return (
                yield from _watch.wait_ready(
                    self._service,
                    self.state,
                    timeout=parse_duration(timeout, field="timeout"),
                    on_progress=seen,
                    stop_on_failure=stop,
                )
            )
        except BaseException:
            if stop:
                self.release()
            raise

    def _extend(self, by: DurationLike | None, to: DurationLike | None, at_least: DurationLike | None) -> Flow[Session]:
        given = {"by": by, "to": to, "at_least": at_least}
        chosen = [name for name, value in given.items() if value is not None]
        if len(chosen) != 1:
            raise ConfigurationError("extend", chosen or None, "takes exactly one of by=, to= and at_least=")
        field, value = chosen[0], given[chosen[0]]
        assert value is not None
        duration = parse_duration(value, field=field)
        session = yield from self._refresh()
        now = session.lease or timedelta(0)
        if field == "by":
            target = now + duration
        elif field == "to":
            target = duration
        else:
            used = (session.elapsed or timedelta(0)) + _lease.MINUTE if session.is_ready else timedelta(0)
            target = math.ceil((used + duration) / _lease.MINUTE) * _lease.MINUTE
            if target <= now and not session.has_ended:
                return session
        total = value if field == "to" else target
        minutes = _lease.lease_minutes(total, field=field, longest=_lease.MAX_RENEWED_LEASE, written=value)
        if timedelta(minutes=minutes) <= now:
            raise ConfigurationError(
                field, value, f"would not make the lease longer than it is, {format_duration(now)}"
            )
        return self._see((yield from _flows.update_lease(self._service, self.id, minutes)))

    def _stop(self) -> Flow[None]:
        self.release()
        session = yield from _flows.stop_insisting(self._service, self.id)
        if session is not None:
            self._see(session)

    def _leave(self, failure: BaseException | None, *, detach: bool) -> Flow[None]:
        """
        What the end of a session block does.
        """
        lost = self._kept.lost if self._kept is not None else None
        self.release()
        reason = failure
        if reason is None and lost is not None:
            reason = LeaseLostError(f"session '{self.id}' was lost: {lost}", session_id=self.id, last=self.state)
        if not detach and reason is None:
            yield from self._stop()
        elif not detach and reason is not None:
            yield from _flows.stop_quietly(self._service, self.id, reason)
        if failure is None and reason is not None:
            raise reason


class ConversionFacts:
    """
    A conversion as last seen, and the flows of what can be done with it.
    """

    def __init__(self, connection: Connection, conversion: Conversion) -> None:
        self._service = connection.service
        self._conversion = conversion

    def __repr__(self) -> str:
        return f"<{type(self).__name__} '{self.id}' {self._conversion.status}>"

    @property
    def state(self) -> Conversion:
        """
        The conversion as last seen.
        """
        return self._conversion

    @property
    def id(self) -> str:
        """
        The conversion's id.
        """
        return self._conversion.id

    def _see(self, conversion: Conversion) -> Conversion:
        self._conversion = conversion
        return conversion

    def _refresh(self) -> Flow[Conversion]:
        return self._see((yield from _flows.get_conversion(self._service, self.id)))

    def _wait(self, timeout: DurationLike, on_progress: Callable[[Conversion], object] | None) -> Flow[Conversion]:
        def seen(conversion: Conversion) -> object:
            self._see(conversion)
            return on_progress(conversion) if on_progress is not None else None

        return (
            yield from _watch.wait_conversion(
                self._service, self.state, timeout=parse_duration(timeout, field="timeout"), on_progress=seen
            )
        )


def resume_token(connection: Connection, session_id: str) -> str:
    """
    The session's whereabouts as URL-safe text; unlike the official SDK's it names the endpoint (peers.md row 45).
    """
    where = {
        "v": 1,
        "endpoint": connection.endpoint,
        "account": str(connection.service.account_id),
        "session": session_id,
    }
    return base64.urlsafe_b64encode(json.dumps(where, separators=(",", ":")).encode()).decode().rstrip("=")


def session_of_token(connection: Connection, token: str) -> str:
    """
    The session's id in a resume token.

    Raises:
        ConfigurationError: It is no such token, or one of another endpoint or account.
    """
    try:
        where = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        endpoint, account, session_id = where["endpoint"], where["account"], where["session"]
    except (ValueError, TypeError, KeyError):
        raise ConfigurationError("token", token, "is not a resume token") from None
    for name, theirs, ours in (
        ("endpoint", endpoint, connection.endpoint),
        ("account", account, str(connection.service.account_id)),
    ):
        if theirs != ours:
            raise ConfigurationError("token", theirs, f"is the {name} it belongs to, and this client's is {ours}")
    return _flows.checked_id(session_id, "token")
