"""
What the operations read from a request, and the refusals for what they cannot.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from arr_facade.emulator.documents import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arr_facade.emulator._http import Request

__all__ = ["integer", "json_object", "next_link", "place", "require_id"]

_ID = re.compile(r"[A-Za-z0-9_-]{1,256}")
_MAX_PLACE = 2**63 - 1


def json_object(request: Request, *, otherwise: Refused | None = None) -> dict[str, Any]:
    """
    The body, which has to be a JSON object.

    Raises:
        Refused: `otherwise`, or 400.
    """
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise otherwise or Refused(400, "BadRequest", "The request was malformed.")
    return body


def integer(body: Mapping[str, Any], name: str) -> int | None:
    """
    That member, or None where it is missing or no integer; 10.0 is one, as JSON Schema has it.
    """
    value = body.get(name)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def require_id(text: str) -> None:
    """
    Pass for an id that may be created (Swagger).

    Raises:
        Refused: 400.
    """
    if not _ID.fullmatch(text):
        allowed = "An ID has 1 to 256 characters, each alphanumeric, a hyphen or an underscore."
        raise Refused(400, "BadRequest", allowed)


def place(request: Request) -> int:
    """
    Where the page begins: after the place that `next_link` put into its link; 0 is the first page.

    Raises:
        Refused: 400 where the link was tampered with.
    """
    token = request.query.get("continuationToken", "")
    try:
        number = int(base64.urlsafe_b64decode(token)) if token else 0
    except ValueError:
        number = -1
    if not 0 <= number <= _MAX_PLACE:
        raise Refused(400, "BadRequest", "The continuationToken value is invalid.")
    return number


def next_link(request: Request, last: int) -> str:
    """
    The absolute URL of the page after the one that ends with the place `last`.
    """
    token = base64.urlsafe_b64encode(str(last).encode()).decode()
    version = quote(request.query["api-version"])
    return f"{request.origin}{quote(request.path)}?api-version={version}&continuationToken={quote(token)}"
