"""
The way out: the generated client with the facade's token attached.
"""

import pytest
from arr_client.rendering_2021_01_01.api.remote_rendering import create_session, get_session, list_conversions
from arr_client.rendering_2021_01_01.models import CreateSessionSettings

from tests.facade.world import answer, in_process, tasks_only

pytestmark = pytest.mark.anyio


async def ask(world, client, operation, *arguments, **options):
    """
    The answer of a generated function that fits the client: one of the sync ones, or one of those to be awaited.
    """
    if world.flavour == "sync":
        return operation.sync_detailed(*arguments, client=client.generated, **options)
    return await operation.asyncio_detailed(*arguments, client=client.generated, **options)


async def test_generated_functions_are_authenticated(world, client):
    """
    The generated functions work with `client.generated`, and share the facade's token.
    """
    await client.create_session("demo", lease="20m")
    answered = await ask(world, client, get_session, client.account_id, "demo")
    assert (200, "demo", 20) == (answered.status_code, answered.parsed.id, answered.parsed.max_lease_time_minutes)
    assert 1 == len(world.emulator.calls("get_token"))


async def test_generated_functions_fetch_a_token(world, client):
    """
    A token is fetched when a generated function is the first to need one.
    """
    answered = await ask(world, client, list_conversions, client.account_id)
    assert [] == answered.parsed.conversions
    assert ["get_token", "list_conversions"] == [call.operation for call in world.emulator.requests]


async def test_bodies_are_sent(world, client):
    """
    What is made by a generated function is there for the facade.
    """
    body = CreateSessionSettings(max_lease_time_minutes=7, size="Premium")
    assert 201 == (await ask(world, client, create_session, client.account_id, "demo", body=body)).status_code
    assert "Premium" == (await client.get_session("demo")).size


async def test_the_token_is_renewed_once_on_401(world, client):
    """
    A refused token is replaced and the request sent once more; a second refusal is the caller's.
    """
    world.watch()
    world.instead("list_conversions", answer(401))
    assert 200 == (await ask(world, client, list_conversions, client.account_id)).status_code
    assert [401, 200] == [call.status for call in world.emulator.calls("list_conversions")]
    old, new = (headers["authorization"] for headers in world.headers("list_conversions"))
    assert old != new
    world.instead("list_conversions", answer(401), answer(401))
    assert 401 == (await ask(world, client, list_conversions, client.account_id)).status_code
    assert 4 == len(world.emulator.calls("list_conversions"))


@in_process
async def test_its_answers_are_the_services_own(world, client):
    """
    Nothing is retried or raised for the caller of the generated client.
    """
    world.instead("get_session", answer(503))
    answered = await ask(world, client, get_session, client.account_id, "nobody")
    assert 503 == answered.status_code
    assert 404 == (await ask(world, client, get_session, client.account_id, "nobody")).status_code


@in_process
@tasks_only
async def test_an_async_client_is_for_async_functions(client):
    """
    The wrong kind of function is told so, instead of blocking the event loop.
    """
    with pytest.raises((TypeError, RuntimeError)):
        get_session.sync_detailed(client.account_id, "demo", client=client.generated)


@in_process
@pytest.mark.parametrize("flavour", ["sync"], indirect=True)
async def test_a_sync_client_is_for_sync_functions(client):
    """
    The wrong kind of function is told so here too.
    """
    with pytest.raises((TypeError, RuntimeError)):
        await get_session.asyncio_detailed(client.account_id, "demo", client=client.generated)
