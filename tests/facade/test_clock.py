"""
Clocks: the machine's at any speed, and one that stands still until it is moved.
"""

import threading

import anyio
import pytest

from arr_facade import ConfigurationError, ManualClock, SystemClock
from tests.facade.world import PATIENCE

BACKENDS = pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])


def test_a_manual_clock_stands_still():
    """
    No time passes on it by itself, and it begins at a fixed moment.
    """
    clock = ManualClock()
    assert (1_767_225_600.0, 0.0) == (clock.time(), clock.monotonic())
    assert (1_767_225_600.0, 0.0) == (clock.time(), clock.monotonic())


@pytest.mark.parametrize(("duration", "seconds"), [("9m", 540.0), ("1:30:00", 5400.0), (2, 120.0), ("0s", 0.0)])
def test_advancing_moves_both_readings(duration, seconds):
    """
    Time that passes shows on the wall and on the monotonic clock.
    """
    clock = ManualClock(start=1000.0)
    clock.advance(duration)
    assert (1000.0 + seconds, seconds) == (clock.time(), clock.monotonic())


@pytest.mark.parametrize("seconds", [3600.0, -3600.0])
def test_a_jump_is_the_wall_clocks_only(seconds):
    """
    Setting the wall clock ahead or back does not show on the monotonic one.
    """
    clock = ManualClock(start=10_000.0)
    clock.jump(seconds)
    assert (10_000.0 + seconds, 0.0) == (clock.time(), clock.monotonic())


def test_a_clock_does_not_go_back():
    """
    A negative duration is refused, and a negative sleep takes no time.
    """
    clock = ManualClock()
    with pytest.raises(ConfigurationError, match="advance"):
        clock.advance("-5m")
    clock.sleep(-5)
    assert 0.0 == clock.monotonic()


def test_sleeping_is_advancing():
    """
    Who sleeps on a manual clock moves it and goes on at once.
    """
    clock = ManualClock()
    clock.sleep(3600)
    assert 3600.0 == clock.monotonic()


@BACKENDS
async def test_sleeping_in_a_task_is_advancing(anyio_backend):
    """
    The same for tasks, which let others run meanwhile.
    """
    clock = ManualClock()
    seen = []

    async def other():
        seen.append("a turn")

    async with anyio.create_task_group() as group:
        group.start_soon(other)
        await clock.sleep_async(3600)
        assert ["a turn"] == seen
    assert 3600.0 == clock.monotonic()


def waiting(clock, seconds, event, log):
    """
    A thread that waits on the clock again and again, and logs when it was its turn.
    """

    def run():
        while not clock.wait(event, seconds):
            log.append(clock.monotonic())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread not in clock._waiting:
        pass
    return thread


def test_a_waiting_thread_gets_each_of_its_turns():
    """
    A clock that is moved by an hour stops at each moment that somebody in the background waits for.
    """
    clock, event, log = ManualClock(), threading.Event(), []
    thread = waiting(clock, 600, event, log)
    clock.advance("1h")
    event.set()
    thread.join(PATIENCE)
    assert [600.0, 1200.0, 1800.0, 2400.0, 3000.0, 3600.0] == log


def test_waiting_does_not_move_the_clock():
    """
    A keeper that waits does not make time pass, and is woken by its event alone.
    """
    clock, event, log = ManualClock(), threading.Event(), []
    thread = waiting(clock, None, event, log)
    clock.advance("10h")
    assert thread.is_alive()
    event.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert [] == log


def test_two_waiting_threads_take_turns_in_order():
    """
    The one that is due earlier comes first, whoever began first.
    """
    clock, event, log = ManualClock(), threading.Event(), []
    threads = [waiting(clock, seconds, event, log) for seconds in (500, 300)]
    clock.sleep(1000)
    event.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert [300.0, 500.0, 600.0, 900.0, 1000.0] == log


def test_a_thread_that_ended_holds_nobody_up():
    """
    A waiter whose event was set before its moment does not stop the clock there.
    """
    clock, event, log = ManualClock(), threading.Event(), []
    thread = waiting(clock, 60, event, log)
    event.set()
    thread.join(PATIENCE)
    clock.advance("1h")
    assert [] == log
    assert 3600.0 == clock.monotonic()


@BACKENDS
async def test_a_waiting_task_wakes_by_time_or_event(anyio_backend):
    """
    A task waits until the clock has been moved far enough, which is False, or its event is set, which is True.
    """
    clock, event, woken = ManualClock(), anyio.Event(), []

    async def wait(seconds, *, task_status):
        task_status.started()
        woken.append((seconds, await clock.wait_async(event, seconds)))

    with anyio.fail_after(PATIENCE):
        async with anyio.create_task_group() as group:
            await group.start(wait, 60)
            clock.advance("2m")
        async with anyio.create_task_group() as group:
            await group.start(wait, None)
            event.set()
    assert [(60, False), (None, True)] == woken


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf")])
def test_a_clock_needs_a_speed(speed):
    """
    A speed of nothing, without end or backwards is refused.
    """
    with pytest.raises(ValueError, match="above 0"):
        SystemClock(speed=speed)


def test_a_fast_clock_runs_fast():
    """
    At a speed of a million a second of the machine is eleven days, on both readings, and a sleep of a day is short.
    """
    fast = SystemClock(speed=1_000_000)
    wall, monotonic = fast.time(), fast.monotonic()
    fast.sleep(86_400)
    assert fast.monotonic() - monotonic >= 86_400
    assert fast.time() - wall >= 86_400
    assert not fast.wait(threading.Event(), 3600)


def test_a_system_clock_wakes_early():
    """
    A wait ends with its event, however long it was meant to be, and takes no time when there is none to wait.
    """
    event = threading.Event()
    assert not SystemClock().wait(event, -1)
    event.set()
    assert SystemClock().wait(event, 3600)
    assert SystemClock().wait(event, None)


@BACKENDS
async def test_a_system_clock_serves_tasks(anyio_backend):
    """
    Tasks sleep and wait at the clock's speed too.
    """
    fast, event = SystemClock(speed=1_000_000), anyio.Event()
    before = fast.monotonic()
    await fast.sleep_async(3600)
    assert fast.monotonic() - before >= 3600
    assert not await fast.wait_async(event, 3600)
    event.set()
    assert await fast.wait_async(event, None)


def test_clocks_say_what_they_are():
    """
    A repr names the speed, or how far the clock has been moved.
    """
    clock = ManualClock()
    clock.advance("90s")
    assert ("ManualClock(+90 s)", "SystemClock(speed=60)") == (repr(clock), repr(SystemClock(60)))
