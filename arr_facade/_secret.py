"""
Values that must not be printed.
"""

from __future__ import annotations

import json
import re
from typing import NoReturn

__all__ = ["Secret", "masked_url", "readable", "redact", "visible"]

_VISIBLE = re.compile(r"[!-~]+")
_SIGNATURE = re.compile(r"(sig=)[^&\s\"']+", re.IGNORECASE)
# A challenge of the service, `Bearer error="invalid_token"`, is no secret and says what is wrong; so is a sentence
# about the bearer token.
_BEARER = re.compile(r"(Bearer\s+)(?!\w+=\"\w|tokens?[.,;]?(?:\s|$))[^\s\"']+", re.IGNORECASE)
# Also where that JSON is cut off, stands in other JSON with its quotes escaped, or was printed by Python.
_ISSUED = re.compile(r"""((["'])AccessToken\\*\2\s*:[\s\[]*\\*(["']))(?:(?!\3)[^\\]|\\.)*""", re.IGNORECASE | re.DOTALL)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_PLACE = re.compile(r"[/?#]")
_QUERY = re.compile(r"([?#]).+", re.DOTALL)
_PORT = re.compile(r"[0-9]{0,5}")
_LAST_PORT = 65_535


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
    `text` with SAS signatures, bearer tokens and the tokens of the token service replaced by `***`.
    """
    return _ISSUED.sub(r"\1***", _BEARER.sub(r"\1***", _SIGNATURE.sub(r"\1***", text)))


def readable(content: bytes) -> str:
    """
    The text of a body, in UTF-8, UTF-16 or UTF-32 as JSON may be, with or without a byte order mark.

    What does not decode becomes U+FFFD. Secrets are only found in what has been decoded.
    """
    return content.decode(json.detect_encoding(content), "replace")


def masked_url(url: str) -> str:
    """
    `url`, which may be none, without a user and a password, and without query and fragment.

    A password may have any character in it, a slash too, so all is masked from `//` to the last `@`; and where there is
    no `@` but a colon without a port behind it, all that follows: that is a user and a password without a host.
    """
    scheme = _SCHEME.match(url)
    start, rest = (scheme.group(), url[scheme.end() :]) if scheme else ("", url)
    _, at, place = rest.rpartition("@")
    if not at:
        _, colon, port = _PLACE.split(place, maxsplit=1)[0].rpartition("]")[2].partition(":")
        if colon and not (_PORT.fullmatch(port) and int(port or 0) <= _LAST_PORT):
            return f"{start}***"
    return start + ("***@" if at else "") + _QUERY.sub(r"\1***", place)


def visible(value: object) -> Secret | None:
    """
    The secret in `value`, text or a `Secret` already, without the blanks around it; None unless all of it is visible.

    Trimmed, for a key or token read from a file ends in a line end, which no header may hold.
    """
    text = value.reveal() if isinstance(value, Secret) else value
    return Secret(text.strip()) if isinstance(text, str) and _VISIBLE.fullmatch(text.strip()) else None
