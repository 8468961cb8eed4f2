"""
The rows of the table: what is measured, how, and which target it has to reach.
"""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from lab import HERE, Ratio, alternate, column, median

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab import Lab

SCHEMES = ("plain", "tls")


@dataclass(frozen=True)
class Row:
    """
    One line of the table.

    Attributes:
        name: What was measured.
        value: The figure that counts.
        unit: What it is in.
        target: What it has to reach.
        at_least: Whether the target is a floor; else it is a ceiling.
        spread: The quartiles over the rounds, or None for what is counted.
        context: Absolute figures of this machine.
    """

    name: str
    value: float
    unit: str
    target: float
    at_least: bool = False
    spread: tuple[float, float] | None = None
    context: str = ""

    @property
    def ok(self) -> bool:
        """
        Whether the target is reached.
        """
        return self.value >= self.target if self.at_least else self.value <= self.target

    def __str__(self) -> str:
        spread = f" ({self.spread[0]:.3g}-{self.spread[1]:.3g})" if self.spread else ""
        target = f"{'≥' if self.at_least else '≤'} {self.target:g}"
        verdict = "ok" if self.ok else "MISSED"
        value = f"{self.value:.3g} {self.unit}{spread}"
        return f"{self.name:<34} {value:<34} {target:<9} {verdict:<7} {self.context}"


def ratio_row(name: str, ratio: Ratio, unit: str, target: float, context: str, *, at_least: bool = False) -> Row:
    """
    A row whose value is a ratio.
    """
    return Row(name, ratio.value, unit, target, at_least, (ratio.low, ratio.high), context)


def sync_get(lab: Lab) -> Iterator[Row]:
    """
    CPU of one `get_session` through the public API.
    """
    for scheme in SCHEMES:
        names = ("facade", "peer", "floor")
        found = lab.rounds(names, 5 if lab.quick else 15, "sync_get", scheme=scheme, count=100 if lab.quick else 300)
        ratio = Ratio.of(column(found["facade"], "cpu"), column(found["peer"], "cpu"))
        yield ratio_row(f"sync get_session, {scheme}", ratio, "of SDK CPU", 0.25, _micros(found))


def _micros(found: dict[str, list[Any]]) -> str:
    return ", ".join(f"{name} {median(figures, 'cpu') * 1e6:.0f} µs" for name, figures in found.items())


def async_get(lab: Lab) -> Iterator[Row]:
    """
    Requests per second, and the 99th percentile of the latency, with 1, 32 and 256 in flight.
    """
    names = [*lab.facades(), "peer", "floor"]
    for scheme in SCHEMES:
        for concurrency in (1, 32, 256):
            found = lab.rounds(
                names,
                3 if lab.quick else 7,
                "async_get",
                scheme=scheme,
                concurrency=concurrency,
                count=max(100 if lab.quick else 400, (4 if lab.quick else 8) * concurrency),
            )
            lab.series.setdefault("async", {}).setdefault(scheme, {})[str(concurrency)] = {
                name: {figure: median(figures, figure) for figure in ("rate", "cpu", "p50", "p99")}
                for name, figures in found.items()
            }
            if concurrency > 1:
                yield from _async_rows(lab, scheme, concurrency, found)


def _async_rows(lab: Lab, scheme: str, concurrency: int, found: dict[str, list[Any]]) -> Iterator[Row]:
    context = ", ".join(f"{name} {median(figures, 'rate'):.0f}/s" for name, figures in found.items())
    for name in lab.facades():
        ratio = Ratio.of(column(found[name], "rate"), column(found["peer"], "rate"))
        label = f"async {concurrency} in flight, {scheme}{', fast extra' if name == 'fast' else ''}"
        yield ratio_row(label, ratio, "times SDK rate", 6 if name == "fast" else 3, context, at_least=True)
    if concurrency == 256:
        latency = ", ".join(f"{name} {median(figures, 'p99') * 1e3:.0f} ms" for name, figures in found.items())
        for name in lab.facades():
            ratio = Ratio.of(column(found[name], "p99"), column(found["peer"], "p99"))
            label = f"async p99 at 256, {scheme}{', fast extra' if name == 'fast' else ''}"
            yield ratio_row(label, ratio, "of SDK p99", 1.0, latency)


