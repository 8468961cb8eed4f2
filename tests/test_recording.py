"""
Traffic written to a file without secrets, played from it, and compared with the emulator's own answers.
"""

import base64
import json
from urllib.parse import urlencode

import anyio
import httpx
import pytest

from arr_facade import AsyncClient, Client, ConversionInput, ConversionOutput, ManualClock
from arr_facade._exchanges import Mask
from arr_facade.cli import main
from arr_facade.emulator import Emulator
from arr_facade.errors import AuthenticationError, ConfigurationError
from arr_facade.recording import (
    MASKED_ACCOUNT,
    MASKED_TOKEN,
    RecordingTransport,
    ReplayError,
    ReplayTransport,
    differences,
    read_exchanges,
)
from tests.exchanges import own_recordings, upstream_recordings

ACCOUNT = "5a1e9c9e-1c1b-4f5b-9d55-0d6d0c4c6a11"
KEY = "a-very-secret-key-of-an-account="
SAS = "?sv=2021-01-01&sp=rl&sig=very%2Bsecret"
CONTAINER = "https://secretstore.blob.core.windows.net/models"


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def emulator(clock):
    with Emulator(clock=clock, account_id=ACCOUNT, account_key=KEY) as emulator:
        yield emulator


@pytest.fixture
def path(tmp_path):
    return tmp_path / "traffic.jsonl"


def connection(clock, transport, *, key=KEY, account=ACCOUNT):
    """The arguments of a client that goes through a transport of ours."""
    return {
        "account_id": account,
        "account_key": key,
        "endpoint": "https://rendering.example",
        "sts_endpoint": "https://sts.example",
        "transport": transport,
        "clock": clock,
    }


def story(client):
    """A session's life and a conversion's start."""
    client.create_session("s", lease="10m")
    session = client.open("s")
    session.wait_ready()
    client.update_lease("s", "20m")
    assert ["s"] == [one.id for one in client.list_sessions()]
    source = ConversionInput(container_uri=CONTAINER, asset_path="car.fbx", sas=SAS)
    client.create_conversion("c", source=source, target=ConversionOutput(container_uri=CONTAINER, sas=SAS))
    client.stop_session("s")


@pytest.fixture
def recording(emulator, clock, path):
    """
    The story, recorded from an emulator.
    """
    with (
        RecordingTransport(path, emulator.transport(), clock=clock) as transport,
        Client(**connection(clock, transport)) as client,
    ):
        story(client)
    return path


def test_nothing_secret_reaches_the_file(recording):
    """
    Neither key nor token, neither signature nor account id can be found in a recording, in any spelling.
    """
    text = recording.read_text(encoding="utf-8")

    for secret in (ACCOUNT, KEY, "very%2Bsecret", "very+secret", base64.b64encode(KEY.encode()).decode()):
        assert secret.lower() not in text.lower()
    assert "authorization" not in text
    tokens = {line["response"]["body"]["AccessToken"] for line in map(json.loads, text.splitlines()) if _is_token(line)}
    assert {MASKED_TOKEN} == tokens
    assert '"storageContainerReadListSas": "***"' in text
    assert f"/accounts/{MASKED_ACCOUNT}/sessions/s" in text


def _is_token(line):
    return isinstance(line["response"]["body"], dict) and "AccessToken" in line["response"]["body"]


def test_further_secrets_are_masked(emulator, clock, path):
    """
    What only the user knows to be secret is masked too, wherever it stands.
    """
    with (
        RecordingTransport(path, emulator.transport(), secrets=["secretstore"], clock=clock) as transport,
        Client(**connection(clock, transport)) as client,
    ):
        story(client)

    assert "secretstore" not in path.read_text(encoding="utf-8")


