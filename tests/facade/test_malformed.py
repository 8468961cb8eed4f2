"""
Answers that neither the Swagger nor the recordings know end in a typed error, with at most 2 kB of the body.

The table is generator.md's: what the generated layer makes of such answers, and what the facade owes instead.
"""

import json

import httpx
import pytest

from arr_facade import (
    ConversionStatus,
    RetryPolicy,
    Secret,
    ServerError,
    Session,
    SessionSize,
    SessionStatus,
    UnexpectedResponseError,
)
from tests.facade.test_conversions import source, target
from tests.facade.world import Hook, answer, in_process, listed, one_driver

pytestmark = pytest.mark.anyio

STARTING = {
    "id": "demo",
    "creationTime": "2022-09-14T01:05:32.4773534+00:00",
    "elapsedTimeMinutes": 0,
    "maxLeaseTimeMinutes": 15,
    "size": "Standard",
    "status": "Starting",
}
READY = STARTING | {
    "status": "Ready",
    "hostname": "host.example",
    "handshakePort": 54639,
    "arrInspectorPort": 64487,
    "teraflops": 8.1,
}
CONVERSION = {
    "id": "box",
    "creationTime": "2022-09-14T01:05:32.4773534Z",
    "settings": {
        "inputLocation": {
            "storageContainerUri": "https://a.blob.core.windows.net/c",
            "relativeInputAssetPath": "a.fbx",
        },
        "outputLocation": {"storageContainerUri": "https://a.blob.core.windows.net/c"},
    },
    "error": None,
    "status": "Running",
}
CV = "cMGAhl1++ECkmWIec9Ht/w.0"

CALLS = {
    "create_session": lambda client: client.create_session("demo"),
    "get_session": lambda client: client.get_session("demo"),
    "update_session": lambda client: client.update_lease("demo", "20m"),
    "list_sessions": lambda client: listed(client.list_sessions()),
    "create_conversion": lambda client: client.create_conversion("box", source=source(), target=target()),
    "get_conversion": lambda client: client.get_conversion("box"),
    "list_conversions": lambda client: listed(client.list_conversions()),
    "get_token": lambda client: client.token(),
}

UNREADABLE = {
    "empty": answer(200),
    "html": answer(200, raw=b"<html><body>Sign in to the network</body></html>"),
    "truncated": answer(200, raw=b'{"id":"demo","creationTime":"2022-'),
    "not text": answer(200, raw=b"\xff\xfe\xfa"),
    "too deep": answer(200, raw=b"[" * 100_000),
    "null": answer(200, raw=b"null"),
    "a number": answer(200, raw=b"7"),
    "a list": answer(200, raw=b"[]"),
    "a text": answer(200, raw=b'"Ready"'),
    "another object": answer(200, {"sessionId": "demo", "sessionStatus": "ready"}),
    "an error": answer(200, {"error": {"code": "Odd", "message": "Odd."}}),
    "no body": answer(204),
    "another success": answer(202, STARTING),
    "a redirect": answer(302, Location="https://elsewhere.example/"),
    "unmodified": answer(304),
}


async def unexpected(call):
    with pytest.raises(UnexpectedResponseError) as raised:
        await call
    return raised.value


@pytest.mark.parametrize("operation", CALLS)
async def test_an_unreadable_answer_is_a_typed_error(world, client, operation):
    """
    Whatever the operation, an answer that cannot be read raises UnexpectedResponseError with status and MS-CV.
    """
    for case, response in UNREADABLE.items():
        world.instead(operation, response)
        error = await unexpected(CALLS[operation](client))
        assert response.status == error.status, case
        assert "AAAAAAAAAAAAAAAAAAAAAA.0" == error.ms_cv, case
        assert f": {response.status} with an unexpected answer: " in str(error), case


@pytest.mark.parametrize("status", [200, 202, 301])
async def test_a_stop_answered_strangely_is_a_typed_error(world, client, status):
    """
    Only 204 says that a session was stopped.
    """
    world.instead("stop_session", answer(status, raw=b"<html>"))
    assert status == (await unexpected(client.stop_session("demo"))).status


