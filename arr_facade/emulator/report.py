"""
What there is, as plain JSON data for whoever watches: nothing in it is secret.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import attrs

from arr_facade.emulator.regions import LOCAL

if TYPE_CHECKING:
    from arr_facade.emulator.calls import Call
    from arr_facade.emulator.emulator import Emulator
    from arr_facade.emulator.store import Store
    from arr_facade.emulator.world import ConversionRow, SessionRow

__all__ = ["call_report", "clock_report", "report"]

_ROWS = 200
_CALLS = 100


def report(emulator: Emulator, store: Store) -> dict[str, Any]:
    """
    The newest 200 sessions and conversions, the last 100 requests, and all the rest.

    Instants are seconds since 1970 of the service's time, or None where they will not come by themselves.
    """
    now = emulator.now()
    return {
        "account": emulator.account_id,
        "shape": emulator.shape,
        "state": None if store.path is None else str(store.path),
        "clock": clock_report(emulator),
        "regions": [_region(emulator, name) for name in emulator.regions],
        "sessions": [_session(row, now) for row in store.newest_sessions(_ROWS)],
        "conversions": [_conversion(row, now) for row in store.newest_conversions(_ROWS)],
        "faults": [rule.as_dict() for rule in emulator.faults.list()],
        "requests": [call_report(call) for call in emulator.requests[-_CALLS:]],
    }


def clock_report(emulator: Emulator) -> dict[str, Any]:
    """
    What time it is and how fast it goes on; a speed of 0 stands still.
    """
    return {"now": emulator.now(), "speed": emulator.time.speed, "manual": emulator.time.manual}


def call_report(call: Call) -> dict[str, Any]:
    """
    One answered request.
    """
    return attrs.asdict(call)


def _region(emulator: Emulator, name: str) -> dict[str, Any]:
    settings = emulator.settings_of(name)
    startup = {size: None if math.isinf(seconds) else seconds for size, seconds in settings.startup.items()}
    return {"name": name, "startup": startup, "capacity": dict(settings.capacity), "latency": emulator.latency[name]}


def _session(row: SessionRow, now: float) -> dict[str, Any]:
    failed = row.status_at(now) == "Error"
    return {
        "region": _region_of(row.account),
        "id": row.id,
        "size": row.size,
        "status": row.status_at(now),
        "created": row.created,
        "ready": _instant(row.ready),
        "expires": _instant(row.expires),
        "ended": _instant(row.over) if row.over <= now else None,
        "lease_minutes": row.lease,
        "elapsed_minutes": row.elapsed_at(now),
        "reads_until_next": row.reads,
        "error": {"code": row.error_code, "message": row.error_message} if failed else None,
    }


def _conversion(row: ConversionRow, now: float) -> dict[str, Any]:
    failed = row.status_at(now) == "Failed" and row.error_code is not None
    return {
        "region": _region_of(row.account),
        "id": row.id,
        "status": row.status_at(now),
        "created": row.created,
        "started": row.started,
        "finished": row.finished,
        "asset": json.loads(row.settings)["inputLocation"]["relativeInputAssetPath"],
        "error": {"code": row.error_code, "message": row.error_message} if failed else None,
    }


def _region_of(owner: str) -> str:
    return owner.partition("/")[2] or LOCAL


def _instant(value: float) -> float | None:
    return None if math.isinf(value) else value
