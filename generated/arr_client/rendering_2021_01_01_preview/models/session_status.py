# Made from spec/openapi/rendering_2021_01_01_preview.yaml. Do not edit: run `python scripts/regenerate.py`.

from enum import StrEnum


class SessionStatus(StrEnum):
    ERROR = "Error"
    EXPIRED = "Expired"
    READY = "Ready"
    STARTING = "Starting"
    STOPPED = "Stopped"

    def __str__(self) -> str:
        return str(self.value)
