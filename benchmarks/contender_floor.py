"""
What lies below any client here: the same exchange on a bare socket, and on a bare asyncio protocol.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import sys
from functools import cache
from urllib.parse import urlsplit

import worker

LAB = json.loads(sys.argv[1])
RUNNER = asyncio.Runner()
REQUEST = (
    f"GET /accounts/{LAB['account_id']}/sessions/bench?api-version=2021-01-01 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    f"Accept: application/json\r\nAuthorization: Bearer {LAB['token']}\r\n\r\n"
).encode()


def context(scheme):
    return ssl.create_default_context() if scheme == "tls" else None


def address(scheme):
    parts = urlsplit(LAB["origins"][scheme])
    return parts.hostname, parts.port


@cache
def connection(scheme):
    found = socket.create_connection(address(scheme))
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    secured = context(scheme)
    return secured.wrap_socket(found, server_hostname="127.0.0.1") if secured else found


def read_document(data):
    """The body, once it is all there."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return None
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    return json.loads(body) if len(body) >= length else None


def get(scheme):
    link, data = connection(scheme), b""
    link.sendall(REQUEST)
    while True:
        data += link.recv(65536)
        document = read_document(data)
        if document is not None:
            return document


def sync_get(scheme, count):
    return worker.repeat(lambda: get(scheme), count)


class Asker(asyncio.Protocol):
    """One connection with one request in flight."""

    def connection_made(self, transport):
        self.transport = transport

    def ask(self):
        self.data, self.answer = b"", asyncio.get_running_loop().create_future()
        self.transport.write(REQUEST)
        return self.answer

    def data_received(self, data):
        self.data += data
        document = read_document(self.data)
        if document is not None:
            self.answer.set_result(document)


IDLE: dict[str, list[Asker]] = {}


async def async_ask(scheme, concurrency, count):
    loop, idle = asyncio.get_running_loop(), IDLE.setdefault(scheme, [])
    while len(idle) < concurrency:
        _, asker = await loop.create_connection(Asker, *address(scheme), ssl=context(scheme))
        idle.append(asker)

    async def ask():
        asker = idle.pop()
        try:
            return await asker.ask()
        finally:
            idle.append(asker)

    return await worker.crowd(ask, count, concurrency)


def async_get(scheme, count, concurrency):
    return RUNNER.run(async_ask(scheme, concurrency, count))


if __name__ == "__main__":
    worker.serve({"sync_get": sync_get, "async_get": async_get})
