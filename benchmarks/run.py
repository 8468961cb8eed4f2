"""
Measure this project against Microsoft's client and against what is possible: `python benchmarks/run.py`.

Makes an environment for each contender below `.venv-bench`, measures every row of docs/performance.md on this machine
alone (127.0.0.1) and prints a table. Ratios are medians over alternating rounds; absolute figures are for context only.

Exit codes: 0 every target is reached; 1 one is missed; 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import calls
import environments
import lives
from lab import ContenderError, Lab
from table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from table import Measure

MEASURES: dict[str, Measure] = {
    "sync": calls.sync_get,
    "async": calls.async_get,
    "cold": calls.cold_start,
    "import": calls.importing,
    "list": calls.listing,
    "waiters": lives.waiters,
    "leases": lives.leases,
    "emulator": lives.emulator,
    "help": calls.command_line,
}
"""What `--only` chooses from."""


def main(arguments: list[str] | None = None) -> int:
    """
    Measure the chosen rows; 0 when all reach their targets.
    """
    options = _parser().parse_args(arguments)
    started = time.monotonic()
    found: list[Row] = []
    with Lab(environments.ensure(), quick=options.quick) as lab:
        for name, measure in MEASURES.items():
            if not options.only or name in options.only:
                print(f"{name} …", file=sys.stderr, flush=True)
                for row in _measured(name, measure, lab):
                    found.append(row)
                    if not options.json:
                        print(row, flush=True)
    report = {"rows": [{**asdict(row), "ok": row.ok} for row in found], "series": lab.series}
    if options.json:
        print(json.dumps(report, indent=2))
    if options.save:
        Path(options.save).write_text(json.dumps(report, indent=2), encoding="utf-8")
    missed = [row.name for row in found if not row.ok]
    verdict = f"MISSED: {', '.join(missed)}" if missed else "All targets reached"
    print(f"{verdict} in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 1 if missed else 0


def _measured(name: str, measure: Measure, lab: Lab) -> Iterator[Row]:
    """
    The rows of one measurement, or one that says it broke: the others are still worth having.
    """
    try:
        yield from measure(lab)
    except (ContenderError, OSError, subprocess.SubprocessError) as error:
        yield Row(name, math.nan, "", math.nan, context=f"broke: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python benchmarks/run.py", description=__doc__.splitlines()[1])
    parser.add_argument(
        "--only", action="append", choices=list(MEASURES), metavar="ROW", help=f"of {', '.join(MEASURES)}"
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds, coarser figures")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--save", metavar="FILE", help="write the JSON there, for plots.py")
    return parser


if __name__ == "__main__":
    sys.exit(main())
