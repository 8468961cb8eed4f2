"""
Checked arguments to flows: what both clients do before anything is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from arr_facade import _flows, _lease

if TYPE_CHECKING:
    from arr_facade._flows import Service
    from arr_facade._steps import Flow
    from arr_facade.durations import DurationLike
    from arr_facade.models import Conversion, ConversionInput, ConversionOutput, Session, SessionSize

__all__ = [
    "create_conversion",
    "create_session",
    "get_conversion",
    "get_session",
    "start_session",
    "stop_session",
    "update_lease",
]


def create_session(
    service: Service, session_id: str | None, size: SessionSize | str, lease: DurationLike
) -> Flow[Session]:
    """
    For `create_session`.
    """
    return _flows.create_session(service, *_session_arguments(session_id, size, lease))


def start_session(
    service: Service, session_id: str | None, size: SessionSize | str, lease: DurationLike
) -> Flow[Session]:
    """
    For `start` and `session`.
    """
    return _flows.start_session(service, *_session_arguments(session_id, size, lease))


def get_session(service: Service, session_id: str) -> Flow[Session]:
    """
    For `get_session` and `open`.
    """
    return _flows.get_session(service, _flows.checked_id(session_id, "session_id"))


def update_lease(service: Service, session_id: str, lease: DurationLike) -> Flow[Session]:
    """
    For `update_lease`.
    """
    minutes = _lease.lease_minutes(lease, longest=_lease.MAX_RENEWED_LEASE)
    return _flows.update_lease(service, _flows.checked_id(session_id, "session_id"), minutes)


def stop_session(service: Service, session_id: str, *, confirm: bool) -> Flow[bool]:
    """
    For `stop_session`.
    """
    known = yield from _flows.stop_session(service, _flows.checked_id(session_id, "session_id"))
    if known and confirm:
        yield from _flows.confirm_end(service, session_id)
    return known


def create_conversion(
    service: Service, conversion_id: str | None, source: ConversionInput, target: ConversionOutput
) -> Flow[Conversion]:
    """
    For `create_conversion` and `start_conversion`.
    """
    name = str(uuid4()) if conversion_id is None else _flows.checked_id(conversion_id, "conversion_id")
    return _flows.create_conversion(service, name, source, target)


def get_conversion(service: Service, conversion_id: str) -> Flow[Conversion]:
    """
    For `get_conversion` and `open_conversion`.
    """
    return _flows.get_conversion(service, _flows.checked_id(conversion_id, "conversion_id"))


def _session_arguments(session_id: str | None, size: SessionSize | str, lease: DurationLike) -> tuple[str, str, int]:
    name = str(uuid4()) if session_id is None else _flows.checked_id(session_id, "session_id")
    return name, _flows.checked_size(size), _lease.lease_minutes(lease)
