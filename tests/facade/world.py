"""
A service that is the emulator, a clock that stands still, and clients of it: what the tests of the facade play in.
"""

import json
from collections import deque
from dataclasses import dataclass, field

import anyio.lowlevel
import anyio.to_thread
import attrs
import httpx
import pytest

from arr_facade import AsyncClient, Client, ManualClock
from arr_facade.emulator import Emulator, Response
from arr_facade.emulator.routes import route
from tests.facade.twin import awaited

in_process = pytest.mark.parametrize("link", ["in-process"], indirect=True)
"""For what a socket cannot change."""

one_driver = pytest.mark.parametrize("flavour", ["sync"], indirect=True)
"""For long tables of decisions, which all drivers share."""

tasks_only = pytest.mark.parametrize("flavour", ["asyncio", "trio"], indirect=True)
"""For what threads do not have."""

PATIENCE = 10
"""How many real seconds a test waits for a background thread or task before it fails."""


@dataclass
class World:
    """
    One emulator, and how this test reaches it.

    Attributes:
        flavour: `"sync"`, `"asyncio"` or `"trio"`.
        emulator: The service; its hooks inject faults.
        clock: Its clock and that of every client.
        endpoint: Where it listens, or None for clients in the same process.
    """

    flavour: str
    emulator: Emulator
    clock: ManualClock
    endpoint: str | None
    _requests: list = field(default_factory=list)

    def client(self, **options):
        """
        A client of this world's service, entered with `async with` whatever its flavour.
        """
        return self.stranger(**{**self._whereabouts(), **options})

    def stranger(self, **options):
        """
        A client of these options alone, on this world's clock.
        """
        options = {"clock": self.clock, **options}
        return awaited(Client(**options)) if self.flavour == "sync" else AsyncClient(**options)

    def _whereabouts(self):
        if self.endpoint is None:
            return {"emulator": self.emulator}
        return {
            "endpoint": self.endpoint,
            "sts_endpoint": self.endpoint,
            "account_id": self.emulator.account_id,
            "account_key": self.emulator.account_key,
        }

    def operations(self):
        """
        The operations the service has seen so far, without those for tokens.
        """
        return [call.operation for call in self.emulator.requests if call.operation != "get_token"]

    def instead(self, operation, *responses):
        """
        Let the next calls of an operation be answered with these responses, one after another, and then as usual.
        """
        self.emulator.hooks.append(Instead(operation, responses))

    def adding(self, operation, **headers):
        """
        Let the next answer to an operation have these headers as well.
        """
        self.emulator.hooks.append(Adding(operation, _named(headers)))

    def bodies(self, operation):
        """
        The decoded bodies of the requests for an operation, from the first use of `watch` on.
        """
        return [json.loads(request.body) for name, request in self._requests if name == operation]

    def headers(self, operation):
        """
        The headers of the requests for an operation, from the first use of `watch` on.
        """
        return [request.headers for name, request in self._requests if name == operation]

    def watch(self):
        """
        Keep the requests from now on.
        """
        self.emulator.hooks.insert(0, Watching(self._requests))


class Hook:
    """
    A hook of the emulator that changes nothing.
    """

    def before(self, where, request):
        return None

    def after(self, where, request, response):
        return response


class Instead(Hook):
    """
    Answers one operation with given responses, as long as there are any.
    """

    def __init__(self, operation, responses):
        self._operation = operation
        self._left = deque(responses)

    def before(self, where, request):
        return self._left.popleft() if where.operation == self._operation and self._left else None


class Adding(Hook):
    """
    Adds headers to the first answer of an operation.
    """

    def __init__(self, operation, headers):
        self._operation = operation
        self._headers = headers

    def after(self, where, request, response):
        if where.operation != self._operation:
            return response
        headers, self._headers = self._headers, []
        return attrs.evolve(response, headers=[*response.headers, *headers])


class Watching(Hook):
    """
    Keeps the requests.
    """

    def __init__(self, requests):
        self._requests = requests

    def before(self, where, request):
        self._requests.append((where.operation, request))


class Broken(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """
    A way to the emulator that breaks: each failure in turn is raised, and then all goes well.

    Args:
        emulator: Where it leads.
        failures: What to raise, for one request each; None lets a request through.
        lost: Let the service carry the request out first, so that only the answer is lost.
        operation: Only requests for it break; None is every one but those for tokens.
    """

    def __init__(self, emulator, *failures, lost=False, operation=None):
        self._inner = emulator.transport()
        self._failures = deque(failures)
        self._lost = lost
        self._operation = operation

    def handle_request(self, request):
        asked = route(request.method, request.url.path).operation
        concerned = asked == self._operation if self._operation else asked != "get_token"
        failure = self._failures.popleft() if concerned and self._failures else None
        if failure is None:
            return self._inner.handle_request(request)
        if self._lost:
            self._inner.handle_request(request)
        raise failure

    async def handle_async_request(self, request):
        await anyio.lowlevel.checkpoint()
        return self.handle_request(request)


def answer(status, document=None, *, raw=None, **headers):
    """
    A response of the service; header names have underscores for hyphens.
    """
    body = raw if raw is not None else b"" if document is None else json.dumps(document).encode()
    given = _named(headers)
    given += [] if any(name.lower() == "ms-cv" for name, _ in given) else [("MS-CV", "AAAAAAAAAAAAAAAAAAAAAA.0")]
    given += [("Content-Type", "application/json; charset=utf-8")] if document is not None else []
    return Response(status, [*given, ("Content-Length", str(len(body)))], body)


def _named(headers):
    return [(name.replace("_", "-"), value) for name, value in headers.items()]


def refusal(status, code, message, **headers):
    """
    An error of the service in its recorded form.
    """
    return answer(status, {"error": {"code": code, "message": message}}, **headers)


async def happens(event):
    """
    True once a `threading.Event` is set, by whichever thread or task.
    """
    return await anyio.to_thread.run_sync(event.wait, PATIENCE)


async def listed(items):
    """
    The items of an async iterator.
    """
    return [item async for item in items]
