"""
The emulator on a loopback socket, for other processes and other languages.

    with serve(Emulator()) as server:
        print(server.endpoint)

Needs the extra `emulator` (uvicorn), which is imported when a socket is first asked for.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from arr_facade.emulator._http import Request, Response
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping
    from types import TracebackType
    from typing import Self

    import uvicorn

    from arr_facade.emulator.emulator import Emulator

    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

__all__ = ["MAX_BODY", "Server", "application", "run", "serve"]

MAX_BODY = 1024 * 1024
"""The largest request body in bytes; no request of the service comes near."""
_BACKLOG = 2048


def application(emulator: Emulator) -> Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]:
    """
    The emulator as an ASGI application, for any server that speaks it.
    """

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(f"the emulator speaks http, not {scope['type']}")
        body = await _read_body(receive)
        response = Response(413, [("Content-Length", "0")]) if body is None else _answer(emulator, scope, body)
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})

    return app


async def _read_body(receive: Receive) -> bytes | None:
    """
    The whole body, or None where it is larger than `MAX_BODY`.
    """
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            return None
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _answer(emulator: Emulator, scope: Mapping[str, Any], body: bytes) -> Response:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    request = Request(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        headers=headers,
        body=body,
        origin=f"{scope['scheme']}://{headers.get('host', '')}",
    )
    return emulator.handle(request)


class Server:
    """
    A running emulator; a context manager that stops it. Made by `serve`.

    Attributes:
        emulator: What answers.
        port: The port it listens on.
    """

    def __init__(self, emulator: Emulator, host: str, listener: socket.socket) -> None:
        self.emulator = emulator
        self.port: int = listener.getsockname()[1]
        self._host = f"[{host}]" if ":" in host else host
        self._listener = listener
        self._uvicorn = _uvicorn_server(emulator)
        self._thread = threading.Thread(target=self._run, name="arr-emulator", daemon=True)

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
        return f"http://{self._host}:{self.port}"

    @property
    def sts_endpoint(self) -> str:
        """
        The token service's URL: the same.
        """
        return self.endpoint

    @property
    def environment(self) -> dict[str, str]:
        """
        The `ARR_*` variables that make a client of any process use this emulator.
        """
        return {
            "ARR_ENDPOINT": self.endpoint,
            "ARR_STS_ENDPOINT": self.sts_endpoint,
            "ARR_ACCOUNT_ID": self.emulator.account_id,
            "ARR_ACCOUNT_KEY": self.emulator.account_key,
        }

    def close(self) -> None:
        """
        Stop listening and drop what is open; the emulator itself stays usable. A second time does nothing.
        """
        self._uvicorn.should_exit = True
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        self._uvicorn.run(sockets=[self._listener])

    def _start(self) -> None:
        # The socket listens before the loop runs: a client that connects at once waits there, and needs no retry.
        self._listener.listen(_BACKLOG)
        self._thread.start()

    def _block(self) -> None:
        self._listener.listen(_BACKLOG)
        try:
            self._run()
        finally:
            self._listener.close()


def serve(emulator: Emulator, *, host: str = "127.0.0.1", port: int = 0) -> Server:
    """
    Put the emulator on a socket, served by a thread of this process.

    Args:
        emulator: What answers; it is not closed with the server.
        host: A loopback address; the emulator's key is known to everyone, so it serves this machine only.
        port: From 0 to 65535; 0 takes a free one, see `Server.port`.

    Raises:
        ConfigurationError: The host is no loopback address, the port is taken, or uvicorn is not installed.
    """
    server = Server(emulator, host, _bind(host, port))
    server._start()  # noqa: SLF001 - the two halves of one constructor
    return server


def run(
    emulator: Emulator,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    on_listening: Callable[[Server], object] | None = None,
) -> None:
    """
    Put the emulator on a socket and serve it here until SIGINT or SIGTERM, which then does what it usually does.

    Args:
        emulator: What answers.
        host: A loopback address.
        port: From 0 to 65535; 0 takes a free one.
        on_listening: Called once clients can connect.

    Raises:
        ConfigurationError: As `serve`.
        KeyboardInterrupt: After SIGINT.
    """
    server = Server(emulator, host, _bind(host, port))
    if on_listening is not None:
        on_listening(server)
    server._block()  # noqa: SLF001 - see serve


def _bind(host: str, port: int) -> socket.socket:
    address = "127.0.0.1" if host == "localhost" else host
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        raise ConfigurationError("host", host, "is no IP address; write 127.0.0.1, ::1 or localhost") from None
    if not parsed.is_loopback:
        raise ConfigurationError("host", host, "is not a loopback address; the emulator serves this machine only")
    family = socket.AF_INET6 if parsed.version == 6 else socket.AF_INET  # noqa: PLR2004 - IPv6
    try:
        return socket.create_server((address, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        raise ConfigurationError("port", port, f"cannot be listened on: {error}") from error


def _uvicorn_server(emulator: Emulator) -> uvicorn.Server:
    try:
        import uvicorn  # noqa: PLC0415 - an extra, and a quarter of a second to import
    except ModuleNotFoundError as error:
        advice = 'install the extra: pip install "arr-facade[emulator]"; in process, Emulator().transport() needs none'
        raise ConfigurationError(
            "emulator", "server", "needs uvicorn, which is not installed", advice=advice
        ) from error
    config = uvicorn.Config(
        application(emulator),
        access_log=False,
        date_header=False,
        lifespan="off",
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        ws="none",
    )
    return uvicorn.Server(config)
