# Made from spec/openapi/rendering_2021_01_01.yaml. Do not edit: run `python scripts/regenerate.py`.

"""Contains all the data models used in inputs/outputs"""

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
    "SessionsList",
    "SessionStatus",
    "UpdateSessionSettings",
)
