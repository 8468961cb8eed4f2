"""
What carries requests when the user brings nothing: httpx's transports with one TLS context for the whole process.

A transport is any `httpx.BaseTransport` or `httpx.AsyncBaseTransport`. Requests go to it directly: a pass through
`httpx.Client` would cost as much again and add nothing that is wanted here (redirects, cookies, netrc).
"""

from __future__ import annotations

import ssl
import threading
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AsyncTransports", "SyncTransports", "proxy_for", "tls_context"]

_LIMITS = httpx.Limits(max_connections=256, max_keepalive_connections=64, keepalive_expiry=30.0)


class SyncTransports:
    """
    The transports of one client: the user's own for everything, or one for each host, made when first needed.

    Args:
        own: A transport that the caller brings and closes.
        proxy: A proxy's URL; None takes the environment's.
        verify: A TLS context; True for the shared one, False to trust anybody.
    """

    def __init__(self, own: httpx.BaseTransport | None, *, proxy: str | None, verify: ssl.SSLContext | bool) -> None:
        self._own = own
        self._proxy = proxy
        self._verify = verify
        self._made: dict[str, httpx.BaseTransport] = {}
        self._making = threading.Lock()

    def get(self, url: str) -> httpx.BaseTransport:
        """
        The transport for `url`.
        """
        if self._own is not None:
            return self._own
        host = _host(url)
        found = self._made.get(host)
        if found is None:
            with self._making:
                found = self._made.setdefault(host, httpx.HTTPTransport(**_options(url, self._proxy, self._verify)))
        return found

    def close(self) -> None:
        """
        Close what was made here.
        """
        with self._making:
            made, self._made = list(self._made.values()), {}
        for transport in made:
            transport.close()


class AsyncTransports:
    """
    The same for tasks.

    Args:
        own: A transport that the caller brings and closes.
        proxy: A proxy's URL; None takes the environment's.
        verify: A TLS context; True for the shared one, False to trust anybody.
    """

    def __init__(
        self, own: httpx.AsyncBaseTransport | None, *, proxy: str | None, verify: ssl.SSLContext | bool
    ) -> None:
        self._own = own
        self._proxy = proxy
        self._verify = verify
        self._made: dict[str, httpx.AsyncBaseTransport] = {}

    def get(self, url: str) -> httpx.AsyncBaseTransport:
        """
        The transport for `url`.
        """
        if self._own is not None:
            return self._own
        host = _host(url)
        if host not in self._made:
            self._made[host] = httpx.AsyncHTTPTransport(**_options(url, self._proxy, self._verify))
        return self._made[host]

    async def close(self) -> None:
        """
        Close what was made here.
        """
        made, self._made = list(self._made.values()), {}
        for transport in made:
            await transport.aclose()


def _host(url: str) -> str:
    return url[: url.find("/", url.find("//") + 2)]


def _options(url: str, proxy: str | None, verify: ssl.SSLContext | bool) -> dict[str, Any]:  # noqa: FBT001 - as httpx types it
    return {
        "verify": _context(url, verify),
        "limits": _LIMITS,
        "proxy": proxy or proxy_for(url, getproxies()),
        "trust_env": False,
    }


def proxy_for(url: str, proxies: Mapping[str, str]) -> str | None:
    """
    The environment's proxy for `url`, by the rules of the standard library (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`).
    """
    parts = urlsplit(url)
    if not parts.hostname or proxy_bypass(parts.netloc):
        return None
    return proxies.get(parts.scheme) or proxies.get("all") or None


def _context(url: str, verify: ssl.SSLContext | bool) -> ssl.SSLContext:  # noqa: FBT001 - as httpx types it
    if isinstance(verify, ssl.SSLContext):
        return verify
    if not verify:
        return _trusting_context()
    if url.startswith("http://"):
        # Never used, but httpx would load certificates for 95 ms to have one.
        return _empty_context()
    return tls_context()


@cache
def tls_context() -> ssl.SSLContext:
    """
    The process's TLS context: the system's certificates (`SSL_CERT_FILE` is respected), or certifi's where it has none.
    """
    paths = ssl.get_default_verify_paths()
    if paths.cafile or paths.capath:
        return ssl.create_default_context()
    import certifi  # noqa: PLC0415 - only for Pythons built without a certificate store, and slow to load

    return ssl.create_default_context(cafile=certifi.where())


@cache
def _empty_context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@cache
def _trusting_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
