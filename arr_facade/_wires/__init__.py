"""
What carries a request to the service and the answer back: one small protocol, several libraries behind it.

| who | by default | with `ARR_TRANSPORT=fast` |
|---|---|---|
| threads | the standard library | pyreqwest |
| tasks of asyncio | aiohttp | pyreqwest |
| tasks of trio | httpx | httpx |

A transport of the user's own and proxies always go by httpx. httpx's own client stays out of it: a pass through it
costs as much again as the request and adds nothing that is wanted here (redirects, cookies, netrc), and its async pool
is several times slower than aiohttp under concurrency. `ARR_TRANSPORT=httpx` takes it for everything.

`fast` needs the extra of that name and is asked for, never assumed: pyreqwest serves half as many requests again, but
short programs were seen to abort at their very end, after all work was done (2 of 145; 8 of 60 on a busier machine),
and a thread that waits for an answer does not hear Ctrl-C. A TLS context of the user's own is not known to it, so the
standard library or aiohttp serves that client.
"""

from __future__ import annotations

import os
import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from arr_facade._wires._choice import (
    checked_proxy,
    checked_verify,
    current_library,
    origin_of,
    proxy_for,
    tls_for,
)
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    import httpx

    from arr_facade._steps import Answer, Send

__all__ = ["AsyncWire", "AsyncWires", "SyncWires", "Wire"]

_PREFERENCES = ("plain", "fast", "httpx")


class Wire(Protocol):
    """
    Carries requests of threads.
    """

    def send(self, request: Send, headers: Mapping[str, str]) -> Answer:
        """
        The answer, read to its end; a `TransportError` when there is none.
        """
        ...

    def close(self) -> None:
        """
        Close its connections.
        """
        ...


class AsyncWire(Protocol):
    """
    Carries requests of tasks.
    """

    async def send(self, request: Send, headers: Mapping[str, str]) -> Answer:
        """
        The answer, read to its end; a `TransportError` when there is none.
        """
        ...

    async def close(self) -> None:
        """
        Close its connections.
        """
        ...


class SyncWires:
    """
    The wires of one client: one for each host, made when first needed.

    Args:
        own: A transport that the caller brings and closes; then it is the wire to everywhere.
        timeout: Seconds for connecting and for each read or write.
        proxy: A proxy's URL; None takes the environment's.
        verify: A TLS context; True for the shared one, False to trust anybody.

    Raises:
        ConfigurationError: The proxy or the verification is none.
    """

    def __init__(
        self,
        own: httpx.BaseTransport | None,
        *,
        timeout: float,
        proxy: str | None,
        verify: ssl.SSLContext | bool,
    ) -> None:
        self._own = own
        self._timeout = timeout
        self._proxy = None if proxy is None else checked_proxy(proxy)
        self._verify = checked_verify(verify)
        self._lent: httpx.BaseTransport | None = None
        self._made: dict[str, Wire] = {}
        self._making = threading.Lock()

    def get(self, url: str) -> Wire:
        """
        The wire to the host of `url`.
        """
        origin = origin_of(url)
        wire = self._made.get(origin)
        if wire is None:
            with self._making:
                wire = self._made.get(origin)
                if wire is None:
                    wire = self._made[origin] = self._make(origin)
        return wire

    def httpx_transport(self, url: str) -> httpx.BaseTransport:
        """
        An httpx transport to the same host with the same settings, for those who need one; it is closed with the wires.
        """
        with self._making:
            if self._lent is None:
                self._lent = self._make_httpx(url)
            return self._lent

    def close(self) -> None:
        """
        Close them all.
        """
        with self._making:
            made, self._made = list(self._made.values()), {}
        lent, self._lent = self._lent, None
        if lent is not None and lent is not self._own:
            lent.close()
        for wire in made:
            wire.close()

    def _make(self, origin: str) -> Wire:
        preference = _preference()
        if self._own is None and preference != "httpx" and not (self._proxy or proxy_for(origin)):
            if preference == "fast" and isinstance(self._verify, bool):
                from arr_facade._wires._pyreqwest import PyreqwestWire  # noqa: PLC0415 - an extra

                return PyreqwestWire(timeout=self._timeout, verify=self._verify)
            from arr_facade._wires._stdlib import StdlibWire  # noqa: PLC0415 - only one of them is needed

            return StdlibWire(origin, timeout=self._timeout, tls=tls_for(origin, self._verify))
        from arr_facade._wires._httpx import HttpxWire  # noqa: PLC0415 - only one of them is needed

        return HttpxWire(self._make_httpx(origin), timeout=self._timeout, own=self._own is not None)

    def _make_httpx(self, url: str) -> httpx.BaseTransport:
        from arr_facade._wires._httpx import sync_transport  # noqa: PLC0415 - httpx is slow to import

        return self._own or sync_transport(self._proxy or proxy_for(url), tls_for(url, self._verify))


