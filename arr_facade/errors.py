"""
Everything the facade raises.

    ArrError
    ├── ConfigurationError (ValueError)      a setting or an argument is wrong; nothing was sent
    ├── TransportError                       no answer arrived
    │   ├── ConnectError
    │   └── RequestTimeoutError (TimeoutError)
    ├── ServiceError                         the service answered with an error
    │   ├── BadRequestError                  400
    │   ├── AuthenticationError              401
    │   ├── ForbiddenError                   403
    │   ├── NotFoundError                    404
    │   ├── ConflictError                    409
    │   ├── LeaseRejectedError               422
    │   ├── ThrottledError                   429
    │   ├── ServerError                      5xx
    │   └── CapacityError                    no server of that size is free (also an EndedError)
    ├── UnexpectedResponseError              an answer that nobody can read
    ├── WaitError                            a wait did not end well; carries the last state
    │   ├── EndedError
    │   │   ├── SessionFailedError
    │   │   │   └── CapacityError
    │   │   ├── SessionExpiredError
    │   │   ├── SessionStoppedError
    │   │   ├── ConversionFailedError
    │   │   └── ConversionCancelledError
    │   └── WaitTimeoutError (TimeoutError)
    └── LeaseLostError                       a kept session ended although it should have lived

`str(error)` says what failed, the status, the service's code and message with their details, the correlation vector
(MS-CV) to quote to the operator, and one line of advice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arr_facade.models import Conversion, Session

__all__ = [
    "ArrError",
    "AuthenticationError",
    "BadRequestError",
    "CapacityError",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "ConversionCancelledError",
    "ConversionFailedError",
    "EndedError",
    "ErrorInfo",
    "ForbiddenError",
    "LeaseLostError",
    "LeaseRejectedError",
    "NotFoundError",
    "RequestTimeoutError",
    "ServerError",
    "ServiceError",
    "SessionExpiredError",
    "SessionFailedError",
    "SessionStoppedError",
    "ThrottledError",
    "TransportError",
    "UnexpectedResponseError",
    "WaitError",
    "WaitTimeoutError",
]


# Enough for any path; an id of a thousand characters is recognised by less.
_LONGEST_SHOWN = 200


@attrs.frozen
class ErrorInfo:
    """
    The service's own words about what went wrong.

    Attributes:
        code: A stable name such as `"BadRequest"`.
        message: A sentence for people; the service has reworded some of them over the years
            (service.md C.5), so never match on it.
        details: Errors nested below this one, outermost first.
        target: What the error is about, where the service said so.
        inner: A more specific cause, where the service said so.
    """

    code: str
    message: str
    details: tuple[ErrorInfo, ...] = ()
    target: str | None = None
    inner: ErrorInfo | None = None

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def lines(self, indent: str = "  ") -> Iterator[str]:
        """
        One line for each nested error, indented by depth.
        """
        for info in (*self.details, *filter(None, [self.inner])):
            yield f"{indent}- {info}"
            yield from info.lines(indent + "  ")

    def as_dict(self) -> dict[str, Any]:
        """
        The same as plain JSON data, without what is absent.
        """
        out: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            out["details"] = [info.as_dict() for info in self.details]
        if self.target is not None:
            out["target"] = self.target
        if self.inner is not None:
            out["inner"] = self.inner.as_dict()
        return out


class ArrError(Exception):
    """
    The root: catching it catches everything the facade raises on purpose.

    Attributes:
        advice: What to do about it, in one line, or None.
        outcome_unknown: True where an attempt of the failed call may have taken effect, although no answer said so.
    """

    advice: str | None = None
    outcome_unknown: bool = False

    def __init__(self, message: str, *, advice: str | None = None) -> None:
        super().__init__(message)
        if advice is not None:
            self.advice = advice

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only constructors do not survive the default pickling, and errors do cross process pools.
        return (_rebuild, (type(self), self.args, self.__dict__))

    def _lines(self) -> Iterator[str]:
        yield str(self.args[0])
        yield from self._facts()
        if self.advice:
            yield f"Advice: {self.advice}"

    def _facts(self) -> Iterator[str]:
        return iter(())


def _rebuild(cls: type[ArrError], args: tuple[Any, ...], state: dict[str, Any]) -> ArrError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigurationError(ArrError, ValueError):
    """
    A setting or an argument is wrong; no request was sent.

    Attributes:
        field: The argument, environment variable or key of the file, as its writer calls it.
        value: What was given; secrets arrive here masked.
    """

    def __init__(self, field: str, value: object, problem: str, *, advice: str | None = None) -> None:
        super().__init__(f"{field}: {_shown(value)} {problem}", advice=advice)
        self.field = field
        self.value = value


class TransportError(ArrError):
    """
    No answer arrived; whether the service acted on the request is unknown.

    Attributes:
        operation: What was being done, such as `"get session 'demo'"`.
        host: Whom we spoke to.
    """

    advice = "check the network, the proxy and the endpoint; the request may be repeated safely."

    def __init__(self, message: str, *, operation: str, host: str) -> None:
        super().__init__(f"{operation} at {host}: {message}")
        self.operation = operation
        self.host = host


class ConnectError(TransportError):
    """
    The connection could not be made: name, address, TLS or proxy.
    """

    advice = "check the endpoint's spelling, the network, the proxy and the TLS settings."


class RequestTimeoutError(TransportError, TimeoutError):
    """
    The service did not answer within the client's `timeout`.
    """

    advice = "repeat the call, or give the client a longer timeout=."


class ServiceError(ArrError):
    """
    The service answered, and the answer is an error.

    Attributes:
        operation: What was being done, such as `"get session 'demo'"`.
        status: The HTTP status, or None where the error stood in a session's document.
        info: The service's error object, or None where the body had none.
        ms_cv: The correlation vector of the answer, to quote when reporting the problem.
        retry_after: Seconds after which the service asked to be called again, or None.
    """

    def __init__(
        self,
        *,
        operation: str,
        status: int | None,
        info: ErrorInfo | None = None,
        ms_cv: str | None = None,
        retry_after: float | None = None,
        note: str | None = None,
        advice: str | None = None,
    ) -> None:
        said = str(info) if info else (note or "the answer has no error body")
        # Not super(): in CapacityError the next class in line is WaitError, which wants a session.
        ArrError.__init__(self, f"{operation}: {f'{status} ' if status else ''}{said}", advice=advice)
        self.operation = operation
        self.status = status
        self.info = info
        self.ms_cv = ms_cv
        self.retry_after = retry_after

    @property
    def code(self) -> str | None:
        """
        The service's own code, such as `"Conflict"`, or None where the body had none.
        """
        return self.info.code if self.info else None

    @property
    def details(self) -> Sequence[ErrorInfo]:
        """
        The errors nested in the answer.
        """
        return self.info.details if self.info else ()

    def _facts(self) -> Iterator[str]:
        if self.info:
            yield from self.info.lines()
        if self.retry_after is not None:
            yield f"  Retry-After: {self.retry_after:g} s"
        if self.ms_cv:
            yield f"  MS-CV: {self.ms_cv}"


class BadRequestError(ServiceError):
    """
    400: the service refused the request as it was written.
    """

    advice = "compare the values with the service's message; sizes and lease bounds differ between accounts."


class AuthenticationError(ServiceError):
    """
    401: the key or token was not accepted, also after one renewal.
    """

    advice = "check the account id, the key or token, and that account_domain names the account's own region."


class ForbiddenError(ServiceError):
    """
    403: authenticated, but not allowed.
    """

    advice = (
        "check the role of the identity (conversions need Remote Rendering Administrator) "
        "and, for a conversion, that the storage is linked or both SAS tokens are given."
    )


class NotFoundError(ServiceError):
    """
    404: there is no session or conversion with this id in this account and region.
    """

    advice = "ids are case-sensitive and belong to one region; check both, or list what there is."


class ConflictError(ServiceError):
    """
    409: the id is taken by one with other settings.
    """

    advice = "open the existing one, repeat the call with exactly its settings, or leave the id out to get a new one."


class LeaseRejectedError(ServiceError):
    """
    422: the service refused the new lease.
    """

    advice = (
        "a lease only grows: the new total must exceed the present one and stay below 1440 minutes; "
        "or the session has ended."
    )


class ThrottledError(ServiceError):
    """
    429: too many requests, also after the retries.
    """

    advice = "the limit resets within a minute; let one client with one poll serve all waiters."


class ServerError(ServiceError):
    """
    5xx: the service failed, also after the retries.
    """

    advice = "try again later; when it persists, report it with the MS-CV."


class UnexpectedResponseError(ArrError):
    """
    An answer that neither the Swagger nor the recordings know: another shape, HTML, truncated, or of a strange status.

    Attributes:
        operation: What was being done.
        status: The HTTP status.
        body: The first 2 kB of the body, as text.
        ms_cv: The correlation vector of the answer, or None.
    """

    advice = "check that the endpoint is the rendering service and that no proxy answers in its place."

    def __init__(
        self,
        *,
        operation: str,
        status: int,
        reason: str,
        body: str = "",
        ms_cv: str | None = None,
        advice: str | None = None,
    ) -> None:
        super().__init__(f"{operation}: {status} with an unexpected answer: {reason}", advice=advice)
        self.operation = operation
        self.status = status
        self.body = body
        self.ms_cv = ms_cv

    def _facts(self) -> Iterator[str]:
        if self.body:
            yield f"  Body: {self.body}"
        if self.ms_cv:
            yield f"  MS-CV: {self.ms_cv}"


class WaitError(ArrError):
    """
    A wait that did not end in the state it was for.

    Attributes:
        last: The session or conversion as last seen, or None where it was never seen.
    """

    def __init__(self, message: str, *, last: Session | Conversion | None, advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.last = last

    def _facts(self) -> Iterator[str]:
        error = getattr(self.last, "error", None)
        if error is not None:
            yield f"  {error}"
            yield from error.lines("    ")


class EndedError(WaitError):
    """
    It ended, in another state than the awaited one.
    """


class SessionFailedError(EndedError):
    """
    The session ended as Error.
    """

    advice = "session errors are usually transient: start a new session, or try another size or region."


class SessionExpiredError(EndedError):
    """
    The session's lease ran out.
    """

    advice = "start a new session with a longer lease, or let the facade keep it (keep=True)."


class SessionStoppedError(EndedError):
    """
    The session was stopped.
    """

    advice = "somebody stopped it; a stopped session cannot be revived: start a new one."


class ConversionFailedError(EndedError):
    """
    The conversion ended as Failed.
    """

    advice = "read <asset>.result.json in the output container, and check paths, prefixes and the rights of both SAS."


class ConversionCancelledError(EndedError):
    """
    The conversion ended as Cancelled.
    """

    advice = "start it again under a new id."


class CapacityError(ServiceError, SessionFailedError):
    """
    No server of that size is free in that region: the request was refused, or the session ended as Error for it.

    `status` and `last` tell which of the two: the other one is None.
    """

    advice = "try the other size or another region, or again in a few minutes."

    def __init__(
        self,
        *,
        operation: str,
        status: int | None = None,
        info: ErrorInfo | None = None,
        ms_cv: str | None = None,
        retry_after: float | None = None,
        last: Session | None = None,
    ) -> None:
        ServiceError.__init__(self, operation=operation, status=status, info=info, ms_cv=ms_cv, retry_after=retry_after)
        self.last = last


class WaitTimeoutError(WaitError, TimeoutError):
    """
    The wait's own timeout passed first; the last state is attached.
    """

    advice = "wait again on the same handle or its resume_token, with a longer timeout."


class LeaseLostError(ArrError):
    """
    A session that was being kept has ended.

    Attributes:
        session_id: The session.
        last: The session as last seen.
    """

    advice = "what ran on it is gone; start a new session."

    def __init__(self, message: str, *, session_id: str, last: Session | None) -> None:
        super().__init__(message)
        self.session_id = session_id
        self.last = last


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."
