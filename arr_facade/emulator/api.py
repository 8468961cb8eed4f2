"""
The operations: a routed request in, the service's answer out.

What was recorded is answered so, then what the Swagger says; docs/emulator.md lists, fact by fact, which of them spoke
and what was decided here where neither did.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs

from arr_facade.emulator import conversion
from arr_facade.emulator._http import Response
from arr_facade.emulator.documents import (
    Refused,
    conversion_document,
    conversion_list,
    encode,
    error_document,
    session_document,
    session_list,
)
from arr_facade.emulator.sts import bearer
from arr_facade.emulator.world import ConversionRow, SessionRow

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from arr_facade.emulator._http import Request
    from arr_facade.emulator.settings import Settings
    from arr_facade.emulator.store import Store
    from arr_facade.emulator.sts import TokenService

__all__ = ["OPERATIONS", "Route", "Service", "route"]

_PATH = re.compile(
    r"/accounts/(?P<account>[^/]+)/(?:(?P<token>token)|(?P<kind>sessions|conversions)(?:/(?P<id>[^/]+)(?P<stop>/:stop)?)?)/?",
    re.IGNORECASE,
)
_ID = re.compile(r"[A-Za-z0-9_-]{1,256}")
_MAX_LEASE = 1440
_SUPPORTED = {
    "early": ("2021-01-01-preview", "2021-01-01"),
    "late": ("2021-01-01-preview", "2021-01-01", "2021-08-01-preview"),
}
_NO_CACHE = [("Cache-Control", "no-store,no-cache"), ("Pragma", "no-cache")]

OPERATIONS = {
    ("GET", "token"): "get_token",
    ("GET", "sessions"): "list_sessions",
    ("PUT", "sessions/"): "create_session",
    ("GET", "sessions/"): "get_session",
    ("PATCH", "sessions/"): "update_session",
    ("POST", "sessions/:stop"): "stop_session",
    ("GET", "conversions"): "list_conversions",
    ("PUT", "conversions/"): "create_conversion",
    ("GET", "conversions/"): "get_conversion",
}
"""The operation's name by method and kind of path: the names the client gives them."""


@attrs.frozen
class Route:
    """
    Where a request leads.

    Attributes:
        operation: Its name, or None where there is no such path or method.
        account: The account in the path.
        id: The session or conversion in the path, or empty.
        allow: The methods the path has; none where there is no such path.
    """

    operation: str | None
    account: str = ""
    id: str = ""
    allow: tuple[str, ...] = ()


def route(method: str, path: str) -> Route:
    """
    Where this method on this path leads; fixed parts of the path match in any case (service.md A.4).
    """
    found = _PATH.fullmatch(path)
    if found is None or (found["stop"] and found["kind"].lower() != "sessions"):
        return Route(None)
    kind = "token" if found["token"] else found["kind"].lower()
    kind += "/:stop" if found["stop"] else "/" if found["id"] else ""
    allow = tuple(verb for verb, where in OPERATIONS if where == kind)
    return Route(OPERATIONS.get((method, kind)), found["account"], found["id"] or "", allow)


