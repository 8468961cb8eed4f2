"""
The emulator on a loopback socket, for other processes and other languages.

    with serve(Emulator()) as server:
        print(server.endpoint)

Needs the extra `emulator` (uvicorn), which is imported when a socket is first asked for.
"""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from arr_facade.emulator._delivery import deliver
from arr_facade.emulator._http import Request, Response
from arr_facade.emulator._sockets import listen
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping
    from types import TracebackType
    from typing import Self

    import uvicorn

    from arr_facade.emulator.emulator import Emulator
    from arr_facade.emulator.tls import Authority

    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

__all__ = ["MAX_BODY", "Server", "application", "require_extra", "run", "serve"]

MAX_BODY = 1024 * 1024
"""The largest request body in bytes; no request of the service comes near."""
# How long closing waits, in real seconds, for what is under way; a graceful end takes less than two.
_PATIENCE = 5.0

_DEFECT = b'{"error":{"code":"InternalServerError","message":"An internal server error occurred."}}'
_log = logging.getLogger(__name__)


def application(
    emulator: Emulator, regions: Mapping[int, str] | None = None
) -> Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]:
    """
    The emulator as an ASGI application, for any server that speaks it.

    Args:
        emulator: What answers.
        regions: The regions by the port that leads to them; what comes to others is told by its host name.
    """

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(f"the emulator speaks http, not {scope['type']}")
        try:
            body = await _read_body(receive)
        except _HungUpError:
            return
        region = regions.get(scope["server"][1]) if regions else None
        response = Response(413, [("Content-Length", "0")]) if body is None else _answer(emulator, scope, body, region)
        await deliver(response, scope, receive, send, emulator.clock)

    return app


class _HungUpError(Exception):
    """
    The client went away within its request, which must then not be carried out.
    """


async def _read_body(receive: Receive) -> bytes | None:
    """
    The whole body, or None where it is larger than `MAX_BODY`.
    """
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _HungUpError
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            return None
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _answer(emulator: Emulator, scope: Mapping[str, Any], body: bytes, region: str | None) -> Response:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    request = Request(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        headers=headers,
        body=body,
        origin=f"{scope['scheme']}://{headers.get('host', '')}",
        region=region,
    )
    try:
        return emulator.handle(request)
    except Exception:  # noqa: BLE001 - a defect, or a state file that stays locked, must not end the server
        _log.exception("%s %s could not be answered", request.method, request.path)
        return Response(500, [("Content-Length", str(len(_DEFECT))), ("Content-Type", "application/json")], _DEFECT)


class Server:
    """
    A listening emulator; a context manager that stops it. `serve` makes and starts one.

    Attributes:
        emulator: What answers.
        port: The port it listens on.
        region_endpoints: The URL of each region; the first region's is `endpoint`, each other one has its own port.

    Raises:
        ConfigurationError: As `serve`.
    """

    def __init__(
        self, emulator: Emulator, host: str, port: int, tls: Authority | None = None, *, exposed: bool = False
    ) -> None:
        self.emulator = emulator
        self._tls = tls
        self._host = f"[{host}]" if ":" in host else host
        regions: dict[int, str] = {}
        self._uvicorn = _uvicorn_server(emulator, tls, regions)
        self._listeners = _listen_for_all(emulator, host, port, exposed=exposed)
        ports = [listener.getsockname()[1] for listener in self._listeners]
        self.port: int = ports[0]
        self.region_endpoints = {name: self._url(at) for name, at in zip(emulator.regions, ports, strict=True)}
        # Not the first: there a host name may ask for another region.
        regions.update(zip(ports[1:], list(emulator.regions)[1:], strict=True))
        self._thread = threading.Thread(target=self.block, name="arr-emulator", daemon=True)

    def __repr__(self) -> str:
        return f"Server({self.endpoint!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def endpoint(self) -> str:
        """
        The rendering service's URL.
        """
        return self._url(self.port)

    def _url(self, port: int) -> str:
        return f"{'https' if self._tls else 'http'}://{self._host}:{port}"

    @property
    def sts_endpoint(self) -> str:
        """
        The token service's URL: the same.
        """
        return self.endpoint

    @property
    def environment(self) -> dict[str, str]:
        """
        The `ARR_*` variables that make a client of any process use this emulator, and those that make it trust it.
        """
        return {
            "ARR_ENDPOINT": self.endpoint,
            "ARR_STS_ENDPOINT": self.sts_endpoint,
            "ARR_ACCOUNT_ID": self.emulator.account_id,
            "ARR_ACCOUNT_KEY": self.emulator.account_key,
            **(self._tls.environment if self._tls else {}),
        }

    def close(self) -> None:
        """
        Stop listening and drop what is open; the emulator itself stays usable. A second time does nothing.
        """
        self._uvicorn.should_exit = True
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_PATIENCE)
            # It is told to leave its connections alone; a thread that stays all the same ends with the process.
            self._uvicorn.force_exit = True
            self._thread.join(_PATIENCE)
        self._stop_listening()

    def start(self) -> None:
        """
        Serve from a thread; `serve` has done so already.
        """
        self._thread.start()

    def block(self) -> None:
        """
        Serve from here, until a signal or `close` from another thread.
        """
        try:
            self._uvicorn.run(sockets=self._listeners)
        finally:
            self._stop_listening()

    def _stop_listening(self) -> None:
        for listener in self._listeners:
            listener.close()


