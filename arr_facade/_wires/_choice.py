"""
What a choice of wire depends on: the host, the proxies, the certificates, the event loop.
"""

from __future__ import annotations

import os
import ssl
import sys
from functools import cache
from urllib.parse import urlsplit

__all__ = ["current_library", "origin_of", "proxy_for", "tls_context", "tls_for"]


def origin_of(url: str) -> str:
    """
    Scheme, host and port of `url`, as they are written there.
    """
    end = url.find("/", url.find("//") + 2)
    return url if end < 0 else url[:end]


def proxy_for(url: str) -> str | None:
    """
    The environment's proxy for `url`, by the rules of the standard library (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`).
    """
    if sys.platform not in {"win32", "darwin"} and not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - slow to import, and few have proxies

    parts, proxies = urlsplit(url), getproxies()
    if not proxies or proxy_bypass(parts.netloc):
        return None
    return proxies.get(parts.scheme) or proxies.get("all") or None


def tls_for(url: str, verify: ssl.SSLContext | bool) -> ssl.SSLContext:  # noqa: FBT001 - httpx's own convention
    """
    The TLS context for connections to `url`.
    """
    if isinstance(verify, ssl.SSLContext):
        return verify
    if not verify:
        return _trusting_context()
    # A connection without TLS needs none, but the libraries would load certificates for 95 ms to have one.
    return tls_context() if url.startswith("https:") else _empty_context()


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


def current_library() -> str:
    """
    `"asyncio"` or `"trio"`, whichever runs the calling task.
    """
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_run():
        return "trio"
    return "asyncio"