@attrs.frozen
class Service:
    """
    The token service and the rendering service of one account.

    Attributes:
        settings: How it behaves.
        store: What there is.
        sts: Who may.
        now: Reads the service's time.
        rng: Makes host names, ports and correlation vectors.
    """

    settings: Settings
    store: Store
    sts: TokenService
    now: Callable[[], float]
    rng: random.Random

    def answer(self, where: Route, request: Request) -> Response:
        """
        Carry the request out and answer it.
        """
        operation = where.operation
        try:
            if operation is None:
                raise Refused(405, headers=[("Allow", ", ".join(where.allow))]) if where.allow else Refused(404)
            if operation != "get_token":
                self._admit(where, request)
            status, document = _HANDLERS[operation](self, where, request)
            headers = _NO_CACHE if self._forbids_caching(operation) else []
        except Refused as refused:
            nulls = self.settings.shape == "early" and operation in {"create_session", "update_session"}
            document = error_document(refused, nulls=nulls) if refused.code else None
            status, headers = refused.status, list(refused.headers)
        return self._response(operation, status, document, headers)

    def _response(
        self, operation: str | None, status: int, document: Mapping[str, Any] | None, extra: list[tuple[str, str]]
    ) -> Response:
        body = b"" if document is None else encode(document)
        headers = [("Date", formatdate(self.now(), usegmt=True)), ("MS-CV", self.correlation_vector())]
        headers += [("X-Content-Type-Options", "nosniff"), *extra]
        if operation != "get_token":
            headers.append(("api-supported-versions", ", ".join(_SUPPORTED[self.settings.shape])))
        if status != 204:  # noqa: PLR2004 - No Content has no length either (recorded)
            headers.append(("Content-Length", str(len(body))))
        if body:
            headers.append(("Content-Type", "application/json; charset=utf-8"))
        return Response(status, headers, body)

    def correlation_vector(self) -> str:
        """
        A fresh MS-CV: 22 characters of base64 and `.0` (service.md D).
        """
        return base64.b64encode(self.rng.randbytes(16)).decode()[:22] + ".0"

    def _forbids_caching(self, operation: str) -> bool:
        always = {"get_token", "list_sessions", "get_conversion"}
        return operation in always or (operation == "get_session" and self.settings.shape == "late")

    def _admit(self, where: Route, request: Request) -> None:
        version = request.query.get("api-version")
        if not version:
            message = "An API version is required, but was not specified."
            raise Refused(400, "ApiVersionUnspecified", message)
        if version not in _SUPPORTED[self.settings.shape]:
            resource = f"'{request.origin}{request.path}' does not support the API version '{version}'."
            raise Refused(400, "UnsupportedApiVersion", f"The HTTP resource that matches the request URI {resource}")
        claims = self.sts.check(bearer(request.headers))
        if claims is None:
            raise Refused(401, headers=[("WWW-Authenticate", 'Bearer error="invalid_token"')])
        conversions = where.operation in {"create_conversion", "get_conversion", "list_conversions"}
        if claims.account_id != where.account.lower() or (conversions and claims.role != "Administrator"):
            raise Refused(403)

    def get_token(self, where: Route, request: Request) -> tuple[int, dict[str, Any]]:
        token = self.sts.exchange(where.account, bearer(request.headers))
        if token is None:
            raise Refused(401)
        return 200, {"AccessToken": token}

    def create_session(self, where: Route, request: Request) -> tuple[int, dict[str, Any]]:
        _require_id(where.id)
        body = _json(request, 400, "BadRequest")
        lease, size = self._lease(body), self._size(body)
        account, now = self.settings.account_id, self.now()
        with self.store.transaction():
            self.store.forget_sessions(account, now)
            row = self.store.session(account, where.id)
            if row is not None:
                if (row.asked_lease, row.size) != (lease, size):
                    raise _conflict()
                return 200, self._session(row, now)
            row = self._new_session(where.id, size, lease, now)
            self.store.save_session(row)
        return 201, self._session(row, now)

    def _lease(self, body: Mapping[str, Any]) -> int:
        lease = body.get("maxLeaseTimeMinutes")
        if not isinstance(lease, int) or isinstance(lease, bool):
            raise Refused(400, "BadRequest", "The maxLeaseTimeMinutes value is required and has to be an integer.")
        if lease < 0:
            raise Refused(400, "BadRequest", "The maxLeaseTimeMinutes value cannot be negative.")
        if lease > _MAX_LEASE:
            raise Refused(400, "BadRequest", f"The maxLeaseTimeMinutes value cannot be larger than {_MAX_LEASE}.")
        return lease

    def _size(self, body: Mapping[str, Any]) -> str:
        asked = body.get("size")
        if not isinstance(asked, str):
            raise Refused(400, "BadRequest", "The size value is required and has to be a text.")
        size = self.settings.size(asked)
        if size is None:
            raise Refused(400, "BadRequest", f"Can't specify this VM size: {asked}")
        return size

    def _new_session(self, session_id: str, size: str, lease: int, now: float) -> SessionRow:
        handshake, inspector = self.rng.sample(range(49152, 65535), 2)
        return SessionRow(
            account=self.settings.account_id,
            id=session_id,
            size=size,
            created=now,
            asked_lease=lease,
            lease=lease,
            ready=now + self.settings.startup[size],
            hostname=(
                f"arremu{size.lower()}{self.rng.getrandbits(128):032x}"
                f".remoterendering.vm.{self.settings.region}.mixedreality.azure.com"
            ),
            handshake_port=handshake,
            inspector_port=inspector,
            teraflops=self.rng.choice((8.1, 10.6, 14.0)),
        )

    def get_session(self, where: Route, request: Request) -> tuple[int, dict[str, Any]]:  # noqa: ARG002 - one signature
        return 200, self._session(*self._known_session(where))

    def update_session(self, where: Route, request: Request) -> tuple[int, dict[str, Any]]:
        with self.store.transaction():
            row, now = self._known_session(where)
            lease = _json(request, 422, "UnprocessableEntity").get("maxLeaseTimeMinutes")
            number = isinstance(lease, int) and not isinstance(lease, bool)
            if not number or not row.lease < lease < _MAX_LEASE or now >= row.over:
                raise _malformed()
            row = attrs.evolve(row, lease=lease)
            self.store.save_session(row)
        return 200, self._session(row, now)

    def stop_session(self, where: Route, request: Request) -> tuple[int, None]:  # noqa: ARG002 - one signature
        with self.store.transaction():
            row, now = self._known_session(where)
            if now < row.over:
                self.store.save_session(attrs.evolve(row, ended=now, ending="Stopped"))
        return 204, None

    def list_sessions(self, where: Route, request: Request) -> tuple[int, dict[str, Any]]:  # noqa: ARG002 - one signature
        now, size = self.now(), self.settings.page_size
        rows = self.store.live_sessions(self.settings.account_id, now, after=_place(request), limit=size + 1)
        documents = [self._session(row, now) for _, row in rows[:size]]
        return 200, session_list(documents, _next_link(request, rows[size - 1][0]) if len(rows) > size else None)

    def _known_session(self, where: Route) -> tuple[SessionRow, float]:
        row, now = self.store.session(self.settings.account_id, where.id), self.now()
        if row is None or row.forgotten_at(now):
            raise Refused(404)
        return row, now

    def _session(self, row: SessionRow, now: float) -> dict[str, Any]:
        return session_document(row, now, self.settings.shape)

    def create_conversion(self, where: Route, request: Request) -> tuple[int, dict[str, Any]]:
        _require_id(where.id)
        body = _json(request, 400, "BadRequest")
        settings = conversion.normalise(body)
        conversion.require_access(body, self.settings.linked_storage, explain=self.settings.shape == "late")
        text = json.dumps(settings, ensure_ascii=False)
        account, now = self.settings.account_id, self.now()
        with self.store.transaction():
            row = self.store.conversion(account, where.id)
            if row is not None:
                if row.settings != text:
                    raise _conflict()
                return 200, conversion_document(row, now)
            row = self._new_conversion(where.id, settings, text, now)
            self.store.save_conversion(row)
        return 201, conversion_document(row, now)

    def _new_conversion(self, conversion_id: str, settings: dict[str, Any], text: str, now: float) -> ConversionRow:
        decide = self.settings.decide
        outcome = (decide and decide(settings)) or conversion.decide_by_name(settings)
        return ConversionRow(
            account=self.settings.account_id,
            id=conversion_id,
            created=now,
            settings=text,
            started=now + self.settings.conversion_start,
            finished=now + self.settings.conversion_end,
            outcome=outcome.status,
            error_code=outcome.code,
            error_message=outcome.message,
        )

    def get_conversion(self, where: Route, request: Request) -> tuple[int, dict[str, Any]]:  # noqa: ARG002 - one signature
        row = self.store.conversion(self.settings.account_id, where.id)
        if row is None:
            raise Refused(404)
        return 200, conversion_document(row, self.now())

    def list_conversions(self, where: Route, request: Request) -> tuple[int, dict[str, Any]]:  # noqa: ARG002 - one signature
        now, size = self.now(), self.settings.page_size
        rows = self.store.conversions(self.settings.account_id, after=_place(request), limit=size + 1)
        documents = [conversion_document(row, now) for _, row in rows[:size]]
        return 200, conversion_list(documents, _next_link(request, rows[size - 1][0]) if len(rows) > size else None)


