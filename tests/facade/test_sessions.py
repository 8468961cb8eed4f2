"""
The operations on sessions, one by one.
"""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from arr_facade import (
    ConflictError,
    LeaseRejectedError,
    NotFoundError,
    ReadySession,
    RetryPolicy,
    SessionSize,
    SessionStatus,
    UnexpectedResponseError,
)
from arr_facade.emulator import Fault
from tests.facade.world import answer, in_process, listed

pytestmark = pytest.mark.anyio


async def test_a_session_can_be_created_and_read(world, client):
    """
    What the service answers to a creation is what a later reading gives: the id, size, lease and Starting.
    """
    created = await client.create_session("demo", size="Premium", lease="1h30m")
    assert ("demo", SessionSize.PREMIUM, timedelta(minutes=90)) == (created.id, created.size, created.lease)
    assert SessionStatus.STARTING == created.status
    assert (None, None, None) == (created.host, created.handshake_port, created.inspector_url)
    assert created == await client.get_session("demo")
    assert ["create_session", "get_session"] == world.operations()


async def test_a_client_costs_nothing_until_used(world):
    """
    Making, entering and leaving a client sends no request, not even for a token.
    """
    async with world.client():
        pass
    assert [] == world.emulator.requests


async def test_an_absent_id_is_made_up(client):
    """
    Without an id each session gets one of its own, a UUID.
    """
    first, second = await client.create_session(), await client.create_session()
    assert first.id != second.id
    assert first.id == str(uuid.UUID(first.id))


async def test_the_defaults_are_small(client):
    """
    Without size and lease a session is Standard and lives ten minutes.
    """
    created = await client.create_session()
    assert (SessionSize.STANDARD, timedelta(minutes=10)) == (created.size, created.lease)


@in_process
@pytest.mark.parametrize("size", [SessionSize.PREMIUM, "Premium", "premium", " PREMIUM "])
async def test_a_size_is_an_enum_or_text(world, client, size):
    """
    A size may be written as the enum or as text of any case; the service gets its own spelling.
    """
    world.watch()
    assert SessionSize.PREMIUM == (await client.create_session(size=size)).size
    assert ["Premium"] == [body["size"] for body in world.bodies("create_session")]


@in_process
@pytest.mark.parametrize(
    "lease", [timedelta(minutes=90), "1h30m", "1:30:00", "90", 90, 90.0, "89m 1s", timedelta(seconds=5341)]
)
async def test_a_lease_has_many_forms(world, client, lease):
    """
    A timedelta, text with units, hours:minutes:seconds and a number of minutes all mean the same whole minutes.
    """
    world.watch()
    assert timedelta(minutes=90) == (await client.create_session(lease=lease)).lease
    assert [{"maxLeaseTimeMinutes": 90, "size": "Standard"}] == world.bodies("create_session")


@in_process
@pytest.mark.parametrize("minutes", [1, 1440])
async def test_the_bounds_of_a_lease_are_allowed(client, minutes):
    """
    A minute is the shortest and a day the longest lease of a new session.
    """
    assert timedelta(minutes=minutes) == (await client.create_session(lease=minutes)).lease


@in_process
@pytest.mark.parametrize("session_id", ["a", "A-z_09", "x" * 256])
async def test_every_allowed_id_is_passed_on_as_it_is(client, session_id):
    """
    An id of 1 to 256 letters, digits, hyphens and underscores reaches the service unchanged.
    """
    assert session_id == (await client.create_session(session_id)).id


async def test_creating_again_is_harmless(world, client):
    """
    A second creation with the same id and settings is answered with 200 and gives the session there is.
    """
    first = await client.create_session("demo")
    world.clock.advance("1m")
    second = await client.create_session("demo")
    assert (first.id, first.created) == (second.id, second.created)
    assert [201, 200] == [call.status for call in world.emulator.calls("create_session")]


async def test_an_id_taken_is_a_conflict(client):
    """
    A creation with the id of a session of other settings raises ConflictError with the service's own code.
    """
    await client.create_session("demo", lease="10m")
    with pytest.raises(ConflictError) as raised:
        await client.create_session("demo", lease="20m")
    assert (409, "Conflict") == (raised.value.status, raised.value.code)


async def test_an_unknown_session_is_not_found(client):
    """
    Reading, opening and updating a session that never was raise NotFoundError, which names it.
    """
    for call in (client.get_session("nobody"), client.open("nobody"), client.update_lease("nobody", "20m")):
        with pytest.raises(NotFoundError, match="nobody") as raised:
            await call
        assert 404 == raised.value.status


async def test_a_ready_session_says_where_to_connect(world, client):
    """
    Once Ready, a session is a ReadySession with host, ports, inspector address and the time it has been up.
    """
    await client.create_session("demo")
    world.clock.advance("2m 10s")
    session = await client.get_session("demo")
    assert isinstance(session, ReadySession)
    assert session.is_ready
    assert session.host.endswith(".mixedreality.azure.com")
    assert session.handshake_port in range(49152, 65535)
    assert f"https://{session.host}:{session.inspector_port}" == session.inspector_url
    assert timedelta(minutes=2) == session.elapsed
    assert datetime.fromtimestamp(1_767_225_600, UTC) == session.created
    assert session.teraflops > 0


async def test_a_lease_is_set_to_a_total(client):
    """
    `update_lease` sets the whole lease, not an addition to it.
    """
    await client.create_session("demo", lease="10m")
    assert timedelta(minutes=15) == (await client.update_lease("demo", "15m")).lease
    assert timedelta(minutes=15) == (await client.get_session("demo")).lease


