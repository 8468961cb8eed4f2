"""
`with client.session(...)`: what is started is stopped, however the block is left.
"""

import asyncio
import inspect
import sys
import threading
from datetime import timedelta

import anyio
import httpx
import pytest

from arr_facade import (
    ConfigurationError,
    LeaseEventKind,
    LeaseLostError,
    RetryPolicy,
    ServerError,
    SessionFailedError,
    WaitTimeoutError,
)
from arr_facade._drive import CLEAN_UP, SyncDriver
from tests.facade.world import Broken, answer, happens, in_process, one_driver, tasks_only

pytestmark = pytest.mark.anyio


async def status_of(client, session_id="demo"):
    return (await client.get_session(session_id)).status


async def test_the_block_has_a_ready_session_inside(client):
    """
    Inside the block the session is Ready and can be connected to; after it, it is Stopped.
    """
    async with client.session("demo", size="Standard", lease="10m") as session:
        assert ("demo", "Ready") == (session.id, session.status)
        assert session.host
        assert session.handshake_port
        assert "Ready" == await status_of(client)
    assert "Stopped" == session.status
    assert "Stopped" == await status_of(client)


async def test_progress_is_told(client):
    """
    While the block waits for Ready, each state seen is told, the last of them Ready.
    """
    seen = []
    async with client.session(on_progress=seen.append):
        pass
    assert "Ready" == seen[-1].status
    assert {"Starting"} == {session.status for session in seen[:-1]}


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, SystemExit, GeneratorExit])
async def test_a_failure_inside_stops_the_session(client, failure):
    """
    Whatever leaves the block, Ctrl-C included, reaches the caller after the session was stopped.
    """
    with pytest.raises(failure):
        async with client.session("demo"):
            raise failure
    assert "Stopped" == await status_of(client)


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
async def test_a_failure_while_waiting_stops_the_session(client, failure):
    """
    A callback that fails, or Ctrl-C before the session is Ready, stops the session.
    """

    def interrupt(session):
        raise failure

    with pytest.raises(failure):
        async with client.session("demo", on_progress=interrupt):
            pytest.fail("the block must not be entered")
    assert "Stopped" == await status_of(client)


@tasks_only
async def test_cancelling_the_block_stops_the_session(client):
    """
    A cancelled task leaves the block only after the session was stopped.
    """
    entered = anyio.Event()

    async def work():
        async with client.session("demo"):
            entered.set()
            await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work)
        with anyio.fail_after(10):
            await entered.wait()
        tasks.cancel_scope.cancel()
    assert "Stopped" == await status_of(client)


@tasks_only
async def test_cancelling_the_wait_stops_the_session(client):
    """
    A task that is cancelled while the session still starts stops it as well.
    """
    with anyio.CancelScope() as scope:
        async with client.session("demo", on_progress=lambda _: scope.cancel()):
            pytest.fail("the block must not be entered")
    assert scope.cancelled_caught
    assert "Stopped" == await status_of(client)


