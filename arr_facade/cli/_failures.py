"""
From an exception to an exit code and a message: the one table of what the codes mean.
"""

from __future__ import annotations

import sys
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from arr_facade import errors
from arr_facade.cli._show import OutputError, say

if TYPE_CHECKING:
    from arr_facade.cli._options import Invocation

__all__ = ["ExitCode", "exit_code", "report"]


class ExitCode(IntEnum):
    """
    How a command ended; also 130 after Ctrl-C and 143 after SIGTERM, as shells have it.
    """

    OK = 0
    UNEXPECTED = 1
    """A mistake of ours: run again with -v and report it. Or the output cannot be written."""
    USAGE = 2
    """The command line cannot be understood."""
    CONFIGURATION = 3
    """A setting is missing or wrong, or the account's credential was not accepted or may not do this."""
    NOT_FOUND = 4
    """There is no such session or conversion."""
    ENDED = 5
    """What was waited for or kept has ended otherwise: failed, expired, stopped, cancelled."""
    TIMED_OUT = 6
    """The wait's own timeout passed; what was waited for goes on."""
    BUSY = 7
    """Too many requests, or no server is free: the same command may work later."""
    UNREACHABLE = 8
    """No answer, or none that can be used: the network, a proxy, or the service itself."""
    REFUSED = 9
    """The service understood and refused: a value, an id that is taken, a lease that may not shrink."""


# The first match counts, so the particular stands before the general.
_MEANING: tuple[tuple[type[errors.ArrError], ExitCode], ...] = (
    (errors.CapacityError, ExitCode.BUSY),
    (errors.ThrottledError, ExitCode.BUSY),
    (errors.ConfigurationError, ExitCode.CONFIGURATION),
    (errors.AuthenticationError, ExitCode.CONFIGURATION),
    (errors.ForbiddenError, ExitCode.CONFIGURATION),
    (errors.NotFoundError, ExitCode.NOT_FOUND),
    (errors.WaitTimeoutError, ExitCode.TIMED_OUT),
    (errors.WaitError, ExitCode.ENDED),
    (errors.LeaseLostError, ExitCode.ENDED),
    (errors.TransportError, ExitCode.UNREACHABLE),
    (errors.ServerError, ExitCode.UNREACHABLE),
    (errors.UnexpectedResponseError, ExitCode.UNREACHABLE),
    (errors.ServiceError, ExitCode.REFUSED),
)


def exit_code(error: BaseException) -> ExitCode:
    """
    The code for this kind of error.
    """
    return next((code for kind, code in _MEANING if isinstance(error, kind)), ExitCode.UNEXPECTED)


def report(error: Exception, invocation: Invocation) -> ExitCode:
    """
    Tell the error on stderr, as text or as one line of JSON, and return its exit code.
    """
    code = exit_code(error)
    if invocation.verbose and sys.stderr is not None:
        import traceback

        # Before the message, so that the last line is the error's JSON.
        traceback.print_exception(error)
    if invocation.json:
        import json

        say(json.dumps({"error": _as_dict(error, code)}))
    elif isinstance(error, OutputError):
        say(f"arr: {_message(error)}")
    elif code is ExitCode.UNEXPECTED:
        say(f"arr: {type(error).__name__}: {error}\nThis is a mistake in arr; -v shows where.")
    else:
        say(f"arr: {error}")
    return code


def _message(error: Exception) -> str:
    if isinstance(error, errors.ArrError):
        return str(error.args[0])  # its text has the facts and the advice as well
    return f"cannot write the output: {error.strerror}" if isinstance(error, OutputError) else str(error)


def _as_dict(error: Exception, code: ExitCode) -> dict[str, Any]:
    last = getattr(error, "last", None)
    info = getattr(error, "info", None)
    facts = {
        "type": type(error).__name__,
        "exit_code": int(code),
        "message": _message(error),
        "advice": getattr(error, "advice", None),
        "status": getattr(error, "status", None),
        "service_error": info.as_dict() if info else None,
        "ms_cv": getattr(error, "ms_cv", None),
        "retry_after": getattr(error, "retry_after", None),
        "last": last.as_dict() if last else None,
    }
    return {name: value for name, value in facts.items() if value is not None}
