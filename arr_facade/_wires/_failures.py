"""
The libraries' exceptions in our words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from arr_facade.errors import ConnectError, RequestTimeoutError, TransportError

if TYPE_CHECKING:
    from arr_facade._steps import Send

__all__ = ["broken", "not_connected", "too_late"]


def not_connected(send: Send, error: BaseException) -> ConnectError:
    """
    No connection could be made.
    """
    return ConnectError(_said(error, "no connection"), operation=send.operation, host=_host(send))


def too_late(send: Send, error: BaseException) -> RequestTimeoutError:
    """
    The service did not answer in time.
    """
    return RequestTimeoutError(_said(error, "no answer in time"), operation=send.operation, host=_host(send))


def broken(send: Send, error: BaseException) -> TransportError:
    """
    The connection broke before the answer was whole.
    """
    return TransportError(_said(error, "the connection broke"), operation=send.operation, host=_host(send))


def _host(send: Send) -> str:
    return urlsplit(send.url).netloc


def _said(error: BaseException, otherwise: str) -> str:
    cause: BaseException | None = error
    # Some libraries wrap an error that has words into one that has none.
    while cause is not None:
        if str(cause):
            return str(cause)
        cause = cause.__cause__ or cause.__context__
    return f"{otherwise} ({type(error).__name__})"