@pytest.mark.parametrize("status", [520, 599])
async def test_an_unregistered_status_is_a_server_error(world, status):
    """
    A status of 5xx that no registry knows, as content networks send them, is a ServerError.
    """
    async with world.client(retry=RetryPolicy(attempts=0)) as client:
        world.instead("get_session", answer(status, raw=b"<html>Web server is down</html>"))
        with pytest.raises(ServerError, match=f"{status} an unregistered status") as raised:
            await client.get_session("demo")
    assert status == raised.value.status


@in_process
@pytest.mark.parametrize("status", [299, 399])
async def test_an_unregistered_success_is_unexpected(world, client, status):
    """
    A status below 400 that no registry knows is an unexpected answer.
    """
    world.instead("get_session", answer(status, STARTING))
    assert status == (await unexpected(client.get_session("demo"))).status


WRONG_FIELDS = [
    ("id", None),
    ("id", 7),
    ("id", "ABSENT"),
    ("status", None),
    ("status", 7),
    ("status", {"value": "Ready"}),
    ("status", "ABSENT"),
    ("size", ["Standard"]),
    ("size", "ABSENT"),
    ("creationTime", "yesterday"),
    ("creationTime", 1),
    ("creationTime", {}),
    ("hostname", 7),
    ("hostname", ["a"]),
    ("handshakePort", "port"),
    ("handshakePort", {"number": 1}),
    ("maxLeaseTimeMinutes", 10**15),
    ("error", "text"),
    ("error", 7),
]


@one_driver
@in_process
@pytest.mark.parametrize(("field", "value"), WRONG_FIELDS)
async def test_a_field_of_another_type_is_a_typed_error(world, client, field, value):
    """
    A required field that is absent, or a field of another type, raises UnexpectedResponseError, in lists too.
    """
    document = READY | {field: value}
    if value == "ABSENT":
        del document[field]
    world.instead("get_session", answer(200, document))
    error = await unexpected(client.get_session("demo"))
    assert "cannot be read" in str(error)
    assert json.dumps(document)[:50] in error.body
    world.instead("list_sessions", answer(200, {"sessions": [STARTING, document]}))
    await unexpected(CALLS["list_sessions"](client))


@one_driver
@in_process
@pytest.mark.parametrize(
    ("field", "value"),
    [("settings", None), ("settings", {}), ("settings", "text"), ("status", None), ("id", 3), ("output", "text")],
)
async def test_a_conversion_of_another_shape_is_a_typed_error(world, client, field, value):
    """
    The same holds for conversions.
    """
    world.instead("get_conversion", answer(200, CONVERSION | {field: value}))
    assert "cannot be read" in str(await unexpected(client.get_conversion("box")))


@in_process
@pytest.mark.parametrize("token", [None, "", 7, ["x"]])
async def test_a_token_that_is_no_text_is_a_typed_error(world, client, token):
    """
    A token service that answers without a token is an unexpected answer, whose body is not shown.
    """
    world.instead("get_token", answer(200, {"AccessToken": token, "secret": "hush"}))
    error = await unexpected(client.get_session("demo"))
    assert "hush" not in str(error)


async def test_a_long_body_is_cut(world, client):
    """
    At most 2 kB of a body are kept and shown, wherever a character ends.
    """
    for body in (b"<" + b"x" * 50_000, "ü".encode() * 50_000):
        world.instead("get_session", answer(200, raw=body, MS_CV=CV))
        error = await unexpected(client.get_session("demo"))
        assert 1000 < len(error.body) <= 2048
        assert len(error.body.encode()) <= 2048 + 3
        assert len(str(error).encode()) < 3000
        assert CV in str(error)


@in_process
async def test_a_failed_creation_of_unknown_outcome_is_cleaned_up(world, client):
    """
    When the answer to a `start` cannot be read, the session that may have been made is stopped.
    """
    world.emulator.hooks.append(Garbling())
    await unexpected(client.start("demo"))
    assert "Stopped" == (await client.get_session("demo")).status


