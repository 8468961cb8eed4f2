"""
The operations on conversions, and waiting for their end.
"""

import itertools
import uuid
from datetime import UTC, datetime

import attrs
import pytest

from arr_facade import (
    BadRequestError,
    ConfigurationError,
    ConflictError,
    ConversionCancelledError,
    ConversionFailedError,
    ConversionInput,
    ConversionOutput,
    ConversionStatus,
    EndedError,
    ForbiddenError,
    NotFoundError,
    WaitTimeoutError,
)
from arr_facade.emulator import MISSING_ASSET, Outcome
from tests.facade.world import answer, in_process, listed, refusal

pytestmark = pytest.mark.anyio

CONTAINER = "https://sdktest.blob.core.windows.net/test"
SAS = "?sv=2020-08-04&sr=c&sp=rl&sig=aVerySecretSignature"


def source(asset="box.fbx", **more):
    return ConversionInput(container_uri=CONTAINER, asset_path=asset, prefix="in", sas=SAS, **more)


def target(**more):
    return ConversionOutput(container_uri=CONTAINER, prefix="out", sas=SAS, **more)


async def test_a_conversion_can_be_created_and_read(world, client):
    """
    The answer to a creation is NotStarted, with the settings as the service normalises them and no signature.
    """
    created = await client.create_conversion("box", source=source(), target=target())
    assert ("box", ConversionStatus.NOT_STARTED) == (created.id, created.status)
    assert ("in/", "box.fbx", None) == (created.source.prefix, created.source.asset_path, created.source.sas)
    assert ("out/", "box.arrAsset", None) == (created.target.prefix, created.target.asset_filename, created.target.sas)
    assert datetime.fromtimestamp(1_767_225_600, UTC) == created.created
    assert (None, None, False) == (created.asset_uri, created.error, created.has_ended)
    assert created == await client.get_conversion("box")


@in_process
async def test_what_is_sent(world, client):
    """
    The request has the Swagger's fields, signatures included, and none that was not given.
    """
    world.watch()
    await client.create_conversion("all", source=source(), target=target(asset_filename="b.arrAsset"))
    world.emulator.link_storage("*")
    bare = {"container_uri": CONTAINER}
    await client.create_conversion(
        "bare", source=ConversionInput(**bare, asset_path="a.glb"), target=ConversionOutput(**bare)
    )
    everything, least = (body["settings"] for body in world.bodies("create_conversion"))
    assert {
        "inputLocation": {
            "storageContainerUri": CONTAINER,
            "storageContainerReadListSas": SAS,
            "blobPrefix": "in",
            "relativeInputAssetPath": "box.fbx",
        },
        "outputLocation": {
            "storageContainerUri": CONTAINER,
            "storageContainerWriteSas": SAS,
            "blobPrefix": "out",
            "outputAssetFilename": "b.arrAsset",
        },
    } == everything
    assert {
        "inputLocation": {"storageContainerUri": CONTAINER, "relativeInputAssetPath": "a.glb"},
        "outputLocation": {"storageContainerUri": CONTAINER},
    } == least


@in_process
@pytest.mark.parametrize("where", ["source", "target"])
async def test_an_address_with_a_query_is_refused(world, client, where):
    """
    A container's address with a SAS in it fails before any request, and the error masks it and says where it belongs.
    """
    uri = f"{CONTAINER}{SAS}"
    locations = {"source": source(), "target": target()}
    locations[where] = attrs.evolve(locations[where], container_uri=uri)
    with pytest.raises(ConfigurationError, match="has a query") as raised:
        await client.create_conversion(**locations)
    assert ("container_uri", f"{CONTAINER}?***") == (raised.value.field, raised.value.value)
    assert "as sas=" in str(raised.value)
    assert [] == world.emulator.calls("create_conversion")


@in_process
async def test_an_address_with_a_query_can_be_read(world, client):
    """
    What the service says is read as it is, also an address that nobody may give.
    """
    created = await client.create_conversion("box", source=source(), target=target())
    document = {
        "id": "box",
        "status": "Running",
        "error": None,
        "creationTime": created.created.isoformat(),
        "settings": {
            "inputLocation": {"storageContainerUri": f"{CONTAINER}?a=1", "relativeInputAssetPath": "box.fbx"},
            "outputLocation": {"storageContainerUri": CONTAINER},
        },
    }
    world.instead("get_conversion", answer(200, document))
    assert f"{CONTAINER}?a=1" == (await client.get_conversion("box")).source.container_uri


@in_process
async def test_an_absent_id_is_made_up(client):
    """
    Without an id each conversion gets one of its own, a UUID.
    """
    first, second = [await client.create_conversion(source=source(), target=target()) for _ in range(2)]
    assert first.id != second.id
    assert first.id == str(uuid.UUID(first.id))


async def test_creating_again_is_harmless_and_other_settings_conflict(world, client):
    """
    The same id with the same settings gives the conversion there is, with others it raises ConflictError.
    """
    first = await client.create_conversion("box", source=source(), target=target())
    assert first == await client.create_conversion("box", source=source(), target=target())
    with pytest.raises(ConflictError):
        await client.create_conversion("box", source=source("cube.fbx"), target=target())
    assert [201, 200, 409] == [call.status for call in world.emulator.calls("create_conversion")]


async def test_conversions_are_listed_oldest_first(world, client):
    """
    A list has all conversions of the account, ended ones too.
    """
    for name in ("one", "two", "three"):
        await client.create_conversion(name, source=source(), target=target())
        world.clock.advance("1m")
    assert ["one", "two", "three"] == [conversion.id for conversion in await listed(client.list_conversions())]
    assert ["Succeeded"] * 3 == [conversion.status for conversion in await listed(client.list_conversions())]


