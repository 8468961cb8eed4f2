"""
The measured defects of the official Python SDK, by their number in peers.md section 6: our client has none of them.
"""

import ast
import logging
import pickle
import sys
import threading
import tomllib
from datetime import timedelta
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from arr_facade import (
    AuthenticationError,
    ConfigurationError,
    ConversionCancelledError,
    ConversionInput,
    ConversionOutput,
    SessionExpiredError,
    SessionFailedError,
    SessionSize,
    SessionStoppedError,
    WaitTimeoutError,
)
from arr_facade.emulator import Outcome
from tests.facade.world import answer, in_process, listed

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[2]
CONTAINER = "https://sdktest.blob.core.windows.net/test"
SAS = "?sv=2020-08-04&sr=c&sp=rl&sig=aVerySecretSignature"
SOURCE = ConversionInput(container_uri=CONTAINER, asset_path="box.fbx", sas=SAS)
TARGET = ConversionOutput(container_uri=CONTAINER, sas=SAS)

# The rooms of the package that need an extra, and which.
EXTRAS = {"cli": "cli", "emulator": "emulator", "_wires": "fast"}

# Brought by others: the event loop that runs already, what httpx and aiohttp depend on and hand out, and the runner
# that loads its own plugin.
BROUGHT = {"trio", "certifi", "yarl", "pytest"}


def imported(path):
    """
    The top-level names of all that a module imports, also within its functions.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.partition(".")[0]


def required(lines):
    return {line.partition(">")[0].partition("[")[0].strip().lower() for line in lines}


def test_6_01_all_that_is_imported_is_declared():
    """
    Everything the package imports is the standard library's or named in its dependencies, or in the extra of its room.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    distributions = packages_distributions()
    undeclared = []
    for path in sorted((ROOT / "arr_facade").rglob("*.py")):
        room = path.relative_to(ROOT / "arr_facade").parts[0]
        extra = project["optional-dependencies"].get(EXTRAS.get(room, ""), [])
        declared = required([*project["dependencies"], *extra])
        declared |= BROUGHT
        undeclared += [
            f"{path.relative_to(ROOT)}: {name}"
            for name in sorted(set(imported(path)))
            if name not in sys.stdlib_module_names | {"arr_facade", "arr_client"}
            and not declared & {one.lower() for one in distributions.get(name, [name])}
        ]
    assert [] == undeclared


@in_process
async def test_6_02_timeout_raises(world, client):
    """
    A wait whose timeout passes raises, instead of returning None.
    """
    handle = await client.start("demo")
    world.emulator.hold_session("demo")
    with pytest.raises(WaitTimeoutError) as raised:
        await handle.wait_ready(timeout=timedelta(seconds=1))
    assert "Starting" == raised.value.last.status


@in_process
@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        ("Expired", None, SessionExpiredError),
        ("Stopped", None, SessionStoppedError),
        ("Error", None, SessionFailedError),
        ("Error", {"code": "Broken", "message": "It broke."}, SessionFailedError),
    ],
)
async def test_6_03_bad_ends_raise(world, client, status, error, kind):
    """
    Expired, Stopped and Error raise each its own error, with the last state, the service's code and a way to go on.
    """
    document = {"id": "demo", "size": "Standard", "status": status, "error": error}
    handle = await client.start("demo")
    world.instead("get_session", answer(200, document))
    with pytest.raises(kind) as raised:
        await handle.wait_ready()
    assert kind is type(raised.value)
    assert status == raised.value.last.status
    assert error is None or "Broken: It broke." in str(raised.value)
    assert "demo" == (await client.resume(handle.resume_token)).id


@in_process
async def test_6_04_cancelled_ends_the_wait(world, client):
    """
    A Cancelled conversion ends the wait at the first look, instead of being polled for ever.
    """
    handle = await client.start_conversion("box", source=SOURCE, target=TARGET)
    world.emulator.finish_conversion("box", Outcome("Cancelled"))
    with pytest.raises(ConversionCancelledError):
        await handle.wait()
    assert 1 == len(world.emulator.calls("get_conversion"))


