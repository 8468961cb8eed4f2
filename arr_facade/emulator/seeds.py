"""
Sessions and conversions to begin with, each in the state it is wanted in.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

import attrs

from arr_facade.durations import DurationLike, parse_duration
from arr_facade.emulator._parse import require_id
from arr_facade.emulator._time import EARLIEST
from arr_facade.emulator.conversion_rules import normalise
from arr_facade.emulator.documents import Refused
from arr_facade.emulator.world import ConversionStatus, SessionStatus
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from arr_facade.emulator.api import Service
    from arr_facade.emulator.store import Store
    from arr_facade.emulator.world import ConversionRow, SessionRow

__all__ = ["ConversionSeed", "SessionSeed", "sow"]

_MAX_LEASE = 1440
_LISTS = ("sessions", "conversions")


@attrs.frozen(kw_only=True)
class SessionSeed:
    """
    A session that is to be there.

    Attributes:
        id: Its id.
        size: Its size. Default Standard.
        lease: Its whole lease. Default 10 minutes.
        status: Its state now. Default Ready.
        elapsed: How long it has been, or was, Ready; for Expired that is the lease.
        region: Where it is. Default the first region.
    """

    id: str
    size: str = "Standard"
    lease: DurationLike = "10m"
    status: SessionStatus = "Ready"
    elapsed: DurationLike = 0
    region: str | None = None

    def row(self, service: Service) -> SessionRow:
        """
        The session as stored.
        """
        _check_choice("seed.sessions.status", self.status, get_args(SessionStatus))
        _check_id("seed.sessions.id", self.id)
        now = service.now()
        lease = parse_duration(self.lease, field="seed.sessions.lease").total_seconds()
        elapsed = parse_duration(self.elapsed, field="seed.sessions.elapsed").total_seconds()
        size = service.settings.size(self.size) if isinstance(self.size, str) else None
        if size is None:
            known = ", ".join(service.settings.startup)
            raise ConfigurationError("seed.sessions.size", self.size, f"is none of {known}")
        if lease % 60 or not 0 <= lease <= _MAX_LEASE * 60:
            raise ConfigurationError("seed.sessions.lease", self.lease, f"is not 0 to {_MAX_LEASE} whole minutes")
        fresh = service.sessions.new_row(self.id, size, int(lease // 60), now)
        start = fresh.ready - now if math.isfinite(fresh.ready) else 0.0
        if now - max(elapsed, lease) - start < EARLIEST:
            raise ConfigurationError("seed.sessions.elapsed", self.elapsed, "leads back beyond the year 1970")
        match self.status:
            case "Starting":
                return fresh
            case "Expired":
                return attrs.evolve(fresh, created=now - lease - start, ready=now - lease)
            case "Ready" if elapsed >= lease:
                raise ConfigurationError("seed.sessions.elapsed", self.elapsed, "is not below the lease")
            case "Ready":
                return attrs.evolve(fresh, created=now - elapsed - start, ready=now - elapsed)
        broken = self.status == "Error"
        return attrs.evolve(
            fresh,
            created=now - elapsed - start,
            ready=now - min(elapsed, lease),
            ended=now,
            ending="Error" if broken else "Stopped",
            error_code="InternalServerError" if broken else None,
            error_message="An internal server error occurred." if broken else None,
        )


@attrs.frozen(kw_only=True)
class ConversionSeed:
    """
    A conversion that is to be there.

    Attributes:
        id: Its id.
        asset: The input's path in its container. Default `model.fbx`.
        container: The container of input and output.
        status: Its state now. Default Succeeded.
        region: Where it is. Default the first region.
    """

    id: str
    asset: str = "model.fbx"
    container: str = "https://models.blob.core.windows.net/models"
    status: Literal["NotStarted", "Running", "Succeeded", "Failed", "Cancelled"] = "Succeeded"
    region: str | None = None

    def row(self, service: Service) -> ConversionRow:
        """
        The conversion as stored.
        """
        _check_choice("seed.conversions.status", self.status, get_args(ConversionStatus))
        _check_id("seed.conversions.id", self.id)
        source = {"storageContainerUri": self.container, "relativeInputAssetPath": self.asset}
        asked = {"settings": {"inputLocation": source, "outputLocation": {"storageContainerUri": self.container}}}
        try:
            settings = normalise(asked)
        except Refused as refused:
            raise ConfigurationError("seed.conversions.asset", self.asset, f"is refused: {refused.message}") from None
        now = service.now()
        fresh = service.conversions.new_row(self.id, settings, json.dumps(settings), now)
        if self.status == "NotStarted":
            return fresh
        if self.status == "Running":
            return attrs.evolve(fresh, started=now)
        failure = ("ConversionProcessFailed", "Invalid input provided. Check logs in output container for details.")
        code, message = failure if self.status == "Failed" else (None, None)
        return attrs.evolve(
            fresh, started=now, finished=now, outcome=self.status, error_code=code, error_message=message
        )


_Seed = TypeVar("_Seed", SessionSeed, ConversionSeed)


def sow(
    given: Mapping[str, Any],
    services: Mapping[str, Service],
    store: Store,
    region_named: Callable[[str | None], str],
) -> None:
    """
    Add all of them, or none where one is wrong; what is there under the same id stays as it is.

    Args:
        given: Lists of tables under `sessions` and `conversions`.
        services: The services by region.
        store: Where they go.
        region_named: The name of a region that may have been left out.

    Raises:
        ConfigurationError: A member is unknown, missing or wrong.
    """
    if not isinstance(given, Mapping):
        raise ConfigurationError("seed", given, f"has to be an object with {' and '.join(_LISTS)}")
    for name in given:
        if name not in _LISTS:
            raise ConfigurationError(f"seed.{name}", given[name], f"is unknown; known are {', '.join(_LISTS)}")
    sessions = [seed.row(services[region_named(seed.region)]) for seed in _read(SessionSeed, given, "sessions")]
    conversions = [
        seed.row(services[region_named(seed.region)]) for seed in _read(ConversionSeed, given, "conversions")
    ]
    with store.transaction():
        for session in sessions:
            if store.session(session.account, session.id) is None:
                store.save_session(session)
        for conversion in conversions:
            if store.conversion(conversion.account, conversion.id) is None:
                store.save_conversion(conversion)


def _read(kind: type[_Seed], given: Mapping[str, Any], name: str) -> list[_Seed]:
    tables = given.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        raise ConfigurationError(f"seed.{name}", tables, "has to be a list of objects")
    known = [field.name for field in attrs.fields(kind)]
    for table in tables:
        for key in table:
            if key not in known:
                raise ConfigurationError(f"seed.{name}.{key}", table[key], f"is unknown; known are {', '.join(known)}")
        if "id" not in table:
            raise ConfigurationError(f"seed.{name}.id", None, "is missing")
    return [kind(**table) for table in tables]


def _check_choice(field: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ConfigurationError(field, value, f"is none of {', '.join(choices)}")


def _check_id(field: str, value: object) -> None:
    try:
        require_id(value if isinstance(value, str) else "")
    except Refused as refused:
        raise ConfigurationError(field, value, f"is no id: {refused.message}") from None
