"""
What a caller gets to see: sessions, conversions, tokens and lease events, as frozen values.

Absent, null and 0 mean the same in the service's answers (service.md B.2: the early service sent zeros and nulls where
the late one leaves a field out); here all three are None.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from arr_facade._secret import Secret, redact
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from arr_facade.errors import ErrorInfo

__all__ = [
    "AccessToken",
    "Conversion",
    "ConversionInput",
    "ConversionOutput",
    "ConversionStatus",
    "LeaseEvent",
    "LeaseEventKind",
    "ReadySession",
    "Session",
    "SessionSize",
    "SessionStatus",
]


class SessionSize(StrEnum):
    """
    The server sizes with a public price. Some accounts may use others; write those as plain text.
    """

    STANDARD = "Standard"
    """Renders up to 20 million primitives; beyond that a checkerboard appears (service.md E.1)."""
    PREMIUM = "Premium"
    """No fixed limit of primitives."""


class SessionStatus(StrEnum):
    """
    Where a session stands. A status the service adds later arrives as plain text.
    """

    STARTING = "Starting"
    READY = "Ready"
    STOPPED = "Stopped"
    EXPIRED = "Expired"
    ERROR = "Error"


class ConversionStatus(StrEnum):
    """
    Where a conversion stands. A status the service adds later arrives as plain text.
    """

    NOT_STARTED = "NotStarted"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    CANCELLED = "Cancelled"


_ENDED_SESSION = frozenset({SessionStatus.STOPPED, SessionStatus.EXPIRED, SessionStatus.ERROR})
_ENDED_CONVERSION = frozenset({ConversionStatus.SUCCEEDED, ConversionStatus.FAILED, ConversionStatus.CANCELLED})

_Enum = TypeVar("_Enum", bound=StrEnum)


def open_enum(enum: type[_Enum], value: str) -> _Enum | str:
    """
    The member called `value`, or `value` itself as text when the service knows more than we do.
    """
    return _members(enum).get(value) or value


@cache
def _members(enum: type[_Enum]) -> Mapping[str, _Enum]:
    # A look-up costs a tenth of calling the enum, and every session read makes two.
    return {member.value: member for member in enum}


@attrs.frozen(kw_only=True)
class Session:
    """
    A rendering session as the service last described it.

    Attributes:
        id: 1 to 256 of `[A-Za-z0-9_-]`, case-sensitive.
        status: A `SessionStatus`, or text for one that this version does not know.
        size: A `SessionSize`, or text. It may differ from the requested one (peers.md section 3).
        lease: How long the session lives in total, counted from Ready; whole minutes.
        elapsed: Time since Ready in whole minutes, rounded down by the service.
        created: When the service took the request; the lease does *not* count from here.
        host: Name to connect to; None before Ready and after the end.
        handshake_port: TCP port of the connection's handshake, 49152 to 65534, or None.
        inspector_port: Port of the ArrInspector page, or None.
        teraflops: The server's power; differs between servers of one size.
        error: Why it ended as Error.
        read_at: The client clock's `monotonic` when it was asked for; everything above ages from there.
    """

    id: str
    status: SessionStatus | str
    size: SessionSize | str
    lease: timedelta | None = None
    elapsed: timedelta | None = None
    created: datetime | None = None
    host: str | None = None
    handshake_port: int | None = None
    inspector_port: int | None = None
    teraflops: float | None = None
    error: ErrorInfo | None = None
    read_at: float | None = attrs.field(default=None, eq=False, repr=False)

    @property
    def is_ready(self) -> bool:
        """
        True while it can be connected to.
        """
        return self.status == SessionStatus.READY

    @property
    def has_ended(self) -> bool:
        """
        True once it is Stopped, Expired or Error; none of these is ever left again.
        """
        return self.status in _ENDED_SESSION

    @property
    def inspector_url(self) -> str | None:
        """
        Address of the ArrInspector web page, or None where there is no server to inspect.
        """
        if self.host is None or self.inspector_port is None:
            return None
        return f"https://{self.host}:{self.inspector_port}"

    def as_dict(self) -> dict[str, Any]:
        """
        The same as plain JSON data; durations in minutes, times in ISO 8601, None for what is absent.
        """
        return {
            "id": self.id,
            "status": str(self.status),
            "size": str(self.size),
            "lease_minutes": _minutes(self.lease),
            "elapsed_minutes": _minutes(self.elapsed),
            "created": self.created.isoformat() if self.created else None,
            "host": self.host,
            "handshake_port": self.handshake_port,
            "inspector_port": self.inspector_port,
            "inspector_url": self.inspector_url,
            "teraflops": self.teraflops,
            "error": self.error.as_dict() if self.error else None,
        }


@attrs.frozen(kw_only=True)
class ReadySession(Session):
    """
    A session that can be connected to: here `host` and `handshake_port` are never None.
    """

    host: str
    handshake_port: int


def _shown_uri(uri: str) -> str:
    # An address that the service echoed, or that is about to be refused, may have a signature in it.
    return redact(repr(uri))


def _not_empty(instance: object, attribute: attrs.Attribute[Secret | None], value: Secret | None) -> None:  # noqa: ARG001 - attrs' signature
    if value is not None and not value:
        raise ConfigurationError(attribute.name, "", "is empty", advice="leave it out for linked storage.")


@attrs.frozen(kw_only=True)
class ConversionInput:
    """
    Where a conversion reads.

    Attributes:
        container_uri: `https://<storage account>.blob.core.windows.net/<container>`.
        asset_path: Path of the model below `prefix`, with a supported extension (FBX, glTF, GLB, XYZ,
            PLY, E57, LAS, LAZ).
        prefix: Only blobs below it are fetched; None fetches the whole container.
        sas: A SAS query string with read and list rights; None for linked storage. Never echoed by the service.

    Raises:
        ConfigurationError: `sas` is empty.
    """

    container_uri: str = attrs.field(repr=_shown_uri)
    asset_path: str
    prefix: str | None = None
    sas: Secret | None = attrs.field(default=None, converter=attrs.converters.optional(Secret), validator=_not_empty)


@attrs.frozen(kw_only=True)
class ConversionOutput:
    """
    Where a conversion writes.

    Attributes:
        container_uri: `https://<storage account>.blob.core.windows.net/<container>`.
        asset_filename: Ends in `.arrAsset`; None names it after the input.
        prefix: Virtual folder of the results; None writes to the root.
        sas: A SAS query string with write rights; None for linked storage. Never echoed by the service.

    Raises:
        ConfigurationError: `sas` is empty.
    """

    container_uri: str = attrs.field(repr=_shown_uri)
    asset_filename: str | None = None
    prefix: str | None = None
    sas: Secret | None = attrs.field(default=None, converter=attrs.converters.optional(Secret), validator=_not_empty)


@attrs.frozen(kw_only=True)
class Conversion:
    """
    A conversion as the service last described it.

    Attributes:
        id: 1 to 256 of `[A-Za-z0-9_-]`, case-sensitive.
        status: A `ConversionStatus`, or text for one that this version does not know.
        source: Where it reads, as normalised by the service (prefixes end in `/`), without SAS.
        target: Where it writes, likewise, with the file name filled in.
        created: When the service took the request.
        asset_uri: The result's address without SAS, once Succeeded.
        error: Why it Failed. The texts change over the years: show them, never match on them.
    """

    id: str
    status: ConversionStatus | str
    source: ConversionInput
    target: ConversionOutput
    created: datetime | None = None
    asset_uri: str | None = None
    error: ErrorInfo | None = None

    @property
    def has_ended(self) -> bool:
        """
        True once it is Succeeded, Failed or Cancelled.
        """
        return self.status in _ENDED_CONVERSION

    def as_dict(self) -> dict[str, Any]:
        """
        The same as plain JSON data; times in ISO 8601, None for what is absent, no SAS.
        """
        return {
            "id": self.id,
            "status": str(self.status),
            "created": self.created.isoformat() if self.created else None,
            "source": {
                "container_uri": redact(self.source.container_uri),
                "prefix": self.source.prefix,
                "asset_path": self.source.asset_path,
            },
            "target": {
                "container_uri": redact(self.target.container_uri),
                "prefix": self.target.prefix,
                "asset_filename": self.target.asset_filename,
            },
            "asset_uri": self.asset_uri,
            "error": self.error.as_dict() if self.error else None,
        }


@attrs.frozen
class AccessToken:
    """
    A token for the rendering service.

    Attributes:
        token: The token; masked when printed, `reveal()` gives the text.
        expires_at: Wall clock in seconds since 1970 from its `exp` claim, or None where it has none that can be read.
    """

    token: Secret
    expires_at: float | None = None


class LeaseEventKind(StrEnum):
    """
    What happened to a kept lease.
    """

    RENEWED = "renewed"
    EXPIRING = "expiring"
    LOST = "lost"


@attrs.frozen
class LeaseEvent:
    """
    News about a kept session.

    Attributes:
        kind: `renewed`; `expiring` when the limit or a failing renewal means that the end is near; `lost` when it
            ended.
        session: The session as last seen.
        reason: Why, in one sentence.
    """

    kind: LeaseEventKind
    session: Session
    reason: str


def _minutes(value: timedelta | None) -> int | None:
    return None if value is None else value // timedelta(minutes=1)
