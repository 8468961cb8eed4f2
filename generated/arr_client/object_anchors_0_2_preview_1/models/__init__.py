# Made from spec/openapi/object_anchors_0_2_preview_1.yaml. Do not edit: run `python scripts/regenerate.py`.

"""Contains all the data models used in inputs/outputs"""

from .conversion_error_code import ConversionErrorCode
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
    "ConversionErrorCode",
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
