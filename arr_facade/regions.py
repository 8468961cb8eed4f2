"""
Where the service lives: from a region, a domain or a URL to the two endpoints.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from arr_facade._secret import masked_url
from arr_facade.errors import ConfigurationError

__all__ = ["DEFAULT_PORTS", "DOMAIN", "REGIONS", "is_loopback", "rendering_endpoint", "sts_endpoint"]

DOMAIN = "mixedreality.azure.com"

REGIONS = {
    "australiaeast": "Australia East",
    "eastus": "East US",
    "eastus2": "East US 2",
    "japaneast": "Japan East",
    "northeurope": "North Europe",
    "southcentralus": "South Central US",
    "southeastasia": "Southeast Asia",
    "uksouth": "UK South",
    "westeurope": "West Europe",
    "westus2": "West US 2",
}
"""The ten public regions (service.md E.2): name and display name. Others are passed through as they are."""

DEFAULT_PORTS = {"http": 80, "https": 443}
"""The port that goes without saying, by scheme."""

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_URL_CHARACTERS = re.compile(r"[!-~]+")
_HOW = 'write a region such as "eastus", a domain such as "eastus.mixedreality.azure.com", or a full URL'


def rendering_endpoint(where: str, *, field: str = "region") -> str:
    """
    The rendering service's URL for a region, a domain or a URL (service.md A.1).

    Raises:
        ConfigurationError: `where` is none of these, or plain http to another machine.
    """
    place = _clean(where)
    if "://" in place:
        return _checked_url(place, field)
    host = _domain(place, where, field)
    return f"https://{host}" if host.startswith("remoterendering.") else f"https://remoterendering.{host}"


def sts_endpoint(where: str, *, field: str = "account_domain") -> str:
    """
    The token service's URL for an account's region, its domain, or a URL (service.md A.1).

    Accounts of eastus2 have `mixedreality.azure.com` as their domain (peers.md row 15), so both spellings lead there.

    Raises:
        ConfigurationError: `where` is none of these, or plain http to another machine.
    """
    place = _clean(where)
    if "://" in place:
        return _checked_url(place, field)
    host = _domain(place, where, field).removeprefix("sts.")
    if host == f"eastus2.{DOMAIN}":
        host = DOMAIN
    return f"https://sts.{host}"


def is_loopback(host: str) -> bool:
    """
    True for an address or a reserved name of this machine.
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _clean(where: str) -> str:
    # Values pasted from a portal come with blanks and slashes around them (peers.md row 116).
    return where.strip().rstrip("/")


def _domain(place: str, where: str, field: str) -> str:
    place = place.lower()
    by_display_name = place.replace(" ", "")
    if by_display_name in REGIONS:
        place = by_display_name
    if not _HOST.fullmatch(place):
        raise ConfigurationError(field, masked_url(where), f"is neither a region nor a domain nor a URL; {_HOW}")
    return place if "." in place else f"{place}.{DOMAIN}"


def _checked_url(url: str, field: str) -> str:
    """
    The URL with scheme and host in lower case and without a port that goes without saying; the path stays as it is.

    What the service links to is written so, and hosts are compared as text.
    """
    shown = masked_url(url)
    if not _URL_CHARACTERS.fullmatch(url):
        raise ConfigurationError(field, shown, "has a character in it that no URL has, such as a blank or an umlaut")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        # Its words are left out: they repeat as a port what may be a password.
        problem = f"is not a URL, or its port is no number up to 65535; {_HOW}"
        raise ConfigurationError(field, shown, problem) from None
    if parts.scheme not in DEFAULT_PORTS or not host:
        raise ConfigurationError(field, shown, f"is not an http or https URL; {_HOW}")
    # Any @, for a password with a slash in it ends the host, and the rest of it seems to be a path.
    if "@" in url or parts.query or parts.fragment:
        raise ConfigurationError(field, shown, "must have no user, query or fragment in it")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            field, shown, "is plain http to another machine; credentials go to https or loopback only"
        )
    place = f"[{host}]" if ":" in host else host
    if port is not None and port != DEFAULT_PORTS[parts.scheme]:
        place = f"{place}:{port}"
    return f"{parts.scheme}://{place}{parts.path}"
