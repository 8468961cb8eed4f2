"""
Faults: rules that say which requests go wrong, how, and how often.

A rule is a `Fault`; `effects` has what each effect does. Rules are kept with the state, so that processes on one file
share them, a restart keeps them, and a count means so many requests of all of them together.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import attrs

from arr_facade.durations import parse_duration
from arr_facade.emulator._time import MAX_SKEW
from arr_facade.emulator.routes import Operation
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from arr_facade.durations import DurationLike
    from arr_facade.emulator.routes import Route
    from arr_facade.emulator.store import Store
    from arr_facade.emulator.world import FaultRow

__all__ = ["ANSWERING", "Effect", "Fault", "FaultRules", "Rule", "operations_of", "options_of"]

Effect = Literal[
    "latency",
    "slow_body",
    "truncate",
    "drop_after",
    "drop_before",
    "error",
    "html",
    "throttle",
    "clock_skew",
    "malformed_json",
    "early_shape",
    "unknown_enum",
    "unknown_field",
    "old_lease",
    "no_capacity",
    "ready",
    "hold",
    "fail",
    "ready_after_stop",
]
"""What a fault does; `effects` explains each."""

ANSWERING = frozenset({"drop_before", "error", "html", "throttle"})
"""The effects that answer in the service's place, so that the request is not carried out. One request meets one."""

_EVERY = {"effect", "operation", "id", "region", "count", "skip", "probability", "seed"}
_OWN: dict[str, set[str]] = {
    "latency": {"delay"},
    "slow_body": {"delay"},
    "truncate": {"keep"},
    "error": {"status", "body", "retry_after", "code", "message"},
    "html": {"status", "body"},
    "throttle": {"limit", "retry_after"},
    "clock_skew": {"skew"},
    "unknown_enum": {"value"},
    "ready": {"delay", "reads"},
    "fail": {"delay", "reads", "code", "message"},
}
_ONLY_FOR: dict[str, Operation] = {
    "old_lease": "update_session",
    "no_capacity": "create_session",
    "ready": "create_session",
    "hold": "create_session",
    "fail": "create_session",
    "ready_after_stop": "stop_session",
}
_NEEDED = {"latency": "delay", "slow_body": "delay", "error": "status", "clock_skew": "skew", "throttle": "limit"}
_DURATIONS = frozenset({"delay", "skew"})
_MINUTE = 60
_DAY = 24 * 3600


def _delay(value: DurationLike) -> float:
    return parse_duration(value, field="delay").total_seconds()


def _skew(value: DurationLike) -> float:
    """
    Seconds of a duration that may have a minus before it.
    """
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, str) and value.strip().startswith("-"):
        seconds = -parse_duration(value.strip()[1:], field="skew").total_seconds()
    else:
        seconds = parse_duration(value, field="skew").total_seconds()
    if abs(seconds) > MAX_SKEW:
        raise ConfigurationError("skew", value, f"is more than {MAX_SKEW / _DAY:.0f} days")
    return seconds


def _whole(low: int, high: int | None = None) -> Callable[[object, attrs.Attribute[Any], Any], None]:
    def check(_: object, field: attrs.Attribute[Any], value: Any) -> None:
        if value is None:
            return
        if not isinstance(value, int) or isinstance(value, bool) or value < low or (high and value > high):
            bounds = f"from {low}" + (f" to {high}" if high else "")
            raise ConfigurationError(field.name, value, f"has to be a whole number {bounds}")

    return check


def _text(_: object, field: attrs.Attribute[Any], value: Any) -> None:
    if value is not None and not isinstance(value, str):
        raise ConfigurationError(field.name, value, "has to be a text")


def _chance(_: object, field: attrs.Attribute[Any], value: Any) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise ConfigurationError(field.name, value, "has to be a number from 0 to 1")


