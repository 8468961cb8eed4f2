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

import bare
import worker

LAB = json.loads(sys.argv[1])
RUNNER = asyncio.Runner()
REQUEST = bare.request("GET", f"/accounts/{LAB['account_id']}/sessions/bench?api-version=2021-01-01", LAB["token"])
IDLE: dict[str, list[bare.Asker]] = {}


def context(scheme):
    return ssl.create_default_context() if scheme == "tls" else None


@cache
def connection(scheme):
    found = socket.create_connection(bare.address(LAB["origins"][scheme]))
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    secured = context(scheme)
    return secured.wrap_socket(found, server_hostname="127.0.0.1") if secured else found


def get(scheme):
    link, data, document = connection(scheme), b"", None
    link.sendall(REQUEST)
    while document is None:
        data += link.recv(65536)
        document = bare.document(data)


def sync_get(scheme, count):
    return worker.repeat(lambda: get(scheme), count)


async def crowd(scheme, count, concurrency):
    idle, secured = IDLE.setdefault(scheme, []), context(scheme)
    while len(idle) < concurrency:
        idle.append(await bare.Asker.connected(LAB["origins"][scheme], secured))

    async def ask():
        asker = idle.pop()
        await asker.ask(REQUEST)
        idle.append(asker)

    return await worker.crowd(ask, count, concurrency)


def async_get(scheme, count, concurrency):
    return RUNNER.run(crowd(scheme, count, concurrency))


if __name__ == "__main__":
    worker.serve({"sync_get": sync_get, "async_get": async_get})
