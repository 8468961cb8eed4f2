"""
What a choice of wire depends on: the host, the proxies, the certificates, the event loop.
"""

from __future__ import annotations

import os
import ssl
import sys
from functools import cache
from importlib.util import find_spec
from urllib.parse import urlsplit

from arr_facade._secret import masked_url
from arr_facade.errors import ConfigurationError
from arr_facade.regions import is_loopback

__all__ = [
    "checked_proxy",
    "checked_verify",
    "current_library",
    "origin_of",
    "proxy_for",
    "tls_context",
    "tls_for",
]

_PROXY_SCHEMES = frozenset({"http", "https", "socks5", "socks5h"})


def origin_of(url: str) -> str:
    """
    Scheme, host and port of `url`, as they are written there.
    """
    end = url.find("/", url.find("//") + 2)
    return url if end < 0 else url[:end]


def proxy_for(url: str) -> str | None:
    """
    The environment's proxy for `url`, by the rules of the standard library (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`).

    This machine is never reached through one: an emulator's key would travel there in plain text.

    Raises:
        ConfigurationError: The variable holds no proxy's URL.
    """
    if sys.platform not in {"win32", "darwin"} and not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - slow to import, and few have proxies

    parts, proxies = urlsplit(url), getproxies()
    if not proxies or is_loopback(parts.hostname or "") or proxy_bypass(parts.netloc):
        return None
    for name in (parts.scheme, "all"):
        if proxies.get(name):
            return checked_proxy(proxies[name], f"{name.upper()}_PROXY")
    return None


def checked_proxy(url: str, field: str = "proxy") -> str:
    """
    A proxy's URL; one without a scheme is http, as everywhere.

    Raises:
        ConfigurationError: It is none, or SOCKS without the library for it.
    """
    whole = url if "://" in url else f"http://{url}"
    shown = masked_url(url)
    try:
        parts = urlsplit(whole)
        usable = parts.scheme in _PROXY_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ConfigurationError(field, shown, "is not a proxy's URL, such as http://proxy.example:8080")
    if parts.scheme.startswith("socks") and not find_spec("socksio"):
        raise ConfigurationError(field, shown, 'needs socksio: pip install "httpx[socks]"')
    return whole


def checked_verify(verify: ssl.SSLContext | bool) -> ssl.SSLContext | bool:  # noqa: FBT001 - httpx's own convention
    """
    What may stand for the verification of certificates.

    Raises:
        ConfigurationError: It is something else, such as the path that httpx used to take.
    """
    if not isinstance(verify, (ssl.SSLContext, bool)):
        raise ConfigurationError(
            "verify",
            verify,
            "is neither a TLS context nor True or False; for certificates of your own pass "
            "ssl.create_default_context(cafile=...)",
        )
    return verify


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
    # Windows keeps its certificates in a store, which has no path.
    if paths.cafile or paths.capath or sys.platform == "win32":
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
