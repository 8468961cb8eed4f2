"""
Many leases held by one client, on an emulator in another process whose clock runs faster.
"""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import tracemalloc
from collections import Counter

import worker

import arr_facade

LEASE, LIMIT = "10m", "8h"
IN_FLIGHT = 16


def client_settings(settings, speed):
    return {
        "account_id": settings["ARR_ACCOUNT_ID"],
        "account_key": settings["ARR_ACCOUNT_KEY"],
        "endpoint": settings["ARR_ENDPOINT"],
        "sts_endpoint": settings["ARR_STS_ENDPOINT"],
        "clock": arr_facade.SystemClock(speed),
    }


def held():
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


class Listener:
    """What the keeper tells, counted."""

    def __init__(self):
        self.told = Counter()

    def __call__(self, event):
        self.told[str(event.kind)] += 1


def summary(cpu, wall, speed, told, helpers):
    """The share is that of one core on the clock of the sessions."""
    assert not told["lost"], told
    return {"share": cpu / (wall * speed), "helpers": helpers, "events": dict(told)}


def keeping(settings, count, speed, seconds):
    """CPU of a `Client` that does nothing but keep."""
    client, listener = arr_facade.Client(**client_settings(settings, speed)), Listener()
    before = threading.active_count()
    for _ in range(count):
        client.start(lease=LEASE).keep(LEASE, limit=LIMIT, on_event=listener)
    helpers = threading.active_count() - before
    listener.told.clear()
    cpu, wall = time.process_time(), time.perf_counter()
    time.sleep(seconds)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    client.close()
    return summary(cpu, wall, speed, listener.told, helpers)


def keeping_async(settings, count, speed, seconds):
    """CPU of an `AsyncClient` that does nothing but keep."""

    async def main():
        client, listener = arr_facade.AsyncClient(**client_settings(settings, speed)), Listener()
        before, left = len(asyncio.all_tasks()), iter(range(count))

        async def start():
            for _ in left:
                (await client.start(lease=LEASE)).keep(LEASE, limit=LIMIT, on_event=listener)

        await asyncio.gather(*(start() for _ in range(IN_FLIGHT)))
        helpers = len(asyncio.all_tasks()) - before
        listener.told.clear()
        cpu, wall = time.process_time(), time.perf_counter()
        await asyncio.sleep(seconds)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        await client.close()
        return summary(cpu, wall, speed, listener.told, helpers)

    return asyncio.run(main())


def memory(settings, count, speed):
    """Bytes of a held lease beyond its session, in a `Client`, once all are Ready and have been attended to."""
    client = arr_facade.Client(**client_settings(settings, speed))
    client.open(client.create_session().id).keep(LEASE, limit=LIMIT)
    tracemalloc.start()
    start = held()
    handles = [client.start(lease=LEASE) for _ in range(count)]
    for handle in handles:
        handle.keep(LEASE, limit=LIMIT)
    while any(handle.state.status != "Ready" for handle in handles):
        time.sleep(0.1)
    together = (held() - start) / count
    names, start = [handle.id for handle in handles], held()
    sessions = [client.get_session(name) for name in names]
    model = (held() - start) / len(sessions)
    tracemalloc.stop()
    client.close()
    return {"model": model, "lease": together - model}


if __name__ == "__main__":
    worker.serve({"threads": keeping, "tasks": keeping_async, "memory": memory})
