"""
The place where it is measured: the server, the contenders' processes, and rounds that alternate between them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from environments import Environments

HERE = Path(__file__).resolve().parent
PATIENCE = 120


class ContenderError(Exception):
    """
    A contender's process ended before its time; why is on standard error.
    """


class Process:
    """
    A program of this folder that is told what to do on its standard input and answers in lines of JSON.
    """

    def __init__(self, python: Path, script: str, *arguments: str, environment: Mapping[str, str]) -> None:
        self._script = script
        self._process = subprocess.Popen(
            [python, HERE / script, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def read(self) -> Any:
        """
        The next line it writes.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ContenderError(f"{self._script} ended with exit code {self._process.wait()}")
        return json.loads(line)

    @property
    def alive(self) -> bool:
        """
        Whether it is still there.
        """
        return self._process.poll() is None

    def ask(self, measure: str, **arguments: Any) -> Any:
        """
        The figures of one measurement.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"measure": measure, **arguments}) + "\n")
        self._process.stdin.flush()
        return self.read()

    def close(self) -> None:
        """
        End it by closing its standard input, or by force if that is not enough.
        """
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
        assert self._process.stdout is not None
        self._process.stdout.close()


class EmulatorProcess(dict[str, str]):
    """
    `arr emulator` as a program: the settings it prints.
    """

    def __init__(self, arr: Path, *options: str, environment: Mapping[str, str]) -> None:
        super().__init__()
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            [arr, "emulator", "--json", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.pid = self._process.pid

    def listening(self) -> Self:
        """
        Itself, once it listens.
        """
        assert self._process.stdout is not None
        text = ""
        for line in self._process.stdout:
            text += line
            if line.rstrip() == "}":
                self.update(json.loads(text))
                return self
        raise ContenderError(f"arr emulator ended with exit code {self._process.wait()}")

    def age(self) -> float:
        """
        Seconds since it was started.
        """
        return time.monotonic() - self._started

    def cpu(self) -> float | None:
        """
        CPU seconds it has used, or None where the system has no /proc.
        """
        path = Path(f"/proc/{self.pid}/stat")
        if not path.exists():
            return None
        fields = path.read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """
        End it.
        """
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
        assert self._process.stdout is not None
        self._process.stdout.close()


@dataclass
class Lab:
    """
    Everything a row needs to measure.

    Attributes:
        environments: The Pythons of the contenders.
        quick: Fewer and shorter rounds.
        series: What rows leave for the plots.
    """

    environments: Environments
    quick: bool = False
    series: dict[str, Any] = field(default_factory=dict)
    server: Any = None
    _processes: dict[str, Process] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="arr-bench-", ignore_cleanup_errors=True)
        self.environment = _environment(Path(self._folder.name))
        ours, theirs = _cores()
        if ours is not None:
            # Everything measured runs on one core, by inheritance, and the server moves itself to the other.
            os.sched_setaffinity(0, {ours})
        self.cores = (ours, theirs)
        arguments = [self._folder.name] + ([] if theirs is None else [str(theirs)])
        self._server = Process(self.environments.facade, "server.py", *arguments, environment=self.environment)
        self.server = self._server.read()
        return self

    def __exit__(self, *exc: object) -> None:
        for process in [*self._processes.values(), self._server]:
            process.close()
        self._folder.cleanup()

    def contender(self, name: str) -> Process:
        """
        The process of `"facade"`, `"fast"`, `"peer"` or `"floor"`, started when first asked for.
        """
        found = self._processes.get(name)
        if found is None or not found.alive:
            python, script = self.program(name, "contender")
            about = json.dumps(self.server)
            chosen = {"ARR_TRANSPORT": "fast"} if name == "fast" else {}
            self._processes[name] = Process(python, script, about, environment=self.environment | chosen)
        return self._processes[name]

    def program(self, name: str, kind: str) -> tuple[Path, str]:
        """
        The Python and the script of a contender.
        """
        pythons = {"fast": self.environments.fast, "peer": self.environments.peer}
        python = pythons.get(name, self.environments.facade)
        assert python is not None
        return python, f"{kind}_{'facade' if name == 'fast' else name}.py"

    @contextmanager
    def emulator(self, *options: str) -> Iterator[EmulatorProcess]:
        """
        `arr emulator` on the server's core.
        """
        process = EmulatorProcess(self.environments.facade.with_name("arr"), *options, environment=self.environment)
        try:
            if self.cores[1] is not None:
                os.sched_setaffinity(process.pid, {self.cores[1]})
            yield process.listening()
        finally:
            process.close()

    def facades(self) -> list[str]:
        """
        `"facade"`, and `"fast"` where there is such an extra.
        """
        return ["facade", "fast"] if self.environments.fast else ["facade"]

    def rounds(self, names: Iterable[str], number: int, measure: str, **arguments: Any) -> dict[str, list[Any]]:
        """
        So many measurements of each contender, in turns, after one that does not count.
        """
        return alternate({name: partial(self.contender(name).ask, measure, **arguments) for name in names}, number)

    def run(self, python: Path, *arguments: str | Path) -> str:
        """
        What a fresh Python prints.
        """
        return subprocess.run(
            [python, *arguments],
            env=self.environment,
            cwd=self._folder.name,
            check=True,
            stdout=subprocess.PIPE,  # and standard error stays ours, to show what went wrong
            text=True,
            timeout=PATIENCE,
        ).stdout

    def cpu(self, *command: str | Path) -> float:
        """
        CPU seconds of a whole program, the start of its interpreter included.
        """
        before = os.times()
        subprocess.run(command, env=self.environment, check=True, capture_output=True, timeout=PATIENCE)
        after = os.times()
        return (after.children_user - before.children_user) + (after.children_system - before.children_system)


def alternate(measures: Mapping[str, Callable[[], Any]], count: int) -> dict[str, list[Any]]:
    """
    The results of so many calls of each, in turns, after one of each that does not count.
    """
    found: dict[str, list[Any]] = {name: [] for name in measures}
    for number in range(count + 1):
        for name, measure in measures.items():
            result = measure()
            if number:
                found[name].append(result)
    return found


@dataclass(frozen=True)
class Ratio:
    """
    The median of the ratios of each round, with their quartiles.
    """

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, ours: list[float], theirs: list[float]) -> Ratio:
        """
        Of two contenders that took turns, so that what disturbs the machine disturbs both of a pair.
        """
        ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
        return cls(middle, low, high)


def column(rows: list[dict[str, float]], name: str) -> list[float]:
    """
    One figure of each round.
    """
    return [row[name] for row in rows]


def median(rows: list[dict[str, float]], name: str) -> float:
    """
    The median of one figure.
    """
    return statistics.median(column(rows, name))


def _cores() -> tuple[int | None, int | None]:
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    free = sorted(os.sched_getaffinity(0))
    return (free[0], free[1]) if len(free) > 1 else (None, None)


def _environment(folder: Path) -> dict[str, str]:
    """
    Ours without what would send the requests elsewhere or configure the clients, and with trust in the server.
    """
    unwanted = ("ARR_", "SSL_CERT", "PYTHON", "COVERAGE")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(unwanted) and not name.lower().endswith("_proxy")
    }
    return kept | {
        "SSL_CERT_FILE": str(folder / "system.pem"),
        "REQUESTS_CA_BUNDLE": str(folder / "certifi.pem"),
        "PYTHONUTF8": "1",
        "PYTHONWARNINGS": "ignore",
        "HOME": str(folder),
    }


def progress(text: str) -> None:
    """
    Say what is being done, on standard error.
    """
    print(f"  {text}", file=sys.stderr, flush=True)
