"""
One line of the table: a figure, its target and whether it reaches it.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab import Lab, Ratio

Measure: TypeAlias = "Callable[[Lab], Iterator[Row]]"
"""Measures, and yields the rows that come of it."""


@dataclass(frozen=True)
class Row:
    """
    One line of the table.

    Attributes:
        name: What was measured.
        value: The figure that counts.
        unit: What it is in.
        target: What it has to reach.
        at_least: Whether the target is a floor; else it is a ceiling.
        spread: The quartiles over the rounds, or None for what is counted.
        context: Absolute figures of this machine.
    """

    name: str
    value: float
    unit: str
    target: float
    at_least: bool = False
    spread: tuple[float, float] | None = None
    context: str = ""

    @property
    def ok(self) -> bool:
        """
        Whether the target is reached.
        """
        return self.value >= self.target if self.at_least else self.value <= self.target

    def __str__(self) -> str:
        spread = f" ({self.spread[0]:.3g}-{self.spread[1]:.3g})" if self.spread else ""
        target = f"{'≥' if self.at_least else '≤'} {self.target:g}"
        verdict = "ok" if self.ok else "MISSED"
        value = f"{self.value:.3g} {self.unit}{spread}"
        return f"{self.name:<34} {value:<34} {target:<9} {verdict:<7} {self.context}"


def ratio_row(name: str, ratio: Ratio, unit: str, target: float, context: str, *, at_least: bool = False) -> Row:
    """
    A row whose value is a ratio.
    """
    return Row(name, ratio.value, unit, target, at_least, (ratio.low, ratio.high), context)


def medians(found: dict[str, list[Any]], figure: str, scale: float, unit: str) -> str:
    """
    One figure of each contender, as context of a row.
    """
    shown = ((name, statistics.median(row[figure] for row in rows) * scale) for name, rows in found.items())
    return ", ".join(f"{name} {value:.0f} {unit}" for name, value in shown)
