"""
The root of the command: its verbs, imported when asked for, and the way out.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

import click

from arr_facade._version import __version__
from arr_facade.cli._options import Invocation, connection_options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["arr", "run"]

_VERBS = {
    "session": "Start, see, extend, wait for and stop rendering sessions.",
    "conversion": "Convert models for rendering.",
    "token": "Print an access token for the account.",
    "emulator": "Run the service on this machine, without an account.",
    "demo": "Show a session's whole life on the embedded emulator.",
}


class _Verbs(click.Group):
    """
    Finds each verb in the module of its name, so that `arr --help` imports none of them.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _VERBS:
            return None
        command: click.Command = import_module(f"arr_facade.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(_VERBS.items()))


@click.group(
    "arr",
    cls=_Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Settings come from options, then ARR_* variables, then the configuration file. Exit codes: docs/cli.md.",
)
@connection_options(hidden=False)
@click.version_option(__version__, prog_name="arr")
def arr() -> None:
    """
    Azure Remote Rendering sessions from the command line.

    With nothing configured the service is an embedded emulator, so everything can be tried without an account.
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command; whatever goes wrong becomes a message on stderr and an exit code that tells what kind it was.
    """
    invocation = Invocation()
    with _sigterm_unwinds():
        try:
            result = arr.main(args=arguments, prog_name="arr", standalone_mode=False, obj=invocation)
        except click.Abort as abort:
            # What KeyboardInterrupt has become on its way out.
            click.echo("arr: interrupted", err=True)
            _tell_notes(abort.__cause__)
            return 128 + signal.SIGINT
        except SystemExit as leaving:
            _tell_notes(leaving)
            raise
        except click.ClickException as error:
            error.show()
            return error.exit_code
        except Exception as error:  # noqa: BLE001 - the last door; -v shows the traceback
            from arr_facade.cli._failures import report

            _tell_notes(error)
            return report(error, invocation)
    return result if isinstance(result, int) else 0


def _tell_notes(error: BaseException | None) -> None:
    # What could not be put in order on the way out, such as a session that could not be stopped.
    for note in getattr(error, "__notes__", ()):
        click.echo(f"arr: {note}", err=True)


@contextmanager
def _sigterm_unwinds() -> Iterator[None]:
    """
    Inside, SIGTERM leaves the way an exception does, so that what was started is stopped; the exit code is 143.
    """

    def leave(signum: int, _frame: object) -> None:
        signal.signal(signum, signal.SIG_IGN)
        raise SystemExit(128 + signum)

    previous = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)
