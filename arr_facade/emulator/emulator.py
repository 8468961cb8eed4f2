"""
The emulator as its user holds it: made with a few settings, asked by a transport or a server, steered by setters.
"""

from __future__ import annotations

import random as random_module
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, get_args

from arr_facade.clock import ManualClock, SystemClock
from arr_facade.durations import parse_duration
from arr_facade.emulator._time import EARLIEST, LATEST, MAX_SKEW, ServiceTime
from arr_facade.emulator.api import Service
from arr_facade.emulator.calls import CallLog
from arr_facade.emulator.control import Breakdown, Control
from arr_facade.emulator.conversions import Conversions
from arr_facade.emulator.effects import Exchange, delayed, with_faults
from arr_facade.emulator.faults import Fault, FaultRules
from arr_facade.emulator.regions import Region, read_regions, region_of
from arr_facade.emulator.report import report
from arr_facade.emulator.routes import Operation, route
from arr_facade.emulator.seeds import sow
from arr_facade.emulator.sessions import Sessions
from arr_facade.emulator.settings import Settings, at_least_one, read_startup
from arr_facade.emulator.snapshots import put_back, take
from arr_facade.emulator.store import Store
from arr_facade.emulator.sts import TokenService
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from arr_facade.clock import Clock
    from arr_facade.durations import DurationLike
    from arr_facade.emulator._http import Request, Response
    from arr_facade.emulator.calls import Call
    from arr_facade.emulator.conversion_rules import Decide, Outcome
    from arr_facade.emulator.documents import Shape
    from arr_facade.emulator.routes import Route
    from arr_facade.emulator.sts import Role
    from arr_facade.emulator.transport import EmulatorTransport

__all__ = ["DEFAULT_ACCOUNT_ID", "DEFAULT_ACCOUNT_KEY", "Emulator", "Hook"]

DEFAULT_ACCOUNT_ID = "a1e5c0de-0000-4000-8000-000000000001"
"""The account of an emulator that was not told another."""
DEFAULT_ACCOUNT_KEY = "ZW11bGF0b3Iga2V5LCBrbm93biB0byBldmVyeW9uZSE="
"""Its key. It is no secret: it opens emulators only."""
_ENDPOINT = "http://emulator.localhost"


class Hook(Protocol):
    """
    Something that may answer in the service's place, or change its answer.
    """

    def before(self, where: Route, request: Request) -> Response | None:
        """
        An answer instead of carrying the request out, or None to let it happen.
        """
        ...

    def after(self, where: Route, request: Request, response: Response) -> Response:
        """
        What the client gets once the request has been carried out and answered with `response`.
        """
        ...


