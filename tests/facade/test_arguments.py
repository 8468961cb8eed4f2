"""
Wrong input fails before any request, with a message that names the field, the value and the way out.
"""

from datetime import timedelta

import pytest

from arr_facade import ArrError, ConfigurationError, ConversionInput, ConversionOutput
from tests.facade.world import in_process

pytestmark = [pytest.mark.anyio, in_process]

BAD_IDS = ["", "two words", "ümlaut", "a/b", "../x", "a" * 257, "semi;colon", 7, None, "new\nline", "trailing\n"]

SOURCE = ConversionInput(container_uri="https://a.blob.core.windows.net/c", asset_path="a.fbx")
TARGET = ConversionOutput(container_uri="https://a.blob.core.windows.net/c")

CALLS = {
    "get_session": ("session_id", lambda client, bad: client.get_session(bad)),
    "update_lease": ("session_id", lambda client, bad: client.update_lease(bad, "20m")),
    "stop_session": ("session_id", lambda client, bad: client.stop_session(bad)),
    "open": ("session_id", lambda client, bad: client.open(bad)),
    "get_conversion": ("conversion_id", lambda client, bad: client.get_conversion(bad)),
    "open_conversion": ("conversion_id", lambda client, bad: client.open_conversion(bad)),
}
CREATIONS = {
    "create_session": ("session_id", lambda client, bad: client.create_session(bad)),
    "start": ("session_id", lambda client, bad: client.start(bad)),
    "create_conversion": (
        "conversion_id",
        lambda client, bad: client.create_conversion(bad, source=SOURCE, target=TARGET),
    ),
    "start_conversion": (
        "conversion_id",
        lambda client, bad: client.start_conversion(bad, source=SOURCE, target=TARGET),
    ),
}


async def refused(world, call, field):
    """
    The error of a call that must fail for this field without a request.
    """
    with pytest.raises(ConfigurationError) as raised:
        await call
    assert field == raised.value.field
    assert [] == world.emulator.requests
    return raised.value


@pytest.mark.parametrize("operation", [*CALLS, *CREATIONS])
async def test_a_bad_id_is_refused(world, client, operation):
    """
    Every operation refuses what cannot be an id; where None makes one up, None is none of these.
    """
    field, call = {**CALLS, **CREATIONS}[operation]
    for bad in BAD_IDS:
        if bad is None and operation in CREATIONS:
            continue
        error = await refused(world, call(client, bad), field)
        assert repr(bad)[:40] in str(error)
        assert "1 to 256 letters, digits, hyphens and underscores" in str(error)
        assert "only the start of a new one can do without" in error.advice


@pytest.mark.parametrize("lease", [0, -1, 1440.5, 1441, "0s", "25h", timedelta(days=2), timedelta(minutes=-5)])
async def test_a_lease_out_of_bounds_is_refused(world, client, lease):
    """
    A new session's lease is 1 to 1440 minutes, in every form.
    """
    for call in (client.create_session, client.start):
        error = await refused(world, call(lease=lease), "lease")
        assert repr(lease) in str(error)


@pytest.mark.parametrize("lease", ["", "soon", "10 parsecs", "1:99:00", None, True, [10], float("nan")])
async def test_a_lease_that_cannot_be_read_is_refused(world, client, lease):
    """
    What is no duration is refused with the forms that are.
    """
    error = await refused(world, client.create_session(lease=lease), "lease")
    assert "1h30m" in str(error)


@pytest.mark.parametrize("lease", [0, 1440, "24h", "x"])
async def test_a_new_lease_out_of_bounds_is_refused(world, client, lease):
    """
    A renewed lease is at most 1439 minutes, for the service wants less than a day.
    """
    await refused(world, client.update_lease("demo", lease), "lease")


@pytest.mark.parametrize("size", ["", "  ", None, 2])
async def test_a_size_that_is_none_is_refused(world, client, size):
    """
    A size is text; the refusal names the public ones.
    """
    error = await refused(world, client.create_session(size=size), "size")
    assert "Standard, Premium" in str(error)


@pytest.mark.parametrize("token", ["", "x", "AAAA", "eyJ2IjoxfQ", "ümlaut", "e30", "W10"])
async def test_a_resume_token_that_is_none_is_refused(world, client, token):
    """
    Text that is no resume token is refused as such.
    """
    await refused(world, client.resume(token), "token")


async def test_a_wrong_argument_is_a_value_error(client):
    """
    Who catches ValueError, or all of ours by ArrError, catches a wrong argument.
    """
    with pytest.raises(ValueError, match="lease"):
        await client.create_session(lease=0)
    with pytest.raises(ArrError, match="lease"):
        await client.create_session(lease=0)
