"""
The fast wires: pyreqwest, a compiled client, for threads and for tasks of asyncio.
"""

from __future__ import annotations

import asyncio
import math
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio
from pyreqwest.client import ClientBuilder, SyncClientBuilder
from pyreqwest.exceptions import (
    BuilderError,
    ConnectError,
    DetailedPyreqwestError,
    PyreqwestError,
    RequestTimeoutError,
)

from arr_facade._steps import HEADERS, Answer
from arr_facade._wires._failures import broken, not_connected, too_late

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arr_facade._steps import Send
    from arr_facade.errors import TransportError

__all__ = ["AsyncPyreqwestWire", "PyreqwestWire"]

Builder = TypeVar("Builder", ClientBuilder, SyncClientBuilder)


class PyreqwestWire:
    """
    Threads to any host.

    Args:
        timeout: Seconds for connecting and for each read.
        verify: False trusts anybody.
    """

    def __init__(self, *, timeout: float, verify: bool) -> None:
        self._client = _configured(SyncClientBuilder(), timeout, verify=verify).build()

    def send(self, request: Send, headers: Mapping[str, str]) -> Answer:
        """
        The answer, read to its end.
        """
        builder = self._client.request(request.method, request.url).headers(headers)
        if request.content is not None:
            builder = builder.body_bytes(request.content)
        try:
            response = builder.build().send()
            content = bytes(response.bytes())
        except PyreqwestError as error:
            raise _translated(request, error) from error
        return Answer.of(response.status, content, response.get_header)

    def close(self) -> None:
        """
        Close its connections.
        """
        self._client.close()


class AsyncPyreqwestWire:
    """
    Tasks to any host.

    Args:
        timeout: Seconds for connecting and for each read.
        verify: False trusts anybody.
    """

    def __init__(self, *, timeout: float, verify: bool) -> None:
        self._client = _configured(ClientBuilder(), timeout, verify=verify).build()

    async def send(self, request: Send, headers: Mapping[str, str]) -> Answer:
        """
        The answer, read to its end.
        """
        builder = self._client.request(request.method, request.url).headers(headers)
        if request.content is not None:
            builder = builder.body_bytes(request.content)
        try:
            response = await builder.build().send()
            content = bytes(await response.bytes())
        except PyreqwestError as error:
            raise _translated(request, error) from error
        except asyncio.CancelledError:
            # It raises one of its own, in which anyio's scopes do not recognise theirs: a cancelled scope tells again.
            if anyio.current_effective_deadline() == -math.inf:
                await anyio.sleep_forever()
            raise
        return Answer.of(response.status, content, response.get_header)

    async def close(self) -> None:
        """
        Close its connections.
        """
        await self._client.close()


def _configured(builder: Builder, timeout: float, *, verify: bool) -> Builder:
    limit = timedelta(seconds=timeout)
    builder = (
        builder.default_headers(HEADERS)
        .connect_timeout(limit)
        .read_timeout(limit)
        .pool_timeout(limit)
        .max_connections(256)
        .pool_idle_timeout(timedelta(seconds=30))
        .follow_redirects(enable=False)
        .http1_only()
        .no_proxy()
        # Nothing compressed is asked for, so what claims to be is shown as it came.
        .gzip(enable=False)
        .deflate(enable=False)
        .brotli(enable=False)
        .zstd(enable=False)
    )
    if not verify:
        return builder.danger_accept_invalid_certs(enable=True)
    own_roots = os.environ.get("SSL_CERT_FILE")
    return builder.add_root_certificate_pem(Path(own_roots).read_bytes()) if own_roots else builder


def _translated(send: Send, error: PyreqwestError) -> TransportError:
    said = _in_words(error)
    match error:
        case ConnectError() | BuilderError():
            return not_connected(send, said)
        # Also its ConnectTimeoutError, by which it means every timeout before the answer begins.
        case RequestTimeoutError():
            return too_late(send, said)
        case _:
            return broken(send, said)


def _in_words(error: PyreqwestError) -> Exception:
    """
    What it says and the innermost cause; its own text is the repr of a dictionary.
    """
    causes = error.details["causes"] if isinstance(error, DetailedPyreqwestError) else None
    return Exception(f"{error.message}: {causes[-1]['message']}" if causes else error.message)
