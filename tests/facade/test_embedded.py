"""
With nothing configured, a client is the embedded emulator, and says so once.
"""

import logging

import pytest

from arr_facade import ConfigurationError, _connection
from tests.facade.world import World, in_process, listed

pytestmark = [pytest.mark.anyio, in_process]


@pytest.fixture(autouse=True)
def _no_other_emulator(monkeypatch):
    monkeypatch.setattr(_connection, "_embedded", {})


@pytest.fixture
def bare(world: World):
    """
    Makes clients without any option at all.
    """
    return lambda **options: world.stranger(**{"clock": None, **options})


async def test_nothing_configured_is_the_embedded_emulator(bare, caplog):
    """
    A client without arguments works at once, and one line of the log says what it speaks to.
    """
    caplog.set_level(logging.INFO, logger="arr_facade")
    async with bare() as client, bare() as other:
        assert "http://emulator.localhost" == client.endpoint == client.sts_endpoint
        await client.create_session("demo")
        assert "demo" == (await other.get_session("demo")).id
        assert client.account_id == other.account_id
    told = [record for record in caplog.records if record.levelno >= logging.INFO]
    assert 1 == len(told)
    assert "embedded emulator" in told[0].getMessage()
    assert "http://emulator.localhost" in told[0].getMessage()


async def test_a_whole_session_on_a_fast_clock(bare, monkeypatch):
    """
    `ARR_EMULATOR_SPEED` makes the embedded emulator and its clients live faster, so that a session is Ready at once.
    """
    monkeypatch.setenv("ARR_EMULATOR_SPEED", "10000")
    async with bare() as client, client.session(size="Standard", lease="1h") as session:
        assert "Ready" == session.status
        assert session.host
    assert "Stopped" == session.status


async def test_its_state_may_be_a_file(bare, monkeypatch, tmp_path):
    """
    `ARR_EMULATOR_STATE` names a file that outlives the emulator.
    """
    monkeypatch.setenv("ARR_EMULATOR_STATE", str(tmp_path / "state.sqlite"))
    async with bare() as client:
        await client.create_session("demo")
    for emulator in _connection._embedded.values():
        emulator.close()
    _connection._embedded.clear()
    async with bare() as client:
        assert ["demo"] == [session.id for session in await listed(client.list_sessions())]
    for emulator in _connection._embedded.values():
        emulator.close()


async def test_half_a_configuration_is_no_emulator(bare, monkeypatch):
    """
    Who configures a part of the service means the service: what is missing is named instead.
    """
    monkeypatch.setenv("ARR_REGION", "eastus")
    with pytest.raises(ConfigurationError, match="ARR_ACCOUNT_ID"):
        bare()


async def test_an_emulator_is_given_alone(world):
    """
    `emulator=` is account, key and endpoint at once; another of these beside it is refused.
    """
    with pytest.raises(ConfigurationError, match="beside emulator="):
        world.stranger(emulator=world.emulator, region="eastus")
