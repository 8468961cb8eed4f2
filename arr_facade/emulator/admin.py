"""
The admin API: what a test, a script or the page may see and decide, on a loopback port of its own.

    with serve_admin(emulator) as admin:
        print(admin.url)

Every request has to show the token that was made for this server, as `Authorization: Bearer ...` or `?token=...`; only
the page itself, in which there is nothing, is for everyone.
docs/emulator.md lists the paths. Needs the extra `emulator` (starlette, uvicorn), imported when a server is made.
"""

from __future__ import annotations

import hmac
import json
import math
import secrets
import threading
from time import monotonic
from typing import TYPE_CHECKING, Any

import anyio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from arr_facade.emulator._protocol import MAX_HEAD, BoundedProtocol
from arr_facade.emulator._sockets import listen
from arr_facade.emulator.control import Breakdown
from arr_facade.emulator.faults import Fault
from arr_facade.emulator.page import page
from arr_facade.emulator.report import call_report, clock_report
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from types import TracebackType
    from typing import Self

    from starlette.types import ASGIApp, Receive, Scope, Send

    from arr_facade.emulator.emulator import Emulator

__all__ = ["AdminServer", "admin_application", "serve_admin"]

MAX_BODY = 64 * 1024 * 1024
"""The largest request body in bytes; a snapshot of many sessions may be long."""
_DECISIONS = {
    "ready": {"after", "reads", "region"},
    "hold": {"region"},
    "fail": {"after", "reads", "region", "code", "message"},
}
_GLANCE = 0.1
_HEARTBEAT = 15.0


def admin_application(emulator: Emulator, token: str, closing: threading.Event | None = None) -> ASGIApp:
    """
    The admin API as an ASGI application.

    Args:
        emulator: Whose.
        token: What every request has to show.
        closing: Ends the event streams when it is set.
    """
    admin = _Admin(emulator, closing or threading.Event())
    routes = [
        Route("/state", admin.state),
        Route("/events", admin.events),
        Route("/clock", admin.clock),
        Route("/clock", admin.set_clock, methods=["POST"]),
        Route("/faults", admin.faults),
        Route("/faults", admin.add_fault, methods=["POST"]),
        Route("/faults", admin.clear_faults, methods=["DELETE"]),
        Route("/faults/{number:int}", admin.remove_fault, methods=["DELETE"]),
        Route("/sessions/{id}/{action}", admin.decide, methods=["POST"]),
        Route("/reset", admin.reset, methods=["POST"]),
        Route("/seed", admin.seed, methods=["POST"]),
        Route("/snapshot", admin.snapshot),
        Route("/restore", admin.restore, methods=["POST"]),
    ]
    api = _Guard(Starlette(routes=routes, exception_handlers={ConfigurationError: _refused}), token)
    return Starlette(routes=[Route("/", page), Mount("/", api)])


