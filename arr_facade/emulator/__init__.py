"""
Azure Remote Rendering and its token service, small enough to carry.

    emulator = Emulator()
    with httpx.Client(transport=emulator.transport(), base_url=emulator.endpoint) as client: ...

`Emulator` is the service without a socket; `arr_facade.emulator.server` puts it on one.
"""

from arr_facade.emulator._http import Request, Response
from arr_facade.emulator.calls import Call
from arr_facade.emulator.conversion_rules import MISSING_ASSET, MISSING_ASSET_2024, SUCCESS, TOO_LARGE, Outcome
from arr_facade.emulator.emulator import DEFAULT_ACCOUNT_ID, DEFAULT_ACCOUNT_KEY, Emulator, Hook
from arr_facade.emulator.faults import Fault
from arr_facade.emulator.regions import Region
from arr_facade.emulator.routes import Operation, Route

__all__ = [
    "DEFAULT_ACCOUNT_ID",
    "DEFAULT_ACCOUNT_KEY",
    "MISSING_ASSET",
    "MISSING_ASSET_2024",
    "SUCCESS",
    "TOO_LARGE",
    "Call",
    "Emulator",
    "Fault",
    "Hook",
    "Operation",
    "Outcome",
    "Region",
    "Request",
    "Response",
    "Route",
]
