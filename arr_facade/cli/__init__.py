"""
The `arr` command: verbs over `Client`, text or JSON on stdout, progress on stderr, exit codes by meaning.

docs/cli.md is its manual. Nothing is imported before a command needs it: `arr --help` costs little more than click.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_PAGE_WIDTH = 80
_MISSING_EXTRA = 3  # as in _failures.ExitCode.CONFIGURATION, which cannot be imported without the extra


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command and return its exit code.

    Args:
        arguments: The command line without the program's name; None takes `sys.argv`.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given in (["--help"], ["-h"]) and _columns() >= _PAGE_WIDTH:
        # click would print the same, which a test compares, but takes three times as long to be imported.
        if sys.stdout is not None:
            sys.stdout.write(Path(__file__).with_name("help.txt").read_text(encoding="utf-8"))
        return 0
    try:
        import click  # noqa: F401 - the library works without the extra; only this command needs it
    except ImportError:
        sys.stderr.write("arr: click is not installed.\nWhat to do: python -m pip install 'arr-facade[cli,emulator]'\n")
        return _MISSING_EXTRA
    from arr_facade.cli._app import run

    return run(given)


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError, AttributeError):
        return _PAGE_WIDTH
