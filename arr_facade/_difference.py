"""
Where the emulator would have answered otherwise than a recording.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import attrs

from arr_facade._exchanges import MASKED_ACCOUNT, read_exchanges
from arr_facade.clock import ManualClock
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    from arr_facade._exchanges import Exchange
    from arr_facade.emulator import Emulator, Response
    from arr_facade.emulator.documents import Shape

__all__ = ["Difference", "differences"]

# What is another one each time: that it is there can be compared, and of which kind.
_OWN_VALUES = frozenset(
    {"AccessToken", "arrInspectorPort", "creationTime", "handshakePort", "hostname", "teraflops", "date", "ms-cv"}
)
_ABSENT = object()
_NOT_BY_ITSELF = "365d"
_UNAUTHORIZED = 401


@attrs.frozen
class Difference:
    """
    One thing that differs.

    Attributes:
        number: The exchange in the recording, from 1.
        request: Its method and path.
        where: `status`, `header date`, or a place in the body such as `body.error.code`.
        recorded: What the recording has; `"nothing"` where it is not there.
        emulator: What the emulator answers.
    """

    number: int
    request: str
    where: str
    recorded: str
    emulator: str

    def __str__(self) -> str:
        return f"{self.number} {self.request}: {self.where}: recorded {self.recorded}, emulator {self.emulator}"


def differences(path: str | os.PathLike[str], *, shape: Shape = "late") -> list[Difference]:
    """
    Ask an emulator for all that a recording asked for, at the recorded moments, and compare the answers.

    How long a session starts and a conversion takes, how they end, what others extended and which storage is linked is
    the recording's: the emulator follows each answer that tells it. It knows nothing sooner: where a session had ended,
    a list without it and a refused extension differ until an answer shows the end. Ports, host names, moments and the
    like are other ones each time: of them only the kind is compared, and of the minutes elapsed whether they are within
    one, as they are where a session is looked at each minute.

    Args:
        path: The recording.
        shape: The shape the emulator answers in.

    Raises:
        ConfigurationError: The recording cannot be read.
    """
    # It takes a while to import, and who only records does not need it.
    from arr_facade.emulator import Emulator  # noqa: PLC0415 - see above

    clock = ManualClock()
    found: list[Difference] = []
    with Emulator(
        clock=clock,
        shape=shape,
        account_id=MASKED_ACCOUNT,
        startup={"Standard": None, "Premium": None},
        conversion_start=_NOT_BY_ITSELF,
        conversion_end=_NOT_BY_ITSELF,
    ) as emulator:
        for number, exchange in enumerate(read_exchanges(path), 1):
            clock.sleep(exchange.at - clock.monotonic())
            _follow(emulator, exchange)
            answer = _ask(emulator, exchange)
            request = f"{exchange.method} {exchange.path}"
            for where, recorded, answered in _compare(exchange, answer):
                found.append(Difference(number, request, where, _show(recorded), _show(answered)))
    return found


def _follow(emulator: Emulator, exchange: Exchange) -> None:
    """
    Let happen what, by the recorded answer, has happened meanwhile.
    """
    body = exchange.response_body if isinstance(exchange.response_body, dict) else {}
    collection, name, *_ = [*exchange.path.strip("/").split("/")[2:], None, None]
    found = body.get(collection) if name is None else [body]
    documents = [one for one in (found if isinstance(found, list) else []) if isinstance(one, dict)]
    for document in documents:
        with suppress(ConfigurationError):  # what is not the emulator's, or is where it should be
            if collection == "sessions":
                # The answer to an extension shows what the emulator has yet to do by itself.
                _lead_session(emulator, document, leased=exchange.method != "PATCH")
            elif collection == "conversions":
                _lead_conversion(emulator, document)
    if collection == "conversions" and exchange.method == "PUT" and documents and "status" in body:
        for uri in re.findall(r"https://([^./]+)\.", json.dumps(exchange.request_body)):
            emulator.link_storage(uri)


def _lead_session(emulator: Emulator, document: Mapping[str, Any], *, leased: bool) -> None:
    name, status, lease = str(document.get("id")), document.get("status"), document.get("maxLeaseTimeMinutes")
    if leased and isinstance(lease, int):
        with suppress(ConfigurationError):  # it is as long already
            emulator.control.extend(name, lease)
    if status == "Ready" or (status == "Stopped" and document.get("teraflops")):
        # A machine is shown only by what has been Ready, whether or not anybody looked (service.md B.2).
        with suppress(ConfigurationError):
            emulator.ready_session(name)
    if status == "Error":
        emulator.fail_session(name, *_told(document.get("error")))
    elif status == "Stopped":
        emulator.control.stop(name)
    elif status == "Expired":
        emulator.control.expire(name)


def _lead_conversion(emulator: Emulator, document: Mapping[str, Any]) -> None:
    from arr_facade.emulator import Outcome  # noqa: PLC0415 - with Emulator

    conversion_id, status = str(document.get("id")), document.get("status")
    if status == "Running":
        emulator.control.begin_conversion(conversion_id)
    elif status in ("Succeeded", "Cancelled"):
        emulator.finish_conversion(conversion_id, Outcome(status))
    elif status == "Failed":
        emulator.finish_conversion(conversion_id, Outcome(status, *_told(document.get("error"))))


def _told(error: Any) -> tuple[str, str]:
    told = error if isinstance(error, dict) else {}
    return str(told.get("code")), str(told.get("message"))


def _ask(emulator: Emulator, exchange: Exchange) -> Response:
    from arr_facade.emulator import Request  # noqa: PLC0415 - with Emulator

    if exchange.status == _UNAUTHORIZED:
        credential = "refused when it was recorded"
    elif exchange.path.lower().endswith("/token"):
        credential = f"{emulator.account_id}:{emulator.account_key}"
    else:
        credential = emulator.issue_token()
    body = exchange.request_body
    content = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    headers = {**exchange.request_headers, "authorization": f"Bearer {credential}"}
    return emulator.handle(Request(exchange.method, exchange.path, exchange.query, headers, content))


def _compare(exchange: Exchange, answer: Response) -> Iterator[tuple[str, Any, Any]]:
    if exchange.status != answer.status:
        yield "status", exchange.status, answer.status
    headers = {name.lower(): value for name, value in answer.headers if name.lower() != "content-length"}
    for name in sorted(set(exchange.response_headers) | set(headers)):
        yield from _differing(f"header {name}", name, _header(exchange.response_headers, name), _header(headers, name))
    try:
        body = json.loads(answer.body) if answer.body else _ABSENT
    except ValueError:
        body = answer.body.decode(errors="replace")
    recorded = _ABSENT if exchange.response_body is None else exchange.response_body
    yield from _differing("body", "", recorded, body)


def _differing(where: str, name: str, recorded: Any, answered: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(recorded, dict) and isinstance(answered, dict):
        yield from _members(where, recorded, answered)
    elif isinstance(recorded, list) and isinstance(answered, list) and len(recorded) == len(answered):
        for number, (one, other) in enumerate(zip(recorded, answered, strict=True)):
            yield from _differing(f"{where}[{number}]", name, one, other)
    elif name in _OWN_VALUES and type(recorded) is type(answered):
        return
    elif name == "elapsedTimeMinutes" and _adjacent(recorded, answered):
        # It became Ready at some moment between two looks, and the service rounds.
        return
    elif recorded != answered:
        yield where, recorded, answered


def _members(where: str, recorded: Mapping[str, Any], answered: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for name in [*recorded, *(name for name in answered if name not in recorded)]:
        yield from _differing(f"{where}.{name}", name, recorded.get(name, _ABSENT), answered.get(name, _ABSENT))


def _adjacent(recorded: Any, answered: Any) -> bool:
    return isinstance(recorded, int) and isinstance(answered, int) and abs(recorded - answered) <= 1


def _header(headers: Mapping[str, str], name: str) -> Any:
    # A space after a comma means nothing, and proxies put it there.
    return re.sub(r",\s*", ", ", headers[name]) if name in headers else _ABSENT


def _show(value: Any) -> str:
    return "nothing" if value is _ABSENT else json.dumps(value, ensure_ascii=False)
