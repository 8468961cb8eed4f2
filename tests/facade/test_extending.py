"""
`extend`: a longer lease, said in three ways.
"""

from datetime import timedelta

import pytest

from arr_facade import ConfigurationError, LeaseRejectedError
from tests.facade.world import in_process, refusal

pytestmark = pytest.mark.anyio


def minutes(count):
    return timedelta(minutes=count)


@pytest.fixture
async def ready(client):
    """
    A handle of a session that is Ready, with a lease of ten minutes.
    """
    handle = await client.start("demo", lease="10m")
    await handle.wait_ready()
    return handle


async def test_extend_by(client, ready):
    """
    `by` adds to the lease as the service has it now, also when others have changed it meanwhile.
    """
    await client.update_lease("demo", "20m")
    assert minutes(35) == (await ready.extend(by="15m")).lease
    assert minutes(35) == ready.state.lease
    assert minutes(35) == (await client.get_session("demo")).lease


async def test_extend_to(client, ready):
    """
    `to` sets the total.
    """
    assert minutes(25) == (await ready.extend(to=25)).lease
    assert minutes(25) == (await client.get_session("demo")).lease


async def test_extend_at_least(world, ready):
    """
    `at_least` leaves the wanted time from now, rounded up to the service's minutes, and no more.
    """
    world.clock.advance("7m 30s")
    await ready.extend(at_least="30m")
    assert minutes(30) <= ready.remaining < minutes(32)


async def test_extend_at_least_what_there_is(world, ready):
    """
    When enough remains already, `at_least` sends no update.
    """
    assert minutes(10) == (await ready.extend(at_least="5m")).lease
    assert [] == world.emulator.calls("update_session")


async def test_extend_before_ready(client):
    """
    Before Ready nothing of the lease is used, so `at_least` asks for just that.
    """
    handle = await client.start("demo", lease="10m")
    assert minutes(30) == (await handle.extend(at_least="30m")).lease


@in_process
@pytest.mark.parametrize("how", [{}, {"by": "5m", "to": "20m"}, {"by": 1, "to": 2, "at_least": 3}])
async def test_exactly_one_way(world, ready, how):
    """
    None or several of by, to and at_least are refused before any request.
    """
    sent = world.operations()
    with pytest.raises(ConfigurationError, match="exactly one of by=, to= and at_least="):
        await ready.extend(**how)
    assert sent == world.operations()


@in_process
@pytest.mark.parametrize(
    ("how", "problem"),
    [
        ({"to": "10m"}, "would not make the lease longer than it is, 10m"),
        ({"to": 5}, "would not make the lease longer than it is, 10m"),
        ({"by": 0}, "would not make the lease longer than it is, 10m"),
        ({"to": 1440}, "outside 1 to 1439 minutes"),
        ({"to": "30h"}, "to: '30h' is outside 1 to 1439 minutes\nAdvice: the service ends sessions after a day"),
        ({"to": "0m"}, "to: '0m' is outside 1 to 1439 minutes$"),
        ({"by": "1d"}, "by: '1d' comes to 24h 10m in all, which is outside 1 to 1439 minutes\nAdvice: "),
        ({"at_least": "24h"}, "at_least: '24h' comes to 24h 1m in all, which is outside 1 to 1439 minutes\nAdvice: "),
        ({"by": "a while"}, "is not a duration"),
    ],
)
async def test_what_the_service_would_refuse_is_not_sent(world, ready, how, problem):
    """
    A lease that would shrink, stay, or pass 1439 minutes is refused by the name of its argument, and not sent.
    """
    with pytest.raises(ConfigurationError, match=problem) as raised:
        await ready.extend(**how)
    assert [raised.value.field] == list(how)
    assert [] == world.emulator.calls("update_session")


@in_process
async def test_the_services_word_is_final(world, ready):
    """
    When the service refuses a lease that looked right, LeaseRejectedError says so with its words.
    """
    world.instead("update_session", refusal(422, "UnprocessableEntity", "The request was malformed."))
    with pytest.raises(LeaseRejectedError, match="UnprocessableEntity: The request was malformed"):
        await ready.extend(by="5m")
    assert minutes(10) == ready.state.lease
