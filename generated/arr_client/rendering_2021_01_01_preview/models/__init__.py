# Made from spec/openapi/rendering_2021_01_01_preview.yaml. Do not edit: run `python scripts/regenerate.py`.

"""Contains all the data models used in inputs/outputs"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .conversion import Conversion
    from .conversion_input_settings import ConversionInputSettings
    from .conversion_list import ConversionList
    from .conversion_output import ConversionOutput
    from .conversion_output_settings import ConversionOutputSettings
    from .conversion_settings import ConversionSettings
    from .conversion_status import ConversionStatus
    from .create_conversion_settings import CreateConversionSettings
    from .create_session_settings import CreateSessionSettings
    from .error import Error
    from .error_response import ErrorResponse
    from .session_properties import SessionProperties
    from .session_size import SessionSize
    from .session_status import SessionStatus
    from .sessions_list import SessionsList
    from .update_session_settings import UpdateSessionSettings

__all__ = (
    "Conversion",
    "ConversionInputSettings",
    "ConversionList",
    "ConversionOutput",
    "ConversionOutputSettings",
    "ConversionSettings",
    "ConversionStatus",
    "CreateConversionSettings",
    "CreateSessionSettings",
    "Error",
    "ErrorResponse",
    "SessionProperties",
    "SessionSize",
    "SessionStatus",
    "SessionsList",
    "UpdateSessionSettings",
)

_HOMES = {
    "Conversion": ".conversion",
    "ConversionInputSettings": ".conversion_input_settings",
    "ConversionList": ".conversion_list",
    "ConversionOutput": ".conversion_output",
    "ConversionOutputSettings": ".conversion_output_settings",
    "ConversionSettings": ".conversion_settings",
    "ConversionStatus": ".conversion_status",
    "CreateConversionSettings": ".create_conversion_settings",
    "CreateSessionSettings": ".create_session_settings",
    "Error": ".error",
    "ErrorResponse": ".error_response",
    "SessionProperties": ".session_properties",
    "SessionSize": ".session_size",
    "SessionStatus": ".session_status",
    "SessionsList": ".sessions_list",
    "UpdateSessionSettings": ".update_session_settings",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name], __name__), name)
    return value
