"""
Each scenario is written once, with `await`, and runs over every kind of client and both ways to the emulator.
"""

import os

import pytest

from arr_facade import ManualClock
from arr_facade.emulator import Emulator
from arr_facade.emulator.server import serve
from tests.facade.world import World


class Switchboard(Emulator):
    """
    Passes requests on to the emulator of the running test, so that one server does for all of them.
    """

    current = None

    def handle(self, request):
        return self.current.handle(request)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch, tmp_path):
    """
    A machine on which nothing is configured, whoever runs the tests.
    """
    for name in os.environ:
        if name.startswith("ARR_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))


@pytest.fixture(params=["sync", "asyncio", "trio"])
def flavour(request):
    return request.param


# What carries the requests: the emulator's own transport, or one of the wires to its socket.
LINKS = {"in-process": None, "plain": "plain", "fast": "fast", "httpx": "httpx"}


@pytest.fixture(params=LINKS)
def link(request, monkeypatch):
    if LINKS[request.param] is not None:
        monkeypatch.setenv("ARR_TRANSPORT", LINKS[request.param])
    return request.param


def pytest_collection_modifyitems(config, items):
    """
    Under trio all wires are the httpx one.
    """
    kept, dropped = [], []
    for item in items:
        params = item.callspec.params if hasattr(item, "callspec") else {}
        same = params.get("flavour") == "trio" and params.get("link") in {"plain", "fast"}
        (dropped if same else kept).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


@pytest.fixture
def anyio_backend(flavour):
    # Scenarios are coroutines also where the client is not: its calls are done when they return.
    return "asyncio" if flavour == "sync" else flavour


@pytest.fixture(scope="session")
def switchboard():
    with Switchboard() as switchboard, serve(switchboard) as server:
        switchboard.url = server.endpoint
        yield switchboard


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def emulator(clock):
    with Emulator(clock=clock) as emulator:
        yield emulator


@pytest.fixture
def world(request, flavour, link, emulator, clock):
    if link == "in-process":
        return World(flavour, emulator, clock, None)
    switchboard = request.getfixturevalue("switchboard")
    switchboard.current = emulator
    return World(flavour, emulator, clock, switchboard.url)


@pytest.fixture
async def client(world):
    async with world.client() as client:
        yield client
