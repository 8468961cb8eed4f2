"""
What single calls cost: sync, async, from a cold start, lists, imports and the command line.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from lab import HERE, Ratio, alternate, column, median
from table import Row, medians, ratio_row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab import Lab

SCHEMES = ("plain", "tls")


def sync_get(lab: Lab) -> Iterator[Row]:
    """
    CPU of one `get_session` through the public API.
    """
    names = [*lab.facades(), "peer", "floor"]
    for scheme in SCHEMES:
        found = lab.rounds(names, 5 if lab.quick else 11, "sync_get", scheme=scheme, count=100 if lab.quick else 300)
        for name in lab.facades():
            ratio = Ratio.of(column(found[name], "cpu"), column(found["peer"], "cpu"))
            label = f"sync get_session, {scheme}{_extra(name)}"
            yield ratio_row(label, ratio, "of SDK CPU", 0.25, medians(found, "cpu", 1e6, "µs"))


def _extra(name: str) -> str:
    return ", fast extra" if name == "fast" else ""


def async_get(lab: Lab) -> Iterator[Row]:
    """
    Requests per second, and the 99th percentile of the latency, with 1, 32 and 256 in flight.
    """
    names = [*lab.facades(), "peer", "floor"]
    for scheme in SCHEMES:
        for concurrency in (1, 32, 256):
            scale = (1 if lab.quick else 2) * (2 if concurrency > 32 else 1)
            found = alternate(
                {
                    name: partial(
                        lab.contender(name).ask,
                        "async_get",
                        scheme=scheme,
                        concurrency=concurrency,
                        # About as long for each, and long enough for a steady state.
                        count=scale * {"peer": 300, "floor": 2000}.get(name, 1000),
                    )
                    for name in names
                },
                3 if lab.quick else 5,
            )
            lab.series.setdefault("async", {}).setdefault(scheme, {})[str(concurrency)] = {
                name: {figure: median(figures, figure) for figure in ("rate", "cpu", "p50", "p99")}
                for name, figures in found.items()
            }
            if concurrency > 1:
                yield from _async_rows(lab, scheme, concurrency, found)


def _async_rows(lab: Lab, scheme: str, concurrency: int, found: dict[str, list[Any]]) -> Iterator[Row]:
    context = f"{medians(found, 'rate', 1, '/s')}; CPU per call {medians(found, 'cpu', 1e6, 'µs')}"
    for name in lab.facades():
        ratio = Ratio.of(column(found[name], "rate"), column(found["peer"], "rate"))
        label = f"async {concurrency} in flight, {scheme}{_extra(name)}"
        yield ratio_row(label, ratio, "times SDK rate", 6 if name == "fast" else 3, context, at_least=True)
    if concurrency == 256:
        latency = medians(found, "p99", 1e3, "ms")
        for name in lab.facades():
            ratio = Ratio.of(column(found[name], "p99"), column(found["peer"], "p99"))
            label = f"async p99 at 256, {scheme}{_extra(name)}"
            yield ratio_row(label, ratio, "of SDK p99", 1.0, latency)


def cold_start(lab: Lab) -> Iterator[Row]:
    """
    CPU from the start of the interpreter to the first answer: imports, client, token, first call; with TLS.
    """
    about = json.dumps(lab.server)

    def start(name: str, flavour: str) -> dict[str, float]:
        python, script = lab.program(name, "cold")
        return {"cpu": float(lab.run(python, HERE / script, flavour, about))}

    for flavour, names in (("sync", ["facade", "peer", "floor"]), ("async", ["facade", "peer"])):
        found = alternate({name: partial(start, name, flavour) for name in names}, 4 if lab.quick else 9)
        ratio = Ratio.of(column(found["facade"], "cpu"), column(found["peer"], "cpu"))
        yield ratio_row(f"cold start, {flavour}, tls", ratio, "of SDK CPU", 0.45, medians(found, "cpu", 1e3, "ms"))


_IMPORT = "import time; start = time.process_time(); {}; print(time.process_time() - start)"
_LOADED = "import sys; from arr_facade import Client; print(sum(name.split('.')[0] == 'httpx' for name in sys.modules))"


def importing(lab: Lab) -> Iterator[Row]:
    """
    CPU of `import arr_facade`, with and without its clients, and whether httpx is loaded before it is needed.
    """
    ours, theirs = lab.environments.facade, lab.environments.peer
    statements = {
        "arr_facade": (ours, "import arr_facade"),
        "clients": (ours, "from arr_facade import AsyncClient, Client"),
        "httpx": (ours, "import httpx"),
        "peer": (theirs, "import azure.mixedreality.remoterendering"),
    }

    def load(python: Path, statement: str) -> dict[str, float]:
        return {"cpu": float(lab.run(python, "-c", _IMPORT.format(statement)))}

    found = alternate(
        {name: partial(load, *statement) for name, statement in statements.items()},
        5 if lab.quick else 11,
    )
    context = medians(found, "cpu", 1e3, "ms")
    for name in ("arr_facade", "clients"):
        ratio = Ratio.of(column(found[name], "cpu"), column(found["httpx"], "cpu"))
        label = "import arr_facade" if name == "arr_facade" else "importing both clients"
        yield ratio_row(label, ratio, "of import httpx", 1.2, context)
    yield Row("httpx modules after that", int(lab.run(ours, "-c", _LOADED)), "modules", 0)


def listing(lab: Lab) -> Iterator[Row]:
    """
    CPU and memory of reading 10,000 sessions in pages of 100.
    """
    for scheme in SCHEMES:
        found = lab.rounds(("facade", "peer"), 3 if lab.quick else 5, "list", scheme=scheme)
        assert {figures["sessions"] for rounds in found.values() for figures in rounds} == {10_000}
        ratio = Ratio.of(column(found["facade"], "cpu"), column(found["peer"], "cpu"))
        context = medians(found, "cpu", 1e3, "ms")
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
            "arr --help": lambda: {"cpu": lab.cpu(python.with_name("arr"), "--help")},
            "argparse": lambda: {"cpu": lab.cpu(python, "-c", "import argparse")},
        },
        6 if lab.quick else 20,
    )
    ratio = Ratio.of(column(found["arr --help"], "cpu"), column(found["argparse"], "cpu"))
    yield ratio_row("arr --help", ratio, "of import argparse", 2.0, medians(found, "cpu", 1e3, "ms"))
