"""
How an emulator behaves, read once when it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from arr_facade.emulator.regions import LOCAL, read_capacity, seconds_by_size
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arr_facade.durations import DurationLike
    from arr_facade.emulator.conversion_rules import Decide
    from arr_facade.emulator.documents import Shape
    from arr_facade.emulator.regions import Region

__all__ = ["DEFAULT_STARTUP", "Settings", "at_least_one", "read_startup"]

DEFAULT_STARTUP: Mapping[str, DurationLike] = {"Standard": "8s", "Premium": "60s"}
"""How long each size starts: Standard as recorded in 2022, Premium decided here, for no recording has one."""


@attrs.define
class Settings:
    """
    What the operations ask for.

    Attributes:
        account_id: The one account there is.
        shape: Which of the two recorded shapes answers have.
        startup: Seconds until Ready by size, and so the known sizes; `math.inf` waits to be told.
        conversion_start: Seconds a conversion stays NotStarted.
        conversion_end: Seconds from the request until a conversion ends.
        linked_storage: Storage accounts that need no signature.
        decide: How conversions end, where not by the rules.
        page_size: The most items on one page of a list.
        region: The region it is in.
        capacity: How many sessions may live at once, by size in lower case; a size without a number has no bound.
    """

    account_id: str
    shape: Shape
    startup: Mapping[str, float]
    conversion_start: float
    conversion_end: float
    linked_storage: set[str]
    decide: Decide | None
    page_size: int
    region: str = LOCAL
    capacity: Mapping[str, int] = attrs.field(factory=dict)

    @property
    def owner(self) -> str:
        """
        The account that rows are stored under: a region that was named has its own.
        """
        return self.account_id if self.region == LOCAL else f"{self.account_id}/{self.region}"

    def in_region(self, name: str, region: Region) -> Settings:
        """
        The same with what a region has of its own.

        Raises:
            ConfigurationError: One of its settings is wrong.
        """
        startup = _over(self.startup, seconds_by_size(region.startup, f"regions.{name}.startup"))
        capacity = read_capacity(region.capacity, f"regions.{name}.capacity", startup)
        return attrs.evolve(self, region=name, startup=startup, capacity=capacity)

    def size(self, spelled: str) -> str | None:
        """
        The size as the service spells it, from any case, or None where there is no such size.
        """
        return next((size for size in self.startup if size.lower() == spelled.lower()), None)


def read_startup(given: Mapping[str, DurationLike | None] | None) -> dict[str, float]:
    """
    Seconds to start by size, the given ones over the defaults.

    Raises:
        ConfigurationError: One of them is no duration.
    """
    return _over(seconds_by_size(DEFAULT_STARTUP, "startup"), seconds_by_size(given or {}, "startup"))


def _over(known: Mapping[str, float], given: Mapping[str, float]) -> dict[str, float]:
    """
    The given ones over the known ones: a size that is known in another case is that size, all others are further ones.
    """
    spelled = {size.lower(): size for size in known}
    return {**known, **{spelled.get(size.lower(), size): seconds for size, seconds in given.items()}}


def at_least_one(value: int, field: str) -> int:
    """
    The value, which has to be 1 or more.

    Raises:
        ConfigurationError: It is less.
    """
    if value < 1:
        raise ConfigurationError(field, value, "has to be 1 or more")
    return value
