# Made from spec/openapi/sts_2019_02_28_preview.yaml. Do not edit: run `python scripts/regenerate.py`.

"""Contains all the data models used in inputs/outputs"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .sts_token_response_message import StsTokenResponseMessage

__all__ = ("StsTokenResponseMessage",)

_HOMES = {
    "StsTokenResponseMessage": ".sts_token_response_message",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name], __name__), name)
    return value
