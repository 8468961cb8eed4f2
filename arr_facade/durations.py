"""
Durations as people write them: `timedelta`, `"10m"`, `"1h30m"`, `"1:30:00"` or a number of minutes.
"""

from __future__ import annotations

import re
from datetime import timedelta

from arr_facade.errors import ConfigurationError

__all__ = ["DurationLike", "format_duration", "parse_duration"]

DurationLike = timedelta | str | int | float

_UNITS = re.compile(
    r"(?:(?P<days>\d+(?:\.\d+)?)d)?(?:(?P<hours>\d+(?:\.\d+)?)h)?(?:(?P<minutes>\d+(?:\.\d+)?)m)?(?:(?P<seconds>\d+(?:\.\d+)?)s)?",
)
_CLOCK = re.compile(r"(?P<hours>\d+):(?P<minutes>[0-5]?\d):(?P<seconds>[0-5]?\d(?:\.\d+)?)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_HOW = 'write a timedelta, minutes as a number, or text such as "10m", "1h30m" or "1:30:00"'


def parse_duration(value: DurationLike, *, field: str = "duration") -> timedelta:
    """
    The duration that `value` stands for, never negative.

    Args:
        value: A timedelta; text such as `"90s"`, `"10m"`, `"1h30m"`, `"1d"` or `"hours:minutes:seconds"`; or a number
            (also as text), which counts minutes, the unit of the service.
        field: What the caller calls it, for the error message.

    Raises:
        ConfigurationError: The value is of another form, negative or not finite.
    """
    match value:
        case timedelta():
            result = value
        case bool():
            raise ConfigurationError(field, value, f"is not a duration; {_HOW}")
        case int() | float():
            result = _minutes(value, value, field)
        case str():
            result = _parse_text(value, field)
        case _:
            raise ConfigurationError(field, value, f"is not a duration; {_HOW}")
    if result < timedelta(0):
        raise ConfigurationError(field, value, "is negative; a duration counts from now onwards")
    return result


def format_duration(value: timedelta) -> str:
    """
    A short reading of a duration, to the second: `"1h 30m"`, `"9m 58s"`, `"0s"`; negative ones with a leading minus.
    """
    total = round(value.total_seconds())
    sign, total = ("-", -total) if total < 0 else ("", total)
    parts = [f"{count}{unit}" for count, unit in zip(_split(total), ("h", "m", "s"), strict=True) if count]
    return sign + (" ".join(parts) or "0s")


def _split(seconds: int) -> tuple[int, int, int]:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return hours, minutes, seconds


def _minutes(count: float, value: DurationLike, field: str) -> timedelta:
    try:
        return timedelta(minutes=count)
    except ValueError:
        raise ConfigurationError(field, value, f"is not a number; {_HOW}") from None
    except OverflowError:
        raise ConfigurationError(field, value, "is longer than a timedelta can hold") from None


def _parse_text(text: str, field: str) -> timedelta:
    compact = text.strip().lower().replace(" ", "")
    if _NUMBER.fullmatch(compact):
        return _minutes(float(compact), text, field)
    found = _CLOCK.fullmatch(compact) or (_UNITS.fullmatch(compact) if compact else None)
    if found is None:
        raise ConfigurationError(field, text, f"is not a duration; {_HOW}")
    try:
        return timedelta(**{unit: float(count) for unit, count in found.groupdict().items() if count})
    except OverflowError:
        raise ConfigurationError(field, text, "is longer than a timedelta can hold") from None
