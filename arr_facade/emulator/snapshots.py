"""
Everything there is as plain data, and back: instants count from the moment of the snapshot.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from arr_facade.emulator.faults import Fault
from arr_facade.emulator.regions import LOCAL
from arr_facade.emulator.world import ConversionRow, FaultRow, SessionRow
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from arr_facade.emulator.store import Store

__all__ = ["put_back", "take"]

_VERSION = 1
_ALL = -1
_INSTANTS = {"created", "ready", "ended", "started", "finished"}
_Row = TypeVar("_Row", SessionRow, ConversionRow)


def take(store: Store, now: float) -> dict[str, Any]:
    """
    The snapshot at `now`.
    """
    with store.transaction():
        return {
            "version": _VERSION,
            "sessions": [_packed(row, now) for row in store.newest_sessions(_ALL)],
            "conversions": [_packed(row, now) for row in store.newest_conversions(_ALL)],
            "faults": [attrs.asdict(row) | {"spec": json.loads(row.spec)} for row in store.faults()],
        }


def put_back(snapshot: Mapping[str, Any], store: Store, now: float, owner: Callable[[str | None], str]) -> None:
    """
    Replace everything by the snapshot, moved to `now`.

    Raises:
        ConfigurationError: It is no snapshot, or of an unknown region; nothing has changed then.
    """
    if not isinstance(snapshot, Mapping) or snapshot.get("version") != _VERSION:
        raise ConfigurationError("snapshot", "version", f"is not {_VERSION}: this is no snapshot of an emulator")
    try:
        sessions = [_unpacked(SessionRow, one, now, owner) for one in snapshot["sessions"]]
        conversions = [_unpacked(ConversionRow, one, now, owner) for one in snapshot["conversions"]]
        faults = [
            FaultRow(**{**one, "spec": json.dumps(Fault.from_dict(one["spec"]).as_dict())})
            for one in snapshot["faults"]
        ]
    except (KeyError, TypeError) as error:
        raise ConfigurationError("snapshot", str(error), "cannot be read") from error
    with store.transaction():
        store.reset()
        for session in sessions:
            store.save_session(session)
        for conversion in conversions:
            store.save_conversion(conversion)
        for fault in faults:
            store.save_fault(attrs.evolve(fault, number=store.add_fault(fault.spec)))


def _packed(row: SessionRow | ConversionRow, now: float) -> dict[str, Any]:
    packed: dict[str, Any] = {
        name: value if name not in _INSTANTS else None if math.isinf(value) else value - now
        for name, value in attrs.asdict(row).items()
    }
    region = packed.pop("account").partition("/")[2]
    return {"region": region or LOCAL, **packed}


def _unpacked(kind: type[_Row], packed: Mapping[str, Any], now: float, owner: Callable[[str | None], str]) -> _Row:
    values: dict[str, Any] = {
        name: value if name not in _INSTANTS else math.inf if value is None else value + now
        for name, value in packed.items()
    }
    return kind(account=owner(values.pop("region")), **values)
