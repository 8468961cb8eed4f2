"""
`wait_ready`: Ready, or an error that says what happened instead.
"""

import itertools
from datetime import timedelta

import anyio
import httpx
import pytest

from arr_facade import (
    CapacityError,
    ConfigurationError,
    NotFoundError,
    ReadySession,
    ServiceError,
    SessionExpiredError,
    SessionFailedError,
    SessionStoppedError,
    TransportError,
    WaitError,
    WaitTimeoutError,
)
from tests.facade.world import Broken, answer, in_process, tasks_only

pytestmark = pytest.mark.anyio


@pytest.fixture
async def held(world, client):
    """
    A handle of a session that this client started and that stays Starting.
    """
    handle = await client.start("demo")
    world.emulator.hold_session("demo")
    return handle


async def moments_of(world, handle):
    """
    When the wait looked at the session, in seconds.
    """
    moments = []
    await handle.wait_ready(on_progress=lambda _: moments.append(world.clock.monotonic()))
    return moments


async def test_waiting_ends_with_a_ready_session(client):
    """
    The wait gives a session with host and port, and the handle knows it too.
    """
    handle = await client.start()
    ready = await handle.wait_ready()
    assert isinstance(ready, ReadySession)
    assert ready is handle.state


@in_process
@pytest.mark.parametrize(("size", "interval"), [("Standard", 2), ("Premium", 10)])
async def test_the_size_sets_the_pace(world, client, size, interval):
    """
    A Standard session is looked at every 2 seconds and a Premium one every 10, each up to a tenth earlier.
    """
    moments = await moments_of(world, await client.start(size=size))
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert len(gaps) >= 4
    assert all(interval * 0.9 <= gap <= interval for gap in gaps)


@in_process
@pytest.mark.parametrize("asked", ["60", "Thu, 01 Jan 2026 00:01:00 GMT"])
async def test_retry_after_slows_the_next_look(world, client, asked):
    """
    A Retry-After in an answer, in seconds or as a date, delays the next look.
    """
    world.adding("get_session", Retry_After=asked)
    first, second = await moments_of(world, await client.start())
    assert second == pytest.approx(first + 60 if asked == "60" else 60)


async def test_the_wait_times_out(world, held):
    """
    After its timeout, not earlier and not later, the wait raises WaitTimeoutError with the last state.
    """
    started = world.clock.monotonic()
    with pytest.raises(WaitTimeoutError, match="'demo' is not Ready after 1m 30s") as raised:
        await held.wait_ready("90s")
    assert 90 == pytest.approx(world.clock.monotonic() - started)
    assert "Starting" == raised.value.last.status
    assert isinstance(raised.value, TimeoutError)


@in_process
@pytest.mark.parametrize(
    ("opened", "stop_on_failure", "status"),
    [
        (False, None, "Stopped"),
        (False, False, "Starting"),
        (True, None, "Starting"),
        (True, True, "Stopped"),
    ],
)
async def test_who_started_it_stops_it(client, held, opened, stop_on_failure, status):
    """
    A wait that fails stops the session only on the handle that started it, unless told otherwise, and advises by that.
    """
    handle = await client.open("demo") if opened else held
    with pytest.raises(WaitTimeoutError) as raised:
        await handle.wait_ready("1m", stop_on_failure=stop_on_failure)
    assert status == (await client.get_session("demo")).status
    assert (status == "Stopped") is ("it has been stopped" in raised.value.advice)
    assert (status == "Starting") is ("wait again" in raised.value.advice)


async def test_a_timed_out_wait_can_be_resumed(world, client, held):
    """
    A session that was left running by its wait can be waited for again, through its resume token.
    """
    with pytest.raises(WaitTimeoutError):
        await held.wait_ready("1m", stop_on_failure=False)
    world.emulator.ready_session("demo")
    resumed = await client.resume(held.resume_token)
    assert "Ready" == (await resumed.wait_ready()).status


async def test_a_failed_session_is_an_error(world, held):
    """
    A session that ends as Error raises SessionFailedError with the service's own code and message.
    """
    world.emulator.fail_session("demo", "VmError", "The server burnt down.")
    with pytest.raises(SessionFailedError, match=r"VmError: The server burnt down\.") as raised:
        await held.wait_ready()
    assert ("Error", "VmError") == (raised.value.last.status, raised.value.last.error.code)
    assert not isinstance(raised.value, CapacityError)


async def test_a_session_without_a_server_is_a_capacity_error(world, held):
    """
    When the session's own error speaks of capacity, it is a CapacityError, a SessionFailedError and a ServiceError.
    """
    world.emulator.fail_session("demo", "NoCapacity", "No server is free.")
    with pytest.raises(CapacityError, match="NoCapacity") as raised:
        await held.wait_ready()
    assert (None, "NoCapacity") == (raised.value.status, raised.value.code)
    assert "Error" == raised.value.last.status
    assert isinstance(raised.value, SessionFailedError)
    assert isinstance(raised.value, ServiceError)


