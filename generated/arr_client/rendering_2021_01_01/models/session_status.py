# Made from spec/openapi/rendering_2021_01_01.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from enum import StrEnum


class SessionStatus(StrEnum):
    """Life of a session: Starting, then Ready, then Stopped, Expired or Error; Starting may also end in Stopped or
    Error. The last three are final. A value unknown here arrives as plain text.

    Attributes:
        ERROR: Start-up failed, often for want of free machines; final. Such failures are mostly
            transient, so try again.
        EXPIRED: The lease ran out; final.
        STARTING: A machine is being prepared. Nothing is billed and no lease runs yet.
        READY: Host name and ports are known and a client may connect. The lease runs and is billed.
        STOPPED: Somebody called stop; final.
    """

    ERROR = "Error"
    EXPIRED = "Expired"
    READY = "Ready"
    STARTING = "Starting"
    STOPPED = "Stopped"

    def __str__(self) -> str:
        return str(self.value)
