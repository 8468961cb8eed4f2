# Made from spec/openapi/rendering_2021_01_01_preview.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from enum import StrEnum


class SessionSize(StrEnum):
    """Size of a session's machine. An account that may not use a size gets 400 (reported by users). A value unknown
    here arrives as plain text.

    Attributes:
        STANDARD: Renders up to 20 million primitives, triangles and points together; above that a
            checkerboard appears.
        PREMIUM: Renders without a fixed limit of primitives, at a higher price.
    """

    PREMIUM = "Premium"
    STANDARD = "Standard"

    def __str__(self) -> str:
        return str(self.value)