def test_a_token_is_masked_wherever_it_appears(path):
    """
    A service that repeats a credential in an answer does not bring it into the file, nor does a URL with a signature.
    """

    def repeat(request):
        return httpx.Response(401, json={"error": {"message": request.headers["authorization"]}})

    headers = {"Authorization": "Bearer some.secret.token"}
    with (
        RecordingTransport(path, httpx.MockTransport(repeat)) as transport,
        httpx.Client(transport=transport) as client,
    ):
        client.get("https://rendering.example/x?sig=abcdefghij", headers=headers)
    text = path.read_text(encoding="utf-8")

    assert "secret" not in text
    assert "abcdefghij" not in text


TOKEN = '{"AccessToken":"some.hidden.token"}'


def recorded(path, url, content, status=200):
    """
    The file and its exchange after an answer with this body.
    """
    with (
        RecordingTransport(
            path, httpx.MockTransport(lambda request: httpx.Response(status, content=content))
        ) as transport,
        httpx.Client(transport=transport) as client,
    ):
        assert content == client.get(url).content
    return path.read_text(encoding="utf-8"), read_exchanges(path)[0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_token_is_masked_in_any_encoding(path, encoding):
    """
    JSON with a byte order mark, or in another encoding than UTF-8, is JSON and masked as such.
    """
    text, exchange = recorded(path, f"https://sts.example/Accounts/{ACCOUNT}/token", TOKEN.encode(encoding))

    assert "hidden" not in text
    assert {"AccessToken": MASKED_TOKEN} == exchange.response_body


@pytest.mark.parametrize(
    "body",
    [
        f"{TOKEN}}}",
        f"[{TOKEN}]",
        '"some.hidden.token"',
        "some.hidden.token",
        "[" * 100_000 + "hidden",
        f"\ufeff\ufeff{TOKEN}",
        f"<p>{TOKEN}",
    ],
)
def test_a_token_in_no_object_leaves_nothing_of_the_body(path, body):
    """
    Of an answer of the token service that is no JSON object nothing is kept.
    """
    url = f"https://sts.example/Accounts/{ACCOUNT}/Token/?api-version=2019-02-28-preview"
    text, exchange = recorded(path, url, body.encode())

    assert "hidden" not in text
    assert "***" == exchange.response_body


@pytest.mark.parametrize("value", ["some.hidden.token", ["some.hidden.token"], {"value": "some.hidden.token"}])
@pytest.mark.parametrize("name", ["AccessToken", "accessToken"])
def test_a_token_of_another_shape_is_masked(path, name, value):
    """
    The member that has the token is masked in other cases of its name and around other values than text.
    """
    text, _ = recorded(path, "https://sts.example/x", json.dumps({name: value}).encode())

    assert "hidden" not in text
    assert "***" in text or MASKED_TOKEN in text


def test_a_token_in_text_is_masked(path):
    """
    What stays text, because garbage follows the JSON, keeps all but the token in it.
    """
    text, exchange = recorded(path, "https://rendering.example/x", f"{TOKEN} and more".encode())

    assert "hidden" not in text
    assert '{"AccessToken":"***"} and more' == exchange.response_body


def test_a_recording_is_readable(recording):
    """
    One exchange a line, JSON bodies as JSON, with moments and the headers that matter.
    """
    exchanges = read_exchanges(recording)
    created = exchanges[1]

    assert ("PUT", 201) == (created.method, created.status)
    assert {"maxLeaseTimeMinutes": 10, "size": "Standard"} == created.request_body
    assert "Starting" == created.response_body["status"]
    assert {"ms-cv", "content-type", "api-supported-versions"} <= set(created.response_headers)
    assert [one.at for one in exchanges] == sorted(one.at for one in exchanges)
    assert exchanges[-1].at >= 8


def test_the_client_notices_nothing(emulator, clock, path):
    """
    What goes through the recording is what the service answered, a compressed body and an empty one included.
    """
    packed = httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=_gzip(b'{"a":1}'))
    with (
        RecordingTransport(path, httpx.MockTransport(lambda request: packed)) as transport,
        httpx.Client(transport=transport) as client,
    ):
        assert {"a": 1} == client.get("https://rendering.example/").json()
    assert {"a": 1} == read_exchanges(path)[0].response_body


