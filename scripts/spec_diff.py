"""
Shows what changes between two states of the specification, and what each change does to users of the client.

Exit code: 0 nothing changed, 10 wording only, 20 compatible at worst, 30 breaking; 1 when a state could not be read, 2
when the command line is wrong, 69 when the tools are missing and could not be installed.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import regenerate
from pipeline import tools

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """
    The exit code of the command, run in an environment that has the tools.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(words)
    lacking = tools.missing(ROOT)
    if lacking:
        return regenerate.elsewhere(words, lacking, Path(__file__))
    from pipeline import command  # noqa: PLC0415 - needs the tools

    return command.diff(ROOT, options)


def parser() -> argparse.ArgumentParser:
    """
    The command line.
    """
    parser = argparse.ArgumentParser(
        prog="python scripts/spec_diff.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    meaning = "`pins`, a pins file, a commit of upstream, or a Swagger or OpenAPI document"
    parser.add_argument("old", metavar="OLD", help=meaning)
    parser.add_argument("new", metavar="NEW", help="the same")
    parser.add_argument("--json", action="store_true", help="every change for a program to read")
    parser.add_argument("--wording", action="store_true", help="list changes of wording too, instead of counting them")
    parser.add_argument("--source", metavar="URL_OR_DIR", help="where upstream's files are, in its raw-file layout")
    parser.add_argument("--api", metavar="NAME", help="this API only, as spec/pins.toml calls it")
    parser.add_argument("--cache", metavar="DIR", type=Path, default=regenerate.CACHE, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
