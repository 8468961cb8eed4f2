"""
Microsoft's own Python SDK, sync and aio, runs its whole story against the emulator over https, unmodified.
"""

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from arr_facade.emulator.server import serve
from tests.interop.sdk import Sdk

if not find_spec("azure") or not find_spec("azure.mixedreality"):
    reason = "Microsoft's SDK is not installed here; `python scripts/test.py --only interop` brings it"
    pytest.skip(reason, allow_module_level=True)

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).resolve().parents[2]
CONTAINER = "https://sdktest.blob.core.windows.net/test"
SAS = "?sv=2020-08-04&sr=c&sp=rwl&sig=a"


def locations(asset="testBox.fbx", *, sas=SAS):
    """The input and the output of a conversion, in the SDK's models."""
    from azure.mixedreality.remoterendering import AssetConversionInputSettings, AssetConversionOutputSettings

    source = AssetConversionInputSettings(
        storage_container_uri=CONTAINER,
        storage_container_read_list_sas=sas,
        blob_prefix="Input",
        relative_input_asset_path=asset,
    )
    target = AssetConversionOutputSettings(
        storage_container_uri=CONTAINER, storage_container_write_sas=sas, blob_prefix="Output"
    )
    return {"input_settings": source, "output_settings": target}


async def started(sdk, client, name, size="Standard"):
    """A session once it is Ready: who leaves a poller of the sync kind alone leaves its thread behind."""
    poller = await sdk.settle(client.begin_rendering_session(name, size=size, lease_time_minutes=15))
    return await sdk.settle(poller.result())


async def test_token(sdk, emulator):
    """
    The account's key buys a token that the SDK can read the expiry of, a day ahead.
    """
    sts = sdk.sts()
    token = await sdk.settle(sts.get_token())
    await sdk.close(sts)

    assert 24 * 3600 == pytest.approx(token.expires_on - emulator.clock.time(), abs=2)
    assert [200] == [call.status for call in emulator.calls("get_token")]
    assert 22 == len(emulator.calls("get_token")[0].client_cv)


async def test_a_session_from_begin_to_stop(sdk, client):
    """
    Begin, poll until Ready, get, update, list and stop do for the SDK what they did in Azure.
    """
    poller = await sdk.settle(client.begin_rendering_session("s", size="Standard", lease_time_minutes=15))
    ready = await sdk.settle(poller.result())
    assert ("s", "Ready", "Standard", 15) == (ready.id, ready.status, ready.size, ready.lease_time_minutes)
    assert ready.hostname.endswith(".mixedreality.azure.com")
    assert 49152 <= ready.handshake_port <= 65534 >= ready.arr_inspector_port >= 49152
    assert (ready.error, ready.teraflops > 0, ready.elapsed_time_minutes) == (None, True, 0)
    assert ready.created_on.tzinfo is not None

    assert ready.hostname == (await sdk.settle(client.get_rendering_session("s"))).hostname
    updated = await sdk.settle(client.update_rendering_session("s", lease_time_minutes=20))
    assert 20 == updated.lease_time_minutes
    assert [("s", 20)] == [(one.id, one.lease_time_minutes) for one in await sdk.all(client.list_rendering_sessions())]

    assert await sdk.settle(client.stop_rendering_session("s")) is None
    stopped = await sdk.settle(client.get_rendering_session("s"))
    assert ("Stopped", None) == (stopped.status, stopped.hostname)
    assert [] == await sdk.all(client.list_rendering_sessions())


async def test_one_token_serves_many_calls(sdk, client, emulator):
    """
    The SDK reads the token's life and asks for no other while it lasts.
    """
    for _ in range(3):
        await sdk.all(client.list_rendering_sessions())

    assert (1, 3) == (len(emulator.calls("get_token")), len(emulator.calls("list_sessions")))


async def test_failed_session_request(sdk, client):
    """
    A negative lease is refused with the service's sentence, which the SDK shows.
    """
    from azure.core.exceptions import HttpResponseError

    with pytest.raises(HttpResponseError) as caught:
        await sdk.settle(client.begin_rendering_session("s", size="Standard", lease_time_minutes=-4))
    assert (400, "BadRequest") == (caught.value.status_code, caught.value.error.code)
    assert "The maxLeaseTimeMinutes value cannot be negative." in str(caught.value)


async def test_wrong_key(sdk):
    """
    A key that is not the account's is refused by the token service, as an authentication error.
    """
    from azure.core.credentials import AzureKeyCredential
    from azure.core.exceptions import HttpResponseError

    client = sdk.rendering(credential=AzureKeyCredential("wrong"))
    with pytest.raises(HttpResponseError) as caught:
        await sdk.all(client.list_rendering_sessions())
    await sdk.close(client)
    assert 401 == caught.value.status_code


