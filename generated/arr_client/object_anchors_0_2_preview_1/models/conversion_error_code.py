# Made from spec/openapi/object_anchors_0_2_preview_1.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from enum import StrEnum


class ConversionErrorCode(StrEnum):
    """Why a job failed. A value unknown here arrives as plain text.

    Attributes:
        UNKNOWN: Nobody knows.
        NO_ERROR: It has not failed.
        SERVICE_ERROR: The service is at fault; see serverErrorDetails.
        INVALID_ASSET_URI: Nothing lies at inputAssetUri.
        INVALID_JOB_ID: The job's ID was the all-zero UUID.
        INVALID_GRAVITY: The gravity vector was all zeros.
        INVALID_SCALE: The scale was 0 or negative.
        ASSET_SIZE_TOO_LARGE: The model is too big once read.
        ASSET_DIMENSIONS_OUT_OF_BOUNDS: The object would be too large in metres; often the scale is
            wrong.
        ZERO_FACES: The model has no faces.
        INVALID_FACE_VERTICES: A face uses vertices that do not exist.
        ZERO_TRAJECTORIES_GENERATED: No camera path around the model could be made.
        TOO_MANY_RIG_POSES: The model needs more camera poses than are allowed.
        ASSET_CANNOT_BE_CONVERTED: The file is damaged or not what its ending says.
    """

    ASSET_CANNOT_BE_CONVERTED = "ASSET_CANNOT_BE_CONVERTED"
    ASSET_DIMENSIONS_OUT_OF_BOUNDS = "ASSET_DIMENSIONS_OUT_OF_BOUNDS"
    ASSET_SIZE_TOO_LARGE = "ASSET_SIZE_TOO_LARGE"
    INVALID_ASSET_URI = "INVALID_ASSET_URI"
    INVALID_FACE_VERTICES = "INVALID_FACE_VERTICES"
    INVALID_GRAVITY = "INVALID_GRAVITY"
    INVALID_JOB_ID = "INVALID_JOB_ID"
    INVALID_SCALE = "INVALID_SCALE"
    NO_ERROR = "NO_ERROR"
    SERVICE_ERROR = "SERVICE_ERROR"
    TOO_MANY_RIG_POSES = "TOO_MANY_RIG_POSES"
    UNKNOWN = "UNKNOWN"
    ZERO_FACES = "ZERO_FACES"
    ZERO_TRAJECTORIES_GENERATED = "ZERO_TRAJECTORIES_GENERATED"

    def __str__(self) -> str:
        return str(self.value)
