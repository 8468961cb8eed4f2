"""
`arr conversion`: start, get, list, wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from arr_facade.cli._options import Invocation, client_options, read_secret
from arr_facade.cli._show import conversion_facts, live_status, show, show_all
from arr_facade.models import ConversionInput, ConversionOutput

if TYPE_CHECKING:
    from collections.abc import Callable

    from arr_facade import ConversionHandle
    from arr_facade.models import Conversion

__all__ = ["command"]


@click.group("conversion")
def command() -> None:
    """
    Convert models for rendering.
    """


@command.command("start")
@click.argument("conversion_id", metavar="[ID]", required=False)
@click.option("--input-container", metavar="URL", required=True, help="Blob container that holds the model.")
@click.option("--input-path", metavar="PATH", required=True, help="The model's blob, below the prefix.")
@click.option("--input-prefix", metavar="PREFIX", help="Fetch blobs below this only; by default all of the container.")
@click.option("--output-container", metavar="URL", required=True, help="Blob container for the result.")
@click.option("--output-prefix", metavar="PREFIX", help="Virtual folder of the result.")
@click.option("--output-name", metavar="NAME", help="Ends in .arrAsset; by default named after the model.")
@click.option(
    "--input-sas",
    metavar="SAS",
    envvar="ARR_INPUT_SAS",
    callback=read_secret,
    help="With read and list rights, for storage that is not linked (ARR_INPUT_SAS); '-' reads it from stdin.",
)
@click.option(
    "--output-sas",
    metavar="SAS",
    envvar="ARR_OUTPUT_SAS",
    callback=read_secret,
    help="With write rights (ARR_OUTPUT_SAS); '-' reads it from stdin.",
)
@click.option("--wait", is_flag=True, help="Come back when it has ended.")
@click.option("--timeout", default="2h", show_default=True, help="How long to wait.")
@client_options
def start(
    invocation: Invocation,
    *,
    conversion_id: str | None,
    input_container: str,
    input_path: str,
    input_prefix: str | None,
    output_container: str,
    output_prefix: str | None,
    output_name: str | None,
    input_sas: str | None,
    output_sas: str | None,
    wait: bool,
    timeout: str,
) -> None:
    """
    Start a conversion, under a new id unless one is given.
    """
    source = ConversionInput(container_uri=input_container, asset_path=input_path, prefix=input_prefix, sas=input_sas)
    target = ConversionOutput(
        container_uri=output_container, asset_filename=output_name, prefix=output_prefix, sas=output_sas
    )
    with invocation.client() as client:
        handle = client.start_conversion(conversion_id, source=source, target=target)
        if wait:
            _wait(invocation, handle, timeout)
        else:
            show(invocation, handle.state, conversion_facts(handle.state))


@command.command("get")
@click.argument("conversion_id", metavar="ID")
@client_options
def get(invocation: Invocation, *, conversion_id: str) -> None:
    """
    Show a conversion.
    """
    with invocation.client() as client:
        conversion = client.get_conversion(conversion_id)
        show(invocation, conversion, conversion_facts(conversion))


@command.command("list")
@client_options
def list_(invocation: Invocation) -> None:
    """
    Show the account's conversions.
    """
    columns: dict[str, Callable[[Conversion], str]] = {
        "id": lambda conversion: conversion.id,
        "status": lambda conversion: str(conversion.status),
        "created": lambda conversion: f"{conversion.created:%Y-%m-%d %H:%M:%S}" if conversion.created else "",
        "model": lambda conversion: conversion.source.asset_path,
        "result": lambda conversion: conversion.asset_uri or "",
    }
    with invocation.client() as client:
        show_all(invocation, client.list_conversions(), columns)


@command.command("wait")
@click.argument("conversion_id", metavar="ID")
@click.option("--timeout", default="2h", show_default=True, help="How long to wait.")
@client_options
def wait(invocation: Invocation, *, conversion_id: str, timeout: str) -> None:
    """
    Wait until a conversion has succeeded.
    """
    with invocation.client() as client:
        _wait(invocation, client.open_conversion(conversion_id), timeout)


def _wait(invocation: Invocation, handle: ConversionHandle, timeout: str) -> None:
    def line(conversion: Conversion) -> str:
        return f"conversion '{conversion.id}' is {conversion.status}"

    with live_status(invocation, line(handle.state)) as change:
        conversion = handle.wait(timeout, on_progress=lambda seen: change(line(seen)))
    show(invocation, conversion, conversion_facts(conversion))
