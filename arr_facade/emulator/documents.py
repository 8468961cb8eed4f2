"""
The service's JSON: documents of sessions and conversions in both recorded shapes, lists, and error bodies.

The *late* shape (March 2021 onward) leaves out what a session does not have yet; the *early* one sends nulls and zeros
(service.md B.2). Field order is the recorded one, and so is the compact form.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arr_facade.emulator.world import ConversionRow, SessionRow

__all__ = [
    "Refused",
    "Shape",
    "conflict",
    "conversion_document",
    "conversion_list",
    "encode",
    "error_document",
    "session_document",
    "session_list",
]

Shape = Literal["late", "early"]

_PLAIN = "/!$&'()*+,;=:@~"
"""What stands in the path of a URI as it is, beside letters, digits and `-._` (RFC 3986)."""


@attrs.define
class Refused(Exception):  # noqa: N818 - an answer of the service, not a fault of this program
    """
    The service's refusal of a request.

    Attributes:
        status: The HTTP status.
        code: The error code; without one the answer has no body.
        message: The sentence to it.
        details: Error objects nested below.
        headers: Headers beyond the usual ones.
    """

    status: int
    code: str | None = None
    message: str = ""
    details: Sequence[Mapping[str, Any]] = ()
    headers: Sequence[tuple[str, str]] = ()


def conflict() -> Refused:
    """
    409: the id is taken by something with other settings (Swagger).
    """
    return Refused(409, "Conflict", "A resource already exists under the given ID.")


def encode(document: Mapping[str, Any]) -> bytes:
    """
    The document as compact UTF-8 JSON, as every recorded Content-Length has it.
    """
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")


def session_document(row: SessionRow, now: float, shape: Shape) -> dict[str, Any]:
    """
    The session as it is at `now`.
    """
    status = row.status_at(now)
    reachable = status == "Ready"
    failed = status == "Error"
    document: dict[str, Any] = {
        "id": row.id,
        "creationTime": _timestamp(row.created) + "+00:00",
        "arrInspectorPort": row.inspector_port if reachable else 0,
        "handshakePort": row.handshake_port if reachable else 0,
        "elapsedTimeMinutes": row.elapsed_at(now),
        "hostname": row.hostname if reachable else None,
        "maxLeaseTimeMinutes": row.lease,
        "size": row.size,
        "status": status,
        # Stays after the end, unlike the ports (service.md B.2).
        "teraflops": row.teraflops if row.was_ready_at(now) else 0.0,
        "error": _session_error(row, shape) if failed else None,
    }
    if shape == "early":
        return document
    kept = {"elapsedTimeMinutes", "maxLeaseTimeMinutes"}
    return {name: value for name, value in document.items() if value or name in kept}


def _session_error(row: SessionRow, shape: Shape) -> dict[str, Any]:
    return _error(row.error_code or "InternalServerError", row.error_message or "", (), nulls=shape == "early")


def conversion_document(row: ConversionRow, now: float) -> dict[str, Any]:
    """
    The conversion as it is at `now`; both shapes are the same, with `error` always there (service.md C.2).
    """
    status = row.status_at(now)
    settings = json.loads(row.settings)
    document: dict[str, Any] = {"id": row.id, "creationTime": _timestamp(row.created) + "Z", "settings": settings}
    if status == "Succeeded":
        document["output"] = {"outputAssetUri": _asset_uri(settings["outputLocation"])}
    failed = status == "Failed" and row.error_code is not None
    document["error"] = {"code": row.error_code, "message": row.error_message} if failed else None
    document["status"] = status
    return document


def _asset_uri(location: Mapping[str, str]) -> str:
    container = location["storageContainerUri"].rstrip("/")
    blob = location.get("blobPrefix", "") + location["outputAssetFilename"]
    return f"{container}/{quote(blob, safe=_PLAIN, errors='replace')}"


def session_list(documents: Sequence[Mapping[str, Any]], next_link: str | None) -> dict[str, Any]:
    """
    A page of sessions: the link to the next is left out where there is none (recorded).
    """
    return {"sessions": documents} | ({"@nextLink": next_link} if next_link else {})


def conversion_list(documents: Sequence[Mapping[str, Any]], next_link: str | None) -> dict[str, Any]:
    """
    A page of conversions: the link to the next is null where there is none (recorded).
    """
    return {"conversions": documents, "@nextLink": next_link}


def error_document(refused: Refused, *, nulls: bool) -> dict[str, Any]:
    """
    The body of a refusal; `nulls` adds the empty members that session errors had in the early shape (service.md B.4).
    """
    return {"error": _error(refused.code or "", refused.message, refused.details, nulls=nulls)}


def _error(code: str, message: str, details: Sequence[Mapping[str, Any]], *, nulls: bool) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": message}
    if nulls:
        return error | {"details": details or None, "target": None, "innerError": None}
    return error | ({"details": details} if details else {})


def _timestamp(instant: float) -> str:
    """
    ISO 8601 to 100 ns, trailing zeros trimmed, as .NET prints it; without offset.
    """
    seconds, ticks = divmod(round(instant * 10_000_000), 10_000_000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{ticks:07d}".rstrip("0") if ticks else text
