"""
Regions: one emulator plays several, told apart by port or by host name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import attrs

from arr_facade.durations import parse_duration
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arr_facade.durations import DurationLike

__all__ = ["LOCAL", "Region", "read_capacity", "read_regions", "region_of", "seconds_by_size"]

LOCAL = "local"
"""The region there is without any being named; none of Azure's, so that a host name in it can belong to nobody."""

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class Region:
    """
    How one region differs from the emulator's own settings.

    Attributes:
        startup: How long a session starts, by size, over the emulator's; None as a value is until told.
        capacity: How many sessions of a size may live at once; sizes that are not named have no bound. A session beyond
            it ends in Error once its start-up time is over, as the documentation says: its creation fails, and the
            reason can be queried (service.md B.1).
        latency: Added to each answer.
    """

    startup: Mapping[str, DurationLike | None] = attrs.field(factory=dict)
    capacity: Mapping[str, int] = attrs.field(factory=dict)
    latency: DurationLike = 0


def read_regions(given: Mapping[str, Region] | None) -> dict[str, Region]:
    """
    The regions by name, or one called `local` where none is given.

    Raises:
        ConfigurationError: It is no mapping of names to regions, or a name cannot be a label of a host name or is
            another one's in another case.
    """
    if given is not None and not isinstance(given, Mapping):
        raise ConfigurationError(
            "regions", given, 'has to be a mapping of names to regions, as in {"eastus": Region()}'
        )
    seen: dict[str, str] = {}
    for name, region in (given or {}).items():
        if not isinstance(name, str) or not _LABEL.fullmatch(name):
            raise ConfigurationError("regions", name, "is no name of a region; write letters, digits and hyphens")
        if not isinstance(region, Region):
            raise ConfigurationError(f"regions.{name}", region, "is no Region; write Region() for the usual one")
        if (other := seen.setdefault(name.lower(), name)) != name:
            raise ConfigurationError("regions", name, f"is {other} again; host names know no case, so rename one")
    return dict(given) if given else {LOCAL: Region()}


def region_of(origin: str, names: Iterable[str]) -> str | None:
    """
    The region that is a label of the host in that URL, or None.

    `https://remoterendering.eastus.mixedreality.azure.com` and `http://eastus.localhost:5000` both lead to eastus.
    """
    labels = (urlsplit(origin).hostname or "").split(".")
    return next((name for name in names if name.lower() in labels), None)


def seconds_by_size(given: Mapping[str, DurationLike | None], field: str) -> dict[str, float]:
    """
    Seconds to start by size; None is `math.inf`, until told.

    Raises:
        ConfigurationError: One of them is no duration.
    """
    return {
        size: math.inf if time is None else parse_duration(time, field=f"{field}[{size!r}]").total_seconds()
        for size, time in given.items()
    }


def read_capacity(given: Mapping[str, int], field: str, sizes: Iterable[str]) -> dict[str, int]:
    """
    Places by size, the sizes in lower case.

    Raises:
        ConfigurationError: One of them is no whole number from 0, or for none of the sizes there are.
    """
    known = {size.lower(): size for size in sizes}
    for size, places in given.items():
        if size.lower() not in known:
            raise ConfigurationError(
                f"{field}[{size!r}]", places, f"is for no size there is; known are {', '.join(known.values())}"
            )
        if not isinstance(places, int) or isinstance(places, bool) or places < 0:
            raise ConfigurationError(f"{field}[{size!r}]", places, "has to be a whole number from 0")
    return {size.lower(): places for size, places in given.items()}
