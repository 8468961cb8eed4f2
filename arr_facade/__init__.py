"""
Azure Remote Rendering sessions in Python: start one, wait until it is Ready, keep its lease, and stop it.

    import arr_facade

    with arr_facade.Client() as client, client.session(size="Standard", lease="10m") as session:
        print(session.host, session.handshake_port)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from arr_facade._version import __version__

if TYPE_CHECKING:
    from arr_facade._auth import TokenCredential, TokenProvider
    from arr_facade._retry import Retry, RetryPolicy
    from arr_facade._secret import Secret
    from arr_facade.async_client import AsyncClient
    from arr_facade.client import Client
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

# Where each name lives. It is imported when it is first asked for: a program pays for what it uses.
_HOMES = {
    "arr_facade._auth": "TokenCredential TokenProvider",
    "arr_facade._retry": "Retry RetryPolicy",
    "arr_facade._secret": "Secret",
    "arr_facade.async_client": "AsyncClient",
    "arr_facade.client": "Client",
    "arr_facade.clock": "Clock ManualClock SystemClock",
    "arr_facade.durations": "DurationLike",
    "arr_facade.errors": (
        "ArrError AuthenticationError BadRequestError CapacityError ConfigurationError ConflictError "
        "ConnectError ConversionCancelledError ConversionFailedError EndedError ErrorInfo ForbiddenError "
        "LeaseLostError LeaseRejectedError NotFoundError RequestTimeoutError ServerError ServiceError "
        "SessionExpiredError SessionFailedError SessionStoppedError ThrottledError TransportError "
        "UnexpectedResponseError WaitError WaitTimeoutError"
    ),
    "arr_facade.handles": "AsyncConversionHandle AsyncSessionHandle ConversionHandle SessionHandle",
    "arr_facade.models": (
        "AccessToken Conversion ConversionInput ConversionOutput ConversionStatus LeaseEvent "
        "LeaseEventKind ReadySession Session SessionSize SessionStatus"
    ),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME_OF[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
