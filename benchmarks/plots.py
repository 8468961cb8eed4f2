"""
Draw the figures of docs/performance.md from a saved run:

    python benchmarks/run.py --save run.json
    .venv-bench/facade/bin/python benchmarks/plots.py run.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import matplotlib.pyplot as plt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "img"
NAMES = {
    "facade": "arr-facade",
    "fast": "arr-facade[fast]",
    "peer": "Microsoft's SDK",
    "floor": "bare asyncio protocol",
}
COLOURS = {"facade": "#1f6feb", "fast": "#1a7f37", "peer": "#bc4c00", "floor": "#8c959f"}
# What Microsoft's poller does, counted: one thread for each session asks every 5 s until after it is Ready.
PEER_REQUESTS, PEER_DELAY = 8.0, 2.5


def latency(series: dict[str, Any]) -> None:
    """
    Latency against the number of calls in flight: median as a line, up to the 99th percentile as an area.
    """
    figure, axes = plt.subplots(1, len(series), figsize=(9, 4), sharey=True, layout="constrained")
    for axis, (scheme, runs) in zip(axes, series.items(), strict=True):
        counts = sorted(int(count) for count in runs)
        for name in runs[str(counts[0])]:
            middle = [runs[str(count)][name]["p50"] * 1e3 for count in counts]
            late = [runs[str(count)][name]["p99"] * 1e3 for count in counts]
            axis.plot(counts, middle, marker="o", color=COLOURS[name], label=NAMES[name])
            axis.fill_between(counts, middle, late, color=COLOURS[name], alpha=0.15, linewidth=0)
        _logarithmic(axis, counts, "calls in flight")
        axis.set_title({"plain": "http", "tls": "https"}[scheme])
    axes[0].set_ylabel("latency in ms: median to 99th percentile")
    axes[0].legend(frameon=False)
    _save(figure, "latency.svg")


def requests(series: dict[str, Any]) -> None:
    """
    Requests for each waiting session, and how late it learns that it is Ready, against the number of waiters.
    """
    counts = sorted(int(count) for count in series if count.isdecimal())
    figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
    for axis, figure_name, peer, text in (
        (axes[0], "requests", PEER_REQUESTS, "requests for each session"),
        (axes[1], "mean", PEER_DELAY, "mean delay in s"),
    ):
        ours = [series[str(count)][figure_name] for count in counts]
        axis.plot(counts, ours, marker="o", color=COLOURS["facade"], label=NAMES["facade"])
        axis.axhline(peer, color=COLOURS["peer"], linestyle="--", label=f"{NAMES['peer']} (5 s, a thread each)")
        _logarithmic(axis, counts, "sessions waited for by one client")
        axis.set_ylabel(text)
    axes[0].set_ylim(0.2, 30)
    axes[0].legend(frameon=False, loc="lower left")
    axes[1].set_yscale("linear")
    axes[1].set_ylim(0, 3)
    axes[1].yaxis.set_major_formatter("{x:g}")
    _save(figure, "waiting.svg")


def _logarithmic(axis: Axes, counts: list[int], label: str) -> None:
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xticks(counts, [f"{count:,}" for count in counts])
    axis.yaxis.set_major_formatter("{x:g}")
    axis.minorticks_off()
    axis.set_xlabel(label)
    axis.grid(alpha=0.3)
    axis.spines[["top", "right"]].set_visible(False)


def _save(figure: Any, name: str) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    # Without a date and with fixed ids, so that the same figures make the same file.
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "path"}):
        figure.savefig(IMAGES / name, metadata={"Date": None})
    print(f"wrote {(IMAGES / name).relative_to(IMAGES.parent.parent)}")


def main(path: str) -> None:
    """
    Draw what the run has measured.
    """
    mpl.use("svg")
    series = json.loads(Path(path).read_text(encoding="utf-8"))["series"]
    if "async" in series:
        latency(series["async"])
    if "waiters" in series:
        requests(series["waiters"])


if __name__ == "__main__":
    main(sys.argv[1])
