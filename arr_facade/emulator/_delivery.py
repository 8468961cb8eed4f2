"""
An answer on its way through an ASGI server, with what faults do to it there.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from arr_facade.emulator._http import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from arr_facade.clock import Clock
    from arr_facade.emulator._http import Response

    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

__all__ = ["deliver"]

_PIECES = 16


async def deliver(
    response: Response, scope: MutableMapping[str, Any], receive: Receive, send: Send, clock: Clock
) -> None:
    """
    Send the answer as its delivery says; delays are of the clock.
    """
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    start = {"type": "http.response.start", "status": response.status, "headers": headers}
    delivery = response.delivery
    if delivery is AT_ONCE:
        await send(start)
        await send({"type": "http.response.body", "body": response.body})
        return
    if delivery.delay:
        await clock.sleep_async(delivery.delay)
    if delivery.dropped:
        await _hang_up(scope, receive)
        return
    await send(start)
    arriving = response.body if delivery.keep is None else response.body[: delivery.keep]
    for piece in _pieces(arriving) if delivery.spread else [arriving]:
        if delivery.spread:
            await clock.sleep_async(delivery.spread / _PIECES)
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    if delivery.keep is not None:
        await _hang_up(scope, receive)
        return
    await send({"type": "http.response.body", "body": b""})


def _pieces(body: bytes) -> list[bytes]:
    bounds = [len(body) * part // _PIECES for part in range(_PIECES + 1)]
    return [body[low:high] for low, high in pairwise(bounds)]


async def _hang_up(scope: MutableMapping[str, Any], receive: Receive) -> None:
    """
    End the connection as it is.

    Raises:
        RuntimeError: The server is another than the emulator's own, and ASGI has no word for this.
    """
    hang_up = scope.get("state", {}).get("hang_up")
    if hang_up is None:
        raise RuntimeError("only the emulator's own server can drop a connection")
    hang_up()
    while (await receive())["type"] != "http.disconnect":
        pass
