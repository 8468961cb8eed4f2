"""
`arr session`: start, get, list, extend, wait, stop.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from arr_facade.cli._options import Invocation, client_options
from arr_facade.cli._show import live_status, put, say, session_facts, show, show_all, show_data
from arr_facade.durations import format_duration
from arr_facade.errors import ArrError, WaitTimeoutError
from arr_facade.models import LeaseEventKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from arr_facade import Client, SessionHandle
    from arr_facade.models import LeaseEvent, Session

__all__ = ["command"]

_LOOK = 1.0  # seconds; Windows hears Ctrl-C between two looks only


@click.group("session")
def command() -> None:
    """
    Start, see, extend, wait for and stop rendering sessions.
    """


@command.command("start")
@click.argument("session_id", metavar="[ID]", required=False)
@click.option("--size", default="Standard", show_default=True, help="Standard or Premium.")
@click.option("--lease", default="10m", show_default=True, help="How long it lives once Ready: 10m, 1h30m, 1:30:00.")
@click.option("--wait", is_flag=True, help="Come back when it is Ready; stop it if it does not get there.")
@click.option("--keep", is_flag=True, help="Stay: renew its lease until Ctrl-C, then stop it.")
@click.option("--limit", default="8h", show_default=True, help="With --keep: how long it may live in all.")
@click.option("--timeout", default="15m", show_default=True, help="How long to wait for Ready.")
@client_options
def start(
    invocation: Invocation,
    *,
    session_id: str | None,
    size: str,
    lease: str,
    wait: bool,
    keep: bool,
    limit: str,
    timeout: str,
) -> None:
    """
    Start a session, under a new id unless one is given.

    It runs, and is billed, until its lease ends or until `arr session stop`. --keep looks after both.
    """
    given = click.get_current_context().get_parameter_source("limit")
    if given is click.core.ParameterSource.COMMANDLINE and not keep:
        raise click.UsageError("--limit ends what --keep does; give --keep as well, or --lease for a longer life")
    with invocation.client() as client:
        if keep:
            _start_and_keep(invocation, client, session_id, size=size, lease=lease, limit=limit, timeout=timeout)
        elif wait:
            _start_and_wait(invocation, client, session_id, size=size, lease=lease, timeout=timeout)
        else:
            session = client.create_session(session_id, size=size, lease=lease)
            show(invocation, session, session_facts(session))


def _start_and_wait(
    invocation: Invocation, client: Client, session_id: str | None, *, size: str, lease: str, timeout: str
) -> None:
    seen: list[Session] = []

    def on_progress(session: Session) -> None:
        seen.append(session)
        change(_line(session))

    # A block, which leaves the session running at its end, but stops it when the wait is interrupted or in vain.
    try:
        with (
            live_status(invocation, "starting a session") as change,
            client.session(
                session_id,
                size=size,
                lease=lease,
                keep=False,
                ready_timeout=timeout,
                detach=True,
                on_progress=on_progress,
            ) as handle,
        ):
            session = handle.state
    except (KeyboardInterrupt, SystemExit, WaitTimeoutError) as error:
        if seen and not hasattr(error, "__notes__"):
            say(f"arr: session '{seen[-1].id}' has been stopped")
        raise
    show(invocation, session, session_facts(session))


def _start_and_keep(
    invocation: Invocation, client: Client, session_id: str | None, *, size: str, lease: str, limit: str, timeout: str
) -> None:
    lost = threading.Event()

    def on_event(event: LeaseEvent) -> None:
        say(f"lease {event.kind}: {event.reason}")
        if event.kind == LeaseEventKind.LOST:
            lost.set()

    with ExitStack() as inside:
        with live_status(invocation, "starting a session") as change:
            handle = inside.enter_context(
                client.session(
                    session_id,
                    size=size,
                    lease=lease,
                    limit=limit,
                    ready_timeout=timeout,
                    on_progress=lambda session: change(_line(session)),
                    on_event=on_event,
                )
            )
        show(invocation, handle.state, session_facts(handle.state))
        say(f"keeping session '{handle.id}' for up to {limit}; Ctrl-C stops it")
        inside.callback(lambda: say(f"stopping session '{handle.id}'"))
        while not lost.wait(_LOOK):
            pass


@command.command("get")
@click.argument("session_id", metavar="ID")
@client_options
def get(invocation: Invocation, *, session_id: str) -> None:
    """
    Show a session; ended ones are remembered for 30 days.
    """
    with invocation.client() as client:
        session = client.get_session(session_id)
        show(invocation, session, session_facts(session))


@command.command("list")
@client_options
def list_(invocation: Invocation) -> None:
    """
    Show the sessions that are Starting or Ready; the service lists no others.
    """
    columns: dict[str, Callable[[Session], str]] = {
        "id": lambda session: session.id,
        "status": lambda session: str(session.status),
        "size": lambda session: str(session.size),
        "lease": lambda session: format_duration(session.lease) if session.lease else "",
        "elapsed": _elapsed,
        "host": lambda session: session.host or "",
    }
    with invocation.client() as client:
        show_all(invocation, client.list_sessions(), columns)


@command.command("extend")
@click.argument("session_id", metavar="ID")
@click.option("--by", metavar="DURATION", help="This much longer than the lease is now.")
@click.option("--to", metavar="DURATION", help="This long in total since Ready.")
@click.option("--at-least", metavar="DURATION", help="So long that this much remains; nothing to do if it does.")
@client_options
def extend(invocation: Invocation, *, session_id: str, by: str | None, to: str | None, at_least: str | None) -> None:
    """
    Lengthen a session's lease; give one of --by, --to and --at-least.
    """
    if sum(option is not None for option in (by, to, at_least)) != 1:
        raise click.UsageError("give exactly one of --by, --to and --at-least, such as --by 10m")
    with invocation.client() as client:
        session = client.open(session_id).extend(by=by, to=to, at_least=at_least)
        show(invocation, session, session_facts(session))


@command.command("wait")
@click.argument("session_id", metavar="ID")
@click.option("--timeout", default="15m", show_default=True, help="How long to wait.")
@client_options
def wait(invocation: Invocation, *, session_id: str, timeout: str) -> None:
    """
    Wait until a session is Ready. It goes on whatever becomes of the wait.
    """
    with invocation.client() as client:
        _wait_ready(invocation, client.open(session_id), timeout)


@command.command("stop")
@click.argument("session_ids", metavar="ID...", nargs=-1, required=True)
@client_options
def stop(invocation: Invocation, *, session_ids: tuple[str, ...]) -> None:
    """
    End sessions and their billing. One that has ended already counts as stopped.

    An ID that nobody knows is an error, after the others have been stopped.
    """
    stopped: list[str] = []
    unknown: list[str] = []
    failed: list[ArrError] = []
    with invocation.client() as client:
        for session_id in session_ids:
            try:
                (stopped if client.stop_session(session_id, confirm=True) else unknown).append(session_id)
            except ArrError as error:  # the others cost money too
                failed.append(error)
        if invocation.json:
            show_data({"stopped": stopped})
        for session_id in [] if invocation.json else stopped:
            put(f"stopped {session_id}")
        for session_id in unknown[0 if failed else 1 :]:
            say(f"arr: there is no session '{session_id}'")
        for other in failed[1:]:
            say(f"arr: {other.args[0]}")
        if failed:
            raise failed[0]
        for session_id in unknown[:1]:
            client.get_session(session_id)  # for the service's own words


def _wait_ready(invocation: Invocation, handle: SessionHandle, timeout: str) -> None:
    with live_status(invocation, _line(handle.state)) as change:
        session = handle.wait_ready(timeout, on_progress=lambda session: change(_line(session)))
    show(invocation, session, session_facts(session))


def _elapsed(session: Session) -> str:
    # 0 is a fact: the service counts whole minutes. Before Ready and after the end the number means nothing.
    return format_duration(session.elapsed) if session.is_ready and session.elapsed is not None else ""


def _line(session: Session) -> str:
    return f"session '{session.id}' is {session.status}"