def _gzip(content):
    import gzip

    return gzip.compress(content)


@pytest.mark.parametrize("strict", [True, False])
def test_replay_without_the_service(recording, clock, strict):
    """
    The same program gets the same answers from the file, with another account and key, to the last exchange.
    """
    transport = ReplayTransport(recording, strict=strict)
    with Client(**connection(ManualClock(), transport, key="another", account=MASKED_ACCOUNT[:-1] + "1")) as client:
        story(client)

    assert [] == transport.unused


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_async_clients_record_and_replay(emulator, clock, path, anyio_backend):
    """
    Both transports serve async clients too, on either event loop.
    """

    async def short_story(transport):
        async with AsyncClient(**connection(clock, transport)) as client:
            await client.create_session("s")
            await client.stop_session("s")
            assert "Stopped" == (await client.get_session("s")).status

    async with RecordingTransport(path, emulator.transport(), clock=clock) as transport:
        await short_story(transport)
    replay = ReplayTransport(path)
    await short_story(replay)
    assert [] == replay.unused
    assert 4 == len(read_exchanges(path))


def test_strict_replay_refuses_another_request(recording, clock):
    """
    Another body, another order and a request too many are refused with what was expected.
    """
    with Client(**connection(clock, ReplayTransport(recording))) as client:
        with pytest.raises(
            ReplayError, match=r"exchange 2 is PUT .*'maxLeaseTimeMinutes': 10.*'maxLeaseTimeMinutes': 11"
        ):
            client.create_session("s", lease="11m")
        with pytest.raises(ReplayError, match=r"but GET .*/sessions/s"):
            client.get_session("s")

    transport = ReplayTransport(recording)
    with Client(**connection(ManualClock(), transport)) as client:
        story(client)
        with pytest.raises(ReplayError, match="the recording has ended, and GET"):
            client.get_session("s")


def test_loose_replay_repeats_and_reorders(recording, clock):
    """
    A client may ask in another order and as often as it likes, but not for what nobody ever asked.
    """
    with Client(**connection(clock, ReplayTransport(recording, strict=False))) as client:
        client.create_session("s", lease="11m")
        assert 3 == len({client.get_session("s").status for _ in range(5)} | {"x", "y"})
        assert "Ready" == client.get_session("s").status
        with pytest.raises(ReplayError, match=r"the recording has no GET .*/sessions/unknown"):
            client.get_session("unknown")


def test_the_emulator_agrees_with_itself(recording):
    """
    A recording of the emulator differs from it in nothing but what is new each time.
    """
    assert [] == differences(recording)


def saved(recording, path):
    """An SDK's recording, or one of ours with the same facts, as a file of this format."""
    began = recording.exchanges[0].at
    mask = Mask()
    with path.open("w", encoding="utf-8") as file:
        for one in recording.exchanges:
            query = f"?{urlencode(one.query)}" if one.query else ""
            exchange = mask.exchange(
                at=one.at - began,
                method=one.method,
                url=f"https://recorded.example{one.path}{query}",
                request_headers={},
                request_content=b"" if one.body is None else json.dumps(one.body).encode(),
                status=one.status,
                response_headers=one.headers,
                response_content=b"" if one.answer is None else json.dumps(one.answer).encode(),
            )
            file.write(exchange.line())
    return path


@pytest.mark.parametrize("recorded", [*own_recordings(), *upstream_recordings()], ids=str)
def test_the_emulator_answers_as_the_service_did(recorded, path):
    """
    Led by a recording of the service, the emulator gives each status, header and member of a body that was recorded.
    """
    found = differences(saved(recorded, path), shape=recorded.shape)
    edited = {name for one in recorded.exchanges for name in one.traps}
    # The versions grew with the years, and a shared account's list of conversions held those of others too.
    known = {"header api-supported-versions", "body.conversions"}
    assert [] == [str(one) for one in found if one.where not in known and one.where.rpartition(".")[2] not in edited]


