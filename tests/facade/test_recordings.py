"""
The recorded service speaks, and the facade must understand: our own short recordings, and the official SDKs' where they
lie beside the project.
"""

import json
from datetime import datetime

import httpx
import pytest

from arr_facade import (
    ArrError,
    AuthenticationError,
    BadRequestError,
    ConversionFailedError,
    ConversionInput,
    ConversionOutput,
    ForbiddenError,
    RetryPolicy,
)
from arr_facade.emulator.routes import route
from tests.exchanges import own_recordings, upstream_recordings
from tests.facade.world import in_process, listed, one_driver
from tests.shared import needs_shared

pytestmark = [pytest.mark.anyio, in_process]

RECORDINGS = [*own_recordings(), *upstream_recordings()]
ERRORS = {400: BadRequestError, 401: AuthenticationError, 403: ForbiddenError}


class Replay(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """
    Answers each request with the next recorded answer to the same operation; what lies between is passed over.
    """

    def __init__(self, recording):
        self._left = list(recording.exchanges)
        self.sent = []

    def handle_request(self, request):
        operation = operation_of(request.method, request.url.path)
        self.sent.append((operation, request))
        while self._left:
            exchange = self._left.pop(0)
            if operation == operation_of(exchange.method, exchange.path):
                headers = {name: value for name, value in exchange.headers.items() if name != "content-length"}
                body = b"" if exchange.answer is None else json.dumps(exchange.answer).encode()
                return httpx.Response(exchange.status, headers=headers, content=body)
        raise AssertionError(f"nothing recorded for {operation} after this")

    async def handle_async_request(self, request):
        return self.handle_request(request)


def operation_of(method, path):
    return route(method, path).operation


def client_of(world, recording, replay):
    """
    A client for the recording's account, with a key where the recording has the exchange for a token.
    """
    first = recording.exchanges[0]
    exchanged = operation_of(first.method, first.path) == "get_token"
    rendering = [one for one in recording.exchanges if operation_of(one.method, one.path) != "get_token"]
    credential = {"account_key": "key", "account_domain": "eastus"} if exchanged else {"access_token": "token"}
    return world.stranger(
        account_id=route(first.method, first.path).account,
        region="eastus",
        api_version=rendering[0].query["api-version"] if rendering else None,
        transport=replay,
        retry=RetryPolicy(attempts=0),
        **credential,
    )


# A lease that the service refused would not even be sent by us: it is the answer that counts here.
CALLS = {
    "create_session": lambda client, name, body: client.create_session(
        name, size=body["size"], lease=abs(body["maxLeaseTimeMinutes"])
    ),
    "get_session": lambda client, name, body: client.get_session(name),
    "update_session": lambda client, name, body: client.update_lease(name, body["maxLeaseTimeMinutes"]),
    "stop_session": lambda client, name, body: client.stop_session(name),
    "list_sessions": lambda client, name, body: listed(client.list_sessions()),
    "create_conversion": lambda client, name, body: client.create_conversion(name, **locations(body)),
    "get_conversion": lambda client, name, body: client.get_conversion(name),
    "list_conversions": lambda client, name, body: listed(client.list_conversions()),
    "get_token": lambda client, name, body: client.token(),
}


def call_of(client, exchange):
    """
    The call by which the facade sends such a request.
    """
    where = route(exchange.method, exchange.path)
    return CALLS[where.operation](client, where.id, exchange.body)


def locations(body):
    source, target = body["settings"]["inputLocation"], body["settings"]["outputLocation"]
    return {
        "source": ConversionInput(
            container_uri=source["storageContainerUri"],
            asset_path=source["relativeInputAssetPath"],
            prefix=source.get("blobPrefix"),
            sas=source.get("storageContainerReadListSas"),
        ),
        "target": ConversionOutput(
            container_uri=target["storageContainerUri"],
            asset_filename=target.get("outputAssetFilename"),
            prefix=target.get("blobPrefix"),
            sas=target.get("storageContainerWriteSas"),
        ),
    }


def told(answer):
    """
    What the facade must make of a recorded document, as `as_dict` writes it.
    """
    created = datetime.fromisoformat(answer["creationTime"]).isoformat()
    common = {"id": answer["id"], "status": answer["status"], "created": created, "error": told_error(answer)}
    if "settings" not in answer:
        host, port = answer.get("hostname"), answer.get("arrInspectorPort") or None
        return common | {
            "size": answer["size"],
            "lease_minutes": answer["maxLeaseTimeMinutes"],
            "elapsed_minutes": answer["elapsedTimeMinutes"],
            "host": host,
            "handshake_port": answer.get("handshakePort") or None,
            "inspector_port": port,
            "inspector_url": f"https://{host}:{port}" if host else None,
            "teraflops": answer.get("teraflops") or None,
        }
    source, target = answer["settings"]["inputLocation"], answer["settings"]["outputLocation"]
    return common | {
        "source": {
            "container_uri": source["storageContainerUri"],
            "prefix": source["blobPrefix"],
            "asset_path": source["relativeInputAssetPath"],
        },
        "target": {
            "container_uri": target["storageContainerUri"],
            "prefix": target["blobPrefix"],
            "asset_filename": target["outputAssetFilename"],
        },
        "asset_uri": (answer.get("output") or {}).get("outputAssetUri"),
    }


def told_error(answer):
    error = answer.get("error")
    return {name: error[name] for name in ("code", "message")} if error else None


def plain(result):
    return [item.as_dict() for item in result] if isinstance(result, list) else result.as_dict()


@pytest.mark.parametrize("recording", RECORDINGS, ids=str)
async def test_each_recorded_answer_is_understood(world, recording):
    """
    Each answer of each recording becomes the value or the error that it stands for, field by field.
    """
    replay = Replay(recording)
    async with client_of(world, recording, replay) as client:
        for exchange in recording.exchanges:
            call = call_of(client, exchange)
            if exchange.status >= 400:
                await check_refusal(call, exchange)
            else:
                check(await call, exchange)
    assert [operation_of(one.method, one.path) for one in recording.exchanges] == [name for name, _ in replay.sent]


async def check_refusal(call, exchange):
    with pytest.raises(ArrError) as raised:
        await call
    assert ERRORS[exchange.status] is type(raised.value)
    assert exchange.headers["ms-cv"] == raised.value.ms_cv
    if exchange.answer:
        said = exchange.answer["error"]
        assert (said["code"], said["message"]) == (raised.value.code, raised.value.info.message)


def check(result, exchange):
    answer = exchange.answer
    if exchange.status == 204:
        assert True is result
    elif "AccessToken" in answer:
        assert answer["AccessToken"] == result.token.reveal()
        assert result.expires_at
    elif "sessions" in answer or "conversions" in answer:
        assert [told(item) for item in answer.get("sessions", answer.get("conversions"))] == plain(result)
    else:
        assert told(answer) == plain(result)


@one_driver
@pytest.mark.parametrize("recording", RECORDINGS, ids=str)
async def test_each_request_is_the_recorded_one(world, recording):
    """
    The facade asks as the SDKs did: the same method, path, query and body, with the token of the recording.
    """
    replay = Replay(recording)
    async with client_of(world, recording, replay) as client:
        for exchange in recording.exchanges:
            try:
                await call_of(client, exchange)
            except ArrError:
                assert exchange.status >= 400
    for exchange, (operation, request) in zip(recording.exchanges, replay.sent, strict=True):
        assert exchange.method == request.method
        assert (exchange.path, exchange.query) == (request.url.path, dict(request.url.params))
        assert comparable(exchange.body) == comparable(json.loads(request.content) if request.content else None)
        assert request.url.host.startswith("sts." if operation == "get_token" else "remoterendering.")


def comparable(body):
    """
    A body without the lease, which cannot be negative with us, and without what the recordings' tools replaced.
    """
    if body is None or "settings" in body:
        return body
    return {name: value for name, value in body.items() if name != "maxLeaseTimeMinutes"}


def seeing(status):
    """
    The recordings in which a session or a conversion is seen in this status.
    """
    return [
        recording
        for recording in RECORDINGS
        if any(one.method == "GET" and (one.answer or {}).get("status") == status for one in recording.exchanges)
    ]


def creation(recording):
    return next(one for one in recording.exchanges if one.method == "PUT")


@pytest.mark.parametrize("recording", seeing("Ready"), ids=str)
async def test_a_recorded_session_is_lived_through(world, recording):
    """
    A session is started, waited for and stopped as it was then, looked at as often as the recording needs.
    """
    replay = Replay(recording)
    async with client_of(world, recording, replay) as client:
        handle = await client.start(route("PUT", creation(recording).path).id)
        ready = await handle.wait_ready("1h")
        assert ready.host.endswith("mixedreality.azure.com")
        assert ready.handshake_port in range(49152, 65535)
        await client.stop_session(handle.id)
    assert "stop_session" == replay.sent[-1][0]


@pytest.mark.parametrize("recording", seeing("Succeeded"), ids=str)
async def test_a_recorded_success_is_waited_for(world, recording):
    """
    A conversion is started and waited for as it was then, until there is an address.
    """
    async with client_of(world, recording, Replay(recording)) as client:
        handle = await client.start_conversion(**locations(creation(recording).body))
        assert (await handle.wait()).asset_uri.endswith(".arrAsset")


@pytest.mark.parametrize("recording", seeing("Failed"), ids=str)
async def test_a_recorded_failure_is_waited_for(world, recording):
    """
    A conversion is started and waited for as it was then, until it fails for the recorded reason.
    """
    async with client_of(world, recording, Replay(recording)) as client:
        handle = await client.start_conversion(**locations(creation(recording).body))
        with pytest.raises(ConversionFailedError, match="ConversionProcessFailed: Invalid input provided") as raised:
            await handle.wait()
        assert "Failed" == raised.value.last.status


@pytest.mark.parametrize("flavour", ["sync"], indirect=True)
@needs_shared
async def test_the_official_recordings_are_all_replayed(world):
    """
    Where the official SDKs' recordings are at hand, each of the 18 is among those replayed above.
    """
    assert 18 == len(RECORDINGS) - len(own_recordings())