def serve(
    emulator: Emulator,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: Authority | None = None,
    exposed: bool = False,
) -> Server:
    """
    Put the emulator on a socket, served by a thread of this process.

    Args:
        emulator: What answers; it is not closed with the server.
        host: A loopback address; the emulator's key is known to everyone, so it serves this machine only.
        port: From 0 to 65535; 0 takes a free one, see `Server.port`. Further regions have the ports that follow, or
            free ones; see `Server.region_endpoints`.
        tls: Speak https with this authority's certificate; None speaks http. For both, serve the emulator twice.
        exposed: Other machines may reach it; `host` may then be any address of this one.

    Raises:
        ConfigurationError: The host is no loopback address, the port is taken, or uvicorn is not installed.
    """
    server = Server(emulator, host, port, tls, exposed=exposed)
    server.start()
    return server


def run(
    emulator: Emulator,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    exposed: bool = False,
    on_listening: Callable[[Server], object] | None = None,
) -> None:
    """
    Put the emulator on a socket and serve it here until SIGINT or SIGTERM, which then does what it usually does.

    Args:
        emulator: What answers.
        host: A loopback address.
        port: As for `serve`.
        exposed: As for `serve`.
        on_listening: Called once clients can connect.

    Raises:
        ConfigurationError: As `serve`.
        KeyboardInterrupt: After SIGINT.
    """
    server = Server(emulator, host, port, exposed=exposed)
    if on_listening is not None:
        on_listening(server)
    server.block()


def _listen_for_all(emulator: Emulator, host: str, port: int, *, exposed: bool) -> list[socket.socket]:
    """
    A listener for each region: free ports, or those from `port` on.
    """
    ports = [port + number if port else 0 for number in range(len(emulator.regions))]
    with ExitStack() as until_all:
        listeners = [until_all.enter_context(listen(host, one, exposed=exposed)) for one in ports]
        until_all.pop_all()
    return listeners


def require_extra() -> None:
    """
    Pass where the extra `emulator` is installed.

    Raises:
        ConfigurationError: It is not.
    """
    try:
        import starlette  # noqa: F401, PLC0415 - an extra
        import uvicorn  # noqa: F401, PLC0415 - an extra
    except ModuleNotFoundError as error:
        advice = 'install the extra: pip install "arr-facade[emulator]"; in process, Emulator().transport() needs none'
        raise ConfigurationError(
            "emulator", "server", f"needs {error.name}, which is not installed", advice=advice
        ) from error


def _uvicorn_server(emulator: Emulator, tls: Authority | None, regions: Mapping[int, str]) -> uvicorn.Server:
    require_extra()
    import uvicorn  # noqa: PLC0415 - an extra, and a quarter of a second to import

    from arr_facade.emulator._protocol import MAX_HEAD, BoundedProtocol  # noqa: PLC0415 - needs uvicorn

    config = uvicorn.Config(
        application(emulator, regions),
        http=BoundedProtocol,
        h11_max_incomplete_event_size=MAX_HEAD,
        access_log=False,
        date_header=False,
        lifespan="off",
        log_config=None,
        proxy_headers=False,
        server_header=False,
        ssl_context_factory=None if tls is None else lambda _config, _default: tls.server_context(),
        timeout_graceful_shutdown=1,
        ws="none",
    )
    return _tls_server(config) if tls else uvicorn.Server(config)


def _tls_server(config: uvicorn.Config) -> uvicorn.Server:
    """
    A server for https that ends at once.

    TLS has both sides say goodbye. A client that holds an idle connection says nothing, and would be waited for until
    the time for a graceful end is over.
    """
    import asyncio  # noqa: PLC0415 - with uvicorn, which has imported it

    import uvicorn  # noqa: PLC0415 - an extra

    class TlsServer(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Within the tenth of a second that uvicorn gives to the connections it has just told to close.
            asyncio.get_running_loop().call_later(0.05, self._hang_up)
            await super().shutdown(sockets)

        def _hang_up(self) -> None:
            for connection in list(self.server_state.connections):
                if connection.transport.is_closing():
                    connection.transport.abort()

    return TlsServer(config)
