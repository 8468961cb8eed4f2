"""
The emulator in the place of the network, under both of httpx's clients.
"""

import httpx
import pytest

from arr_facade.clock import ManualClock
from arr_facade.emulator import Emulator
from tests.emulator.caller import conversion_body

VERSION = {"api-version": "2021-01-01"}


def authorized(emulator):
    return {"authorization": f"Bearer {emulator.issue_token()}"}


def test_a_client_tells_a_whole_story_without_a_socket(emulator, clock):
    """
    Token, session, lease, stop: httpx sees an ordinary service.
    """
    base = f"/accounts/{emulator.account_id}"
    with httpx.Client(transport=emulator.transport(), base_url=emulator.endpoint, params=VERSION) as client:
        credential = f"Bearer {emulator.account_id}:{emulator.account_key}"
        url = f"{emulator.sts_endpoint}/Accounts/{emulator.account_id}/token"
        token = client.get(url, headers={"Authorization": credential}).json()["AccessToken"]
        client.headers["Authorization"] = f"Bearer {token}"
        created = client.put(f"{base}/sessions/s", json={"maxLeaseTimeMinutes": 4, "size": "Standard"})
        clock.advance("8s")
        ready = client.get(f"{base}/sessions/s")
        extended = client.patch(f"{base}/sessions/s", json={"maxLeaseTimeMinutes": 5})
        stopped = client.post(f"{base}/sessions/s/:stop")
        converted = client.put(f"{base}/conversions/c", json=conversion_body())

    assert [201, 200, 200, 204, 201] == [one.status_code for one in (created, ready, extended, stopped, converted)]
    assert ready.json()["status"] == "Ready"
    assert extended.json()["maxLeaseTimeMinutes"] == 5
    assert "content-length" not in stopped.headers
    assert stopped.content == b""
    assert int(ready.headers["content-length"]) == len(ready.content)


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
@pytest.mark.anyio
async def test_the_same_transport_serves_the_async_client(anyio_backend):
    """
    One transport object works under AsyncClient on asyncio and trio.
    """
    emulator = Emulator(clock=ManualClock())
    headers = authorized(emulator)
    async with httpx.AsyncClient(transport=emulator.transport(), base_url=emulator.endpoint, headers=headers) as client:
        path = f"/accounts/{emulator.account_id}/sessions/s"
        created = await client.put(path, json={"maxLeaseTimeMinutes": 4, "size": "Standard"}, params=VERSION)
        read = await client.get(path, params=VERSION)

    assert (created.status_code, read.status_code) == (201, 200)
    assert created.json() == read.json()


def test_a_body_in_pieces_arrives_whole(emulator):
    """
    A body that is streamed into the request is read to its end.
    """
    with httpx.Client(
        transport=emulator.transport(), base_url=emulator.endpoint, headers=authorized(emulator)
    ) as client:
        pieces = iter([b'{"maxLeaseTimeMinutes":', b'4,"size":"Standard"}'])
        answer = client.put(f"/accounts/{emulator.account_id}/sessions/s", content=pieces, params=VERSION)

    assert answer.status_code == 201


def test_ids_are_decoded_once(emulator):
    """
    A percent-encoded path means the same as a plain one, and the stop verb may be encoded too.
    """
    with httpx.Client(
        transport=emulator.transport(), base_url=emulator.endpoint, headers=authorized(emulator)
    ) as client:
        base = f"/accounts/{emulator.account_id}/sessions"
        client.put(f"{base}/s%31", json={"maxLeaseTimeMinutes": 4, "size": "Standard"}, params=VERSION)
        stopped = client.post(f"{base}/s1/%3Astop", params=VERSION)

    assert stopped.status_code == 204


def test_next_links_lead_to_the_host_that_was_asked():
    """
    A link begins with the scheme and authority of the request, whatever they are.
    """
    emulator = Emulator(clock=ManualClock(), page_size=1)
    with httpx.Client(transport=emulator.transport(), headers=authorized(emulator)) as client:
        base = f"https://somewhere.example:8443/accounts/{emulator.account_id}/sessions"
        for name in "ab":
            client.put(f"{base}/{name}", json={"maxLeaseTimeMinutes": 4, "size": "Standard"}, params=VERSION)
        link = client.get(base, params=VERSION).json()["@nextLink"]
        following = client.get(link)

    assert link.startswith(base + "?")
    assert [one["id"] for one in following.json()["sessions"]] == ["b"]


def test_closing_a_client_leaves_the_emulator_open(emulator):
    """
    Clients come and go; the emulator is its owner's.
    """
    transport = emulator.transport()
    for _ in range(2):
        with httpx.Client(transport=transport, base_url=emulator.endpoint, headers=authorized(emulator)) as client:
            assert client.get(f"/accounts/{emulator.account_id}/sessions", params=VERSION).status_code == 200
