"""
What is told to whom: logs at DEBUG only, correlation vectors everywhere, secrets nowhere.
"""

import logging
import re

import pytest

from arr_facade import ArrError, ConversionInput, ConversionOutput, RetryPolicy, Secret
from arr_facade.emulator import DEFAULT_ACCOUNT_KEY
from tests.facade.world import answer, in_process

pytestmark = [pytest.mark.anyio, in_process]

SIGNATURE = "aVerySecretSignature%3D"
SAS = f"?sv=2020-08-04&sr=c&sp=rl&sig={SIGNATURE}"
CONTAINER = "https://sdktest.blob.core.windows.net/test"


@pytest.fixture
def log(caplog):
    """
    Everything that is logged below `arr_facade`, but for the service that happens to run in the same process.
    """
    caplog.set_level(logging.DEBUG, logger="arr_facade")

    def lines():
        return [record for record in caplog.records if not record.name.startswith("arr_facade.emulator")]

    return lines


async def use_everything(world, client):
    """
    A bit of everything, success and failure, and the texts and reprs of all that comes of it.
    """
    source = ConversionInput(container_uri=CONTAINER, asset_path="a.fbx", sas=SAS)
    target = ConversionOutput(container_uri=CONTAINER, sas=Secret(SAS))
    token = await client.token()
    things = [client, token, source, target]
    async with client.session("demo") as session:
        things += [session, session.state, session.resume_token, await session.extend(by="5m")]
    handle = await client.start_conversion("box", source=source, target=target)
    things += [handle, await handle.wait()]
    echo = f"Bearer {token.token.reveal()} and sig={SIGNATURE}&x=1"
    for status in (400, 401, 403, 500, 200):
        world.instead("get_session", *[answer(status, raw=echo.encode(), WWW_Authenticate=echo)] * 9)
        with pytest.raises(ArrError) as raised:
            await client.get_session("demo")
        things.append(raised.value)
        world.emulator.hooks.clear()
    return token, things


async def test_secrets_are_never_shown(world, client, log):
    """
    Neither key, token nor signature is in any log line, repr, text of an error or resume token.
    """
    token, things = await use_everything(world, client)
    shown = "\n".join([record.getMessage() for record in log()] + [f"{thing} {thing!r}" for thing in things])
    assert "could not" not in shown
    for secret in (DEFAULT_ACCOUNT_KEY, token.token.reveal(), SIGNATURE):
        assert secret not in shown
    assert "***" in shown


async def test_logging_is_for_debugging(world, client, log):
    """
    Whatever happens, nothing is logged above DEBUG, and all of it under `arr_facade`.
    """
    await use_everything(world, client)
    assert {logging.DEBUG} == {record.levelno for record in log()}
    assert all(record.name.startswith("arr_facade.") for record in log())


async def test_each_answer_is_logged_with_its_correlation_vector(world, client, log):
    """
    One line for each answer says what was done, the path without query, the status and the MS-CV in clear.
    """
    await client.create_session("demo")
    lines = [record.getMessage() for record in log() if record.name == "arr_facade.http"]
    call = world.emulator.calls("create_session")[0]
    expected = rf"create session 'demo': PUT {re.escape(call.path)} -> 201 in \d+ ms, MS-CV {re.escape(call.ms_cv)}"
    assert re.fullmatch(expected, lines[-1])
    assert len(lines) == len(world.emulator.requests)


async def test_each_retry_is_logged(world, client, log):
    """
    A repetition is logged with its number, delay and reason.
    """
    world.instead("list_sessions", answer(503, Retry_After="3"))
    assert [] == [session async for session in client.list_sessions()]
    lines = [record.getMessage() for record in log() if record.name == "arr_facade.flows"]
    assert lines == ["list sessions: attempt 1 in 3.00 s, after list sessions: 503 Service Unavailable"]


async def test_each_request_has_a_correlation_vector_of_its_own(world, client):
    """
    X-MRC-CV is sent with every request, to both services, as 22 characters of base64 that never repeat.
    """
    await client.create_session("demo")
    for _ in range(20):
        await client.get_session("demo")
    vectors = [call.client_cv for call in world.emulator.requests]
    assert 22 == len(vectors) == len(set(vectors))
    assert all(re.fullmatch(r"[A-Za-z0-9+/]{22}", vector) for vector in vectors)


async def test_a_repetition_has_a_new_correlation_vector(world):
    """
    A repeated request can be told from the first.
    """
    world.instead("get_session", *[answer(500)] * 9)
    async with world.client(retry=RetryPolicy(attempts=2)) as client:
        with pytest.raises(ArrError):
            await client.get_session("demo")
    assert 3 == len({call.client_cv for call in world.emulator.calls("get_session")})


async def test_what_is_sent_with_a_request(world, client):
    """
    Requests carry the bearer token, accept JSON, and have a content type only with a body.
    """
    world.watch()
    token = (await client.token()).token.reveal()
    await client.create_session("demo")
    await client.get_session("demo")
    put, get = world.headers("create_session")[0], world.headers("get_session")[0]
    assert f"Bearer {token}" == put["authorization"] == get["authorization"]
    assert "application/json" == put["accept"] == get["accept"] == put["content-type"]
    assert "content-type" not in get
    assert f"Bearer {world.emulator.account_id}:{DEFAULT_ACCOUNT_KEY}" == world.headers("get_token")[0]["authorization"]