class AsyncWires:
    """
    The same for tasks.

    Args:
        own: A transport that the caller brings and closes; then it is the wire to everywhere.
        timeout: Seconds for connecting and for each read or write.
        proxy: A proxy's URL; None takes the environment's.
        verify: A TLS context; True for the shared one, False to trust anybody.

    Raises:
        ConfigurationError: The proxy or the verification is none.
    """

    def __init__(
        self,
        own: httpx.AsyncBaseTransport | None,
        *,
        timeout: float,
        proxy: str | None,
        verify: ssl.SSLContext | bool,
    ) -> None:
        self._own = own
        self._timeout = timeout
        self._proxy = None if proxy is None else checked_proxy(proxy)
        self._verify = checked_verify(verify)
        self._lent: httpx.AsyncBaseTransport | None = None
        self._made: dict[str, AsyncWire] = {}

    def get(self, url: str) -> AsyncWire:
        """
        The wire to the host of `url`.
        """
        origin = origin_of(url)
        wire = self._made.get(origin)
        if wire is None:
            wire = self._made[origin] = self._make(origin)
        return wire

    def httpx_transport(self, url: str) -> httpx.AsyncBaseTransport:
        """
        An httpx transport to the same host with the same settings, for those who need one; it is closed with the wires.
        """
        if self._lent is None:
            self._lent = self._make_httpx(url)
        return self._lent

    async def close(self) -> None:
        """
        Close them all.
        """
        made, self._made = list(self._made.values()), {}
        lent, self._lent = self._lent, None
        if lent is not None and lent is not self._own:
            await lent.aclose()
        for wire in made:
            await wire.close()

    def _make(self, origin: str) -> AsyncWire:
        preference = _preference()
        plain = self._own is None and preference != "httpx" and not (self._proxy or proxy_for(origin))
        if plain and current_library() == "asyncio":
            if preference == "fast" and isinstance(self._verify, bool):
                from arr_facade._wires._pyreqwest import AsyncPyreqwestWire  # noqa: PLC0415 - an extra

                return AsyncPyreqwestWire(timeout=self._timeout, verify=self._verify)
            from arr_facade._wires._aiohttp import AiohttpWire  # noqa: PLC0415 - only one of them is needed

            return AiohttpWire(timeout=self._timeout, tls=tls_for(origin, self._verify))
        from arr_facade._wires._httpx import AsyncHttpxWire  # noqa: PLC0415 - only one of them is needed

        return AsyncHttpxWire(self._make_httpx(origin), timeout=self._timeout, own=self._own is not None)

    def _make_httpx(self, url: str) -> httpx.AsyncBaseTransport:
        from arr_facade._wires._httpx import async_transport  # noqa: PLC0415 - httpx is slow to import

        return self._own or async_transport(self._proxy or proxy_for(url), tls_for(url, self._verify))


def _preference() -> str:
    preference = os.environ.get("ARR_TRANSPORT") or "plain"
    if preference not in _PREFERENCES:
        raise ConfigurationError("ARR_TRANSPORT", preference, f"is none of {', '.join(_PREFERENCES)}")
    if preference == "fast" and find_spec("pyreqwest") is None:
        raise ConfigurationError(
            "ARR_TRANSPORT",
            preference,
            "needs pyreqwest, which is not installed",
            advice="python -m pip install 'arr-facade[fast]'",
        )
    return preference