class Emulator:
    """
    Azure Remote Rendering and its token service for one account.

    The state follows from stored instants and a clock: nothing runs in the background, and reading changes nothing.
    Usable from any thread; a context manager that closes it.

    Args:
        clock: The clock it lives by; None is the machine's. A `SystemClock(speed=60)` makes an hour a minute.
        state: A SQLite file for what there is, which several emulators and processes may share; None is memory.
        shape: `"late"`, answers as from March 2021 on, or `"early"`, as before (service.md B.2).
        account_id: The account, a UUID.
        account_key: Its key.
        secondary_key: Another key that opens it as well, or None.
        identities: What the token service accepts in place of a Microsoft Entra token, and the role of each:
            `"Administrator"`, or `"Client"`, which may not convert.
        startup: How long a session starts, by size, over the defaults of 8 s for Standard and 60 s for Premium; None as
            a value is until `ready_session` is called. A further key is a further size.
        conversion_start: How long a conversion is NotStarted. Default 2 s.
        conversion_end: How long after the request it ends. Default 42 s, the shortest recorded.
        linked_storage: Names of the storage accounts that need no shared access signature; `"*"` is all of them.
        decide: From a conversion's settings to its outcome; None, or its answer None, leaves that to
            `conversion_rules.RULES`.
        token_lifetime: How long a token is valid. Default 24 h.
        page_size: The most items on one page of a list, from 1. Default 100.
        regions: The regions by name, each told apart by its port or host name, with sessions and conversions of its
            own; tokens are valid in all. The first is meant where nothing tells. Default one, called `local`.
        random: Where ports, host names, token ids and correlation vectors come from; seed it to have the same ones.

    Raises:
        ConfigurationError: A setting is wrong, or the file cannot be used.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        state: str | os.PathLike[str] | None = None,
        shape: Shape = "late",
        account_id: str = DEFAULT_ACCOUNT_ID,
        account_key: str = DEFAULT_ACCOUNT_KEY,
        secondary_key: str | None = None,
        identities: Mapping[str, Role] | None = None,
        startup: Mapping[str, DurationLike | None] | None = None,
        conversion_start: DurationLike = "2s",
        conversion_end: DurationLike = "42s",
        linked_storage: Collection[str] = (),
        decide: Decide | None = None,
        token_lifetime: DurationLike = "24h",  # noqa: S107 - a duration, no password
        page_size: int = 100,
        regions: Mapping[str, Region] | None = None,
        random: random_module.Random | None = None,
    ) -> None:
        if shape not in ("late", "early"):
            raise ConfigurationError("shape", shape, 'is not one of "late" and "early"')
        settings = Settings(
            account_id=account_id.lower(),
            shape=shape,
            startup=read_startup(startup),
            conversion_start=parse_duration(conversion_start, field="conversion_start").total_seconds(),
            conversion_end=parse_duration(conversion_end, field="conversion_end").total_seconds(),
            linked_storage=set(linked_storage),
            decide=decide,
            page_size=at_least_one(page_size, "page_size"),
        )
        self.regions: Mapping[str, Region] = read_regions(regions)
        """The regions by name, the first of which is meant where nothing tells."""
        self._by_region = {name: settings.in_region(name, region) for name, region in self.regions.items()}
        self.latency: Mapping[str, float] = {
            name: parse_duration(region.latency, field=f"regions.{name}.latency").total_seconds()
            for name, region in self.regions.items()
        }
        """Seconds by which each region's answers are late."""
        self._account_key = account_key
        self._clock = SystemClock() if clock is None else clock
        self._store = Store(state)
        self.time = ServiceTime(self._clock, self._store)
        """What time it is for the service, to be moved on."""
        # Not a secret's source: real ports and vectors are no secrets either, and tests want to repeat them.
        rng = random_module.Random() if random is None else random  # noqa: S311 - see above
        self._sts = TokenService(
            settings.account_id,
            (account_key,) if secondary_key is None else (account_key, secondary_key),
            identities=identities or {},
            lifetime=parse_duration(token_lifetime, field="token_lifetime").total_seconds(),
            now=self.time,
            rng=rng,
        )
        self._services = {
            name: Service(
                one,
                self._sts,
                Sessions(one, self._store, self.time, rng),
                Conversions(one, self._store, self.time),
                self.time,
                rng,
            )
            for name, one in self._by_region.items()
        }
        self.faults = FaultRules(self._store, self.time, self.regions)
        """The rules of what goes wrong; none by default."""
        self.control = Control(self._store, self.time, self.owner)
        """Decides what sessions and conversions do next."""
        self._log = CallLog()
        self.hooks: list[Hook] = []
        """Asked in order before each request, and in reverse order after it; empty by default."""

    def __repr__(self) -> str:
        where = "memory" if self._store.path is None else str(self._store.path)
        return f"Emulator(account_id={self.account_id!r}, shape={self.shape!r}, state={where!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def endpoint(self) -> str:
        """
        The rendering service's URL for clients that use `transport`; there is no socket behind it.
        """
        return _ENDPOINT

    def region_endpoint(self, region: str) -> str:
        """
        The URL of one region's rendering service for clients that use `transport`.

        Raises:
            ConfigurationError: There is no such region.
        """
        return f"http://{self.region_named(region)}.{_ENDPOINT.removeprefix('http://')}"

    @property
    def sts_endpoint(self) -> str:
        """
        The token service's URL for clients that use `transport`.
        """
        return _ENDPOINT

    @property
    def account_id(self) -> str:
        """
        The account.
        """
        return self._settings.account_id

    @property
    def shape(self) -> Shape:
        """
        Which of the two recorded shapes answers have.
        """
        return self._settings.shape

    @property
    def account_key(self) -> str:
        """
        The account's key.
        """
        return self._account_key

    @property
    def clock(self) -> Clock:
        """
        The clock it lives by.
        """
        return self._clock

    def now(self) -> float:
        """
        The service's own time, in seconds since 1970; see `ServiceTime` for how it relates to the clock.
        """
        return self.time()

    def region_named(self, region: str | None) -> str:
        """
        The region's name, or that of the first one for None.

        Raises:
            ConfigurationError: There is no such region.
        """
        name = next(iter(self.regions)) if region is None else region
        if name not in self.regions:
            raise ConfigurationError("region", region, f"is none of {', '.join(self.regions)}")
        return name

    def settings_of(self, region: str) -> Settings:
        """
        How that region behaves.
        """
        return self._by_region[region]

    def owner(self, region: str | None) -> str:
        """
        The account that this region's rows are stored under; None is the first region.

        Raises:
            ConfigurationError: There is no such region.
        """
        return self._by_region[self.region_named(region)].owner

    def jump(self, seconds: float) -> None:
        """
        Let the clients' wall clock jump ahead, or back where negative.

        A `ManualClock` jumps itself. Other clients' clocks are out of reach, so the service's falls behind by as much:
        a fault `clock_skew`, in place of an earlier one, that `faults` shows and clears.

        Raises:
            ConfigurationError: The jump is longer than a hundred years, together with earlier ones where they add up,
                or leads before 1970 or beyond the year 9799.
        """
        if not abs(seconds) <= MAX_SKEW:
            raise ConfigurationError("jump", seconds, f"is not from {-MAX_SKEW:.0f} to {MAX_SKEW:.0f} seconds")
        if isinstance(self._clock, ManualClock):
            if not EARLIEST <= self._clock.time() + seconds <= LATEST:
                raise ConfigurationError("jump", seconds, "leads before 1970 or beyond the year 9799; jump by less")
            self._clock.jump(seconds)
            return
        with self._store.transaction():
            earlier = [rule for rule in self.faults.list() if rule.fault.effect == "clock_skew"]
            skew = sum((rule.fault.skew for rule in earlier), -seconds)
            if abs(skew) > MAX_SKEW:
                raise ConfigurationError(
                    "jump", seconds, f"makes {-skew:g} seconds with earlier ones, more than {MAX_SKEW:.0f}"
                )
            for rule in earlier:
                self.faults.remove(rule.number)
            if skew:
                self.faults.add(Fault("clock_skew", skew=timedelta(seconds=skew)))

    def handle(self, request: Request) -> Response:
        """
        Answer a request: the whole service, without I/O but that of its state.
        """
        where, region = route(request.method, request.path), self._region_of(request)
        met: Sequence[Fault] = ()
        response = next((answer for hook in self.hooks if (answer := hook.before(where, request)) is not None), None)
        if response is None:
            met = self.faults.strike(where, region)
            response = self._carry_out(where, region, request, met)
            for hook in reversed(self.hooks):
                response = hook.after(where, request, response)
        if latency := self.latency[region]:
            response = delayed(response, latency)
        self._log.add(request, response, operation=where.operation, region=region, at=self.now(), met=met)
        return response

    def _carry_out(self, where: Route, region: str, request: Request, met: Sequence[Fault]) -> Response:
        service = self._services[region]
        carry_out = partial(service.answer, where, request)
        if not met:
            return carry_out()
        respond = partial(service.respond, where.operation)
        return with_faults(met, Exchange(where, region, self.now(), self.control, self._sts, respond), carry_out)

    def _region_of(self, request: Request) -> str:
        if len(self.regions) == 1:
            return next(iter(self.regions))
        return request.region or region_of(request.origin, self.regions) or next(iter(self.regions))

    def transport(self) -> EmulatorTransport:
        """
        A transport for `httpx.Client` and `httpx.AsyncClient` that ends here, without a socket.
        """
        # httpx takes a tenth of a second to import, and the server does without it.
        from arr_facade.emulator.transport import EmulatorTransport  # noqa: PLC0415 - see above

        return EmulatorTransport(self.handle, self._clock)

    @property
    def requests(self) -> list[Call]:
        """
        The last 1,000 answered requests, oldest first.
        """
        return self._log.all()

    def calls(self, operation: Operation) -> list[Call]:
        """
        Those of `requests` with this operation, such as `"get_session"` or `"get_token"`.

        Raises:
            ConfigurationError: There is no such operation.
        """
        if operation not in get_args(Operation):
            raise ConfigurationError("operation", operation, f"is none of {', '.join(get_args(Operation))}")
        return [call for call in self.requests if call.operation == operation]

    def issue_token(self, *, role: Role = "Administrator", lifetime: DurationLike | None = None) -> str:
        """
        An access token, as the token service would give it.

        Args:
            role: What it allows; `"Client"` may not convert.
            lifetime: How long it is valid; None is `token_lifetime`, 0 has expired already.

        Raises:
            ConfigurationError: There is no such role, or the lifetime is no duration.
        """
        seconds = None if lifetime is None else parse_duration(lifetime, field="lifetime").total_seconds()
        return self._sts.issue(role=role, lifetime=seconds)

    def ready_session(self, session_id: str) -> None:
        """
        Let a session that is Starting be Ready now.

        Raises:
            ConfigurationError: There is no such session, or it is not Starting.
        """
        self.control.ready(session_id)

    def hold_session(self, session_id: str) -> None:
        """
        Keep a session Starting until `ready_session` or `fail_session` is called.

        Raises:
            ConfigurationError: There is no such session, or it is not Starting.
        """
        self.control.hold(session_id)

    def fail_session(
        self,
        session_id: str,
        code: str = "InternalServerError",
        message: str = "An internal server error occurred.",
    ) -> None:
        """
        End a session as Error now, with this code and message in its `error`.

        Raises:
            ConfigurationError: There is no such session, or it has ended.
        """
        self.control.fail(session_id, Breakdown(code, message))

    def finish_conversion(self, conversion_id: str, outcome: Outcome) -> None:
        """
        End a conversion now with this outcome, also one that had ended with another.

        Raises:
            ConfigurationError: There is no such conversion.
        """
        self.control.finish_conversion(conversion_id, outcome)

    def link_storage(self, name: str) -> None:
        """
        Link a storage account by name or host, so that conversions need no signature for it; `"*"` links all.
        """
        self._settings.linked_storage.add(name)

    def seed(self, given: Mapping[str, Any]) -> None:
        """
        Add sessions and conversions in the states they are wanted in; those that are there already stay as they are.

        Args:
            given: `{"sessions": [...], "conversions": [...]}`, each with the members of `seeds.SessionSeed` and
                `seeds.ConversionSeed`.

        Raises:
            ConfigurationError: A member is unknown, missing or wrong; nothing has been added then.
        """
        sow(given, self._services, self._store, self.region_named)

    def snapshot(self) -> dict[str, Any]:
        """
        All sessions, conversions and rules of faults as plain JSON data, for `restore`; nothing in it is secret.
        """
        return take(self._store, self.now())

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """
        Go back to a snapshot: everything is as old, and has as much lease left, as it was then.

        Raises:
            ConfigurationError: It is no snapshot, or of a region that this emulator does not have.
        """
        put_back(snapshot, self._store, self.now(), self.owner, self.faults.check)

    def report(self) -> dict[str, Any]:
        """
        What there is, as plain JSON data without secrets: the admin API's `/state`.
        """
        return report(self, self._store)

    def reset(self) -> None:
        """
        Forget all sessions, conversions, rules of faults and logged requests; tokens stay valid.
        """
        self._store.reset()
        self._log.clear()

    def close(self) -> None:
        """
        Close the state file; a second time does nothing.
        """
        self._store.close()

    @property
    def _settings(self) -> Settings:
        return next(iter(self._by_region.values()))
