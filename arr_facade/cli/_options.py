"""
What every verb understands: which account and service to speak to, JSON or text, and how much to tell.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arr_facade import Client

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

__all__ = ["Invocation", "client_options", "connection_options", "json_option", "read_secret"]


@dataclass
class Invocation:
    """
    One run of the command: what its shared options said, before the verb or after it.

    Attributes:
        settings: Those given, by the client's names.
        json: Data is printed as JSON, and so is an error.
        verbose: Requests, waits and retries are told on stderr.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    json: bool = False
    verbose: bool = False

    @contextmanager
    def client(self) -> Iterator[Client]:
        """
        A client with these settings; with nothing configured, one of the user's own emulator.

        That emulator's state is a file, so that one command finds what another has started.
        """
        with _logged_to_stderr() if self.verbose else nullcontext(), self._client() as client:
            yield client

    def _client(self) -> Client:
        import os
        from pathlib import Path

        import platformdirs

        from arr_facade import Client, SystemClock
        from arr_facade.config import load_settings

        given = {name: value for name, value in self.settings.items() if name != "config_file"}
        settings = load_settings(given, os.environ, config_file=self.settings.get("config_file"))
        if not settings.embedded:
            return Client(**self.settings)
        from arr_facade.emulator import Emulator

        state = settings.emulator_state or platformdirs.user_state_path("arr-facade", appauthor=False) / "emulator.db"
        Path(state).parent.mkdir(parents=True, exist_ok=True)
        click.echo(f"arr: no account is configured, so this is the emulator in {state}", err=True)
        emulator = Emulator(state=state, clock=SystemClock(settings.emulator_speed), linked_storage={"*"})
        return Client(emulator=emulator, timeout=settings.timeout, api_version=settings.api_version)


@contextmanager
def _logged_to_stderr() -> Iterator[None]:
    import logging

    log, handler = logging.getLogger("arr_facade"), logging.StreamHandler()
    level = log.level
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        log.setLevel(level)
        log.removeHandler(handler)


def read_secret(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """
    The secret itself; `-` reads it from stdin, without echo where that is a terminal.
    """
    if value != "-":
        return value
    if sys.stdin is None:
        raise click.BadParameter("'-' reads it from stdin, which is closed", ctx=ctx, param=param)
    name = str(param.name).replace("_", " ")
    secret: str = (
        click.prompt(name.capitalize(), hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    )
    return secret.strip()


def _keep_setting(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value is not None:
        ctx.ensure_object(Invocation).settings[str(param.name)] = value


def _keep_secret(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    _keep_setting(ctx, param, read_secret(ctx, param, value))


def _keep_flag(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        setattr(ctx.ensure_object(Invocation), str(param.name), True)


def connection_options(*, hidden: bool) -> Decorator:
    """
    The options that say which account and service is meant.

    Args:
        hidden: They are understood, but not listed: verbs have them too, only `arr --help` shows them.
    """

    def setting(*names: str, metavar: str, help: str, secret: bool = False) -> Decorator:  # noqa: A002 - click's name
        return click.option(
            *names,
            metavar=metavar,
            help=help,
            hidden=hidden,
            expose_value=False,
            callback=_keep_secret if secret else _keep_setting,
        )

    options: list[Decorator] = [
        setting("--account-id", metavar="UUID", help="The Remote Rendering account (ARR_ACCOUNT_ID)."),
        setting(
            "--account-key",
            metavar="KEY",
            help="Its key (ARR_ACCOUNT_KEY); '-' reads it from stdin, which keeps it out of the process list.",
            secret=True,
        ),
        setting(
            "--access-token",
            metavar="TOKEN",
            help="A token in place of the key (ARR_ACCESS_TOKEN), or '-' as well.",
            secret=True,
        ),
        setting("--account-domain", metavar="DOMAIN", help="The account's own region or domain (ARR_ACCOUNT_DOMAIN)."),
        setting("--region", metavar="REGION", help="Where to render, such as eastus (ARR_REGION)."),
        setting("--endpoint", metavar="URL", help="The rendering service itself, in place of a region (ARR_ENDPOINT)."),
        setting("--sts-endpoint", metavar="URL", help="The token service itself (ARR_STS_ENDPOINT)."),
        setting("--config", "config_file", metavar="FILE", help="Settings as TOML or an arrconfig.json (ARR_CONFIG)."),
        setting("--request-timeout", "timeout", metavar="SECONDS", help="For each request (ARR_TIMEOUT, default 30)."),
        click.option(
            "-v",
            "--verbose",
            is_flag=True,
            expose_value=False,
            callback=_keep_flag,
            help="Tell requests, waits and retries on stderr.",
        ),
    ]

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """
    `--json`, for a command that receives the `Invocation` as its first argument.
    """
    flag: Decorator = click.option(
        "--json", is_flag=True, expose_value=False, callback=_keep_flag, help="Print JSON on stdout."
    )
    return flag(click.pass_obj(function))


def client_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """
    `json_option`, and the options of the connection: those of `arr` are understood behind the verb as well.
    """
    return json_option(connection_options(hidden=True)(function))