def expires_after_a_late_look(client, clock, others):
    client.create_session("s", lease="1m")
    clock.advance("50s")
    assert "Ready" == client.get_session("s").status
    clock.advance("20s")
    assert "Expired" == client.get_session("s").status
    assert [] == list(client.list_sessions())


def expires_unseen(client, clock, others):
    client.create_session("s", lease="5m")
    clock.advance("6m")
    assert "Expired" == client.get_session("s").status


def expires_before_it_is_stopped(client, clock, others):
    client.create_session("s", lease="1m")
    clock.advance("50s")
    assert "Ready" == client.get_session("s").status
    clock.advance("20s")
    client.stop_session("s")
    assert "Expired" == client.get_session("s").status


def is_stopped_elsewhere(client, clock, others):
    client.create_session("s", lease="10m")
    clock.advance("8s")
    assert "Ready" == client.get_session("s").status
    clock.advance("1m")
    others.stop_session("s")
    clock.advance("30s")
    assert "Stopped" == client.get_session("s").status
    assert [] == list(client.list_sessions())


def is_stopped_elsewhere_while_starting(client, clock, others):
    client.create_session("s", lease="10m")
    others.stop_session("s")
    assert "Stopped" == client.get_session("s").status


def is_stopped_elsewhere_unseen(client, clock, others):
    client.create_session("s", lease="10m")
    clock.advance("1m")
    others.stop_session("s")
    assert "Stopped" == client.get_session("s").status


def is_extended_elsewhere(client, clock, others):
    client.create_session("s", lease="10m")
    clock.advance("8s")
    assert "Ready" == client.get_session("s").status
    others.update_lease("s", "20m")
    clock.advance("15m")
    assert ["Ready"] == [one.status for one in client.list_sessions()]
    client.update_lease("s", "30m")
    clock.advance("10m")
    assert "Ready" == client.get_session("s").status
    clock.advance("5m")
    assert "Expired" == client.get_session("s").status


def is_extended_and_stopped_elsewhere(client, clock, others):
    client.create_session("s", lease="2m")
    clock.advance("8s")
    assert "Ready" == client.get_session("s").status
    others.update_lease("s", "20m")
    clock.advance("2m 30s")
    others.stop_session("s")
    assert ("Stopped", 20) == ((one := client.get_session("s")).status, one.lease.total_seconds() / 60)


@pytest.mark.parametrize("shape", ["late", "early"])
@pytest.mark.parametrize(
    "course",
    [
        expires_after_a_late_look,
        expires_unseen,
        expires_before_it_is_stopped,
        is_stopped_elsewhere,
        is_stopped_elsewhere_while_starting,
        is_stopped_elsewhere_unseen,
        is_extended_elsewhere,
        is_extended_and_stopped_elsewhere,
    ],
)
def test_the_course_of_a_session_is_the_recordings(clock, path, course, shape):
    """
    What happened to a session that the recording does not show, only what became of it, is no difference.
    """
    with (
        Emulator(clock=clock, account_id=ACCOUNT, account_key=KEY, shape=shape) as emulator,
        RecordingTransport(path, emulator.transport(), clock=clock) as transport,
        Client(**connection(clock, transport)) as client,
        Client(**connection(clock, emulator.transport())) as others,
    ):
        course(client, clock, others)

    assert [] == [str(one) for one in differences(path, shape=shape)]


def test_an_extension_that_should_have_been_refused_differs(recording):
    """
    The answer to an extension is compared, not believed: one to the lease that the session has is told.
    """
    lines = [json.loads(line) for line in recording.read_text(encoding="utf-8").splitlines()]
    (extension,) = [line for line in lines if line["method"] == "PATCH"]
    extension["request"]["body"]["maxLeaseTimeMinutes"] = 10
    recording.write_text("\n".join(map(json.dumps, lines)))

    assert ("200", "422") in [(one.recorded, one.emulator) for one in differences(recording) if one.where == "status"]