def cold_start(lab: Lab) -> Iterator[Row]:
    """
    CPU from the start of the interpreter to the first answer: imports, client, token, first call; with TLS.
    """
    about = json.dumps(lab.server)

    def start(name: str, flavour: str) -> float:
        python, script = lab.program(name, "cold")
        return float(lab.run(python, HERE / script, flavour, about))

    for flavour, names in (("sync", ("facade", "peer", "floor")), ("async", ("facade", "peer"))):
        found = alternate(
            {name: (lambda name=name, flavour=flavour: start(name, flavour)) for name in names}, 4 if lab.quick else 11
        )
        ratio = Ratio.of(found["facade"], found["peer"])
        yield ratio_row(f"cold start, {flavour}, tls", ratio, "of SDK CPU", 0.45, _millis(found))


def _millis(found: dict[str, list[float]]) -> str:
    return ", ".join(f"{name} {statistics.median(figures) * 1e3:.0f} ms" for name, figures in found.items())


_IMPORT = "import time; start = time.process_time(); import {}; print(time.process_time() - start)"
_LOADED = "import sys, arr_facade; print(sum(name.split('.')[0] == 'httpx' for name in sys.modules))"


def importing(lab: Lab) -> Iterator[Row]:
    """
    CPU of `import arr_facade`, and whether it loads httpx before anything is asked for.
    """
    pythons = {"arr_facade": lab.environments.facade, "httpx": lab.environments.facade}
    pythons["azure.mixedreality.remoterendering"] = lab.environments.peer
    found = alternate(
        {
            name: (lambda name=name, python=python: float(lab.run(python, "-c", _IMPORT.format(name))))
            for name, python in pythons.items()
        },
        5 if lab.quick else 15,
    )
    ratio = Ratio.of(found["arr_facade"], found["httpx"])
    yield ratio_row("import arr_facade", ratio, "of import httpx", 1.2, _millis(found))
    loaded = int(lab.run(lab.environments.facade, "-c", _LOADED))
    yield Row("httpx modules after the import", loaded, "modules", 0)


def listing(lab: Lab) -> Iterator[Row]:
    """
    CPU and memory of reading 10,000 sessions in pages of 100.
    """
    for scheme in SCHEMES:
        found = lab.rounds(("facade", "peer"), 3 if lab.quick else 7, "list", scheme=scheme)
        assert {figures["sessions"] for rounds in found.values() for figures in rounds} == {10_000}
        ratio = Ratio.of(column(found["facade"], "cpu"), column(found["peer"], "cpu"))
        context = ", ".join(f"{name} {median(figures, 'cpu') * 1e3:.0f} ms" for name, figures in found.items())
        yield ratio_row(f"list 10,000 sessions, {scheme}", ratio, "of SDK CPU", 0.08, context)
    memory = {name: lab.contender(name).ask("list_memory", scheme="plain") for name in ("facade", "peer")}
    growth = memory["facade"]["last"] / memory["facade"]["first"]
    context = ", ".join(f"{name} {figures['last'] / 1e3:.0f} kB" for name, figures in memory.items())
    yield Row("list, memory at page 100", growth, "of page 10", 1.1, context=context)


def command_line(lab: Lab) -> Iterator[Row]:
    """
    CPU of `arr --help`, the interpreter included.
    """
    python = lab.environments.facade
    found = alternate(
        {
            "arr --help": lambda: lab.cpu(python.with_name("arr"), "--help"),
            "argparse": lambda: lab.cpu(python, "-c", "import argparse"),
        },
        6 if lab.quick else 20,
    )
    ratio = Ratio.of(found["arr --help"], found["argparse"])
    yield ratio_row("arr --help", ratio, "of import argparse", 2.0, _millis(found))


Measure: TypeAlias = "Callable[[Lab], Iterator[Row]]"

MEASURES: dict[str, Measure] = {
    "sync": sync_get,
    "async": async_get,
    "cold": cold_start,
    "import": importing,
    "list": listing,
    "help": command_line,
}
"""The rows by what `--only` calls them."""
