"""
`arr emulator`.
"""

from __future__ import annotations

import shlex
from contextlib import ExitStack, contextmanager
from itertools import combinations
from typing import TYPE_CHECKING

import click

from arr_facade.cli._options import Invocation, json_option
from arr_facade.cli._show import say, show_data
from arr_facade.clock import SystemClock
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arr_facade.emulator import Emulator, Region
    from arr_facade.emulator.admin import AdminServer
    from arr_facade.emulator.scenario import Scenario
    from arr_facade.emulator.server import Server
    from arr_facade.emulator.tls import Authority

__all__ = ["command"]

_FASTEST = 1e9
_HERE = ("127.0.0.1", "localhost", "0.0.0.0")  # noqa: S104 - compared with, not listened on


def _finite(_: click.Context, __: click.Parameter, speed: float) -> float:
    # Not by FloatRange: "not a number" is neither below its minimum nor above its maximum.
    if not 0 <= speed <= _FASTEST:
        raise click.BadParameter(f"{speed:g} is not a number from 0 to {_FASTEST:g}.")
    return speed


@click.group("emulator", invoke_without_command=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; by default a free one.")
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", help="Another address of this machine; see --exposed.")
@click.option("--exposed", is_flag=True, help="Let other machines reach it by --host, although its key is well known.")
@click.option("--admin-port", type=click.IntRange(0, 65535), default=0, help="Port of the admin API on 127.0.0.1.")
@click.option("--https", is_flag=True, help="Speak https as well, on a port of its own, as Microsoft's SDKs demand.")
@click.option("--https-port", type=click.IntRange(0, 65535), default=0, help="Port for --https; by default a free one.")
@click.option(
    "--ca-file",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Where --https writes the certificates that clients have to trust; by default among the user's state files.",
)
@click.option("--state", metavar="FILE", type=click.Path(dir_okay=False), help="Keep what there is in a SQLite file.")
@click.option(
    "--speed",
    type=float,
    callback=_finite,
    default=1.0,
    show_default=True,
    help="How many times faster than the machine's its clock runs; 0 stands still until the admin API moves it.",
)
@click.option(
    "--region",
    "regions",
    metavar="NAME[,...]",
    multiple=True,
    help="Play this region on a port of its own; repeatable, as in westeurope,latency=0.08s,capacity.Standard=1.",
)
@click.option(
    "--fault",
    "faults",
    metavar="EFFECT[,...]",
    multiple=True,
    help="Let something go wrong; repeatable, as in error,status=503,operation=get_session,count=2.",
)
@click.option(
    "--scenario",
    metavar="FILE",
    type=click.Path(dir_okay=False, exists=True),
    help="Regions, faults, sessions and conversions to begin with, as TOML.",
)
@click.option(
    "--shape",
    type=click.Choice(["late", "early"]),
    default="late",
    show_default=True,
    help="Answer as the service did from March 2021 on, or as before.",
)
@click.option(
    "--linked-storage",
    metavar="NAME",
    multiple=True,
    help="A storage account that conversions may use without SAS; repeatable, '*' is all of them.",
)
@click.option(
    "--shell",
    type=click.Choice(["posix", "powershell"]),
    default="posix",
    show_default=True,
    help="For which shell the settings are printed.",
)
@json_option
def command(
    invocation: Invocation,
    *,
    port: int,
    host: str,
    exposed: bool,
    admin_port: int,
    https: bool,
    https_port: int,
    ca_file: str | None,
    state: str | None,
    speed: float,
    regions: tuple[str, ...],
    faults: tuple[str, ...],
    scenario: str | None,
    shape: str,
    linked_storage: tuple[str, ...],
    shell: str,
) -> None:
    """
    Run the service on this machine, without an account, until Ctrl-C.

    The settings it prints point other commands and programs to it. The admin API's address has its token in it.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return

    from arr_facade.emulator import Emulator
    from arr_facade.emulator.server import run, serve

    def on_listening(server: Server) -> None:
        servers = [server] if secure is None else [server, secure]
        # With --https the settings lead there: whoever asked for it has a client that takes nothing else.
        environment = servers[-1].environment
        if invocation.json:
            show_data({**environment, "regions": servers[-1].region_endpoints, "admin": admin.url})
        else:
            click.echo("\n".join(_lines(environment, shell)))
        where = " and ".join(one.endpoint for one in servers)
        say(f"arr: the emulator listens at {where}; Ctrl-C ends it")
        for name, url in list(server.region_endpoints.items())[1:]:
            say(f"arr: its region {name} is at {url}")
        say(f"arr: its admin API is at {admin.url}")

    plan = _plan(scenario, regions, faults)
    _refuse_one_port_for_two(host, port, https_port, admin_port, regions=len(plan.regions) or 1)
    with ExitStack() as stack:
        emulator = stack.enter_context(
            Emulator(
                clock=SystemClock(speed or 1.0),
                state=state,
                shape="early" if shape == "early" else "late",
                linked_storage=linked_storage,
                regions=plan.regions,
            )
        )
        plan.apply(emulator)
        if speed == 0:
            emulator.time.set_speed(0)
        with _port_named("--admin-port"):
            admin = stack.enter_context(_admin(emulator, admin_port))
        secure = None
        if https or ca_file or https_port:
            with _port_named("--https-port"):
                secure = stack.enter_context(serve(emulator, port=https_port, tls=_authority(ca_file)))
        try:
            run(emulator, host=host, port=port, exposed=exposed, on_listening=on_listening)
        except (KeyboardInterrupt, SystemExit):
            # Ctrl-C and SIGTERM are how this command is meant to end, and what it served has been closed.
            say("arr: the emulator has ended")


@command.command("diff")
@click.argument("recording", metavar="FILE", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--shape",
    type=click.Choice(["late", "early"]),
    default="late",
    show_default=True,
    help="In which of the recorded shapes the emulator answers.",
)
@json_option
def diff(invocation: Invocation, *, recording: str, shape: str) -> int:
    """
    Print where the emulator would answer otherwise than a recording.

    Recordings are made by arr_facade.recording; an empty one is refused. The exit code is 0 where nothing differs, and
    10 where something does.
    """
    import attrs

    from arr_facade.recording import differences, read_exchanges

    if not read_exchanges(recording):
        advice = "close the RecordingTransport that writes it, or name another file"
        raise ConfigurationError("recording", recording, "has nothing in it to compare", advice=advice)
    found = differences(recording, shape="early" if shape == "early" else "late")
    if invocation.json:
        show_data([attrs.asdict(one) for one in found])
    else:
        for one in found:
            click.echo(str(one))
        say(f"arr: {len(found)} differences" if found else "arr: no difference")
    return 10 if found else 0


def _plan(scenario: str | None, regions: tuple[str, ...], faults: tuple[str, ...]) -> Scenario:
    """
    The scenario of the file, with what the options add.
    """
    from arr_facade.emulator import Fault
    from arr_facade.emulator.scenario import Scenario, parse_region, read_scenario

    read = read_scenario(scenario) if scenario else Scenario()
    asked: dict[str, Region] = {}
    for name, region in map(parse_region, regions):
        if name in asked:
            raise ConfigurationError("--region", name, "is given twice; say all of it in one --region")
        asked[name] = region
    return Scenario(
        regions={**read.regions, **asked},
        faults=(*read.faults, *(Fault.parse(one) for one in faults)),
        seeds=read.seeds,
    )


def _refuse_one_port_for_two(host: str, port: int, https_port: int, admin_port: int, *, regions: int) -> None:
    asked = {"--port": (port, regions), "--https-port": (https_port, regions), "--admin-port": (admin_port, 1)}
    if host not in _HERE:
        # The other two are on 127.0.0.1, and elsewhere the same port is another one.
        del asked["--port"]
    spans = {option: set(range(first, first + count)) for option, (first, count) in asked.items() if first}
    for (one, ports), (other, more) in combinations(spans.items(), 2):
        if both := ports & more:
            further = "; further regions have the ports that follow" if regions > 1 else ""
            raise click.UsageError(f"{one} and {other} are both to be {min(both)}; give each its own{further}")


@contextmanager
def _port_named(option: str) -> Iterator[None]:
    """
    Refusals of a port are of this option, for there are three that name one.
    """
    try:
        yield
    except ConfigurationError as error:
        if error.field != "port":
            raise
        raise ConfigurationError(option, error.value, f"cannot be listened on: {error.__cause__}") from error


def _admin(emulator: Emulator, port: int) -> AdminServer:
    from arr_facade.emulator.server import require_extra

    require_extra()
    from arr_facade.emulator.admin import serve_admin

    return serve_admin(emulator, port=port)


def _authority(ca_file: str | None) -> Authority:
    import platformdirs

    from arr_facade.emulator.tls import Authority

    return Authority(ca_file or platformdirs.user_state_path("arr-facade", appauthor=False) / "emulator-ca.pem")


def _lines(environment: Mapping[str, str], shell: str) -> list[str]:
    if shell == "powershell":
        return [f"$env:{name} = '{value}'" for name, value in environment.items()]
    return [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
