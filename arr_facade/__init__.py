"""
Azure Remote Rendering sessions in Python: start one, wait until it is Ready, keep its lease, and stop it.

    import arr_facade

    with arr_facade.Client() as client, client.session(size="Standard", lease="10m") as session:
        print(session.host, session.handshake_port)
"""

from __future__ import annotations

from arr_facade._auth import TokenCredential, TokenProvider
from arr_facade._retry import Retry, RetryPolicy
from arr_facade._secret import Secret
from arr_facade._version import __version__
from arr_facade.client import AsyncClient, Client
from arr_facade.clock import Clock, ManualClock, SystemClock
from arr_facade.durations import DurationLike
from arr_facade.errors import (
    ArrError,
    AuthenticationError,
    BadRequestError,
    CapacityError,
    ConfigurationError,
    ConflictError,
    ConnectError,
    ConversionCancelledError,
    ConversionFailedError,
    EndedError,
    ErrorInfo,
    ForbiddenError,
    LeaseLostError,
    LeaseRejectedError,
    NotFoundError,
    RequestTimeoutError,
    ServerError,
    ServiceError,
    SessionExpiredError,
    SessionFailedError,
    SessionStoppedError,
    ThrottledError,
    TransportError,
    UnexpectedResponseError,
    WaitError,
    WaitTimeoutError,
)
from arr_facade.handles import AsyncConversionHandle, AsyncSessionHandle, ConversionHandle, SessionHandle
from arr_facade.models import (
    AccessToken,
    Conversion,
    ConversionInput,
    ConversionOutput,
    ConversionStatus,
    LeaseEvent,
    LeaseEventKind,
    ReadySession,
    Session,
    SessionSize,
    SessionStatus,
)

__all__ = [
    "AccessToken",
    "ArrError",
    "AsyncClient",
    "AsyncConversionHandle",
    "AsyncSessionHandle",
    "AuthenticationError",
    "BadRequestError",
    "CapacityError",
    "Client",
    "Clock",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "Conversion",
    "ConversionCancelledError",
    "ConversionFailedError",
    "ConversionHandle",
    "ConversionInput",
    "ConversionOutput",
    "ConversionStatus",
    "DurationLike",
    "EndedError",
    "ErrorInfo",
    "ForbiddenError",
    "LeaseEvent",
    "LeaseEventKind",
    "LeaseLostError",
    "LeaseRejectedError",
    "ManualClock",
    "NotFoundError",
    "ReadySession",
    "RequestTimeoutError",
    "Retry",
    "RetryPolicy",
    "Secret",
    "ServerError",
    "ServiceError",
    "Session",
    "SessionExpiredError",
    "SessionFailedError",
    "SessionHandle",
    "SessionSize",
    "SessionStatus",
    "SessionStoppedError",
    "SystemClock",
    "ThrottledError",
    "TokenCredential",
    "TokenProvider",
    "TransportError",
    "UnexpectedResponseError",
    "WaitError",
    "WaitTimeoutError",
    "__version__",
]
