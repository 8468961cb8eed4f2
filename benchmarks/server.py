"""
The loopback server that all contenders speak to, plain and with TLS: canned answers straight from an asyncio protocol.

It looks at nothing but the path, so that it is never what is measured. It prints where it listens as one line of JSON
and ends when its standard input does, with the program that started it.

    python benchmarks/server.py FOLDER [CORE]

FOLDER receives two certificate files, each with ours added: `system.pem` is the file that this platform's OpenSSL
reads by default, which is none where it looks certificates up in a folder (Debian); `certifi.pem` is certifi's list.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import ssl
import sys
import threading
from contextlib import suppress
from pathlib import Path

import certifi
import trustme

ACCOUNT_ID = "a0a0a0a0-0000-4000-8000-00000000a11c"
SESSIONS, PAGE = 10_000, 100
_MS_CV = "MS-CV: 5qKDRkCM0ka/bench.0"


def token() -> str:
    """
    An access token that is valid until 2100; nobody checks its signature.
    """
    parts = ({"alg": "none", "typ": "JWT"}, {"exp": 4_102_444_800, "role": "Administrator"}, {})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


def session(session_id: str) -> dict[str, object]:
    """
    A Ready session in the service's shape since March 2021.
    """
    return {
        "id": session_id,
        "creationTime": "2022-02-17T16:02:44.6931716+00:00",
        "arrInspectorPort": 52811,
        "handshakePort": 51341,
        "elapsedTimeMinutes": 4,
        "hostname": "7f0f2c9e7d.remoterendering.vm.bench.local",
        "maxLeaseTimeMinutes": 10,
        "size": "Standard",
        "status": "Ready",
        "teraflops": 10.6,
    }


def answer(document: object) -> bytes:
    """
    The whole response as it goes over the wire.
    """
    body = json.dumps(document, separators=(",", ":")).encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {len(body)}\r\n{_MS_CV}"
    )
    return f"{head}\r\n\r\n".encode() + body


def pages(origin: str) -> list[bytes]:
    """
    The pages of the list of sessions, each with the link to the next.
    """
    found = []
    for start in range(0, SESSIONS, PAGE):
        document: dict[str, object] = {"sessions": [session(f"session-{n}") for n in range(start, start + PAGE)]}
        if start + PAGE < SESSIONS:
            path = f"/accounts/{ACCOUNT_ID}/sessions?api-version=2021-01-01&page={start // PAGE + 1}"
            document["@nextLink"] = origin + path
        found.append(answer(document))
    return found


class Canned(asyncio.Protocol):
    """
    One connection.
    """

    def __init__(self, listed: list[bytes]) -> None:
        self._listed = listed
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            path = self._buffer[: self._buffer.index(b"\r\n")].split(b" ")[1]
            self._buffer = self._buffer[end + 4 :]
            self._transport.write(self._answer(path))

    def _answer(self, path: bytes) -> bytes:
        if b"/sessions/" in path:
            return _SESSION
        if b"/sessions" in path:
            return self._listed[int(path.partition(b"page=")[2] or 0)]
        return _TOKEN


_SESSION, _TOKEN = answer(session("bench")), answer({"AccessToken": token()})


def trusted(folder: Path) -> ssl.SSLContext:
    """
    The server's TLS context; its authority is added to the files in `folder`.
    """
    authority = trustme.CA()
    ours = authority.cert_pem.bytes()
    system = Path(ssl.get_default_verify_paths().openssl_cafile)
    (folder / "system.pem").write_bytes((system.read_bytes() if system.is_file() else b"") + ours)
    (folder / "certifi.pem").write_bytes(Path(certifi.where()).read_bytes() + ours)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


async def main(folder: Path, core: int | None) -> None:
    """
    Serve until standard input ends.
    """
    if core is not None:
        os.sched_setaffinity(0, {core})
    with suppress(AttributeError, PermissionError):
        # Ahead of all others, where that is allowed: on a busy machine the fast contenders would else wait for the
        # server most of the time, and only those.
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    context = trusted(folder)
    loop, listed = asyncio.get_running_loop(), {"plain": [], "tls": []}
    servers = {
        "plain": await loop.create_server(lambda: Canned(listed["plain"]), "127.0.0.1", 0, backlog=1024),
        "tls": await loop.create_server(lambda: Canned(listed["tls"]), "127.0.0.1", 0, backlog=1024, ssl=context),
    }
    origins = {
        name: f"{'https' if name == 'tls' else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for name, server in servers.items()
    }
    for name, origin in origins.items():
        listed[name].extend(pages(origin))
    print(json.dumps({"origins": origins, "account_id": ACCOUNT_ID, "token": token()}), flush=True)
    ended = asyncio.Event()

    def watch() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=watch, daemon=True).start()
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None))