_HANDLERS: dict[str, Callable[[Service, Route, Request], tuple[int, dict[str, Any] | None]]] = {
    name: getattr(Service, name) for name in OPERATIONS.values()
}


def _require_id(text: str) -> None:
    if not _ID.fullmatch(text):
        allowed = "An ID has 1 to 256 characters, each alphanumeric, a hyphen or an underscore."
        raise Refused(400, "BadRequest", allowed)


def _json(request: Request, status: int, code: str) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(status, code, "The request was malformed.")
    return body


def _conflict() -> Refused:
    return Refused(409, "Conflict", "A resource already exists under the given ID.")


def _malformed() -> Refused:
    return Refused(422, "UnprocessableEntity", "The request was malformed.")


def _place(request: Request) -> int:
    """
    Where the page begins: after the place that the last page's link names.
    """
    token = request.query.get("continuationToken")
    try:
        return int(base64.urlsafe_b64decode(token)) if token else 0
    except (ValueError, binascii.Error):
        raise Refused(400, "BadRequest", "The continuationToken value is invalid.") from None


def _next_link(request: Request, place: int) -> str:
    token = base64.urlsafe_b64encode(str(place).encode()).decode()
    version = quote(request.query["api-version"])
    return f"{request.origin}{quote(request.path)}?api-version={version}&continuationToken={quote(token)}"
