"""
What each effect of a fault does to a request.

An effect is a function of the fault, the exchange, and `proceed`, which carries the request out with the effects that
come after it in the table; what it returns is the answer. Effects on the way of an answer come first.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import attrs

from arr_facade.emulator._http import Delivery, Response
from arr_facade.emulator.control import Breakdown
from arr_facade.emulator.documents import Refused, encode, error_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arr_facade.emulator.control import Control
    from arr_facade.emulator.faults import Effect, Fault
    from arr_facade.emulator.routes import Route
    from arr_facade.emulator.sts import TokenService

__all__ = ["Exchange", "Proceed", "delayed", "with_faults"]

_MINUTE = 60
_CREATED = 201
_NO_CONTENT = 204
_HTML = "<!DOCTYPE html>\n<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n"
# The statuses with a body, and what it says (Swagger); the others have none (service.md D).
_BODIES = {
    400: ("BadRequest", "The request was malformed."),
    409: ("Conflict", "A resource already exists under the given ID."),
    422: ("UnprocessableEntity", "The request was malformed."),
    500: ("InternalServerError", "An internal server error occurred."),
}
# In the order of the early shape (service.md B.2).
_EARLY_SESSION: dict[str, Any] = {
    "id": None,
    "creationTime": None,
    "arrInspectorPort": 0,
    "handshakePort": 0,
    "elapsedTimeMinutes": 0,
    "hostname": None,
    "maxLeaseTimeMinutes": 0,
    "size": None,
    "status": None,
    "teraflops": 0.0,
    "error": None,
}
_EARLY_ERROR: dict[str, Any] = {"code": None, "message": None, "details": None, "target": None, "innerError": None}


@attrs.frozen
class Exchange:
    """
    The request that an effect is for.

    Attributes:
        where: Where it leads.
        region: In which region.
        now: The service's time.
        control: Decides about sessions.
        sts: Signs tokens.
        respond: Makes an answer of the service from a status, a body and further headers.
    """

    where: Route
    region: str
    now: float
    control: Control
    sts: TokenService
    respond: Callable[[int, bytes, list[tuple[str, str]]], Response]


Proceed = Callable[[], Response]
_Effect = Callable[["Fault", Exchange, Proceed], Response]


def with_faults(faults: Sequence[Fault], exchange: Exchange, carry_out: Proceed) -> Response:
    """
    The answer to a request that meets these faults.
    """
    proceed = carry_out
    for fault in sorted(faults, key=lambda one: _ORDER[one.effect], reverse=True):
        proceed = _layer(fault, exchange, proceed)
    return proceed()


def _layer(fault: Fault, exchange: Exchange, proceed: Proceed) -> Proceed:
    return lambda: _EFFECTS[fault.effect](fault, exchange, proceed)


def delayed(response: Response, seconds: float) -> Response:
    """
    The answer, so much later.
    """
    delivery = attrs.evolve(response.delivery, delay=response.delivery.delay + seconds)
    return attrs.evolve(response, delivery=delivery)


def _latency(fault: Fault, _: Exchange, proceed: Proceed) -> Response:
    """
    The whole answer comes later.
    """
    return delayed(proceed(), fault.delay)


def _slow_body(fault: Fault, _: Exchange, proceed: Proceed) -> Response:
    """
    The head comes at once, the body in pieces.
    """
    response = proceed()
    return attrs.evolve(response, delivery=attrs.evolve(response.delivery, spread=fault.delay))


def _truncate(fault: Fault, _: Exchange, proceed: Proceed) -> Response:
    """
    The connection breaks within the body; an answer without one is whole.
    """
    response = proceed()
    keep = len(response.body) // 2 if fault.keep is None else fault.keep
    if keep >= len(response.body):
        return response
    return attrs.evolve(response, delivery=attrs.evolve(response.delivery, keep=keep))


def _drop_after(_: Fault, __: Exchange, proceed: Proceed) -> Response:
    """
    The request takes effect, and the connection breaks before the answer.
    """
    response = proceed()
    return attrs.evolve(response, delivery=attrs.evolve(response.delivery, dropped=True))


def _drop_before(_: Fault, __: Exchange, ___: Proceed) -> Response:
    """
    The connection breaks before the request takes effect.
    """
    return Response(502, delivery=Delivery(dropped=True))


def _error(fault: Fault, exchange: Exchange, _: Proceed) -> Response:
    """
    That status in place of the service's answer; the request does not take effect.
    """
    status = fault.status or 500
    extra = [] if fault.retry_after is None else [("Retry-After", str(fault.retry_after))]
    code, message = _BODIES.get(status, (None, ""))
    code = fault.code or code
    if fault.body is not None:
        body = fault.body.encode()
    elif code is not None:
        body = encode(error_document(Refused(status, code, fault.message or message), nulls=False))
    else:
        body = b""
    return exchange.respond(status, body, extra)


def _html(fault: Fault, _: Exchange, __: Proceed) -> Response:
    """
    A gateway's page in place of the service's answer.
    """
    body = (fault.body or _HTML).encode()
    return Response(fault.status or 502, [("Content-Length", str(len(body))), ("Content-Type", "text/html")], body)


def _throttle(fault: Fault, exchange: Exchange, _: Proceed) -> Response:
    """
    429 for what is beyond the limit in this minute; the count starts again with the next (service.md E.1).
    """
    rest = math.ceil(_MINUTE - exchange.now % _MINUTE)
    seconds = rest if fault.retry_after is None else fault.retry_after
    return exchange.respond(429, b"", [("Retry-After", str(seconds))])


def _clock_skew(fault: Fault, exchange: Exchange, proceed: Proceed) -> Response:
    """
    Date, creationTime and the claims of a token are those of a service whose clock is ahead or behind.
    """
    response = proceed()
    headers = [
        (name, formatdate(exchange.now + fault.skew, usegmt=True) if name == "Date" else value)
        for name, value in response.headers
    ]

    def shift(document: dict[str, Any]) -> dict[str, Any]:
        if "AccessToken" in document:
            return document | {"AccessToken": exchange.sts.skew(document["AccessToken"], fault.skew)}
        if "creationTime" in document:
            return document | {"creationTime": _shifted(document["creationTime"], fault.skew)}
        return document

    return _with_documents(attrs.evolve(response, headers=headers), shift)


def _malformed_json(_: Fault, __: Exchange, proceed: Proceed) -> Response:
    """
    The request takes effect, and the body of its answer ends in the middle, with a length that says so.
    """
    response = proceed()
    return _with_body(response, response.body[: len(response.body) // 2] or b"{")


def _early_shape(_: Fault, __: Exchange, proceed: Proceed) -> Response:
    """
    Sessions and errors as they were before March 2021, with nulls and zeros for what is absent (service.md B.2).
    """

    def change(document: dict[str, Any]) -> dict[str, Any]:
        if "maxLeaseTimeMinutes" in document:
            document = _EARLY_SESSION | document
        if document.get("error") is not None:
            document = document | {"error": _EARLY_ERROR | document["error"]}
        return document

    return _with_documents(proceed(), change)


def _unknown_enum(fault: Fault, _: Exchange, proceed: Proceed) -> Response:
    """
    A status that no client knows; the Swagger allows more than it lists (modelAsString).
    """
    value = fault.value or "Hibernating"
    return _with_documents(proceed(), lambda one: one | {"status": value} if "status" in one else one)


def _unknown_field(_: Fault, __: Exchange, proceed: Proceed) -> Response:
    """
    A member that no client knows.
    """
    return _with_documents(proceed(), lambda one: one | {"futureField": {"nested": [1, None]}})


def _old_lease(_: Fault, exchange: Exchange, proceed: Proceed) -> Response:
    """
    The lease is extended, and the answer still tells the one before.
    """
    before = exchange.control.row(exchange.where.id, region=exchange.region)
    response = proceed()
    if before is None:
        return response
    old = {"maxLeaseTimeMinutes": before.lease}
    return _with_documents(response, lambda one: one | old if "maxLeaseTimeMinutes" in one else one)


def _no_capacity(_: Fault, exchange: Exchange, proceed: Proceed) -> Response:
    """
    The new session finds no server: it ends in Error once its start-up time is over.
    """
    return _decide(exchange, proceed, lambda control, name: control.exhaust(name, region=exchange.region))


def _ready(fault: Fault, exchange: Exchange, proceed: Proceed) -> Response:
    """
    The new session is Ready at once, after a delay, or after so many reads.
    """
    after = timedelta(seconds=fault.delay)

    def decide(control: Control, name: str) -> None:
        control.ready(name, after=after, reads=fault.reads, region=exchange.region)

    return _decide(exchange, proceed, decide)


def _hold(_: Fault, exchange: Exchange, proceed: Proceed) -> Response:
    """
    The new session stays Starting until it is told otherwise.
    """
    return _decide(exchange, proceed, lambda control, name: control.hold(name, region=exchange.region))


def _fail(fault: Fault, exchange: Exchange, proceed: Proceed) -> Response:
    """
    The new session ends in Error at once, after a delay, or after so many reads.
    """
    usual = Breakdown()
    breakdown = Breakdown(fault.code or usual.code, fault.message or usual.message)
    after = timedelta(seconds=fault.delay)

    def decide(control: Control, name: str) -> None:
        control.fail(name, breakdown, after=after, reads=fault.reads, region=exchange.region)

    return _decide(exchange, proceed, decide)


def _ready_after_stop(_: Fault, exchange: Exchange, proceed: Proceed) -> Response:
    """
    A stop of a session that is Starting is acknowledged and forgotten: the session is Ready afterwards.
    """
    before = exchange.control.row(exchange.where.id, region=exchange.region)
    response = proceed()
    if response.status == _NO_CONTENT and before is not None and before.status_at(exchange.now) == "Starting":
        exchange.control.store.save_session(before)
        exchange.control.ready(before.id, region=exchange.region)
    return response


def _decide(exchange: Exchange, proceed: Proceed, decide: Callable[[Control, str], None]) -> Response:
    """
    Carry out the request, and decide about the session if it made one: a repeated PUT finds its first decision.
    """
    response = proceed()
    if response.status == _CREATED:
        decide(exchange.control, exchange.where.id)
    return response


def _with_body(response: Response, body: bytes) -> Response:
    headers = [(name, str(len(body)) if name == "Content-Length" else value) for name, value in response.headers]
    return attrs.evolve(response, headers=headers, body=body) if response.body else response


def _with_documents(response: Response, change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> Response:
    """
    The answer with its document changed, or each of those in its list; one that is no JSON object stays as it is.
    """
    try:
        document = json.loads(response.body)
    except ValueError:
        return response
    if not isinstance(document, dict):
        return response
    for name in ("sessions", "conversions"):
        if isinstance(document.get(name), list):
            return _with_body(response, encode(document | {name: [change(one) for one in document[name]]}))
    return _with_body(response, encode(change(document)))


def _shifted(timestamp: str, seconds: float) -> str:
    """
    The ISO 8601 time, later by so much, in the notation it had.
    """
    end = "Z" if timestamp.endswith("Z") else "+00:00"
    moved = datetime.fromisoformat(timestamp) + timedelta(seconds=seconds)
    return moved.replace(tzinfo=None).isoformat() + end


_EFFECTS: dict[Effect, _Effect] = {
    "latency": _latency,
    "slow_body": _slow_body,
    "truncate": _truncate,
    "drop_after": _drop_after,
    "drop_before": _drop_before,
    "error": _error,
    "html": _html,
    "throttle": _throttle,
    "clock_skew": _clock_skew,
    "malformed_json": _malformed_json,
    "early_shape": _early_shape,
    "unknown_enum": _unknown_enum,
    "unknown_field": _unknown_field,
    "old_lease": _old_lease,
    "no_capacity": _no_capacity,
    "ready": _ready,
    "hold": _hold,
    "fail": _fail,
    "ready_after_stop": _ready_after_stop,
}
_ORDER = {effect: number for number, effect in enumerate(_EFFECTS)}
