"""
What long lives cost: waiting for sessions, holding their leases, and playing the service.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lab import Ratio, alternate, column, median
from table import Row, medians, ratio_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab import Lab

SPEED = 30.0


def waiters(lab: Lab) -> Iterator[Row]:
    """
    1,000 waiters of one client: requests for each, how late they learn, and what of ours runs meanwhile.
    """
    process = lab.contender("waiters")
    series = lab.series.setdefault("waiters", {})
    for count in (1, 10, 100, 1000) if lab.quick else (1, 3, 10, 30, 100, 300, 1000, 3000):
        series[str(count)] = process.ask("tasks", waiters=count)
    crowded = process.ask("tasks", waiters=100, foreign=1000)
    series["100 beside 1000 foreign"] = crowded
    yield from _waiter_rows("tasks", series["1000"])
    yield from _waiter_rows("threads", process.ask("threads", waiters=1000, speed=4 if lab.quick else 3))
    # Eleven pages a tick while more than eleven wait, which is most of 55 s; single reads would be 17 each.
    yield Row("100 waiting beside 1,000 foreign", crowded["requests"], "requests each", 3.6)


def _waiter_rows(kind: str, figures: dict[str, float]) -> Iterator[Row]:
    calls = ", ".join(f"{name} {count}" for name, count in figures["calls"].items())
    yield Row(f"1,000 waiting {kind}, requests", figures["requests"], "each", 0.35, context=calls)
    yield Row(
        f"1,000 waiting {kind}, mean delay",
        figures["mean"],
        "s",
        1.0,
        context=f"99th percentile {figures['p99']:.2f} s",
    )
    yield Row(f"1,000 waiting {kind}, of ours", figures["helpers"], kind, 1)


def leases(lab: Lab) -> Iterator[Row]:
    """
    1,000 leases held by one client: memory of each beyond its session, CPU of the keeper, threads or tasks.
    """
    process = lab.contender("leases")
    with lab.emulator("--speed", "10") as settings:
        figures = process.ask("memory", settings=settings, count=1000, speed=10)
    model = f"the session itself {figures['model'] / 1000:.2f} kB"
    yield Row("1,000 held leases, memory", figures["lease"] / 1000, "kB each", 2.0, context=model)
    for kind in ("threads", "tasks"):
        with lab.emulator("--speed", str(SPEED)) as settings:
            # In ten minutes of theirs each session is renewed twice.
            minutes = 5 if lab.quick else 10
            figures = process.ask(kind, settings=settings, count=1000, speed=SPEED, seconds=60 * minutes / SPEED)
        events = ", ".join(f"{count} {event}" for event, count in figures["events"].items())
        yield Row(f"1,000 leases kept by {kind}, CPU", figures["share"] * 100, "% of a core", 1.0, context=events)
        yield Row(f"1,000 leases kept by {kind}, of ours", figures["helpers"], kind, 1)


def emulator(lab: Lab) -> Iterator[Row]:
    """
    The emulator's start, its rate on one core, and how both a few and many stored sessions are answered for.
    """
    process = lab.contender("emulator")

    def start() -> dict[str, float]:
        with lab.emulator() as settings:
            process.ask("first_answer", settings=settings)
            return {"wall": settings.age()}

    found = alternate({"start": start}, 3 if lab.quick else 7)
    yield Row("arr emulator, to first answer", median(found["start"], "wall"), "s", 0.5)
    with lab.emulator() as settings:
        rates = []
        for _ in range(3 if lab.quick else 8):
            before = settings.cpu()
            figures = process.ask("load", settings=settings, count=2000)
            rates.append(2000 / (settings.cpu() - before) if before is not None else figures["rate"])
    rates.sort()
    yield Row(
        "arr emulator, rate on one core",
        rates[len(rates) // 2],
        "requests/s",
        1500,
        at_least=True,
        spread=(rates[len(rates) // 4], rates[len(rates) * 3 // 4]),
    )
    many = 10_000 if lab.quick else 100_000
    for operation in ("get", "list", "create"):
        answers = alternate(
            {
                str(stored): partial(process.ask, "stored", stored=stored, operation=operation, count=50)
                for stored in (10, many)
            },
            3 if lab.quick else 7,
        )
        ratio = Ratio.of(column(answers[str(many)], "cpu"), column(answers["10"], "cpu"))
        label = f"emulator with {many:,} sessions, {operation}"
        yield ratio_row(label, ratio, "of 10 sessions", 1.25, medians(answers, "cpu", 1e6, "µs"))
