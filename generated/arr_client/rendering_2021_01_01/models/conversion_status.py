# Made from spec/openapi/rendering_2021_01_01.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from enum import StrEnum


class ConversionStatus(StrEnum):
    """Life of a conversion: NotStarted, then Running, then Succeeded, Failed or Cancelled. The last three are final. A
    value unknown here arrives as plain text.

    Attributes:
        NOT_STARTED: Accepted and queued; up to a minute was recorded.
        RUNNING: The converter is at work.
        CANCELLED: Ended early; final. Declared only, since the API has no way to cancel, and never
            recorded.
        FAILED: Ended with an error; final. More may stand in the output container.
        SUCCEEDED: The asset is written; final.
    """

    CANCELLED = "Cancelled"
    FAILED = "Failed"
    NOT_STARTED = "NotStarted"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"

    def __str__(self) -> str:
        return str(self.value)
