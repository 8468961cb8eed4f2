"""
Every check of the project as a list of named steps, run one after the other and summed up in a table.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from _setup import EX_UNAVAILABLE, ROOT, SetupError, ensure, interpreter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["STEPS", "Step", "main"]

FAIL_UNDER = 95
CONSTRAINTS = ROOT / "requirements" / "constraints.txt"
CACHE = ROOT / ".cache"

_PYTEST_SUMS_UP = r"\b\d+ (passed|failed|errors?|skipped)\b.* in [\d.]+s"


class StepFailedError(Exception):
    """
    A command of a step failed; what it said is on the screen already.
    """


@dataclass(frozen=True)
class Step:
    """
    One row of the table.

    Attributes:
        name: What `--only` calls it.
        what: What it makes sure of, in a few words.
        run: Does it with the environment's Python; answers with one line for the table, which may be empty.
        fast: Whether `--fast` runs it too.
    """

    name: str
    what: str
    run: Callable[[Shell], str]
    fast: bool = False


@dataclass
class Shell:
    """
    Where the steps run their commands.

    Attributes:
        python: The Python of the project's environment.
        fast: Whether coverage is left out.
    """

    python: Path
    fast: bool = False

    def tool(self, *arguments: str, sums_up: str = r"\S") -> str:
        """
        The line in which `python -m …` sums up, everything being shown as it comes.

        Args:
            arguments: The tool and what it is told.
            sums_up: A pattern; of the lines it is found in, the last one is meant.

        Raises:
            StepFailedError: It ended with another exit code than 0.
        """
        return self.call(self.python, "-m", *arguments, sums_up=sums_up)

    def call(self, *command: str | Path, cwd: Path = ROOT, sums_up: str = r"\S") -> str:
        """
        The same for any command.
        """
        words = [str(word) for word in command]
        shown = " ".join(words).replace(str(ROOT) + os.sep, "")
        print(f"$ {shown}", flush=True)
        last = ""
        with subprocess.Popen(
            words,
            cwd=cwd,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                print(line, end="", flush=True)
                last = line.strip() if re.search(sums_up, line) else last
        if process.returncode:
            raise StepFailedError(last)
        return last


def lint(shell: Shell) -> str:
    """
    Ruff's rules and its formatting.
    """
    shell.tool("ruff", "check", ".")
    return shell.tool("ruff", "format", "--check", ".")


def types(shell: Shell) -> str:
    """
    Strict mypy over the facade, the scripts and the generated client.
    """
    return shell.tool("mypy")


def tests(shell: Shell) -> str:
    """
    The whole suite on two workers; with coverage, and its floor, unless in a hurry.
    """
    suite = ["pytest", "-q", "-n", "2", "--dist", "loadfile"]
    if shell.fast:
        return shell.tool(*suite, sums_up=_PYTEST_SUMS_UP)
    shell.tool("coverage", "erase")
    closing = shell.tool("coverage", "run", "-m", *suite, sums_up=_PYTEST_SUMS_UP)
    shell.tool("coverage", "combine", "--quiet")
    total = shell.tool("coverage", "report", "--skip-covered", f"--fail-under={FAIL_UNDER}", sums_up="^TOTAL")
    return f"{closing}; coverage {total.split()[-1]}"


def interop(shell: Shell) -> str:
    """
    Other people's clients against the emulator: Microsoft's SDK, unmodified, in an environment of its own.
    """
    try:
        python = ensure(extras=("cli", "emulator"), groups=("interop",), name=".venv-interop")
    except SetupError as error:
        raise StepFailedError(str(error)) from error
    return shell.call(python, "-m", "pytest", "-q", "tests/interop", sums_up=_PYTEST_SUMS_UP)


def regenerate(shell: Shell) -> str:
    """
    The committed specifications and client are, byte for byte, what the pins and overlays make.
    """
    return shell.call(shell.python, "scripts/regenerate.py", "--check")


def build(shell: Shell) -> str:
    """
    A source distribution, and the wheel made from it.
    """
    for old in _artefacts():
        old.unlink()
    return shell.tool("build", "--no-isolation", "--outdir", str(CACHE / "dist"), ".")


def wheel(shell: Shell) -> str:
    """
    The wheel, installed into an empty environment and used from another directory.

    Without extras the packages must import; with them `arr` must run.
    """
    found = [path for path in _artefacts() if path.suffix == ".whl"]
    if not found:
        build(shell)
        found = [path for path in _artefacts() if path.suffix == ".whl"]
    with tempfile.TemporaryDirectory(prefix="arr-wheel-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        venv.create(home / "venv", with_pip=True, symlinks=os.name != "nt")
        python = interpreter(home / "venv")
        pip = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--constraint",
            str(CONSTRAINTS),
        ]
        shell.call(*pip, found[0], cwd=home)
        shell.call(python, "-I", "-c", "import arr_facade, arr_client; print(arr_facade.__version__)", cwd=home)
        shell.call(*pip, f"{found[0]}[cli,emulator]", cwd=home)
        shell.call(python.with_name(f"arr{python.suffix}"), "--help", cwd=home)
        return shell.call(python.with_name(f"arr{python.suffix}"), "--version", cwd=home)


STEPS = (
    Step("lint", "ruff check, ruff format --check", lint, fast=True),
    Step("types", "mypy --strict", types, fast=True),
    Step("tests", "pytest, coverage", tests, fast=True),
    Step("interop", "Microsoft's SDK against the emulator", interop),
    Step("regenerate", "regenerate.py --check", regenerate),
    Step("build", "sdist and wheel", build),
    Step("wheel", "the wheel in an empty environment", wheel),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Set up, run the chosen steps, print the table; 0 when all passed.
    """
    options = _parser().parse_args(arguments)
    chosen = (
        [step for step in STEPS if step.name in options.only]
        if options.only
        else [step for step in STEPS if step.fast or not options.fast]
    )
    try:
        shell = Shell(ensure(extras=("cli", "emulator"), groups=("dev",)), fast=options.fast)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return EX_UNAVAILABLE
    rows = [_perform(step, shell) for step in chosen]
    _print_table(rows)
    return 0 if all(passed for _, passed, _, _ in rows) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python scripts/test.py",
        description="Set up this project and run every check.",
        epilog="Steps: " + "; ".join(f"{step.name} ({step.what})" for step in STEPS) + ".",
    )
    names = [step.name for step in STEPS]
    parser.add_argument("--only", action="append", choices=names, metavar="STEP", help="run this step only; repeatable")
    parser.add_argument("--fast", action="store_true", help="lint, types and tests, without coverage")
    return parser