class _Guard:
    """
    Lets through what shows the token.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        offered = shown.strip() if scheme.lower() == "bearer" else request.query_params.get("token", "")
        if hmac.compare_digest(offered.encode(), self._token):
            await self._app(scope, receive, send)
        else:
            await PlainTextResponse("the admin API wants its token\n", 401)(scope, receive, send)


class _Admin:
    """
    One method for each path.
    """

    def __init__(self, emulator: Emulator, closing: threading.Event) -> None:
        self._emulator = emulator
        self._closing = closing

    async def state(self, _: Request) -> Response:
        return _json(self._emulator.report())

    async def events(self, _: Request) -> Response:
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers=headers)

    async def _stream(self) -> AsyncIterator[str]:
        """
        `state` at the beginning and whenever something has changed, `request` for each answered request since then.

        It looks ten times a second: what follows from time and other processes changes without telling anybody.
        """
        watch = Watch(self._emulator)
        silent = 0.0
        while not self._closing.is_set():
            events = watch.news()
            silent = 0.0 if events else silent + _GLANCE
            if silent >= _HEARTBEAT:
                silent = 0.0
                yield ": still here\n\n"
            for name, data in events:
                yield f"event: {name}\ndata: {json.dumps(data)}\n\n"
            await anyio.sleep(_GLANCE)

    async def clock(self, _: Request) -> Response:
        return _json(clock_report(self._emulator))

    async def set_clock(self, request: Request) -> Response:
        body = await _body(request, {"advance", "jump", "speed"})
        if "advance" in body:
            self._emulator.time.advance(body["advance"])
        if "jump" in body:
            self._emulator.jump(_number(body["jump"], "jump"))
        if "speed" in body:
            self._emulator.time.set_speed(_number(body["speed"], "speed"))
        return _json(clock_report(self._emulator))

    async def faults(self, _: Request) -> Response:
        return _json([rule.as_dict() for rule in self._emulator.faults.list()])

    async def add_fault(self, request: Request) -> Response:
        number = self._emulator.faults.add(Fault.from_dict(await _body(request)))
        return _json({"number": number}, 201)

    async def clear_faults(self, _: Request) -> Response:
        self._emulator.faults.clear()
        return Response(status_code=204)

    async def remove_fault(self, request: Request) -> Response:
        self._emulator.faults.remove(request.path_params["number"])
        return Response(status_code=204)

    async def decide(self, request: Request) -> Response:
        name, action = request.path_params["id"], request.path_params["action"]
        body = await _body(request, _DECISIONS.get(action, set()))
        control, region, reads = self._emulator.control, body.get("region"), body.get("reads")
        after = body.get("after", 0)
        match action:
            case "ready":
                control.ready(name, after=after, reads=reads, region=region)
            case "hold":
                control.hold(name, region=region)
            case "fail":
                reason = {key: str(body[key]) for key in ("code", "message") if key in body}
                control.fail(name, Breakdown(**reason), after=after, reads=reads, region=region)
            case _:
                raise ConfigurationError("action", action, f"is none of {', '.join(_DECISIONS)}")
        return Response(status_code=204)

    async def reset(self, _: Request) -> Response:
        self._emulator.reset()
        return Response(status_code=204)

    async def seed(self, request: Request) -> Response:
        self._emulator.seed(await _body(request, {"sessions", "conversions"}))
        return Response(status_code=204)

    async def snapshot(self, _: Request) -> Response:
        return _json(self._emulator.snapshot())

    async def restore(self, request: Request) -> Response:
        self._emulator.restore(await _body(request))
        return Response(status_code=204)


class Watch:
    """
    What has changed since it was last asked.

    Args:
        emulator: Whose state and requests.
    """

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._seen: dict[str, Any] = {}
        self._clock: tuple[float, float, float] = (0.0, 0.0, 0.0)
        self._last_call = max((call.number for call in emulator.requests), default=0)

    def news(self) -> list[tuple[str, dict[str, Any]]]:
        """
        Names and data of the events: the state if it is another, and the new requests.
        """
        state = self._emulator.report()
        calls = [call for call in self._emulator.requests if call.number > self._last_call]
        self._last_call = calls[-1].number if calls else self._last_call
        steady = {name: value for name, value in state.items() if name not in {"clock", "requests"}}
        moved = self._clock_was_moved(state["clock"])
        changed = moved or steady != self._seen
        self._seen = steady
        return [("state", state)] * changed + [("request", call_report(call)) for call in calls]

    def _clock_was_moved(self, clock: Mapping[str, Any]) -> bool:
        """
        Whether the time is another than what it was, gone on at its speed.
        """
        now, speed, real = clock["now"], clock["speed"], monotonic()
        last_now, last_speed, last_real = self._clock
        self._clock = (now, speed, real)
        expected = last_now + (real - last_real) * speed
        return bool(speed != last_speed or abs(now - expected) > max(speed, 1.0))


async def _body(request: Request, known: set[str] | None = None) -> dict[str, Any]:
    """
    The body, an object with no other than these members; no body is an empty one.

    Raises:
        ConfigurationError: It is too large, or something else.
    """
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BODY:
            raise ConfigurationError("body", f"{len(content)} bytes", f"is larger than {MAX_BODY} bytes")
    try:
        body = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise ConfigurationError("body", None, "has to be a JSON object")
    for name in body:
        if known is not None and name not in known:
            raise ConfigurationError(name, body[name], f"is unknown; known are {', '.join(sorted(known)) or 'none'}")
    return body


def _number(value: object, field: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ConfigurationError(field, value, "is no number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ConfigurationError(field, value, "is no finite number; write a smaller one")
    return number


def _json(data: object, status: int = 200) -> Response:
    return JSONResponse(data, status, headers={"Cache-Control": "no-store"})


async def _refused(_: Request, error: Exception) -> Response:
    field = error.field if isinstance(error, ConfigurationError) else None
    return _json({"error": {"field": field, "message": str(error)}}, 400)


class AdminServer:
    """
    A listening admin API; a context manager that stops it. `serve_admin` makes and starts one.

    Attributes:
        token: What requests have to show.
        port: The port it listens on.
    """

    def __init__(self, emulator: Emulator, port: int, token: str | None) -> None:
        self.token = token or secrets.token_urlsafe(24)
        self._closing = threading.Event()
        config = uvicorn.Config(
            admin_application(emulator, self.token, self._closing),
            http=BoundedProtocol,
            h11_max_incomplete_event_size=MAX_HEAD,
            access_log=False,
            lifespan="off",
            log_config=None,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            ws="none",
        )
        self._uvicorn = uvicorn.Server(config)
        self._listener = listen("127.0.0.1", port)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, name="arr-emulator-admin", daemon=True)
        self._thread.start()

    def __repr__(self) -> str:
        return f"AdminServer({self.endpoint!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def endpoint(self) -> str:
        """
        Where it is, without the token.
        """
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """
        Where it is, with the token, as a browser wants it.
        """
        return f"{self.endpoint}/?token={self.token}"

    def close(self) -> None:
        """
        Stop listening; the emulator itself stays usable. A second time does nothing.
        """
        self._closing.set()
        self._uvicorn.should_exit = True
        self._thread.join()

    def _run(self) -> None:
        try:
            self._uvicorn.run(sockets=[self._listener])
        finally:
            self._listener.close()


def serve_admin(emulator: Emulator, *, port: int = 0, token: str | None = None) -> AdminServer:
    """
    Put the admin API on a loopback port, served by a thread of this process.

    Args:
        emulator: Whose; it is not closed with the server.
        port: From 0 to 65535; 0 takes a free one.
        token: What requests have to show; None makes a random one.

    Raises:
        ConfigurationError: The port is taken.
    """
    return AdminServer(emulator, port, token)
