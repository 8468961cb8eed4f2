"""
A request in, the service's answer out: who may, which operation, which headers.

What was recorded is answered so, then what the Swagger says; docs/emulator.md lists, fact by fact, which of them spoke
and what was decided here where neither did.
"""

from __future__ import annotations

import base64
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import attrs

from arr_facade.emulator._http import Response
from arr_facade.emulator.documents import Refused, encode, error_document
from arr_facade.emulator.sts import bearer

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from arr_facade.emulator._http import Request
    from arr_facade.emulator.conversions import Conversions
    from arr_facade.emulator.routes import Operation, Route
    from arr_facade.emulator.sessions import Sessions
    from arr_facade.emulator.settings import Settings
    from arr_facade.emulator.sts import TokenService

__all__ = ["Service"]

_VERSIONS = {
    "early": ("2021-01-01-preview", "2021-01-01"),
    "late": ("2021-01-01-preview", "2021-01-01", "2021-08-01-preview"),
}
_CONVERTS = frozenset({"create_conversion", "get_conversion", "list_conversions"})
_NEVER_CACHED = frozenset({"get_token", "list_sessions", "get_conversion"})
_NO_CACHE = [("Cache-Control", "no-store,no-cache"), ("Pragma", "no-cache")]
_JSON = ("Content-Type", "application/json; charset=utf-8")
_NO_CONTENT = 204


@attrs.frozen
class Service:
    """
    The token service and the rendering service of one account.

    Attributes:
        settings: How it behaves.
        sts: Who may.
        sessions: The operations on sessions.
        conversions: The operations on conversions.
        now: Reads the service's time.
        rng: Makes correlation vectors.
    """

    settings: Settings
    sts: TokenService
    sessions: Sessions
    conversions: Conversions
    now: Callable[[], float]
    rng: random.Random

    def answer(self, where: Route, request: Request) -> Response:
        """
        Carry the request out and answer it.
        """
        try:
            operation = _require_operation(where)
            if operation != "get_token":
                self._admit(where, request)
            status, document = self._carry_out(operation, where, request)
        except Refused as refused:
            nulls = self.settings.shape == "early" and where.operation in {"create_session", "update_session"}
            body = encode(error_document(refused, nulls=nulls)) if refused.code else b""
            return self.respond(where.operation, refused.status, body, list(refused.headers))
        body = b"" if document is None else encode(document)
        return self.respond(operation, status, body, _NO_CACHE if self._is_never_cached(operation) else [])

    def _carry_out(  # noqa: PLR0911 - one line for each of the nine operations
        self, operation: Operation, where: Route, request: Request
    ) -> tuple[int, Mapping[str, Any] | None]:
        match operation:
            case "get_token":
                return 200, self._token(where, request)
            case "create_session":
                return self.sessions.create(where.id, request)
            case "get_session":
                return 200, self.sessions.get(where.id)
            case "update_session":
                return 200, self.sessions.update(where.id, request)
            case "stop_session":
                self.sessions.stop(where.id)
                return _NO_CONTENT, None
            case "list_sessions":
                return 200, self.sessions.list(request)
            case "create_conversion":
                return self.conversions.create(where.id, request)
            case "get_conversion":
                return 200, self.conversions.get(where.id)
            case "list_conversions":
                return 200, self.conversions.list(request)

    def _token(self, where: Route, request: Request) -> dict[str, str]:
        token = self.sts.exchange(where.account, bearer(request.headers))
        if token is None:
            # Recorded without WWW-Authenticate and without a body, whatever the Swagger says (service.md A.4).
            raise Refused(401)
        return {"AccessToken": token}

    def _admit(self, where: Route, request: Request) -> None:
        """
        Pass where the version is known and the token may do it; the version first, as ASP.NET's routing has it.
        """
        version = request.query.get("api-version")
        if not version:
            raise Refused(400, "ApiVersionUnspecified", "An API version is required, but was not specified.")
        if version not in _VERSIONS[self.settings.shape]:
            subject = f"The HTTP resource that matches the request URI '{request.origin}{request.path}'"
            raise Refused(400, "UnsupportedApiVersion", f"{subject} does not support the API version '{version}'.")
        claims = self.sts.check(bearer(request.headers))
        if claims is None:
            raise Refused(401, headers=[("WWW-Authenticate", 'Bearer error="invalid_token"')])
        if claims.account_id != where.account.lower():
            raise Refused(403)
        if where.operation in _CONVERTS and claims.role != "Administrator":
            raise Refused(403)

    def _is_never_cached(self, operation: Operation) -> bool:
        return operation in _NEVER_CACHED or (operation == "get_session" and self.settings.shape == "late")

    def respond(self, operation: Operation | None, status: int, body: bytes, extra: list[tuple[str, str]]) -> Response:
        """
        That answer with the headers of service.md D.
        """
        headers = [("Date", formatdate(self.now(), usegmt=True)), ("MS-CV", self._correlation_vector())]
        headers += [("X-Content-Type-Options", "nosniff"), *extra]
        if operation != "get_token":
            headers.append(("api-supported-versions", ", ".join(_VERSIONS[self.settings.shape])))
        if status != _NO_CONTENT:
            headers.append(("Content-Length", str(len(body))))
        if body:
            headers.append(_JSON)
        return Response(status, headers, body)

    def _correlation_vector(self) -> str:
        return base64.b64encode(self.rng.randbytes(16)).decode()[:22] + ".0"


def _require_operation(where: Route) -> Operation:
    if where.operation is not None:
        return where.operation
    if where.allow:
        raise Refused(405, headers=[("Allow", ", ".join(where.allow))])
    raise Refused(404)