CHANGES = {
    "create_session": lambda client: client.create_session("demo"),
    "get_session": lambda client: client.get_session("demo"),
    "update_session": lambda client: client.update_lease("demo", "20m"),
    "stop_session": lambda client: client.stop_session("demo"),
}


@in_process
@pytest.mark.parametrize("operation", CHANGES)
async def test_6_05_throttling_and_outages_are_retried(world, operation):
    """
    A 429 is waited out for as long as it asks, and PUT, PATCH and POST are repeated after a 503 as GET is.
    """
    retries = []
    async with world.client(on_retry=retries.append) as client:
        await client.create_session("demo")
        world.instead(operation, answer(503), answer(429, Retry_After="3"))
        await CHANGES[operation](client)
    assert [503, 429] == [retry.error.status for retry in retries]
    assert 3 == retries[1].delay


@in_process
async def test_6_06_a_standard_session_is_polled_every_two_seconds(world, client):
    """
    The default distance between looks at a Standard session is 2 s, as the service's makers recommend, not 5.
    """
    moments = []
    handle = await client.start(size=SessionSize.STANDARD)
    await handle.wait_ready(on_progress=lambda _: moments.append(world.clock.monotonic()))
    assert 1.8 <= moments[1] - moments[0] <= 2.0


@in_process
async def test_6_07_leaving_stops(world, client):
    """
    Ctrl-C in a wait, Ctrl-C in the block, and the end of the block all stop the session, and no thread goes on.
    """
    before = threading.active_count()

    def interrupt(session):
        raise KeyboardInterrupt

    handle = await client.start("waiting")
    with pytest.raises(KeyboardInterrupt):
        await handle.wait_ready(on_progress=interrupt)
    with pytest.raises(KeyboardInterrupt):
        async with client.session("inside"):
            raise KeyboardInterrupt
    async with client.session("orderly"):
        pass
    assert ["Stopped"] * 3 == [(await client.get_session(name)).status for name in ("waiting", "inside", "orderly")]
    await client.close()
    assert before == threading.active_count()


@in_process
async def test_6_08_endless_throttling_leaves_nothing_running(world, client):
    """
    A wait that meets nothing but 429 lasts as long as its timeout, says so, and stops what it started.
    """
    handle = await client.start("demo")
    world.instead("get_session", *[answer(429)] * 1000)
    with pytest.raises(WaitTimeoutError, match="after 5m, but Starting") as raised:
        await handle.wait_ready("5m")
    assert 300 == pytest.approx(world.clock.monotonic())
    assert 429 == raised.value.__cause__.status
    world.emulator.hooks.clear()
    assert "Stopped" == (await client.get_session("demo")).status


@pytest.mark.parametrize("link", ["httpx"], indirect=True)
async def test_6_09_plain_http_is_for_this_machine(world, client):
    """
    Plain http works with an emulator on this machine and is refused, with the reason, to any other.
    """
    assert client.endpoint.startswith("http://127.0.0.1:")
    assert "demo" == (await client.create_session("demo")).id
    with pytest.raises(ConfigurationError, match="plain http to another machine"):
        world.stranger(endpoint="http://service.example", account_id=client.account_id, access_token="t")