def _perform(step: Step, shell: Shell) -> tuple[str, bool, float, str]:
    print(f"\n=== {step.name}: {step.what}", flush=True)
    started = time.monotonic()
    try:
        passed, detail = True, step.run(shell)
    except StepFailedError as error:
        passed, detail = False, str(error)
    return step.name, passed, time.monotonic() - started, detail


def _print_table(rows: Sequence[tuple[str, bool, float, str]]) -> None:
    print(f"\n{'step':<12}{'result':<8}{'seconds':>8}  detail")
    for name, passed, seconds, detail in rows:
        print(f"{name:<12}{'passed' if passed else 'FAILED':<8}{seconds:>8.1f}  {detail}")
    failed = [name for name, passed, _, _ in rows if not passed]
    total = sum(seconds for _, _, seconds, _ in rows)
    print(f"\n{'FAILED: ' + ', '.join(failed) if failed else 'Everything passed'} in {total:.0f} s.", flush=True)


def _artefacts() -> list[Path]:
    dist = CACHE / "dist"
    return [path for path in dist.glob("arr_facade-*") if path.is_file()] if dist.exists() else []


def _environment() -> dict[str, str]:
    # Whoever runs the checks may have an account configured: no check is to reach a real service.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ARR_") or name == "ARR_SHARED"}
    # With CI set, hypothesis draws the same examples each time and does not mind a busy machine.
    return {**kept, "CI": "true", "PYTHONUTF8": "1"}