async def test_unknown_session(sdk, client):
    """
    What was never created is not found.
    """
    from azure.core.exceptions import ResourceNotFoundError

    with pytest.raises(ResourceNotFoundError):
        await sdk.settle(client.get_rendering_session("nobody's"))


async def test_id_taken_and_lease_too_short(sdk, client):
    """
    An id with other settings is 409, the same settings are the same session, and a lease that does not grow is 422.
    """
    from azure.core.exceptions import HttpResponseError, ResourceExistsError

    first = await started(sdk, client, "s")
    assert first.hostname == (await started(sdk, client, "s", "standard")).hostname
    with pytest.raises(ResourceExistsError):
        await sdk.settle(client.begin_rendering_session("s", size="Premium", lease_time_minutes=15))
    with pytest.raises(HttpResponseError) as caught:
        await sdk.settle(client.update_rendering_session("s", lease_time_minutes=15))
    assert (422, "UnprocessableEntity") == (caught.value.status_code, caught.value.error.code)


async def test_a_session_that_breaks(sdk, client, emulator):
    """
    A session that ends as Error makes the SDK's poller raise its code.
    """
    from azure.core.exceptions import HttpResponseError

    class Breaks:
        def before(self, where, request):
            return None

        def after(self, where, request, response):
            if where.operation == "create_session":
                emulator.fail_session("s", "NoCapacity", "All machines are taken.")
            return response

    emulator.hooks.append(Breaks())
    poller = await sdk.settle(client.begin_rendering_session("s", size="Standard", lease_time_minutes=15))
    with pytest.raises(HttpResponseError) as caught:
        await sdk.settle(poller.result())
    assert ("NoCapacity", "All machines are taken.") == (caught.value.error.code, caught.value.error.message)


async def test_conversion_success(sdk, client):
    """
    A conversion is polled to its end, tells where the result is, and stays in the list.
    """
    poller = await sdk.settle(client.begin_asset_conversion("c", **locations()))
    conversion = await sdk.settle(poller.result())
    assert ("c", "Succeeded", None) == (conversion.id, conversion.status, conversion.error)
    assert f"{CONTAINER}/Output/testBox.arrAsset" == conversion.output.asset_uri
    assert "Input/" == conversion.settings.input_settings.blob_prefix

    assert "Succeeded" == (await sdk.settle(client.get_asset_conversion("c"))).status
    assert ["c"] == [one.id for one in await sdk.all(client.list_asset_conversions())]


async def test_missing_asset(sdk, client):
    """
    A conversion whose input is not there ends the poller with the recorded error.
    """
    from azure.core.exceptions import HttpResponseError

    poller = await sdk.settle(client.begin_asset_conversion("c", **locations("boxWhichDoesNotExist.fbx")))
    with pytest.raises(HttpResponseError) as caught:
        await sdk.settle(poller.result())
    assert "ConversionProcessFailed" == caught.value.error.code
    assert "Invalid input provided." in caught.value.error.message
    assert "Failed" == (await sdk.settle(client.get_asset_conversion("c"))).status


async def test_no_access(sdk, client):
    """
    A container without signature and without link is refused with the code that the SDK's own tests know.
    """
    from azure.core.exceptions import HttpResponseError

    with pytest.raises(HttpResponseError) as caught:
        await sdk.settle(client.begin_asset_conversion("c", **locations(sas=None)))
    assert 403 == caught.value.status_code
    assert "DelegatedResourceAccessError" in str(caught.value)
    assert "Error accessing connected storage account" in str(caught.value)


async def test_bad_container(sdk, client):
    """
    The nested error of a container's name arrives in the SDK's error with all of its levels.
    """
    from azure.core.exceptions import HttpResponseError

    settings = locations()
    settings["input_settings"].storage_container_uri = "https://sdktest.blob.core.windows.net/-"
    with pytest.raises(HttpResponseError) as caught:
        await sdk.settle(client.begin_asset_conversion("c", **settings))
    assert (400, "ValidationError") == (caught.value.status_code, caught.value.error.code)
    assert "ValidationError" == caught.value.error.details[0].code


async def test_continuation_token_of_a_session(sdk, client):
    """
    A poller made from the token of another one comes to the same end.
    """
    poller = await sdk.settle(client.begin_rendering_session("s", size="Standard", lease_time_minutes=15))
    token = poller.continuation_token()
    other = sdk.rendering()
    resumed = await sdk.settle(other.get_rendering_session_poller(continuation_token=token))
    assert ("s", "Ready") == ((await sdk.settle(resumed.result())).id, resumed.status())
    await sdk.settle(poller.result())
    await sdk.close(other)


