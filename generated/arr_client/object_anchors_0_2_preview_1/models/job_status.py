# Made from spec/openapi/object_anchors_0_2_preview_1.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from enum import StrEnum


class JobStatus(StrEnum):
    """Life of a job: NotStarted, then Running, then Succeeded, Failed or Cancelled. The last three are final. A value
    unknown here arrives as plain text.

    Attributes:
        NOT_STARTED: Accepted and queued.
        RUNNING: The model is being converted.
        SUCCEEDED: The result lies at outputModelUri; final.
        FAILED: The error details say whose fault it was; final.
        CANCELLED: Ended early; final. Declared only, since the API has no way to cancel.
    """

    CANCELLED = "Cancelled"
    FAILED = "Failed"
    NOT_STARTED = "NotStarted"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"

    def __str__(self) -> str:
        return str(self.value)
