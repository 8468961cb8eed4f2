"""
The wire for tasks of asyncio: aiohttp, several times faster than httpx's own pool under concurrency.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

from arr_facade._steps import HEADERS, Answer
from arr_facade._wires._failures import broken, not_connected, too_late

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from arr_facade._steps import Send

__all__ = ["AiohttpWire"]


class AiohttpWire:
    """
    Tasks to any host.

    Args:
        timeout: Seconds for connecting and for each read.
        tls: The TLS context.
    """

    def __init__(self, *, timeout: float, tls: ssl.SSLContext) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=256, ssl=tls, keepalive_timeout=30.0),
            timeout=aiohttp.ClientTimeout(total=None, connect=timeout, sock_read=timeout),
            headers=HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
            # Nothing compressed is asked for, so what claims to be is shown as it came.
            auto_decompress=False,
            skip_auto_headers=("Content-Type",),
        )

    async def send(self, request: Send, headers: Mapping[str, str]) -> Answer:
        """
        The answer, read to its end.
        """
        try:
            async with self._session.request(
                request.method,
                _url(request.url),
                headers=headers,
                data=request.content,
                allow_redirects=False,
            ) as response:
                content = await response.read()
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise not_connected(request, error) from error
        except TimeoutError as error:
            raise too_late(request, error) from error
        except (aiohttp.ClientError, OSError) as error:
            raise broken(request, error) from error
        return Answer.of(response.status, content, response.headers.get)

    async def close(self) -> None:
        """
        Close its connections.
        """
        await self._session.close()


@lru_cache(maxsize=4096)
def _url(url: str) -> URL:
    return URL(url, encoded=True)
