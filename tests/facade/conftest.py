"""
Each scenario is written once, with `await`, and runs over every kind of client and both ways to the emulator.
"""

import os

import pytest

from arr_facade import ManualClock
from arr_facade.emulator import Emulator
from arr_facade.emulator.server import serve
from tests.facade.world import World


class Switchboard:
    """
    Passes requests on to the emulator of the running test, so that one server does for all of them.
    """

    emulator = None

    def handle(self, request):
        return self.emulator.handle(request)


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


@pytest.fixture(params=["in-process", "socket"])
def link(request):
    return request.param


@pytest.fixture
def anyio_backend(flavour):
    # Scenarios are coroutines also where the client is not: its calls are done when they return.
    return "asyncio" if flavour == "sync" else flavour


@pytest.fixture(scope="session")
def switchboard():
    switchboard = Switchboard()
    with serve(switchboard) as server:
        switchboard.endpoint = server.endpoint
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
    switchboard.emulator = emulator
    return World(flavour, emulator, clock, switchboard.endpoint)


@pytest.fixture
async def client(world):
    async with world.client() as client:
        yield client
