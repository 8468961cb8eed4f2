"""
Data on stdout, progress on stderr, each as plain text where nobody is looking and a little livelier on a terminal.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any

import click

from arr_facade._secret import redact
from arr_facade.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from arr_facade.cli._options import Invocation
    from arr_facade.models import Conversion, Session

__all__ = [
    "OutputError",
    "conversion_facts",
    "live_status",
    "on_terminal",
    "put",
    "say",
    "session_facts",
    "show",
    "show_all",
    "show_data",
]

Facts = dict[str, str | None]


class OutputError(OSError):
    """
    Stdout cannot be written: a full disk, or a reader that has gone.
    """


def put(text: str = "") -> None:
    """
    A line of data on stdout.

    Raises:
        OutputError: It cannot be written.
    """
    with _written():
        click.echo(text)


@contextmanager
def _written() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # What is buffered would fail again at the interpreter's end, which has a message and an exit code of its own.
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(*error.args) from error


def on_terminal(stream: IO[str] | None) -> bool:
    """
    Whether somebody looks at it; a stream that was closed before we began is None.
    """
    return stream is not None and stream.isatty()


def say(text: str) -> None:
    """
    Tell something on stderr that is not data.
    """
    click.echo(text, err=True)


def show_data(data: Any) -> None:
    """
    JSON on stdout.
    """
    put(json.dumps(data, indent=2))


def show(invocation: Invocation, resource: Session | Conversion, facts: Facts) -> None:
    """
    One session or conversion: its JSON, or its facts, one a line.
    """
    if invocation.json:
        show_data(resource.as_dict())
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        if value is not None:
            put(f"{name:<{width}}  {value}")


def show_all(
    invocation: Invocation,
    resources: Iterable[Session] | Iterable[Conversion],
    columns: dict[str, Callable[[Any], str]],
) -> None:
    """
    Many: a JSON array, or a table with a column for each entry of `columns`.
    """
    if invocation.json:
        show_data([resource.as_dict() for resource in resources])
        return
    rows = [[read(resource) for read in columns.values()] for resource in resources]
    if not rows:
        say("none")
    elif on_terminal(sys.stdout):
        _draw(list(columns), rows)
    else:
        for row in ([name.upper() for name in columns], *rows):
            put("\t".join(row))


def session_facts(session: Session) -> Facts:
    """
    What a person wants to know about a session.
    """
    return {
        "Session": session.id,
        "Status": str(session.status),
        "Size": str(session.size),
        "Lease": _lease(session),
        "Connect": f"{session.host}:{session.handshake_port}" if session.host else None,
        "Inspector": session.inspector_url,
        "Created": f"{session.created:%Y-%m-%d %H:%M:%S} UTC" if session.created else None,
        "Error": str(session.error) if session.error else None,
    }


def conversion_facts(conversion: Conversion) -> Facts:
    """
    What a person wants to know about a conversion.
    """
    source, target = conversion.source, conversion.target
    return {
        "Conversion": conversion.id,
        "Status": str(conversion.status),
        "Input": _joined(source.container_uri, source.prefix, source.asset_path),
        "Output": _joined(target.container_uri, target.prefix, target.asset_filename),
        "Result": conversion.asset_uri,
        "Created": f"{conversion.created:%Y-%m-%d %H:%M:%S} UTC" if conversion.created else None,
        "Error": str(conversion.error) if conversion.error else None,
    }


@contextmanager
def live_status(invocation: Invocation, text: str) -> Iterator[Callable[[str], None]]:
    """
    A line on stderr that says what is being waited for; call the result to change it.

    On a terminal it is one line that moves and goes away at the end; elsewhere each change is a line; with JSON, none.
    """
    if invocation.json:
        yield lambda _: None
    elif on_terminal(sys.stderr):
        from rich.console import Console
        from rich.markup import escape

        with Console(stderr=True).status(escape(text)) as status:
            yield lambda line: status.update(escape(line))
    else:
        said: list[str] = []

        def change(line: str) -> None:
            if line not in said[-1:]:
                said.append(line)
                say(line)

        change(text)
        yield change


def _joined(container: str, prefix: str | None, name: str | None) -> str:
    return "/".join(part for part in (redact(container), (prefix or "").strip("/"), name) if part)


def _lease(session: Session) -> str | None:
    if session.lease is None:
        return None
    if session.elapsed is None or not session.is_ready:
        return format_duration(session.lease)
    return f"{format_duration(session.lease)}, of which {format_duration(session.elapsed)} have passed"


def _draw(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    with _written():
        Console().print(table)
