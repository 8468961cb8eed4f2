"""
`arr demo`: a session's whole life on the embedded emulator, in a few seconds.
"""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from arr_facade.cli._options import Invocation, json_option
from arr_facade.cli._show import on_terminal, put, say, show_data
from arr_facade.clock import SystemClock
from arr_facade.durations import format_duration
from arr_facade.models import ConversionInput, ConversionOutput, LeaseEventKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arr_facade import Client
    from arr_facade.models import LeaseEvent, Session

__all__ = ["Story", "command"]

_SPEED = 60.0
_STARTUP = "90s"
_LEASE = "5m"
_RENEWALS = 2
_PATIENCE = 900.0  # of the emulator's seconds; the renewals need a third of it
_STORAGE = "https://example.blob.core.windows.net"
_WIDTH = 48


@click.command("demo")
@click.option("--price-per-hour", metavar="PRICE", type=click.FloatRange(min=0), help="Tell the cost at this price.")
@json_option
def command(invocation: Invocation, *, price_per_hour: float | None) -> None:
    """
    Show a session's whole life on an emulator whose minutes take a second.

    A token, a session that starts and becomes Ready, two renewals of its lease, a conversion, and the end.
    """
    from arr_facade import Client
    from arr_facade.emulator import Emulator

    clock = SystemClock(speed=_SPEED)
    story = Story(clock, quiet=invocation.json, price_per_hour=price_per_hour)
    if not invocation.json:
        say("A session on the embedded emulator; a minute of its time takes a second.")
    emulator = Emulator(clock=clock, startup={"Standard": _STARTUP}, linked_storage={"*"})
    with emulator, Client(emulator=emulator) as client, story.live():
        _play(story, client, clock)
    if invocation.json:
        show_data(story.as_dict())
    else:
        put()
        put("\n".join(story.timeline()))


class Story:
    """
    What happens to the session: told on stderr while it happens, drawn to scale at the end.

    Args:
        clock: Whose time is told.
        quiet: Nothing is told while it happens.
        price_per_hour: For the cost; without one only the billed time is told, for there is no public figure.
    """

    def __init__(self, clock: SystemClock, *, quiet: bool, price_per_hour: float | None) -> None:
        self._clock = clock
        self._say: Callable[[str], object] = (lambda _: None) if quiet else say
        self._quiet = quiet
        self._price = price_per_hour
        self._began = clock.monotonic()
        self.events: list[tuple[float, str, str]] = []
        self.session: Session | None = None

    def note(self, event: str, text: str) -> None:
        """
        Something happened.
        """
        now = self._now()
        self.events.append((now, event, text))
        self._say(f"{format_duration(timedelta(seconds=now)):>7}  {text}")

    def see(self, session: Session) -> None:
        """
        The session was looked at.
        """
        self.session = session

    def line(self) -> str:
        """
        How things stand: status, lease and cost.
        """
        session, now = self.session, format_duration(timedelta(seconds=self._now()))
        if session is None:
            return f"{now:>7}  asking for a token"
        ready = self._at("ready")
        if ready is None or session.lease is None:
            lease = "its lease begins to count at Ready"
        else:
            left = session.lease - timedelta(seconds=self._now() - ready)
            lease = f"{format_duration(max(left, timedelta(0)))} of its lease left"
        return f"{now:>7}  {session.status}, {lease}, {self._billed()}"

    @contextmanager
    def live(self) -> Iterator[None]:
        """
        Inside, `line` stands below what is told, on a terminal.
        """
        if self._quiet or not on_terminal(sys.stderr):
            yield
            return
        from rich.console import Console
        from rich.live import Live
        from rich.spinner import Spinner

        spinner = Spinner("dots")

        def draw() -> Spinner:
            spinner.update(text=self.line())
            return spinner

        console = Console(stderr=True, highlight=False, markup=False)
        with Live(console=console, get_renderable=draw, refresh_per_second=10, transient=True):
            # Through the console, which knows how to write above the line.
            self._say = partial(console.print, soft_wrap=True)
            yield

    def timeline(self) -> Iterator[str]:
        """
        The whole story to scale, one line for each thing that lasted.
        """
        end = self.events[-1][0]
        yield f"{'':<12}|{'0':<{_WIDTH - 8}}{format_duration(timedelta(seconds=end)):>8}|"
        for name, begin, finish in (
            ("Starting", "created", "ready"),
            ("Ready", "ready", "stopped"),
            ("Converting", "converting", "converted"),
        ):
            yield f"{name:<12}|{self._bar(self._at(begin), self._at(finish), end)}|"
        marks = [" "] * _WIDTH
        for at, event, _ in self.events:
            if event == "renewed":
                marks[_column(at, end)] = "^"
        yield f"{'Renewed':<12}|{''.join(marks)}|"
        yield f"Stopped after {format_duration(timedelta(seconds=end))}, {self._billed()}."

    def as_dict(self) -> dict[str, Any]:
        """
        The same as plain JSON data; times in the emulator's seconds since the beginning.
        """
        hours = self._billed_hours()
        return {
            "speed": self._clock.speed,
            "session": self.session.as_dict() if self.session else None,
            "events": [{"at": round(at, 1), "event": event, "text": text} for at, event, text in self.events],
            "billed_minutes": round(hours * 60, 1),
            "cost": None if self._price is None else round(hours * self._price, 4),
        }

    def _now(self) -> float:
        return self._clock.monotonic() - self._began

    def _at(self, wanted: str) -> float | None:
        return next((at for at, event, _ in self.events if event == wanted), None)

    def _billed_hours(self) -> float:
        ready, stopped = self._at("ready"), self._at("stopped")
        return 0.0 if ready is None else ((self._now() if stopped is None else stopped) - ready) / 3600

    def _billed(self) -> str:
        hours = self._billed_hours()
        cost = "" if self._price is None else f", cost {hours * self._price:.2f}"
        return f"{hours * 60:.1f} minutes billed{cost}"

    def _bar(self, begin: float | None, finish: float | None, end: float) -> str:
        if begin is None:
            return " " * _WIDTH
        first, last = _column(begin, end), _column(end if finish is None else finish, end)
        return f"{' ' * first}{'=' * (last - first + 1)}".ljust(_WIDTH)


def _column(at: float, end: float) -> int:
    return min(int(at / end * _WIDTH), _WIDTH - 1)


def _play(story: Story, client: Client, clock: SystemClock) -> None:
    renewed_enough = threading.Event()

    def on_event(event: LeaseEvent) -> None:
        story.see(event.session)
        story.note(event.kind, f"lease {event.kind} {event.reason}")
        if sum(kind == LeaseEventKind.RENEWED for _, kind, _ in story.events) == _RENEWALS:
            renewed_enough.set()

    client.token()
    story.note("token", f"token from {client.sts_endpoint} for account {client.account_id}")
    story.note("created", f"session asked for: Standard, lease {_LEASE}")
    with client.session("demo", lease=_LEASE, on_progress=story.see, on_event=on_event) as session:
        story.note("ready", f"Ready at {session.host}, handshake port {session.handshake_port}")
        story.note("inspector", f"inspector at {session.inspector_url}")
        conversion = client.start_conversion(
            "demo",
            source=ConversionInput(container_uri=f"{_STORAGE}/models", asset_path="engine.fbx"),
            target=ConversionOutput(container_uri=f"{_STORAGE}/assets"),
        )
        story.note("converting", "conversion of engine.fbx begun")
        story.note("converted", f"conversion {(done := conversion.wait()).status}: {done.asset_uri}")
        clock.wait(renewed_enough, _PATIENCE)
    story.see(session.state)
    story.note("stopped", f"session {session.status}")
