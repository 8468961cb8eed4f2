"""
A request and a response without a socket: what every way into the emulator turns its own kind into.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["AT_ONCE", "Delivery", "Request", "Response"]


@attrs.frozen
class Delivery:
    """
    How an answer travels. The core only says so; whoever owns the socket does it.

    Attributes:
        delay: Seconds of the emulator's clock before the first byte.
        spread: Seconds over which the body is handed out.
        keep: How many bytes of the body arrive before the connection breaks; None is all, and it stays whole.
        dropped: Nothing arrives, and the connection breaks.
    """

    delay: float = 0.0
    spread: float = 0.0
    keep: int | None = None
    dropped: bool = False


AT_ONCE = Delivery()
"""The usual delivery: whole, and without delay."""


@attrs.frozen
class Request:
    """
    One HTTP request. Headers, query and body may hold secrets, so a repr shows none of them.

    Attributes:
        method: The verb, in upper case.
        path: The path, percent-decoded, without the query.
        query: The query's parameters, decoded; of a repeated one the last.
        headers: The headers by lower-case name.
        body: The whole body.
        origin: Scheme and authority the client called, such as `http://127.0.0.1:5000`; next-page links start with it.
        region: The region whose port was called, or None where the host name in `origin` tells it.
    """

    method: str
    path: str
    query: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    body: bytes = attrs.field(default=b"", repr=False)
    origin: str = "http://emulator.localhost"
    region: str | None = None


@attrs.frozen
class Response:
    """
    One HTTP response; its body may hold a token, so a repr does not show it.

    Attributes:
        status: The status code.
        headers: Names and values in the order they are sent.
        body: The whole body; empty where there is none.
        delivery: How it travels.
    """

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = attrs.field(default=b"", repr=False)
    delivery: Delivery = AT_ONCE

    def header(self, name: str) -> str | None:
        """
        The first header of that name, in any case, or None.
        """
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)
