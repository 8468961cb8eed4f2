# Made from spec/openapi/object_anchors_0_2_preview_0.yaml. Do not edit: run `python scripts/regenerate.py`.

from enum import StrEnum


class JobStatus(StrEnum):
    CANCELLED = "Cancelled"
    FAILED = "Failed"
    NOT_STARTED = "NotStarted"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"

    def __str__(self) -> str:
        return str(self.value)
