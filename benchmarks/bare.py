"""
HTTP with next to nothing around it: a request as bytes, and an asyncio protocol that asks and reads JSON.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import ssl


def request(method: str, path: str, bearer: str, body: bytes = b"") -> bytes:
    """
    The request as it goes over the wire.
    """
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nAuthorization: Bearer {bearer}\r\n"
    )
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


def document(data: bytes) -> Any:
    """
    The JSON of an answer, or None while it is not all there.
    """
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return None
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    if len(body) < length:
        return None
    status = head.split(b" ", 2)[1]
    if not status.startswith(b"2"):
        raise RuntimeError(f"answered with {status.decode()}: {body.decode()}")
    return json.loads(body)


def address(origin: str) -> tuple[str, int]:
    """
    Host and port of a URL.
    """
    parts = urlsplit(origin)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


class Asker(asyncio.Protocol):
    """
    One connection with one request in flight.
    """

    @classmethod
    async def connected(cls, origin: str, context: ssl.SSLContext | None = None) -> Asker:
        """
        A new connection.
        """
        _, asker = await asyncio.get_running_loop().create_connection(cls, *address(origin), ssl=context)
        return asker

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def ask(self, request: bytes) -> asyncio.Future[Any]:
        """
        The JSON that the request is answered with.
        """
        self._data, self._answer = b"", asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._data += data
        try:
            found = document(self._data)
        except (RuntimeError, ValueError) as error:
            self._answer.set_exception(error)
        else:
            if found is not None:
                self._answer.set_result(found)
