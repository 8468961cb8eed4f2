# Made from spec/openapi/object_anchors_0_3_preview_1.yaml. Do not edit: run `python scripts/regenerate.py`.

"""Contains all the data models used in inputs/outputs"""

from .conversion_error_code import ConversionErrorCode
from .error_detail import ErrorDetail
from .error_response import ErrorResponse
from .ingestion_configuration import IngestionConfiguration
from .ingestion_properties import IngestionProperties
from .inner_error import InnerError
from .job_status import JobStatus
from .pose import Pose
from .quaternion import Quaternion
from .upload_location import UploadLocation
from .vector_3 import Vector3
from .vector_4 import Vector4

__all__ = (
    "ConversionErrorCode",
    "ErrorDetail",
    "ErrorResponse",
    "IngestionConfiguration",
    "IngestionProperties",
    "InnerError",
    "JobStatus",
    "Pose",
    "Quaternion",
    "UploadLocation",
    "Vector3",
    "Vector4",
)