class Garbling(Hook):
    """
    Lets a session be created and garbles the answer.
    """

    def after(self, where, request, response):
        return answer(200, raw=b"{") if where.operation == "create_session" else response


async def read(world, client, **changes):
    world.instead("get_session", answer(200, READY | changes))
    return await client.get_session("demo")


@in_process
async def test_unknown_values_survive(world, client):
    """
    A status or size that this version does not know arrives as text, and known ones as members.
    """
    session = await read(world, client, status="Hibernating", size="Gigantic")
    assert ("Hibernating", "Gigantic") == (session.status, session.size)
    assert (False, False) == (session.is_ready, session.has_ended)
    assert not isinstance(session.status, SessionStatus)
    known = await read(world, client)
    assert known.status is SessionStatus.READY
    assert known.size is SessionSize.STANDARD
    world.instead("get_conversion", answer(200, CONVERSION | {"status": "Created"}))
    conversion = await client.get_conversion("box")
    assert ("Created", False) == (conversion.status, conversion.has_ended)
    assert not isinstance(conversion.status, ConversionStatus)


@in_process
async def test_unknown_fields_are_ignored(world, client):
    """
    A field that a later service adds changes nothing.
    """
    assert await read(world, client) == await read(world, client, colour="blue", nested={"a": [1]})


@in_process
async def test_an_unknown_status_is_waited_out(world, client):
    """
    A status between Starting and Ready that nobody knows does not end a wait.
    """
    handle = await client.start("demo")
    world.instead("get_session", *[answer(200, STARTING | {"status": "Warming"})] * 3)
    assert "Ready" == (await handle.wait_ready()).status


@in_process
async def test_ready_without_host_is_not_ready(world, client):
    """
    A session that says Ready but not where is no ReadySession, and the wait goes on until it is one.
    """
    handle = await client.start("demo")
    nowhere = {name: value for name, value in READY.items() if name not in {"hostname", "handshakePort"}}
    world.instead("get_session", *[answer(200, nowhere)] * 3)
    seen = []
    ready = await handle.wait_ready(on_progress=seen.append)
    assert Session is type(seen[0])
    assert ready.host


@in_process
async def test_absent_null_and_zero_are_one(world, client):
    """
    The late service leaves fields out, the early one sends null and 0: both mean None.
    """
    world.instead("get_session", answer(200, STARTING))
    late = await client.get_session("demo")
    early_fields = {"arrInspectorPort": 0, "handshakePort": 0, "hostname": None, "teraflops": 0.0, "error": None}
    world.instead("get_session", answer(200, STARTING | early_fields))
    early = await client.get_session("demo")
    assert late == early
    assert (None,) * 5 == (early.host, early.handshake_port, early.inspector_port, early.teraflops, early.error)


@in_process
async def test_a_stream_that_breaks_is_a_transport_error(world):
    """
    An answer that breaks off in its body is a broken connection, and retried as one.
    """

    class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self):
            yield b'{"id":'
            raise httpx.ReadError("reset")

        async def __aiter__(self):
            yield b'{"id":'
            raise httpx.ReadError("reset")

    class Breaking(httpx.BaseTransport, httpx.AsyncBaseTransport):
        used = 0

        def handle_request(self, request):
            Breaking.used += 1
            return httpx.Response(200, stream=Stream()) if Breaking.used == 1 else httpx.Response(200, json=READY)

        async def handle_async_request(self, request):
            return self.handle_request(request)

    retries = []
    async with world.stranger(
        endpoint="http://127.0.0.1:1",
        account_id=world.emulator.account_id,
        access_token=Secret("token"),
        transport=Breaking(),
        on_retry=retries.append,
    ) as client:
        assert "Ready" == (await client.get_session("demo")).status
    assert ["TransportError"] == [type(retry.error).__name__ for retry in retries]