@in_process
@pytest.mark.parametrize(
    ("domain", "endpoint"),
    [
        ("eastus", "https://sts.eastus.mixedreality.azure.com"),
        (" EastUS ", "https://sts.eastus.mixedreality.azure.com"),
        ("eastus.mixedreality.azure.com", "https://sts.eastus.mixedreality.azure.com"),
        ("https://sts.eastus.mixedreality.azure.com/", "https://sts.eastus.mixedreality.azure.com"),
        ("eastus2", "https://sts.mixedreality.azure.com"),
        ("eastus2.mixedreality.azure.com", "https://sts.mixedreality.azure.com"),
    ],
)
async def test_6_10_an_account_domain_has_many_forms(world, domain, endpoint):
    """
    A region, a domain and a URL all lead to the account's token service, also in the eastus2 case.
    """
    options = {"account_id": world.emulator.account_id, "account_key": "k", "account_domain": domain}
    async with world.stranger(region="westeurope", **options) as client:
        assert endpoint == client.sts_endpoint
        assert "https://remoterendering.westeurope.mixedreality.azure.com" == client.endpoint


@in_process
async def test_6_11_an_expired_token_is_not_sent(world):
    """
    A token that has expired long ago is refused before it is sent, and the message says since when.
    """
    token = world.emulator.issue_token(lifetime="1h")
    world.clock.advance("2h")
    async with world.stranger(
        endpoint=world.emulator.endpoint,
        account_id=world.emulator.account_id,
        access_token=token,
        transport=world.emulator.transport(),
    ) as client:
        with pytest.raises(AuthenticationError, match="expired 3600 s ago"):
            await client.get_session("demo")
    assert [] == world.emulator.requests


@in_process
async def test_6_12_wrong_input_is_not_sent(world, client):
    """
    A bad id, a long one, an empty size and a lease beyond a day are refused here, and a timedelta is a lease.
    """
    for wrong in (
        {"session_id": "not an id"},
        {"session_id": "x" * 300},
        {"size": ""},
        {"lease": 99999},
    ):
        with pytest.raises(ConfigurationError, match=next(iter(wrong))):
            await client.create_session(**wrong)
    assert [] == world.emulator.requests
    handle = await client.start("demo", lease=timedelta(minutes=10))
    with pytest.raises(ConfigurationError, match="longer than it is, 10m"):
        await handle.extend(to=timedelta(minutes=5))
    assert [] == world.emulator.calls("update_session")


@in_process
async def test_6_13_models_are_values(world, client):
    """
    An unknown status stays readable text, a repr shows the fields, and values compare, hash and survive pickling.
    """
    document = {"id": "demo", "size": "Standard", "status": "Hibernating"}
    world.instead("get_session", *[answer(200, document)] * 2)
    first, second = await client.get_session("demo"), await client.get_session("demo")
    assert "Hibernating" == first.status
    assert first == second == pickle.loads(pickle.dumps(first))
    assert 1 == len({first, second})
    assert "id='demo'" in repr(first)
    assert "Hibernating" in repr(first)
    handle = await client.start("demo")
    assert "'demo' Starting" in repr(handle)
    assert client.endpoint in repr(client)


@pytest.mark.parametrize("flavour", ["asyncio", "trio"], indirect=True)
async def test_6_14_async_lists_and_handles_just_work(client):
    """
    A list is iterated by `async for` without an await, and a session is found again by id and by resume token.
    """
    started = await client.start("demo")
    assert ["demo"] == [session.id async for session in client.list_sessions()]
    by_id, by_token = await client.open("demo"), await client.resume(started.resume_token)
    assert "Ready" == (await by_id.wait_ready()).status == (await by_token.wait_ready()).status
    assert 1 == len(await listed(client.list_sessions()))


@in_process
async def test_6_15_logs_tell_vectors_and_keep_secrets(world, client, caplog):
    """
    At DEBUG the log shows each MS-CV in clear, and neither the bearer token nor a signature.
    """
    caplog.set_level(logging.DEBUG, logger="arr_facade")
    await client.create_conversion("box", source=SOURCE, target=TARGET)
    token = (await client.token()).token.reveal()
    told = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("arr_facade.emulator")
    )
    assert all(call.ms_cv in told for call in world.emulator.requests)
    assert "REDACTED" not in told
    for secret in (token, "aVerySecretSignature", world.emulator.account_key):
        assert secret not in told