async def test_a_lease_that_does_not_grow_is_rejected(client):
    """
    The service's refusal of an equal or shorter lease raises LeaseRejectedError.
    """
    await client.create_session("demo", lease="10m")
    for minutes in (10, 9):
        with pytest.raises(LeaseRejectedError) as raised:
            await client.update_lease("demo", minutes)
        assert (422, "UnprocessableEntity") == (raised.value.status, raised.value.code)


async def test_stopping_is_idempotent(world, client):
    """
    A session is Stopped after the first stop; stopping it again, or one that never was, changes nothing but the result.
    """
    await client.create_session("demo")
    for session_id, known in (("demo", True), ("demo", True), ("nobody", False)):
        assert known is await client.stop_session(session_id)
    session = await client.get_session("demo")
    assert SessionStatus.STOPPED == session.status
    assert session.has_ended
    assert [204, 204, 404] == [call.status for call in world.emulator.calls("stop_session")]


async def test_a_stop_that_was_forgotten_is_asked_for_again(world, client):
    """
    A session that runs on although its stop was acknowledged is stopped again.
    """
    handle = await client.start("by-handle")
    await client.create_session("by-client")
    for stop in (handle.stop, lambda: client.stop_session("by-client", confirm=True)):
        world.emulator.faults.add(Fault("ready_after_stop", count=1))
        await stop()
    assert "Stopped" == handle.status
    assert ["Stopped"] * 2 == [(await client.get_session(name)).status for name in ("by-handle", "by-client")]
    assert [204] * 4 == [call.status for call in world.emulator.calls("stop_session")]


@in_process
async def test_a_stop_that_is_never_carried_out_is_an_error(world):
    """
    When the session outlives every stop that the policy allows, the error says so and what that costs.
    """
    retries = []
    world.instead("stop_session", *[answer(204)] * 9)
    async with world.client(retry=RetryPolicy(attempts=2), on_retry=retries.append) as client:
        handle = await client.start("demo")
        with pytest.raises(UnexpectedResponseError, match="the session is Starting all the same") as raised:
            await handle.stop()
    assert "may cost money" in str(raised.value)
    assert 3 == len(world.emulator.calls("stop_session"))
    assert [1, 2] == [retry.attempt for retry in retries]


async def test_a_stop_does_not_fail_for_want_of_a_description(world, client):
    """
    A session that was stopped and cannot be read afterwards counts as stopped.
    """
    handle = await client.start("demo")
    world.instead("get_session", answer(404))
    await handle.stop()
    assert "Stopped" == (await client.get_session("demo")).status


async def test_ended_sessions_are_not_listed(world, client):
    """
    A list holds the sessions that are Starting or Ready, as the service describes them.
    """
    for name in ("starting", "stopped", "ready"):
        await client.create_session(name)
    await client.stop_session("stopped")
    world.emulator.ready_session("ready")
    assert {"starting": "Starting", "ready": "Ready"} == {s.id: s.status for s in await listed(client.list_sessions())}


async def test_a_handle_is_started_opened_and_resumed(client):
    """
    `start`, `open` and `resume` give handles of one and the same session, wherever the token went in between.
    """
    started = await client.start("demo", size="Standard", lease="20m")
    opened = await client.open("demo")
    resumed = await client.resume(opened.resume_token)
    assert ["demo"] * 3 == [handle.id for handle in (started, opened, resumed)]
    assert started.state == opened.state == resumed.state
    assert "Starting" == resumed.status


async def test_a_resume_token_of_elsewhere_is_refused(world, client):
    """
    A resume token of another account is a wrong argument, found out before any request.
    """
    handle = await client.start()
    sent = len(world.emulator.requests)
    options = {"endpoint": "http://127.0.0.1:1", "account_id": world.emulator.account_id, "access_token": "t"}
    async with world.stranger(**options) as other:
        with pytest.raises(ValueError, match="endpoint"):
            await other.resume(handle.resume_token)
    with pytest.raises(ValueError, match="not a resume token"):
        await client.resume("nonsense")
    assert sent == len(world.emulator.requests)


async def test_a_handle_follows_its_session(world, client):
    """
    A handle shows the last state seen, and `refresh` asks for a newer one.
    """
    handle = await client.start("demo")
    world.emulator.ready_session("demo")
    assert ("Starting", None, None, None) == (
        handle.status,
        handle.host,
        handle.handshake_port,
        handle.inspector_url,
    )
    seen = await handle.refresh()
    assert seen is handle.state
    assert ("Ready", seen.host, seen.handshake_port, seen.inspector_url) == (
        handle.status,
        handle.host,
        handle.handshake_port,
        handle.inspector_url,
    )


async def test_remaining_never_promises_too_much(world, client):
    """
    `remaining` is the whole lease before Ready, then shrinks with time, a minute short of the truth, down to 0.
    """
    handle = await client.start("demo", lease="10m")
    assert timedelta(minutes=10) == handle.remaining
    await handle.wait_ready()
    ready = handle.remaining
    assert timedelta(minutes=8) < ready <= timedelta(minutes=9)
    world.clock.advance("4m")
    assert ready - timedelta(minutes=4) == handle.remaining
    world.clock.advance("1h")
    assert timedelta(0) == handle.remaining


async def test_stopping_a_handle_is_idempotent(client):
    """
    A handle knows that its session is Stopped, and may stop it again.
    """
    handle = await client.start()
    await handle.stop()
    assert "Stopped" == handle.status
    assert timedelta(0) == handle.remaining
    await handle.stop()
    assert "Stopped" == handle.status
