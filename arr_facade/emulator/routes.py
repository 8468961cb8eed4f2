"""
Which operation a method and a path mean.
"""

from __future__ import annotations

import re
from typing import Literal

import attrs

__all__ = ["Operation", "Route", "route"]

Operation = Literal[
    "get_token",
    "create_session",
    "get_session",
    "update_session",
    "stop_session",
    "list_sessions",
    "create_conversion",
    "get_conversion",
    "list_conversions",
]
"""The operations by the names that the client gives them."""

_PATH = re.compile(
    r"/accounts/(?P<account>[^/]+)/(?:token|(?P<kind>sessions|conversions)(?:/(?P<id>[^/]+)(?P<stop>/:stop)?)?)/?",
    re.IGNORECASE,
)
_TABLE: dict[str, dict[str, Operation]] = {
    "token": {"GET": "get_token"},
    "sessions": {"GET": "list_sessions"},
    "sessions/id": {"PUT": "create_session", "GET": "get_session", "PATCH": "update_session"},
    "sessions/id/:stop": {"POST": "stop_session"},
    "conversions": {"GET": "list_conversions"},
    "conversions/id": {"PUT": "create_conversion", "GET": "get_conversion"},
}


@attrs.frozen
class Route:
    """
    Where a request leads.

    Attributes:
        operation: What is asked for, or None where there is no such path or method.
        account: The account in the path.
        id: The session or conversion in the path, or empty.
        allow: The methods the path has; none where there is no such path.
    """

    operation: Operation | None
    account: str = ""
    id: str = ""
    allow: tuple[str, ...] = ()


def route(method: str, path: str) -> Route:
    """
    Where this method on this path leads; the fixed parts of a path match in any case (service.md A.4).
    """
    found = _PATH.fullmatch(path)
    if found is None:
        return Route(None)
    kind = (found["kind"] or "token").lower() + ("/id" if found["id"] else "") + ("/:stop" if found["stop"] else "")
    methods = _TABLE.get(kind, {})
    return Route(methods.get(method), found["account"], found["id"] or "", tuple(methods))