@attrs.frozen
class Fault:
    """
    A rule of what goes wrong.

    Attributes:
        effect: What happens; see `effects`.
        operation: For which operation, such as `"get_session"`; `*` and `?` stand for any characters. Default all.
        id: For which session or conversion; `*` and `?` as well. Default all.
        region: For which region. Default all.
        count: How many requests it strikes before it is used up. Default without end.
        skip: How many matching requests pass first. Default 0.
        probability: The chance of each of the others, from 0 to 1. Default 1.
        seed: Repeats the same chances for the same sequence of matching requests. Default 0.
        status: The status of `error` and `html`, 200 to 599.
        body: The body of `error` and `html`; else the service's own for that status.
        retry_after: Seconds in the header Retry-After of `error` and `throttle`.
        delay: How long `latency` and `slow_body` last, or until `ready` and `fail` happen.
        keep: How many bytes of the body `truncate` lets through. Default half of it.
        limit: How many requests a minute `throttle` allows.
        skew: How far the service's clock is ahead for `clock_skew`; with a minus, behind.
        value: The status that `unknown_enum` tells.
        reads: After how many reads `ready` and `fail` happen.
        code: The code of `error` and `fail`.
        message: The sentence to it.

    Raises:
        ConfigurationError: A value is wrong, missing, or means nothing to that effect.
    """

    effect: Effect
    operation: str | None = attrs.field(default=None, kw_only=True, validator=_text)
    id: str | None = attrs.field(default=None, kw_only=True, validator=_text)
    region: str | None = attrs.field(default=None, kw_only=True, validator=_text)
    count: int | None = attrs.field(default=None, kw_only=True, validator=_whole(1))
    skip: int = attrs.field(default=0, kw_only=True, validator=_whole(0))
    probability: float = attrs.field(default=1.0, kw_only=True, validator=_chance)
    seed: int = attrs.field(default=0, kw_only=True, validator=_whole(0))
    status: int | None = attrs.field(default=None, kw_only=True, validator=_whole(200, 599))
    body: str | None = attrs.field(default=None, kw_only=True, validator=_text)
    retry_after: int | None = attrs.field(default=None, kw_only=True, validator=_whole(0))
    delay: float = attrs.field(default=0.0, kw_only=True, converter=_delay)
    keep: int | None = attrs.field(default=None, kw_only=True, validator=_whole(0))
    limit: int | None = attrs.field(default=None, kw_only=True, validator=_whole(0))
    skew: float = attrs.field(default=0.0, kw_only=True, converter=_skew)
    value: str | None = attrs.field(default=None, kw_only=True, validator=_text)
    reads: int | None = attrs.field(default=None, kw_only=True, validator=_whole(0))
    code: str | None = attrs.field(default=None, kw_only=True, validator=_text)
    message: str | None = attrs.field(default=None, kw_only=True, validator=_text)

    def __attrs_post_init__(self) -> None:
        if self.effect not in get_args(Effect):
            raise ConfigurationError("effect", self.effect, f"is none of {', '.join(get_args(Effect))}")
        known = _EVERY | _OWN.get(self.effect, set())
        for name in self._given():
            if name not in known:
                raise ConfigurationError(name, getattr(self, name), f"means nothing to the effect {self.effect!r}")
        needed = _NEEDED.get(self.effect)
        if needed is not None and needed not in self._given():
            raise ConfigurationError(needed, None, f"is what the effect {self.effect!r} needs")
        self._check_operation()

    def _check_operation(self) -> None:
        possible = operations_of(self.effect)
        if self.operation is not None and not any(fnmatchcase(one, self.operation) for one in possible):
            raise ConfigurationError("operation", self.operation, f"is none of {', '.join(possible)}")

    def _given(self) -> list[str]:
        fields = attrs.fields(Fault)
        # Converted values do not equal their defaults by accident: a duration of 0 is as good as none.
        return [field.name for field in fields if getattr(self, field.name) != field.default]

    def concerns(self, where: Route, region: str) -> bool:
        """
        Whether the rule is for a request that leads there.
        """
        only = _ONLY_FOR.get(self.effect)
        return (
            where.operation is not None
            and (only is None or where.operation == only)
            and (self.operation is None or fnmatchcase(where.operation, self.operation))
            and (self.id is None or fnmatchcase(where.id, self.id))
            and (self.region is None or self.region.lower() == region.lower())
        )

    def as_dict(self) -> dict[str, Any]:
        """
        What was given, as plain JSON data that `from_dict` reads.
        """
        return {name: _plain(name, getattr(self, name)) for name in self._given()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Fault:
        """
        The rule that a JSON object or a TOML table describes: `effect`, and the attributes by name.

        Raises:
            ConfigurationError: As the class, or a key is unknown.
        """
        if not isinstance(given, Mapping):
            raise ConfigurationError("fault", given, "has to be an object with an effect")
        known = [field.name for field in attrs.fields(cls)]
        for name in given:
            if name not in known:
                raise ConfigurationError(f"fault.{name}", given[name], f"is unknown; known are {', '.join(known)}")
        if "effect" not in given:
            raise ConfigurationError("fault.effect", None, "is missing")
        return cls(**given)

    @classmethod
    def parse(cls, text: str) -> Fault:
        """
        The rule in one line: `error,status=503,operation=get_session,count=2`.

        Raises:
            ConfigurationError: As `from_dict`.
        """
        effect, *options = text.split(",")
        given: dict[str, Any] = {"effect": effect.strip()}
        for option in options:
            name, equals, value = option.partition("=")
            if not equals:
                raise ConfigurationError("fault", text, "is not of the form effect,name=value,name=value")
            name = name.strip().replace("-", "_")
            given[name] = value if name in _DURATIONS else _number(value)
        return cls.from_dict(given)


def _plain(name: str, value: Any) -> Any:
    # Not by "g": it rounds a long one, and spells it with an exponent that no duration has.
    return f"{value:.6f}".rstrip("0").rstrip(".") + "s" if name in _DURATIONS else value


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def operations_of(effect: Effect) -> Sequence[Operation]:
    """
    The operations that an effect can happen to.
    """
    return [_ONLY_FOR[effect]] if effect in _ONLY_FOR else get_args(Operation)


def options_of(effect: Effect) -> dict[str, bool]:
    """
    The attributes of `Fault` that mean something to this effect alone, and whether it needs them.
    """
    own = _OWN.get(effect, set())
    return {field.name: field.name == _NEEDED.get(effect) for field in attrs.fields(Fault) if field.name in own}


@attrs.frozen
class Rule:
    """
    An active rule and what it has done.

    Attributes:
        number: Its number, to remove it by.
        fault: The rule.
        matched: How many requests it was for.
        struck: How many of them it changed.
    """

    number: int
    fault: Fault
    matched: int = 0
    struck: int = 0

    @property
    def used_up(self) -> bool:
        """
        Whether it has struck as often as it was to.
        """
        return self.fault.count is not None and self.struck >= self.fault.count

    def as_dict(self) -> dict[str, Any]:
        """
        The same as plain JSON data.
        """
        counts = {"matched": self.matched, "struck": self.struck, "used_up": self.used_up}
        return {"number": self.number, "fault": self.fault.as_dict(), **counts}


class FaultRules:
    """
    The rules of an emulator.

    Args:
        store: Where they are kept.
        now: Reads the service's time.
        regions: The names of the regions there are.
    """

    def __init__(self, store: Store, now: Callable[[], float], regions: Iterable[str]) -> None:
        self._store = store
        self._now = now
        self._regions = tuple(regions)

    def check(self, fault: Fault) -> Fault:
        """
        The rule, which can meet a request here.

        Raises:
            ConfigurationError: It is for a region that there is not.
        """
        if fault.region is not None and fault.region.lower() not in (name.lower() for name in self._regions):
            raise ConfigurationError("region", fault.region, f"is none of {', '.join(self._regions)}")
        return fault

    def add(self, fault: Fault) -> int:
        """
        Add a rule; its number.

        Raises:
            ConfigurationError: It is for a region that there is not.
        """
        self.check(fault)
        return self._store.add_fault(json.dumps(fault.as_dict()))

    def list(self) -> Sequence[Rule]:
        """
        The rules, those used up too, in the order they were added.
        """
        return [Rule(row.number, fault, row.matched, row.struck) for row, fault in self._rows()]

    def remove(self, number: int) -> None:
        """
        Remove a rule.

        Raises:
            ConfigurationError: There is none of that number.
        """
        if not self._store.remove_faults(number):
            raise ConfigurationError("fault", number, "is no rule of this emulator")

    def clear(self) -> None:
        """
        Remove all rules.
        """
        self._store.remove_faults()

    def strike(self, where: Route, region: str) -> Sequence[Fault]:
        """
        The faults that a request meets, each of which counts it: of one effect the oldest, and of `ANSWERING` one.
        """
        if not any(fault.concerns(where, region) for _, fault in self._rows()):
            return []
        met: dict[str, Fault] = {}
        with self._store.transaction():
            for row, fault in self._rows():
                kind = "answering" if fault.effect in ANSWERING else fault.effect
                used_up = fault.count is not None and row.struck >= fault.count
                if kind in met or used_up or not fault.concerns(where, region):
                    continue
                counted = self._count(fault, row)
                self._store.save_fault(counted)
                if counted.struck > row.struck:
                    met[kind] = fault
        return list(met.values())

    def _rows(self) -> Sequence[tuple[FaultRow, Fault]]:
        rows = self._store.faults()
        try:
            return [(row, _decoded(row.spec)) for row in rows]
        except (TypeError, ValueError) as error:
            raise self._store.damaged(f"a rule of faults cannot be read: {error}") from error

    def _count(self, fault: Fault, row: FaultRow) -> FaultRow:
        window = int(self._now() // _MINUTE)
        in_window = row.in_window + 1 if window == row.window else 1
        row = attrs.evolve(row, matched=row.matched + 1, window=window, in_window=in_window)
        hit = row.matched > fault.skip and _drawn(fault, row) < fault.probability
        if fault.limit is not None:
            hit = hit and in_window > fault.limit
        return attrs.evolve(row, struck=row.struck + hit)


def _drawn(fault: Fault, row: FaultRow) -> float:
    """
    A number from 0 to 1 that depends on the seed and the request's place in the rule's own sequence, nothing else.
    """
    return random.Random(f"{fault.seed}:{row.matched}").random()  # noqa: S311 - a repeatable accident, no secret


@lru_cache(maxsize=1024)
def _decoded(spec: str) -> Fault:
    return Fault.from_dict(json.loads(spec))
