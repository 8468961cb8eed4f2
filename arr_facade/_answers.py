"""
The one door from a response to a model or an exception.

Nothing in here trusts the body: the service has answered with nulls, with other shapes, with no body at all
(service.md G), and a proxy in between answers with HTML. The status is looked at first, and whatever cannot be read
ends as a typed error with at most 2 kB of the body, and with none of it where it may hold a token.
"""

from __future__ import annotations

import json
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from arr_facade._retry import retry_after_seconds
from arr_facade._secret import readable, redact, visible
from arr_facade._waits import is_capacity
from arr_facade.errors import (
    AuthenticationError,
    BadRequestError,
    CapacityError,
    ConflictError,
    ErrorInfo,
    ForbiddenError,
    LeaseRejectedError,
    NotFoundError,
    ServerError,
    ServiceError,
    ThrottledError,
    UnexpectedResponseError,
)
from arr_facade.models import (
    Conversion,
    ConversionInput,
    ConversionOutput,
    ConversionStatus,
    ReadySession,
    Session,
    SessionSize,
    SessionStatus,
    open_enum,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from enum import StrEnum

    from arr_facade._secret import Secret
    from arr_facade._steps import Answer

__all__ = [
    "conversion",
    "ms_cv",
    "nothing",
    "parsed",
    "retry_after",
    "secret_field",
    "service_error",
    "session",
    "text_field",
]

BODY_SHOWN = 2048

_BY_STATUS: dict[int, type[ServiceError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: LeaseRejectedError,
    429: ThrottledError,
}


def parsed(parse: Callable[[Answer], Any], response: Answer, operation: str, *, show_body: bool = True) -> Any:
    """
    The generated model of a successful answer.

    Args:
        parse: The generated parser of the operation.
        response: The answer, read to its end, below 400.
        operation: What was being done, for the error.
        show_body: The error may show the body; not where a token may be in it.

    Raises:
        UnexpectedResponseError: The status is none of the operation's, or the body is not what it promises.
    """
    if not 200 <= response.status_code < 300:  # noqa: PLR2004 - the successes
        raise _unexpected(response, operation, "neither a success nor an error", show_body=show_body)
    try:
        model = parse(response)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        # The cause goes the way of the body: a JSONDecodeError has the whole document in it.
        cause = error if show_body else None
        raise _unexpected(response, operation, _reading_failed(error), show_body=show_body) from cause
    if model is None:
        reason = "a status that this operation does not have"
        raise _unexpected(response, operation, reason, show_body=show_body)
    return model


def nothing(response: Answer, operation: str) -> None:
    """
    Nothing, as the success of an operation without a body says.

    Raises:
        UnexpectedResponseError: The status is another than 204.
    """
    if response.status_code != HTTPStatus.NO_CONTENT:
        raise _unexpected(response, operation, "a status that this operation does not have")


def service_error(response: Answer, operation: str, now: float) -> ServiceError:
    """
    The typed error of an answer of 400 or above; `now` is the wall clock, against which a Retry-After date is read.
    """
    info = _error_info(response)
    common: dict[str, Any] = {
        "operation": operation,
        "status": response.status_code,
        "info": info,
        "ms_cv": ms_cv(response),
        "retry_after": retry_after(response, now),
    }
    if is_capacity(info):
        return CapacityError(**common)
    default = ServerError if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR else ServiceError
    return _BY_STATUS.get(response.status_code, default)(**common, note=_note(response))


def session(raw: Any, response: Answer, operation: str) -> Session:
    """
    The session in a generated `SessionProperties`.

    Raises:
        UnexpectedResponseError: A field is of another type than the Swagger's.
    """
    try:
        return _session(raw, response.asked_at)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise _unexpected(response, operation, _reading_failed(error)) from error


def conversion(raw: Any, response: Answer, operation: str) -> Conversion:
    """
    The conversion in a generated `Conversion`.

    Raises:
        UnexpectedResponseError: A field is of another type than the Swagger's.
    """
    try:
        return _conversion(raw)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise _unexpected(response, operation, _reading_failed(error)) from error


def text_field(value: Any, response: Answer, operation: str, name: str) -> str:
    """
    `value` if it is text that is not empty.

    Raises:
        UnexpectedResponseError: It is anything else.
    """
    if not isinstance(value, str) or not value:
        raise _unexpected(response, operation, f"{name} is not text", show_body=False)
    return value


def secret_field(value: Any, response: Answer, operation: str, name: str) -> Secret:
    """
    `value` as a secret, if it is text that a header can hold.

    Raises:
        UnexpectedResponseError: It is anything else, also with a line end behind it; neither it nor the body is shown.
    """
    text = text_field(value, response, operation, name)
    secret = visible(text)
    if secret is None or secret.reveal() != text:
        raise _unexpected(response, operation, f"{name} has a character that no header can hold", show_body=False)
    return secret


def ms_cv(response: Answer) -> str | None:
    """
    The correlation vector of an answer.
    """
    return response.ms_cv


def retry_after(response: Answer, now: float) -> float | None:
    """
    The seconds that an answer asks to wait, or None; `now` is the wall clock.
    """
    return retry_after_seconds(response.retry_after, now)


def _session(raw: Any, read_at: float) -> Session:
    status, host, handshake_port = _known(SessionStatus, raw.status), raw.hostname or None, raw.handshake_port or None
    if (host is not None and type(host) is not str) or (handshake_port is not None and type(handshake_port) is not int):
        raise TypeError(f"hostname {host!r} or handshakePort {handshake_port!r} is of another type")
    kind: Any = ReadySession if status is SessionStatus.READY and host and handshake_port else Session
    return kind(  # type: ignore[no-any-return]
        id=_text(raw.id),
        status=status,
        size=_known(SessionSize, raw.size),
        lease=_minutes(raw.max_lease_time_minutes),
        elapsed=_minutes(raw.elapsed_time_minutes),
        created=raw.creation_time or None,
        host=host,
        handshake_port=handshake_port,
        inspector_port=raw.arr_inspector_port or None,
        teraflops=raw.teraflops or None,
        error=_info(raw.error.to_dict()) if raw.error else None,
        read_at=read_at,
    )


def _conversion(raw: Any) -> Conversion:
    source, target = raw.settings.input_location, raw.settings.output_location
    return Conversion(
        id=_text(raw.id),
        status=_known(ConversionStatus, raw.status),
        source=ConversionInput(
            container_uri=_text(source.storage_container_uri),
            asset_path=_text(source.relative_input_asset_path),
            prefix=source.blob_prefix or None,
        ),
        target=ConversionOutput(
            container_uri=_text(target.storage_container_uri),
            asset_filename=target.output_asset_filename or None,
            prefix=target.blob_prefix or None,
        ),
        created=raw.creation_time or None,
        asset_uri=(raw.output.output_asset_uri or None) if raw.output else None,
        error=_info(raw.error.to_dict()) if raw.error else None,
    )


@lru_cache(maxsize=64)
def _known(enum: type[StrEnum], value: Any) -> Any:
    return open_enum(enum, str(value)) if isinstance(value, str) else _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _minutes(value: Any) -> timedelta | None:
    # The generated UNSET is falsy, and so is the null of the early service; but 0 minutes elapsed are a fact.
    return _timedelta(value) if isinstance(value, int) else None


@lru_cache(maxsize=2048)
def _timedelta(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def _error_info(response: Answer) -> ErrorInfo | None:
    try:
        document = json.loads(response.content)
    except (ValueError, RecursionError):
        return None
    return _info(document.get("error")) if isinstance(document, dict) else None


def _info(raw: Any, depth: int = 0) -> ErrorInfo | None:
    """
    Read leniently: an error about the error helps nobody.
    """
    if not isinstance(raw, dict) or depth > 16:  # noqa: PLR2004 - recorded ones nest four deep; a cycle cannot be sent
        return None
    code, message, target = raw.get("code"), raw.get("message"), raw.get("target")
    if code is None and message is None:
        return None
    return ErrorInfo(
        code=redact(str(code or "Error")),
        message=redact(str(message or "")),
        details=tuple(_details(raw.get("details"), depth + 1)),
        target=redact(str(target)) if target is not None else None,
        inner=_info(raw.get("innerError"), depth + 1),
    )


def _details(raw: Any, depth: int) -> Iterator[ErrorInfo]:
    for item in raw if isinstance(raw, list) else ():
        info = _info(item, depth)
        if info is not None:
            yield info


def _note(response: Answer) -> str:
    parts = [_reason(response), redact(response.challenge or ""), _shown(response)]
    return "; ".join(filter(None, parts))


def _reason(response: Answer) -> str:
    try:
        return HTTPStatus(response.status_code).phrase
    except ValueError:
        return "an unregistered status"


def _shown(response: Answer) -> str:
    return redact(readable(response.content[:BODY_SHOWN])).strip()


def _reading_failed(error: Exception) -> str:
    return f"the body cannot be read ({type(error).__name__}: {str(error)[:200]})"


def _unexpected(response: Answer, operation: str, reason: str, *, show_body: bool = True) -> UnexpectedResponseError:
    return UnexpectedResponseError(
        operation=operation,
        status=response.status_code,
        reason=reason,
        body=_shown(response) if show_body else "",
        ms_cv=ms_cv(response),
    )
