"""
Everything there is as plain data, and back: instants count from the moment of the snapshot.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from arr_facade.emulator._time import EARLIEST, LATEST
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
_OPEN = {"ready", "ended"}
"""The instants that may be nobody knows when."""
_MAX_INT = 2**53
_KINDS: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float)}
_Row = TypeVar("_Row", SessionRow, ConversionRow)
_AnyRow = TypeVar("_AnyRow", SessionRow, ConversionRow, FaultRow)


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


def put_back(
    snapshot: Mapping[str, Any],
    store: Store,
    now: float,
    owner: Callable[[str | None], str],
    check: Callable[[Fault], Fault],
) -> None:
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
            _checked(FaultRow(**{**one, "spec": json.dumps(check(Fault.from_dict(one["spec"])).as_dict())}))
            for one in snapshot["faults"]
        ]
    except ConfigurationError:
        raise  # a ValueError as well, and it says more than what follows
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError("snapshot", str(error), "cannot be read; take one with snapshot()") from error
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
        name: value if name not in _INSTANTS else _instant(name, value, now) for name, value in packed.items()
    }
    row = _checked(kind(account=owner(values.pop("region")), **values))
    if isinstance(row, ConversionRow):
        # As whoever shows it will read it.
        json.loads(row.settings)["inputLocation"]["relativeInputAssetPath"]
    return row


def _instant(name: str, value: float | None, now: float) -> float:
    if value is None and name in _OPEN:
        return math.inf
    if value is None or not math.isfinite(value + now):
        raise ValueError(f"{name} is no moment")
    # The one that is shown as a date.
    if name == "created" and not EARLIEST <= value + now <= LATEST:
        raise ValueError("created is no moment from 1970 to the year 9799")
    return value + now


def _checked(row: _AnyRow) -> _AnyRow:
    """
    The row, of which SQLite would keep any value, readable or not.

    Raises:
        TypeError: A value is not of its column's type.
        ValueError: A number is larger than SQLite can keep.
    """
    for field in attrs.fields(type(row)):
        value = getattr(row, field.name)
        # Annotations are text here, as in `int | None`; what is in none of these lists is one of a few texts.
        kinds = _KINDS.get(str(field.type).removesuffix(" | None"), (str,))
        if value is None and str(field.type).endswith("None"):
            continue
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise TypeError(f"{field.name} is no {field.type}")
        if isinstance(value, int) and abs(value) > _MAX_INT:
            raise ValueError(f"{field.name} is too large")
    return row
