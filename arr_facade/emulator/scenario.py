"""
A scenario: regions, faults, and what is there at the beginning, from a TOML file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from arr_facade.emulator.faults import Fault
from arr_facade.emulator.regions import Region
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    import os

    from arr_facade.emulator.emulator import Emulator

__all__ = ["Scenario", "parse_region", "read_scenario"]

_TABLES = ("regions", "faults", "sessions", "conversions")


@attrs.frozen
class Scenario:
    """
    What a file describes.

    Attributes:
        regions: The regions by name; none leaves the emulator its one.
        faults: The rules of what goes wrong.
        seeds: Sessions and conversions, as for `Emulator.seed`.
    """

    regions: Mapping[str, Region] = attrs.field(factory=dict)
    faults: tuple[Fault, ...] = ()
    seeds: Mapping[str, Any] = attrs.field(factory=dict)

    def apply(self, emulator: Emulator) -> None:
        """
        Add the rules and seeds that are not there yet, so that a restart on a state file adds nothing twice.

        Raises:
            ConfigurationError: A seed is wrong.
        """
        known = [rule.fault for rule in emulator.faults.list()]
        for fault in self.faults:
            if fault not in known:
                emulator.faults.add(fault)
        emulator.seed(self.seeds)


def read_scenario(path: str | os.PathLike[str]) -> Scenario:
    """
    The scenario in that file.

    Raises:
        ConfigurationError: It cannot be read, is no TOML, or a table in it is unknown or wrong.
    """
    try:
        given = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError("scenario", str(path), f"cannot be read: {error}") from error
    for name in given:
        if name not in _TABLES:
            raise ConfigurationError(f"scenario.{name}", "", f"is unknown; known are {', '.join(_TABLES)}")
    regions, faults = given.get("regions", {}), given.get("faults", [])
    if not isinstance(regions, dict) or not isinstance(faults, list):
        raise ConfigurationError("scenario", str(path), "needs tables [regions.NAME] and [[faults]]")
    return Scenario(
        regions={name: _region(name, table) for name, table in regions.items()},
        faults=tuple(Fault.from_dict(table) for table in faults),
        seeds={name: given[name] for name in ("sessions", "conversions") if name in given},
    )


def parse_region(text: str) -> tuple[str, Region]:
    """
    A region's name and settings from one line: `westeurope,latency=0.08s,capacity.Standard=1,startup.Standard=2m`.

    Raises:
        ConfigurationError: An option is unknown or no number.
    """
    name, *options = (part.strip() for part in text.split(","))
    table: dict[str, Any] = {}
    for option in options:
        key, equals, value = option.partition("=")
        setting, _, size = key.partition(".")
        if not equals or (setting == "latency") == bool(size):
            raise ConfigurationError("region", text, "is not of the form NAME,latency=TIME,capacity.SIZE=N")
        if size:
            number = int(value) if setting == "capacity" and value.isdecimal() else value
            table.setdefault(setting, {})[size] = number
        else:
            table[setting] = value
    return name, _region(name, table)


def _region(name: str, table: object) -> Region:
    known = [field.name for field in attrs.fields(Region)]
    if not isinstance(table, Mapping):
        raise ConfigurationError(f"regions.{name}", table, "has to be a table")
    for key in table:
        if key not in known:
            raise ConfigurationError(f"regions.{name}.{key}", table[key], f"is unknown; known are {', '.join(known)}")
    return Region(**table)
