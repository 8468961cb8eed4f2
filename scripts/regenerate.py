"""
Makes the generated client again: from the committed documents, or from upstream's Swagger.

Exit code 0: done, or nothing has drifted. 1: something drifted, or a step refused and nothing was changed. 2: the
command line is wrong. 69: the tools are missing and could not be installed.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import _setup
from pipeline import tools

ROOT = Path(__file__).resolve().parent.parent

CACHE = ROOT / ".cache" / "specs"

MODULES = "openapi_python_client, oas_patch, openapi_spec_validator, yaml, ruff"


def main(arguments: Sequence[str] | None = None) -> int:
    """
    The exit code of the command, run in an environment that has the tools.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(words)
    if options.source and not (options.pull or options.check or options.update):
        parser().error("--source says where to --pull from")
    if options.yes and not options.update:
        parser().error("--yes answers --update")
    lacking = tools.missing(ROOT)
    if lacking:
        return elsewhere(words, lacking, Path(__file__))
    from pipeline import command  # noqa: PLC0415 - needs the tools

    return command.run(ROOT, options)


def parser() -> argparse.ArgumentParser:
    """
    The command line.
    """
    parser = argparse.ArgumentParser(
        prog="python scripts/regenerate.py",
        description="Make generated/arr_client from spec/openapi, offline. The flags go further back, or only look.",
    )
    step = parser.add_mutually_exclusive_group()
    step.add_argument("--pull", action="store_true", help="begin with the pinned Swagger, and make spec/openapi too")
    step.add_argument("--check", action="store_true", help="change nothing; list what drifted, and exit 1 then")
    step.add_argument("--update", metavar="COMMIT", help="show what another commit of upstream would change")
    parser.add_argument("--yes", action="store_true", help="with --update: move pins, spec/openapi and generated to it")
    parser.add_argument("--source", metavar="URL_OR_DIR", help="where upstream's files are, in its raw-file layout")
    parser.add_argument("--api", metavar="NAME", help="this API only, as spec/pins.toml calls it")
    parser.add_argument("--cache", metavar="DIR", type=Path, default=CACHE, help=argparse.SUPPRESS)
    return parser


def elsewhere(words: Sequence[str], lacking: Sequence[str], script: Path) -> int:
    """
    The exit code of the same command, run by the project's own environment.

    Args:
        words: The command line.
        lacking: What this Python has not.
        script: The program the command line is of.
    """
    python = _setup.interpreter(ROOT / ".venv")
    try:
        if python == Path(sys.executable) or not has_tools(python):
            python = _setup.ensure(groups=("generate",))
    except _setup.SetupError as error:
        listed = "\n".join(f"  {line}" for line in lacking)
        advice = "`python scripts/test.py` sets up .venv with them, `pip install --group generate` installs them here"
        print(f"This Python lacks tools of the pipeline:\n{listed}\n{advice}.\n\n{error}", file=sys.stderr)
        return _setup.EX_UNAVAILABLE
    return _setup.run([str(python), str(script.resolve()), *words])


def has_tools(python: Path) -> bool:
    """
    Whether a Python can import what the pipeline needs.
    """
    try:
        return not subprocess.run([python, "-c", f"import {MODULES}"], capture_output=True, check=False).returncode
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