async def test_waiting_for_success(client):
    """
    The wait ends with the Succeeded conversion and the result's address, and has told each state.
    """
    handle = await client.start_conversion("box", source=source(), target=target())
    assert ("box", "NotStarted") == (handle.id, handle.state.status)
    seen = []
    done = await handle.wait(on_progress=seen.append)
    assert done is handle.state
    assert done.has_ended
    assert f"{CONTAINER}/out/box.arrAsset" == done.asset_uri
    assert ["NotStarted", "Running", "Succeeded"] == list(dict.fromkeys(str(state.status) for state in seen))


@in_process
async def test_a_conversion_is_looked_at_every_ten_seconds(world, client):
    """
    A conversion takes a minute or more, so it is looked at every 10 seconds, up to a tenth earlier.
    """
    handle = await client.start_conversion(source=source(), target=target())
    moments = []
    await handle.wait(on_progress=lambda _: moments.append(world.clock.monotonic()))
    assert len(moments) >= 4
    assert all(9 <= later - earlier <= 10 for earlier, later in itertools.pairwise(moments))


async def test_a_failed_conversion_is_an_error(client):
    """
    A conversion that ends as Failed raises ConversionFailedError with the service's code and words.
    """
    handle = await client.start_conversion(source=source("DoesNotExist.fbx"), target=target())
    with pytest.raises(ConversionFailedError, match=MISSING_ASSET.message) as raised:
        await handle.wait()
    assert ("Failed", MISSING_ASSET.code) == (raised.value.last.status, raised.value.last.error.code)
    assert isinstance(raised.value, EndedError)


async def test_a_cancelled_conversion_is_an_error(world, client):
    """
    Cancelled ends a wait too, as ConversionCancelledError.
    """
    handle = await client.start_conversion("box", source=source(), target=target())
    world.emulator.finish_conversion("box", Outcome("Cancelled"))
    with pytest.raises(ConversionCancelledError) as raised:
        await handle.wait()
    assert "Cancelled" == raised.value.last.status


@in_process
async def test_a_conversion_wait_times_out(world, client):
    """
    After its timeout the wait raises with the last state, and the conversion goes on and can be waited for again.
    """
    handle = await client.start_conversion("box", source=source(), target=target())
    with pytest.raises(WaitTimeoutError, match="'box' has not ended after 15s, but Running") as raised:
        await handle.wait("15s")
    assert "Running" == raised.value.last.status
    assert "Succeeded" == (await (await client.open_conversion("box")).wait()).status


@in_process
async def test_trouble_is_waited_out(world, client):
    """
    429s and 5xxs do not end the wait for a conversion.
    """
    handle = await client.start_conversion(source=source(), target=target())
    world.instead("get_conversion", *[answer(429, Retry_After="10")] * 8, *[answer(502)] * 8)
    assert "Succeeded" == (await handle.wait()).status


async def test_a_handle_follows_its_conversion(world, client):
    """
    `refresh` shows the newer state, and so does the handle from then on.
    """
    handle = await client.start_conversion("box", source=source(), target=target())
    world.clock.advance("10s")
    assert "NotStarted" == handle.state.status
    assert "Running" == (await handle.refresh()).status
    assert "Running" == handle.state.status


async def test_storage_without_access_is_forbidden(client):
    """
    A container that is neither linked nor given with signatures raises ForbiddenError with the service's words.
    """
    bare = {"container_uri": CONTAINER}
    with pytest.raises(ForbiddenError, match="insufficient permissions") as raised:
        await client.create_conversion(
            source=ConversionInput(**bare, asset_path="a.fbx"), target=ConversionOutput(**bare)
        )
    assert (403, "DelegatedResourceAccessError") == (raised.value.status, raised.value.code)


@in_process
async def test_nested_details_are_kept(world, client):
    """
    The errors nested in a refusal are there as objects and as indented lines of the message.
    """
    inner = {"code": "ValidationError", "message": "Container name has to be between 3 and 63 characters."}
    middle = {"code": "ValidationError", "message": "Failed at 'inputLocation'.", "details": [inner]}
    outer = {"code": "ValidationError", "message": "Failed at 'settings'.", "details": [middle]}
    world.instead("create_conversion", answer(400, {"error": outer}))
    with pytest.raises(BadRequestError) as raised:
        await client.create_conversion(source=source(), target=target())
    assert inner["message"] == raised.value.details[0].details[0].message
    lines = str(raised.value).splitlines()
    assert lines[0].endswith("400 ValidationError: Failed at 'settings'.")
    assert f"  - ValidationError: {middle['message']}" == lines[1]
    assert f"    - ValidationError: {inner['message']}" == lines[2]


async def test_an_unknown_conversion_is_not_found(client):
    """
    Reading and opening a conversion that never was raise NotFoundError.
    """
    with pytest.raises(NotFoundError, match="nothing"):
        await client.get_conversion("nothing")
    with pytest.raises(NotFoundError, match="nothing"):
        await client.open_conversion("nothing")


@in_process
async def test_the_service_may_refuse_with_any_words(world, client):
    """
    A refusal's code and message are the service's, whatever they are.
    """
    world.instead("create_conversion", refusal(400, "Whatever", "No."))
    with pytest.raises(BadRequestError, match=r"400 Whatever: No\."):
        await client.create_conversion(source=source(), target=target())
