"""
Values that must not be printed.
"""

from __future__ import annotations

import re
from typing import NoReturn

__all__ = ["Secret", "redact", "visible"]

_VISIBLE = re.compile(r"[!-~]+")
_SIGNATURE = re.compile(r"(sig=)[^&\s\"']+", re.IGNORECASE)
# A challenge of the service, `Bearer error="invalid_token"`, is no secret and says what is wrong.
_BEARER = re.compile(r"(Bearer\s+)(?!\w+=\"\w)[^\s\"']+", re.IGNORECASE)


class Secret:
    """
    Text that shows itself only to those who ask with `reveal()`.

    It is masked in `repr`, `str` and formatting, compares by value, and refuses to be pickled.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str | Secret) -> None:
        self._value: str = value.reveal() if isinstance(value, Secret) else value

    def reveal(self) -> str:
        """
        The text itself.
        """
        return self._value

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not pickled; pass the credential to the other process by its environment")


def redact(text: str) -> str:
    """
    `text` with SAS signatures and bearer tokens replaced by `***`.
    """
    return _BEARER.sub(r"\1***", _SIGNATURE.sub(r"\1***", text))


def visible(value: object) -> Secret | None:
    """
    The secret in `value`, text or a `Secret` already, without the blanks around it; None unless all of it is visible.

    Trimmed, for a key or token read from a file ends in a line end, which no header may hold.
    """
    text = value.reveal() if isinstance(value, Secret) else value
    return Secret(text.strip()) if isinstance(text, str) and _VISIBLE.fullmatch(text.strip()) else None