def test_refused_credentials_agree_too(emulator, clock, path):
    """
    A wrong key that was refused when it was recorded is refused in the comparison.
    """
    with (
        RecordingTransport(path, emulator.transport(), clock=clock) as transport,
        Client(**connection(clock, transport, key="wrong")) as client,
        pytest.raises(AuthenticationError),
    ):
        client.get_session("s")

    assert [401] == [one.status for one in read_exchanges(path)]
    assert [] == differences(path)


def test_each_difference_is_named(recording):
    """
    Another status, header, member and kind are told with both values and their place.
    """
    lines = [json.loads(line) for line in recording.read_text(encoding="utf-8").splitlines()]
    lines[1]["response"]["status"] = 200
    lines[1]["response"]["headers"] |= {"retry-after": "3"}
    body = lines[1]["response"]["body"]
    body |= {"size": "Premium", "creationTime": None}
    del body["status"]
    recording.write_text("\n".join(map(json.dumps, lines)))

    found = {(one.number, one.where): (one.recorded, one.emulator) for one in differences(recording)}
    moment = found.pop((2, "body.creationTime"))
    assert ("null", True) == (moment[0], moment[1].startswith('"2026-01-01T'))
    assert found == {
        (2, "status"): ("200", "201"),
        (2, "header retry-after"): ('"3"', "nothing"),
        (2, "body.size"): ('"Premium"', '"Standard"'),
        (2, "body.status"): ("nothing", '"Starting"'),
    }


def test_the_other_shape_differs(recording):
    """
    An emulator of the early shape answers a late recording with nulls and zeros.
    """
    found = differences(recording, shape="early")

    assert "2 PUT" in str(found[0])
    assert {"body.hostname", "body.error"} <= {one.where for one in found}


def test_the_command_prints_the_differences(recording, capsys):
    """
    `arr emulator diff` prints a line for each, or JSON, and its exit code tells whether there are any.
    """
    assert 0 == main(["emulator", "diff", str(recording)])
    assert ("", "arr: no difference\n") == capsys.readouterr()

    assert 10 == main(["emulator", "diff", "--shape", "early", str(recording)])
    assert "2 PUT /accounts/" in capsys.readouterr().out

    assert 10 == main(["emulator", "diff", "--shape", "early", "--json", str(recording)])
    shown = json.loads(capsys.readouterr().out)
    assert {"number", "request", "where", "recorded", "emulator"} == set(shown[0])


@pytest.mark.parametrize("content", ["{}", "no json", '{"at": 0, "method": "GET", "url": "x", "request": []}', b"\xff"])
def test_a_file_that_is_no_recording(path, content):
    """
    A file that cannot be read is named, and so is the line.
    """
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigurationError, match=r"recording: .*(line 1|cannot be read)"):
        ReplayTransport(path)


def test_a_place_that_cannot_be_written(tmp_path):
    """
    A recording that could not be kept does not begin.
    """
    with pytest.raises(ConfigurationError, match=r"recording: .* cannot be written"):
        RecordingTransport(tmp_path, httpx.MockTransport(lambda request: httpx.Response(200)))


def test_threads_share_a_recording(emulator, path):
    """
    Lines of several threads do not run into each other.
    """
    token = {"Authorization": f"Bearer {emulator.issue_token()}"}
    with RecordingTransport(path, emulator.transport()) as transport, httpx.Client(transport=transport) as client:

        async def ask():
            async with anyio.create_task_group() as group:
                for number in range(40):
                    url = f"http://x/accounts/{ACCOUNT}/sessions/s{number}?api-version=2021-01-01"
                    group.start_soon(anyio.to_thread.run_sync, lambda url=url: client.get(url, headers=token))

        anyio.run(ask)

    assert {f"s{number}" for number in range(40)} == {one.path.rpartition("/")[2] for one in read_exchanges(path)}
