"""
Lists: fetched page by page as they are asked for, and never from another host.
"""

import pytest

from arr_facade import ManualClock, UnexpectedResponseError
from arr_facade.emulator import Emulator
from tests.facade.world import answer, in_process, listed

pytestmark = pytest.mark.anyio


@pytest.fixture
def emulator(clock: ManualClock):
    with Emulator(clock=clock, page_size=2) as emulator:
        yield emulator


def page(*ids, link):
    sessions = [{"id": name, "maxLeaseTimeMinutes": 5, "size": "Standard", "status": "Starting"} for name in ids]
    return answer(200, {"sessions": sessions, "@nextLink": link})


async def test_all_pages_are_read(world, client):
    """
    A list spans as many pages as the service needs, each asked for once and with the token.
    """
    for name in "abcde":
        await client.create_session(name)
    world.watch()
    assert ["a", "b", "c", "d", "e"] == [session.id for session in await listed(client.list_sessions())]
    assert [200, 200, 200] == [call.status for call in world.emulator.calls("list_sessions")]
    assert 1 == len({headers["authorization"] for headers in world.headers("list_sessions")})


async def test_pages_are_read_lazily(world, client):
    """
    Nothing is asked for before the first item is, and the second page only for its own items.
    """
    for name in "abc":
        await client.create_session(name)
    sessions = client.list_sessions()
    read = [(session.id, len(world.emulator.calls("list_sessions"))) async for session in sessions]
    assert [("a", 1), ("b", 1), ("c", 2)] == read


@in_process
async def test_an_unread_list_costs_nothing(world, client):
    """
    A list that nobody iterates sends no request, not even for a token.
    """
    client.list_sessions()
    client.list_conversions()
    assert [] == world.emulator.requests


async def test_an_empty_list_has_no_items(client):
    """
    An account without sessions and conversions has empty lists.
    """
    assert [] == await listed(client.list_sessions())
    assert [] == await listed(client.list_conversions())


@in_process
@pytest.mark.parametrize("end", [None, ""])
async def test_a_page_without_link_is_the_last(world, client, end):
    """
    An absent, null or empty link ends a list.
    """
    world.instead("list_sessions", page("a", link=end))
    assert ["a"] == [session.id for session in await listed(client.list_sessions())]


@in_process
async def test_a_page_may_be_empty(world, client):
    """
    A page without items but with a link is passed over.
    """
    link = f"{client.endpoint}/accounts/{client.account_id}/sessions?api-version=2021-01-01"
    world.instead("list_sessions", page(link=link), page("b", link=None))
    assert ["b"] == [session.id for session in await listed(client.list_sessions())]


@in_process
async def test_a_link_may_be_relative(world, client):
    """
    A link without a host is one to the same host.
    """
    link = f"/accounts/{client.account_id}/sessions?api-version=2021-01-01&page=2"
    world.instead("list_sessions", page("a", link=link), page("b", link=None))
    assert ["a", "b"] == [session.id for session in await listed(client.list_sessions())]


@in_process
@pytest.mark.parametrize(
    "following",
    [
        "https://elsewhere.example/accounts",
        "//elsewhere.example/accounts",
        "https://emulator.localhost/accounts",
        "http://emulator.localhost:8080/accounts",
        "http://emulator.localhost@elsewhere.example/accounts",
    ],
)
async def test_a_link_to_another_host_is_refused(world, client, following):
    """
    A link to another host, port or scheme is not followed, for it would be given the token.
    """
    world.instead("list_sessions", page("a", link=following))
    with pytest.raises(UnexpectedResponseError, match="@nextLink leads"):
        await listed(client.list_sessions())
    assert 1 == len(world.emulator.calls("list_sessions"))


@in_process
@pytest.mark.parametrize("origin", ["http://EMULATOR.localhost", "HTTP://emulator.localhost:80"])
async def test_a_link_may_spell_its_host_otherwise(world, client, origin):
    """
    Capitals and a port that goes without saying lead to the same host.
    """
    path = f"/accounts/{world.emulator.account_id}/sessions?api-version=2021-01-01"
    world.instead("list_sessions", page("a", link=origin + path))
    assert ["a"] == [session.id for session in await listed(client.list_sessions())]
    assert 2 == len(world.emulator.calls("list_sessions"))


@in_process
@pytest.mark.parametrize("following", [7, {"href": "x"}, ["x"], True])
async def test_a_link_that_is_none_is_refused(world, client, following):
    """
    A link that is no text is an answer nobody can read.
    """
    world.instead("list_sessions", page("a", link=following))
    with pytest.raises(UnexpectedResponseError, match="list sessions: 200"):
        await listed(client.list_sessions())
