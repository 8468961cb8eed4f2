"""
Many waiters of one client: how many requests they cost, and how late they learn what they wait for.

The service is the emulator in this process, where sessions become Ready at random moments over 5 to 60 s.
"""

from __future__ import annotations

import asyncio
import heapq
import queue
import random
import threading
import time
from collections import Counter

import worker
from virtual import VirtualClock, VirtualLoop

import arr_facade
from arr_facade.emulator import Emulator

EARLIEST, LATEST = 5.0, 60.0


class Tally:
    """An emulator's hook that counts what is asked of it."""

    def __init__(self):
        self.calls = Counter()

    def before(self, where, request):  # noqa: ARG002 - the protocol of hooks
        self.calls[where.operation] += 1

    def after(self, where, request, response):  # noqa: ARG002 - the protocol of hooks
        return response

    @property
    def polls(self):
        return self.calls["get_session"] + self.calls["list_sessions"]


def moments(waiters, seed=0):
    chance = random.Random(seed)
    return {f"waited-{n}": chance.uniform(EARLIEST, LATEST) for n in range(waiters)}


def summary(tally, delays, helpers):
    delays = sorted(delays)
    return {
        "requests": tally.polls / len(delays),
        "mean": sum(delays) / len(delays),
        "p99": delays[min(int(len(delays) * 0.99), len(delays) - 1)],
        "helpers": helpers,
        "calls": dict(tally.calls),
    }


def tasks(waiters, foreign=0):
    """Each waiter is a task, in simulated time; a few waiters wait several times, or chance would decide."""
    tally, delays, helpers = Tally(), [], 0
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        for seed in range(max(30 // waiters, 1)):
            helpers = max(helpers, runner.run(scene(moments(waiters, seed), foreign, tally, delays)))
    return summary(tally, delays, helpers)


async def scene(ready, foreign, tally, delays):
    """The tasks of ours that run while all wait."""
    clock = VirtualClock(asyncio.get_running_loop())
    emulator = Emulator(clock=clock, startup={"Standard": None}, random=random.Random(1))
    client = arr_facade.AsyncClient(emulator=emulator)
    for number in range(foreign):
        await client.create_session(f"foreign-{number}")
    handles = [await client.start(name) for name in ready]
    began = clock.monotonic()
    emulator.hooks.append(tally)

    async def wait(handle):
        await handle.wait_ready("10m")
        delays.append(clock.monotonic() - began - ready[handle.id])

    async def become_ready():
        for name, moment in sorted(ready.items(), key=lambda pair: pair[1]):
            await clock.sleep_async(began + moment - clock.monotonic())
            emulator.ready_session(name)

    before = len(asyncio.all_tasks())
    waiting = [asyncio.create_task(wait(handle)) for handle in handles]
    world = asyncio.create_task(become_ready())
    await clock.sleep_async(EARLIEST / 2)
    helpers = len(asyncio.all_tasks()) - before - len(waiting) - 1
    await asyncio.gather(world, *waiting)
    await client.close()
    return helpers


def threads(waiters, speed):
    """Each waiter is a thread that starts its session and waits for it, on a clock that runs faster."""
    clock = arr_facade.SystemClock(speed)
    emulator = Emulator(clock=clock, startup={"Standard": None}, random=random.Random(1))
    client, tally = arr_facade.Client(emulator=emulator), Tally()
    emulator.hooks.append(tally)
    client.token()
    starting, became, delays, failures = queue.SimpleQueue(), {}, [], []

    def wait(name, moment):
        try:
            handle = client.start(name)
            starting.put((clock.monotonic() + moment, name))
            handle.wait_ready("10m")
        except arr_facade.ArrError as error:
            failures.append(error)
        else:
            delays.append(clock.monotonic() - became[name])

    others = set(threading.enumerate())
    waiting = [threading.Thread(target=wait, args=pair, daemon=True) for pair in moments(waiters).items()]
    for thread in waiting:
        thread.start()
    others.update(waiting)
    helpers = _become_ready(emulator, starting, became, others, count=waiters)
    for thread in waiting:
        thread.join()
    client.close()
    assert not failures, f"{len(failures)} waits failed, such as: {failures[0]}"
    return summary(tally, delays, helpers)


def _become_ready(emulator, starting, became, others, *, count):
    """The most threads beside `others` that were seen meanwhile."""
    upcoming, helpers, clock = [], 0, emulator.clock
    while len(became) < count:
        while not starting.empty():
            heapq.heappush(upcoming, starting.get())
        if upcoming and upcoming[0][0] <= clock.monotonic():
            _, name = heapq.heappop(upcoming)
            became[name] = clock.monotonic()
            emulator.ready_session(name)
            helpers = max(helpers, len(set(threading.enumerate()) - others))
        else:
            time.sleep(0.002)
    return helpers


if __name__ == "__main__":
    worker.serve({"tasks": tasks, "threads": threads})