@pytest.mark.parametrize("flavour", ["asyncio"], indirect=True)
async def test_asyncio_cancel_stops_the_session(client):
    """
    The same holds for `Task.cancel`, which knows nothing of scopes: the task ends cancelled, and the session Stopped.
    """
    entered = asyncio.Event()

    async def work():
        async with client.session("demo"):
            entered.set()
            await asyncio.get_running_loop().create_future()

    task = asyncio.ensure_future(work())
    await asyncio.wait_for(entered.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "Stopped" == await status_of(client)


@pytest.mark.parametrize("flavour", ["trio"], indirect=True)
async def test_trio_cancel_stops_the_session(client):
    """
    The same holds for trio's own cancel scopes.
    """
    import trio

    with trio.CancelScope() as scope:
        async with client.session("demo"):
            scope.cancel()
            await trio.lowlevel.checkpoint()
    assert scope.cancelled_caught
    assert "Stopped" == await status_of(client)


async def test_a_detached_session_runs_on(client):
    """
    With `detach=True` the session outlives its block, also after an exception.
    """
    async with client.session("first", detach=True):
        pass
    with pytest.raises(RuntimeError):
        async with client.session("second", detach=True):
            raise RuntimeError
    assert ["Ready", "Ready"] == [await status_of(client, name) for name in ("first", "second")]


async def test_a_detached_session_that_never_was_ready_is_stopped(world, client):
    """
    Detaching is about sessions that can be used: one that is not Ready in time is stopped all the same.
    """

    def hold(session):
        world.emulator.hold_session(session.id)

    with pytest.raises(WaitTimeoutError) as raised:
        async with client.session("demo", detach=True, ready_timeout="1m", on_progress=hold):
            pytest.fail("the block must not be entered")
    assert "Stopped" == await status_of(client)
    assert "it has been stopped; start one with a longer timeout." == raised.value.advice


@in_process
async def test_another_wait_inside_keeps_its_advice(world, client):
    """
    A wait for another session that runs out in the block stops the block's session, and that other one can be waited
    for again.
    """
    other = await client.start("other")
    world.emulator.hold_session("other")
    with pytest.raises(WaitTimeoutError, match="'other' is not Ready") as raised:
        async with client.session("demo"):
            await other.wait_ready("1m", stop_on_failure=False)
    assert ["Stopped", "Starting"] == [await status_of(client, name) for name in ("demo", "other")]
    assert "wait again" in raised.value.advice


async def test_a_session_that_fails_to_start_ends_the_block(world, client):
    """
    A session that ends as Error instead of becoming Ready raises SessionFailedError with that state.
    """

    def fail(session):
        if not session.has_ended:
            world.emulator.fail_session("demo")

    with pytest.raises(SessionFailedError) as raised:
        async with client.session("demo", on_progress=fail):
            pytest.fail("the block must not be entered")
    assert ("demo", "Error") == (raised.value.last.id, raised.value.last.status)


async def test_the_lease_is_kept(world, client):
    """
    Inside the block the lease is renewed for as long as it takes, each time to what is needed and no more.
    """
    renewed, events = threading.Event(), []

    def listen(event):
        events.append(event)
        renewed.set()

    async with client.session("demo", lease="10m", on_event=listen) as session:
        for _ in range(6):
            renewed.clear()
            world.clock.advance("6m")
            assert await happens(renewed)
        assert timedelta(minutes=5) < session.remaining <= timedelta(minutes=10)
        assert "Ready" == await status_of(client)
        lease = (await client.get_session("demo")).lease
        assert timedelta(minutes=40) < lease < timedelta(minutes=50)
    assert {LeaseEventKind.RENEWED} == {event.kind for event in events}


async def test_a_lease_that_is_not_kept_runs_out(world, client):
    """
    With `keep=False` nothing is renewed, and leaving the block after the lease has ended is no error.
    """
    async with client.session("demo", keep=False):
        world.clock.advance("30m")
        assert "Expired" == await status_of(client)
    assert [] == world.emulator.calls("update_session")


async def test_losing_a_kept_session_is_an_error(world, client):
    """
    A kept session that somebody else stops is told as lost, and the end of the block says so too.
    """
    lost, events = threading.Event(), []

    def listen(event):
        events.append(event)
        if event.kind == LeaseEventKind.LOST:
            lost.set()

    async def lose():
        async with client.session("demo", on_event=listen):
            await client.stop_session("demo")
            world.clock.advance("6m")
            assert await happens(lost)

    with pytest.raises(LeaseLostError) as raised:
        await lose()
    assert ("demo", "Stopped") == (raised.value.session_id, raised.value.last.status)
    assert "Stopped" == events[-1].session.status


@in_process
async def test_a_failing_stop_is_noted_on_the_failure(world, client):
    """
    When the block fails and then the stop, the first failure arrives, noting that the session may be running.
    """
    world.instead("stop_session", *[answer(500)] * 9)
    with pytest.raises(RuntimeError) as raised:
        async with client.session("demo"):
            raise RuntimeError
    assert any("demo" in note and "may be running" in note for note in raised.value.__notes__)


class Deaf(Broken):
    """
    A service that takes a stop and never answers, and a user who has had enough at the first look at the session.
    """

    def __init__(self, emulator, clock):
        super().__init__(emulator, KeyboardInterrupt(), operation="get_session")
        self._clock = clock

    def handle_request(self, request):
        if request.url.path.endswith(":stop"):
            self._clock.sleep(10)
            raise httpx.ReadTimeout("no answer")
        return super().handle_request(request)

    async def handle_async_request(self, request):
        if request.url.path.endswith(":stop"):
            await anyio.sleep_forever()
        return super().handle_request(request)


@in_process
@pytest.mark.parametrize("begin", ["start", "session"])
async def test_an_interrupted_user_does_not_wait_for_ever(world, begin, monkeypatch):
    """
    After Ctrl-C a stop that gets no answer is given up soon, whatever the policy, with a note that it may be running.
    """
    monkeypatch.setattr("arr_facade._drive_async.CLEAN_UP", 0.05)
    transport = Deaf(world.emulator, world.clock)
    policy = RetryPolicy(attempts=1000, budget=86_400)
    async with world.client(transport=transport, retry=policy) as client:

        async def waiting():
            await (await client.start("demo")).wait_ready()

        async def entering():
            async with client.session("demo"):
                pytest.fail("the block must not be entered")

        start = world.clock.monotonic()
        with pytest.raises(KeyboardInterrupt) as raised:
            await (waiting if begin == "start" else entering)()
    (note,) = raised.value.__notes__
    assert "session 'demo'" in note
    assert "may be running" in note
    assert world.clock.monotonic() - start <= CLEAN_UP + 10 + 2


@in_process
async def test_an_impatient_user_ends_the_clean_up(world):
    """
    A second Ctrl-C while the session is being stopped ends that too, noting what may be running.
    """
    transport = Broken(world.emulator, KeyboardInterrupt("first"), operation="get_session")
    stopping = Broken(world.emulator, KeyboardInterrupt("second"), operation="stop_session")
    transport._inner = stopping
    async with world.client(transport=transport) as client:
        handle = await client.start("demo")
        with pytest.raises(KeyboardInterrupt) as raised:
            await handle.wait_ready()
    notes = [*getattr(raised.value, "__notes__", []), *getattr(raised.value.__context__, "__notes__", [])]
    assert ["may be running" in note for note in notes] == [True]


@in_process
@pytest.mark.parametrize("failure", [None, ValueError])
async def test_the_first_interrupt_does_not_end_the_stop(world, failure):
    """
    Ctrl-C while the end of a block stops the session lets it be stopped first, however the block had ended.
    """
    transport = Broken(world.emulator, KeyboardInterrupt(), operation="stop_session")

    async def block(client):
        async with client.session("demo"):
            if failure is not None:
                raise failure

    async with world.client(transport=transport) as client:
        with pytest.raises(KeyboardInterrupt):
            await block(client)
        assert "Stopped" == await status_of(client)


@in_process
@pytest.mark.parametrize("flavour", ["asyncio"], indirect=True)
async def test_a_native_cancellation_does_not_end_the_stop(world):
    """
    The same holds for a task of asyncio that is cancelled, or out of time, at the end of a block.
    """
    stopping = asyncio.Event()

    class Slow(Broken):
        async def handle_async_request(self, request):
            if request.url.path.endswith(":stop") and not stopping.is_set():
                stopping.set()
                await asyncio.get_running_loop().create_future()
            return self.handle_request(request)

    async def work(client):
        async with client.session("demo"):
            pass

    async with world.client(transport=Slow(world.emulator)) as client:
        task = asyncio.ensure_future(work(client))
        await asyncio.wait_for(stopping.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert "Stopped" == await status_of(client)


@in_process
@one_driver
async def test_an_interrupt_between_two_lines_of_the_driver(world, client):
    """
    Ctrl-C after the creation was answered and before anybody heard of it stops the session.
    """
    source, first = inspect.getsourcelines(SyncDriver.run)
    line = first + next(number for number, text in enumerate(source) if "step = flow.send(result)" in text)

    def trace(frame, event, _):
        if frame.f_code is not SyncDriver.run.__code__:
            return None
        if event == "line" and frame.f_lineno == line and getattr(frame.f_locals["step"], "method", None) == "PUT":
            sys.settrace(None)
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with pytest.raises(KeyboardInterrupt):
            await client.start("demo")
    finally:
        sys.settrace(before)
    assert "Stopped" == await status_of(client)


@in_process
async def test_a_failing_stop_is_an_error_of_its_own(world, client):
    """
    When only the stop fails, leaving the block raises, since the session costs money until its lease ends.
    """
    world.instead("stop_session", *[answer(500)] * 9)
    with pytest.raises(ServerError, match="stop session 'demo'"):
        async with client.session("demo"):
            pass


@in_process
@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("session_id", {"session_id": "no spaces"}),
        ("size", {"size": ""}),
        ("lease", {"lease": 0}),
        ("limit", {"limit": "30s"}),
        ("limit", {"limit": "soon"}),
        ("ready_timeout", {"ready_timeout": "soon"}),
    ],
)
async def test_wrong_arguments_of_a_block_send_nothing(world, client, field, options):
    """
    A block with a wrong argument fails by its name, and no request was sent.
    """
    with pytest.raises(ConfigurationError) as raised:
        async with client.session(**options):
            pytest.fail("the block must not be entered")
    assert field == raised.value.field
    assert [] == world.emulator.requests
