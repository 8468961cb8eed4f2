"""
Listening on loopback.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import socket

from arr_facade.errors import ConfigurationError

__all__ = ["listen"]

_BACKLOG = 2048


def listen(host: str, port: int, *, exposed: bool = False) -> socket.socket:
    """
    A socket that clients can connect to from now on.

    Args:
        host: An IP address, or localhost.
        port: From 0 to 65535; 0 takes a free one.
        exposed: The address may be one that other machines reach.

    Raises:
        ConfigurationError: The host is no address, or not a loopback one unless `exposed`, or not one of this
            machine, or the port is taken.
    """
    address = "127.0.0.1" if host == "localhost" else host
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        raise ConfigurationError("host", host, "is no IP address; write 127.0.0.1, ::1 or localhost") from None
    if not parsed.is_loopback and not exposed:
        raise ConfigurationError(
            "host",
            host,
            "is not a loopback address; the emulator serves this machine only",
            advice="its key is known to everyone; say exposed as well (--exposed) if others are to reach it",
        )
    family = socket.AF_INET6 if parsed.version == 6 else socket.AF_INET  # noqa: PLR2004 - the version's number is its name
    # The protocol has to be named: asyncio sets TCP_NODELAY only where it sees it, and without that every answer of two
    # writes waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name != "nt":  # where it would let two servers share one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        # Listening before the loop runs: a client that connects at once waits in the queue, and needs no retry.
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRNOTAVAIL:
            advice = "write one that this machine has, or 0.0.0.0 for all of them"
            raise ConfigurationError("host", host, "is no address of this machine", advice=advice) from error
        raise ConfigurationError("port", port, f"cannot be listened on: {error}") from error
    return listener