async def test_continuation_token_of_a_conversion(sdk, client):
    """
    Conversions resume by token and by id alike.
    """
    poller = await sdk.settle(client.begin_asset_conversion("c", **locations()))
    resumed = await sdk.settle(client.get_asset_conversion_poller(continuation_token=poller.continuation_token()))
    assert "Succeeded" == (await sdk.settle(resumed.result())).status
    await sdk.settle(poller.result())
    by_id = await sdk.settle(client.get_asset_conversion_poller(conversion_id="c"))
    assert "Succeeded" == (await sdk.settle(by_id.result())).status


async def test_lists_have_pages(sdk, client, emulator):
    """
    The SDK follows the links between pages, over https and with its token.
    """
    for name in "abcde":
        await started(sdk, client, name)
    assert list("abcde") == [one.id for one in await sdk.all(client.list_rendering_sessions())]
    assert 3 == len(emulator.calls("list_sessions"))


async def test_access_token_as_the_credential(sdk, emulator):
    """
    A token that somebody else has fetched is used as it is, without the token service.
    """
    from azure.core.credentials import AccessToken

    client = sdk.rendering(credential=AccessToken(emulator.issue_token(), int(time.time()) + 3600))
    assert [] == await sdk.all(client.list_rendering_sessions())
    await sdk.close(client)
    assert [] == emulator.calls("get_token")


async def test_identity_as_the_credential(sdk):
    """
    A credential of the azure-identity kind is exchanged for an access token.
    """
    from azure.core.credentials import AccessToken

    class Identity:
        def get_token(self, *scopes, **options):
            return AccessToken("a token of Entra", int(time.time()) + 3600)

    class AsyncIdentity:
        async def get_token(self, *scopes, **options):
            return Identity().get_token()

    client = sdk.rendering(credential=AsyncIdentity() if sdk.aio else Identity())
    assert [] == await sdk.all(client.list_rendering_sessions())
    await sdk.close(client)


async def test_connection_verify_instead_of_variables(sdk, emulator, server, authority, monkeypatch):
    """
    A program that takes no variables names the file to the client.
    """
    from azure.core.credentials import AccessToken

    for name in authority.environment:
        monkeypatch.delenv(name)
    token = AccessToken(emulator.issue_token(), int(time.time()) + 3600)
    client = sdk.rendering(credential=token, connection_verify=str(authority.ca_file))
    assert [] == await sdk.all(client.list_rendering_sessions())
    await sdk.close(client)


async def test_plain_http_is_refused_by_the_sdk(sdk, emulator):
    """
    The SDK sends no token over plain http, which is why there is https.
    """
    from azure.core.exceptions import ServiceRequestError

    with serve(emulator) as server:
        plain = Sdk(emulator, server, aio=sdk.aio)
        client = plain.rendering(retry_total=0)
        with pytest.raises(ServiceRequestError, match="non-TLS"):
            await sdk.all(client.list_rendering_sessions())
        await sdk.close(client)
    assert [] == emulator.requests


PROGRAM = """
import os
from azure.core.credentials import AzureKeyCredential
from azure.mixedreality.remoterendering import RemoteRenderingClient

with RemoteRenderingClient(
    endpoint=os.environ["ARR_ENDPOINT"],
    account_id=os.environ["ARR_ACCOUNT_ID"],
    account_domain="eastus.mixedreality.azure.com",
    credential=AzureKeyCredential(os.environ["ARR_ACCOUNT_KEY"]),
    authentication_endpoint_url=os.environ["ARR_STS_ENDPOINT"],
    polling_interval=0,
) as client:
    print(client.begin_rendering_session("s", size="Standard", lease_time_minutes=1000).result().status)
    client.stop_rendering_session("s")
    print(client.get_rendering_session("s").status)
"""


def test_a_program_that_knows_nothing_of_the_emulator(tmp_path):
    """
    `arr emulator --https` in one process, a program of the SDK in another: the printed settings are all it needs.
    """
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("ARR_")}
    path = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])}
    command = ["emulator", "--https", "--ca-file", str(tmp_path / "ca.pem"), "--speed", "600"]
    emulator = subprocess.Popen(
        [sys.executable, "-m", "arr_facade.cli", *command], env=quiet | path, stdout=subprocess.PIPE, text=True
    )
    try:
        lines = [emulator.stdout.readline() for _ in range(7)]
        settings = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
        environment = quiet | {name: value.strip("'") for name, value in settings.items()}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False
        )
    finally:
        emulator.terminate()
        emulator.communicate(timeout=30)

    assert (0, ["Ready", "Stopped"]) == (done.returncode, done.stdout.split()), done.stderr
