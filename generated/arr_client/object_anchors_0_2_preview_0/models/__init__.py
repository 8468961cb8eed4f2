# Made from spec/openapi/object_anchors_0_2_preview_0.yaml. Do not edit: run `python scripts/regenerate.py`.

"""Contains all the data models used in inputs/outputs"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .error import Error
    from .error_response import ErrorResponse
    from .ingestion_configuration import IngestionConfiguration
    from .ingestion_properties import IngestionProperties
    from .job_status import JobStatus
    from .pose import Pose
    from .quaternion import Quaternion
    from .upload_location import UploadLocation
    from .vector_3 import Vector3
    from .vector_4 import Vector4

__all__ = (
    "Error",
    "ErrorResponse",
    "IngestionConfiguration",
    "IngestionProperties",
    "JobStatus",
    "Pose",
    "Quaternion",
    "UploadLocation",
    "Vector3",
    "Vector4",
)

_HOMES = {
    "Error": ".error",
    "ErrorResponse": ".error_response",
    "IngestionConfiguration": ".ingestion_configuration",
    "IngestionProperties": ".ingestion_properties",
    "JobStatus": ".job_status",
    "Pose": ".pose",
    "Quaternion": ".quaternion",
    "UploadLocation": ".upload_location",
    "Vector3": ".vector_3",
    "Vector4": ".vector_4",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name], __name__), name)
    return value
