"""
The emulator over https, and Microsoft's SDK against it, in both of its kinds by one text.
"""

import time

import pytest

from arr_facade.clock import ManualClock
from arr_facade.emulator import Emulator
from arr_facade.emulator.server import serve
from arr_facade.emulator.tls import Authority
from tests.interop.sdk import Sdk

READING = {"get_session", "get_conversion"}


class ReadingTakesTwoSeconds:
    """A hook that lets the service's time pass while a client polls, so that nobody has to wait for it."""

    def __init__(self, clock):
        self._clock = clock

    def before(self, where, request):
        if where.operation in READING:
            self._clock.advance("2s")

    def after(self, where, request, response):
        return response


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """
    An authority that this process trusts by the variables, as a user's program would.

    aiohttp reads them when it is imported, so nothing of the SDK is imported before.
    """
    authority = Authority(tmp_path_factory.mktemp("interop") / "ca.pem")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in authority.environment.items():
            patch.setenv(name, value)
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        yield authority


@pytest.fixture
def emulator():
    # The SDK compares a token's expiry with the machine's clock, so the emulator's begins there.
    clock = ManualClock(start=time.time())
    with Emulator(clock=clock, page_size=2, identities={"a token of Entra": "Administrator"}) as emulator:
        emulator.hooks.append(ReadingTakesTwoSeconds(clock))
        yield emulator


@pytest.fixture
def server(emulator, authority):
    with serve(emulator, tls=authority) as server:
        yield server


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(params=["sync", "aio"])
def sdk(request, emulator, server, authority):
    """
    Microsoft's SDK, of one kind or the other.
    """
    return Sdk(emulator, server, aio=request.param == "aio")


@pytest.fixture
async def client(sdk):
    client = sdk.rendering()
    yield client
    await sdk.close(client)
