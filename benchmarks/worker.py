"""
What every contender's process does: read an order as a line of JSON, measure, write the figures as another.

The process stays between orders, so that rounds can alternate between contenders while each keeps its connections.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping


def serve(measures: Mapping[str, Callable[..., dict[str, Any]]]) -> None:
    """
    Obey until standard input ends.
    """
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(measures[order.pop("measure")](**order)), flush=True)
    # At once: the clients stay open to the end on purpose, and some say at length that nobody closed them.
    os._exit(0)


def repeat(call: Callable[[], object], count: int) -> dict[str, Any]:
    """
    Seconds of CPU and of the clock that one of `count` calls takes.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        call()
    return {"cpu": (time.process_time() - cpu) / count, "wall": (time.perf_counter() - wall) / count}


def peaks(read: Callable[[], Iterable[object]], window: int = 1000) -> dict[str, Any]:
    """
    The most bytes held while the first, and while the last window of the items pass by.

    They are read twice: what libraries remember of addresses and dates has its full size then.
    """
    tracemalloc.start()
    for _ in read():
        pass
    found = []
    tracemalloc.reset_peak()
    for number, _ in enumerate(read(), 1):
        if number % window == 0:
            found.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.reset_peak()
    tracemalloc.stop()
    return {"first": found[0], "last": found[-1]}


async def crowd(call: Callable[[], Awaitable[object]], count: int, concurrency: int) -> dict[str, Any]:
    """
    Requests per second, CPU seconds per call and percentiles of the latency, with so many calls in flight.
    """
    left, latencies = iter(range(count)), []

    async def ask() -> None:
        for _ in left:
            started = time.perf_counter()
            await call()
            latencies.append(time.perf_counter() - started)

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(ask() for _ in range(concurrency)))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    latencies.sort()
    return {
        "rate": count / wall,
        "cpu": cpu / count,
        "p50": latencies[count // 2],
        "p99": latencies[min(int(count * 0.99), count - 1)],
    }
