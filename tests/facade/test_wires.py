"""
Each library that may carry the requests, on a real socket, against a good service and a bad one.
"""

import json
import logging

import pytest

from arr_facade import (
    ConfigurationError,
    ConnectError,
    RequestTimeoutError,
    RetryPolicy,
    TransportError,
    UnexpectedResponseError,
)
from tests.facade.raw import SILENCE, RawServer, http
from tests.facade.world import answer, in_process, one_driver, refusal

pytestmark = [pytest.mark.anyio]

over_each_wire = pytest.mark.parametrize("link", ["plain", "fast", "httpx"], indirect=True)

SESSION = {"id": "demo", "maxLeaseTimeMinutes": 10, "size": "Standard", "status": "Starting"}
BODY = json.dumps(SESSION).encode()


@pytest.fixture
def call(world):
    """
    Reads a session from a server that is no emulator, without repetitions.
    """

    def client_of(endpoint, **options):
        options = {"timeout": 5.0, "retry": RetryPolicy(attempts=0), **options}
        return world.stranger(endpoint=endpoint, account_id=world.emulator.account_id, access_token="token", **options)

    return client_of


async def test_answers_are_read_alike(world, client, caplog):
    """
    Status, body, MS-CV, Retry-After and WWW-Authenticate are read from each library's answers.
    """
    caplog.set_level(logging.DEBUG, logger="arr_facade.http")
    vector = "cMGAhl1++ECkmWIec9Ht/w.0"
    world.instead("get_session", refusal(429, "TooMany", "Slow.", MS_CV=vector, Retry_After="900"))
    with pytest.raises(Exception, match="429 TooMany: Slow") as raised:
        await client.get_session("demo")
    assert (vector, 900) == (raised.value.ms_cv, raised.value.retry_after)
    world.instead("create_session", answer(403, WWW_Authenticate='Bearer error="no"'))
    with pytest.raises(Exception, match='403 Forbidden; Bearer error="no"'):
        await client.create_session("demo")
    assert f"MS-CV {vector}" in caplog.text


@over_each_wire
async def test_a_truncated_body_is_a_broken_connection(call):
    """
    A body that ends before its Content-Length is a TransportError, and is repeated as such.
    """
    short = http(200, BODY[:20], Content_Length=str(len(BODY)))
    with RawServer([short], [short], [http(200, BODY)]).running() as server:
        async with call(server.endpoint) as client:
            with pytest.raises(TransportError, match="get session 'demo' at 127"):
                await client.get_session("demo")
        async with call(server.endpoint, retry=RetryPolicy()) as client:
            assert "demo" == (await client.get_session("demo")).id


@over_each_wire
@pytest.mark.parametrize("noise", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x16\x03\x01\x02\x00"])
async def test_what_is_no_http_is_a_transport_error(call, noise):
    """
    A server that says nothing, or something else than HTTP, and hangs up, is a TransportError.
    """
    with RawServer([noise]).running() as server:
        async with call(server.endpoint) as client:
            with pytest.raises(TransportError):
                await client.get_session("demo")


@over_each_wire
async def test_silence_is_a_timeout(call):
    """
    A server that takes a request and never answers is a RequestTimeoutError after the client's timeout.
    """
    with RawServer([SILENCE]).running() as server:
        async with call(server.endpoint, timeout=0.2) as client:
            with pytest.raises(RequestTimeoutError):
                await client.get_session("demo")
        assert 1 == server.requests


@over_each_wire
async def test_nobody_there_is_a_connect_error(call):
    """
    A port at which nobody listens is a ConnectError with advice on the endpoint.
    """
    async with call("http://127.0.0.1:1") as client:
        with pytest.raises(ConnectError, match=r"127\.0\.0\.1:1: .*\nAdvice: check the endpoint's spelling") as raised:
            await client.get_session("demo")
    assert "{" not in str(raised.value)


@over_each_wire
async def test_a_connection_is_used_again(call):
    """
    Calls one after another share a connection.
    """
    with RawServer([http(200, BODY)] * 3).running() as server:
        async with call(server.endpoint) as client:
            for _ in range(3):
                await client.get_session("demo")
        assert (1, 3) == (server.connections, server.requests)


@over_each_wire
async def test_a_connection_that_went_stale_is_no_failure(call):
    """
    A kept connection that the service closed meanwhile is replaced, unseen by the caller.
    """
    with RawServer(*[[http(200, BODY)]] * 3).running() as server:
        async with call(server.endpoint, retry=RetryPolicy(attempts=1)) as client:
            for _ in range(3):
                await client.get_session("demo")
        assert (3, 3) == (server.connections, server.requests)


@over_each_wire
async def test_a_redirect_is_not_followed(call):
    """
    A redirect is an unexpected answer: following it would show the token to another host.
    """
    with (
        RawServer([http(200, BODY)]).running() as elsewhere,
        RawServer([http(307, Location=f"{elsewhere.endpoint}/x")]).running() as server,
    ):
        async with call(server.endpoint) as client:
            with pytest.raises(UnexpectedResponseError, match="307"):
                await client.get_session("demo")
        assert 0 == elsewhere.connections


@over_each_wire
async def test_a_body_in_pieces_is_read_to_its_end(call):
    """
    A chunked answer is read whole.
    """
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (BODY[:7], BODY[7:])) + b"0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with RawServer([head + chunks]).running() as server:
        async with call(server.endpoint) as client:
            assert "demo" == (await client.get_session("demo")).id


@over_each_wire
async def test_a_body_that_does_not_unpack_is_unexpected(call):
    """
    An answer that claims to be compressed and is not ends in a typed error of ours.
    """
    with RawServer([http(200, b"not gzip", Content_Encoding="gzip")]).running() as server:
        async with call(server.endpoint) as client:
            with pytest.raises(UnexpectedResponseError):
                await client.get_session("demo")


@in_process
@one_driver
async def test_a_wrong_preference_is_named(call, monkeypatch):
    """
    An `ARR_TRANSPORT` that means nothing is a configuration error which lists what does.
    """
    monkeypatch.setenv("ARR_TRANSPORT", "pigeon")
    async with call("http://127.0.0.1:1") as client:
        with pytest.raises(ConfigurationError, match=r"pigeon.*plain, fast, httpx"):
            await client.get_session("demo")
