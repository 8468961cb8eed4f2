"""
One client, many callers.
"""

from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from tests.facade.world import Hook, answer, listed

pytestmark = pytest.mark.anyio

CALLERS = 24


async def all_at_once(world, function):
    """
    Await `function(number)` for each caller, from as many threads or tasks.
    """
    if world.flavour == "sync":
        # What is awaited of a sync client is done when it returns, so that a thread needs no event loop of its own.
        with ThreadPoolExecutor(CALLERS) as pool:
            return list(pool.map(lambda number: run_through(function(number)), range(CALLERS)))
    results = [None] * CALLERS

    async def put(number):
        results[number] = await function(number)

    async with anyio.create_task_group() as tasks:
        for number in range(CALLERS):
            tasks.start_soon(put, number)
    return results


def run_through(coroutine):
    with pytest.raises(StopIteration) as stop:
        coroutine.send(None)
    return stop.value.value


async def test_many_callers_share_a_client_and_its_token(world, client):
    """
    Threads and tasks may call one client at once: each gets its own answer, and one token serves them all.
    """
    created = await all_at_once(world, lambda number: client.create_session(f"number-{number}"))
    assert [f"number-{number}" for number in range(CALLERS)] == [session.id for session in created]
    assert 1 == len(world.emulator.calls("get_token"))
    assert {session.id for session in created} == {session.id for session in await listed(client.list_sessions())}


async def test_many_refusals_cost_one_token(world, client):
    """
    When the service refuses the token of many calls at once, it is renewed for all of them together.
    """
    await client.token()
    world.emulator.hooks.append(Refusing((await client.token()).token.reveal()))
    for name in await all_at_once(world, lambda number: renewed(client, number)):
        assert name.startswith("number-")
    assert 2 == len(world.emulator.calls("get_token"))


async def renewed(client, number):
    return (await client.create_session(f"number-{number}")).id


class Refusing(Hook):
    """
    A hook that no longer accepts one token.
    """

    def __init__(self, token):
        self._header = f"Bearer {token}"

    def before(self, where, request):
        refused = where.operation != "get_token" and request.headers.get("authorization") == self._header
        return answer(401) if refused else None