async def test_a_stopped_session_is_an_error(world, client, held):
    """
    A session that somebody stops while another waits raises SessionStoppedError.
    """
    await client.stop_session("demo")
    with pytest.raises(SessionStoppedError) as raised:
        await held.wait_ready()
    assert "Stopped" == raised.value.last.status


async def test_an_expired_session_is_an_error(world, client):
    """
    A session whose lease has run out raises SessionExpiredError.
    """
    handle = await client.start("demo", lease="1m")
    world.clock.advance("5m")
    with pytest.raises(SessionExpiredError) as raised:
        await handle.wait_ready()
    assert "Expired" == raised.value.last.status


async def test_a_forgotten_session_is_not_found(world, held):
    """
    A session that the service does not know any more ends the wait with NotFoundError.
    """
    world.emulator.reset()
    with pytest.raises(NotFoundError):
        await held.wait_ready()


async def test_throttling_is_waited_out(world, client):
    """
    429s and 5xxs, many more than a single call would bear, do not end a wait within its timeout.
    """
    handle = await client.start()
    world.instead("get_session", *[answer(429, Retry_After="5")] * 10, *[answer(503)] * 5, *[answer(500)] * 5)
    assert "Ready" == (await handle.wait_ready()).status


@in_process
@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError])
async def test_broken_connections_are_waited_out(world, failure):
    """
    A network that is away for a while does not end a wait within its timeout.
    """
    broken = Broken(world.emulator, *[failure("away")] * 8, operation="get_session")
    async with world.client(transport=broken) as client:
        handle = await client.start()
        assert "Ready" == (await handle.wait_ready()).status


@in_process
async def test_trouble_until_the_end_is_named(world):
    """
    A wait that times out in trouble says so by its cause, with the state it saw last.
    """
    failures = [None, *[httpx.ConnectError("away")] * 200]
    async with world.client(transport=Broken(world.emulator, *failures, operation="get_session")) as client:
        handle = await client.start()
        with pytest.raises(WaitTimeoutError) as raised:
            await handle.wait_ready("5m", stop_on_failure=False)
    assert isinstance(raised.value.__cause__, TransportError)
    assert "Starting" == raised.value.last.status


async def test_progress_shows_each_state(world, client):
    """
    Each state is told as it is seen, and the handle shows that state at the time.
    """
    handle = await client.start()
    seen = []
    await handle.wait_ready(on_progress=lambda session: seen.append((session, handle.state)))
    assert all(told is shown for told, shown in seen)
    assert ["Starting", "Ready"] == list(dict.fromkeys(str(told.status) for told, _ in seen))


@in_process
async def test_a_failing_callback_stops_the_session(client, held):
    """
    An error of the progress callback reaches the caller, and what was started is stopped.
    """

    def fail(session):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await held.wait_ready(on_progress=fail)
    assert "Stopped" == (await client.get_session("demo")).status


@tasks_only
@in_process
async def test_progress_may_be_told_to_a_coroutine(client):
    """
    An async client awaits an async progress callback.
    """
    seen = []

    async def tell(session):
        await anyio.lowlevel.checkpoint()
        seen.append(session.status)

    handle = await client.start()
    await handle.wait_ready(on_progress=tell)
    assert "Ready" == seen[-1]


@tasks_only
@pytest.mark.parametrize(("stop_on_failure", "status"), [(None, "Stopped"), (False, "Starting")])
async def test_a_cancelled_wait_stops_the_session(client, held, stop_on_failure, status):
    """
    A cancelled wait stops what its handle started, unless told otherwise.
    """
    with anyio.CancelScope() as scope:
        await held.wait_ready(on_progress=lambda _: scope.cancel(), stop_on_failure=stop_on_failure)
    assert scope.cancelled_caught
    assert status == (await client.get_session("demo")).status


@in_process
@pytest.mark.parametrize("given", ["soon", -1, None])
async def test_a_wrong_timeout_sends_nothing(world, held, given):
    """
    A timeout that is no duration fails by its name before any request.
    """
    sent = world.operations()
    with pytest.raises(ConfigurationError) as raised:
        await held.wait_ready(given)
    assert "timeout" == raised.value.field
    assert sent == world.operations()


@in_process
async def test_a_wait_of_no_time_judges_by_what_is_known(world, held):
    """
    With a timeout of 0 the wait says at once that what was seen a moment ago is not Ready.
    """
    with pytest.raises(WaitError):
        await held.wait_ready(timedelta(0), stop_on_failure=False)
    assert ["create_session"] == world.operations()
