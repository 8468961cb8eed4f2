"""
The facade against the emulator with faults switched on: whatever goes wrong, the client ends in the truth or in a typed
error, and nothing that it said it has stopped runs on.
"""

from datetime import timedelta
from typing import get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from arr_facade import ArrError, Client, ManualClock
from arr_facade.emulator import Emulator, Fault, Operation
from arr_facade.emulator.faults import Effect
from arr_facade.emulator.server import serve

ENDED = {"Expired", "Stopped", "Error"}

STATUSES = st.sampled_from([400, 401, 403, 408, 409, 422, 429, 500, 502, 503, 504])
DELAYS = st.sampled_from(["1s", "29s", "31s", "10m"])
OPTIONS = {
    "latency": {"delay": DELAYS},
    "slow_body": {"delay": DELAYS},
    "truncate": {"keep": st.sampled_from([0, 1, 20])},
    "error": {"status": STATUSES, "retry_after": st.sampled_from([None, 0, 5, 3600])},
    "html": {"status": st.sampled_from([200, 502])},
    "throttle": {"limit": st.integers(0, 3)},
    "clock_skew": {"skew": st.sampled_from(["5m", "-5m", "30h", "-30h"])},
    "ready": {"reads": st.sampled_from([None, 0, 3]), "delay": st.just("1m")},
    "fail": {"reads": st.sampled_from([None, 0, 3]), "delay": st.just("1m")},
}
OF_SESSIONS = {"old_lease", "no_capacity", "ready", "hold", "fail", "ready_after_stop"}
OPERATIONS = [one for one in get_args(Operation) if "conversion" not in one]


@st.composite
def faults(draw):
    """Any fault that a service may have, for a while or for good."""
    effect = draw(st.sampled_from(sorted(get_args(Effect))))
    given = {name: draw(values) for name, values in OPTIONS.get(effect, {}).items()}
    return Fault(
        effect,
        operation=None if effect in OF_SESSIONS else draw(st.sampled_from([None, *OPERATIONS])),
        count=draw(st.sampled_from([1, 2, 5, None])),
        probability=draw(st.sampled_from([1.0, 1.0, 0.5])),
        seed=draw(st.integers(0, 3)),
        **given,
    )


class Faulty(RuleBasedStateMachine):
    """
    A user with sessions, a service with faults, and time.
    """

    handles = Bundle("handles")

    def __init__(self):
        super().__init__()
        self.clock = ManualClock()
        self.emulator = Emulator(clock=self.clock)
        self.client = self.connect()
        self.count = 0
        self.said_stopped = set()

    def connect(self):
        return Client(emulator=self.emulator)

    def teardown(self):
        self.client.close()
        self.emulator.close()

    # What happens around the client

    @rule(fault=faults())
    def something_goes_wrong(self, fault):
        self.emulator.faults.add(fault)

    @rule()
    def all_is_well_again(self):
        self.emulator.faults.clear()

    @rule(seconds=st.sampled_from([1, 8, 60, 600, 86_400]))
    def time_passes(self, seconds):
        self.clock.advance(timedelta(seconds=seconds))

    # What the client is asked for

    @rule(target=handles, size=st.sampled_from(["Standard", "Premium"]))
    def start(self, size):
        try:
            return self.client.start(self.new_name(), size=size, lease="10m")
        except ArrError:
            return multiple()

    @rule(handle=handles)
    def wait(self, handle):
        try:
            ready = handle.wait_ready(timeout="3m")
        except ArrError:
            return
        assert self.row(handle.id).hostname == ready.host

    @rule(handle=handles)
    def read(self, handle):
        before = self.emulator.now()
        try:
            seen = handle.refresh()
        except ArrError:
            return
        self.assert_seen(seen, before)

    @rule()
    def list_all(self):
        before = self.emulator.now()
        try:
            seen = list(self.client.list_sessions())
        except ArrError:
            return
        live = {name for name in self.names() if self.statuses(name, before) - ENDED}
        assert {one.id for one in seen} <= live
        assert {one.id for one in seen} >= {name for name in live if not self.statuses(name, before) & ENDED}
        for one in seen:
            self.assert_seen(one, before)

    @rule(handle=handles, minutes=st.sampled_from([1, 10]))
    def extend(self, handle, minutes):
        try:
            extended = handle.extend(by=minutes)
        except ArrError:
            return
        # An answer with the old lease is the service's, and not above the truth.
        assert extended.lease <= timedelta(minutes=self.row(handle.id).lease)

    @rule(handle=handles)
    def stop(self, handle):
        lied = self.may_lie()
        try:
            handle.stop()
        except ArrError:
            return
        if handle.state.has_ended or not lied:
            self.said_stopped.add(handle.id)

    @rule()
    def work_in_a_block(self):
        name, lied = self.new_name(), self.may_lie()
        try:
            with self.client.session(name, keep=False, ready_timeout="3m") as session:
                pass
        except ArrError:
            return
        if session.state.has_ended or not lied:
            self.said_stopped.add(name)

    # What has to hold

    @invariant()
    def nothing_that_was_stopped_runs(self):
        running = {name for name in self.said_stopped if self.row(name).status_at(self.emulator.now()) not in ENDED}
        assert set() == running

    def may_lie(self):
        """Whether a stop may be acknowledged and forgotten; then only what was read as ended counts as stopped."""
        return any(rule.fault.effect == "ready_after_stop" for rule in self.emulator.faults.list())

    def new_name(self):
        self.count += 1
        return f"s{self.count}"

    def names(self):
        return [name for number in range(1, self.count + 1) if self.row(name := f"s{number}")]

    def row(self, name):
        return self.emulator.control.row(name)

    def statuses(self, name, since):
        """The states a session has been in from that moment until now."""
        row, now = self.row(name), self.emulator.now()
        moments = [since, now, *(moment for moment in (row.created, row.ready, row.over) if since <= moment <= now)]
        return {row.status_at(moment) for moment in moments}

    def assert_seen(self, seen, before):
        """What the client tells of a session was so at a moment of its asking, unless the service spoke in riddles."""
        assert str(seen.status) in self.statuses(seen.id, before) | {"Hibernating"}


class FaultyOnASocket(Faulty):
    """
    The same with connections that really break.
    """

    def connect(self):
        self.server = serve(self.emulator)
        return Client(
            endpoint=self.server.endpoint,
            sts_endpoint=self.server.sts_endpoint,
            account_id=self.emulator.account_id,
            account_key=self.emulator.account_key,
            clock=self.clock,
        )

    def teardown(self):
        self.client.close()
        self.server.close()
        self.emulator.close()


TestFaulty = Faulty.TestCase
TestFaulty.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestFaultyOnASocket = FaultyOnASocket.TestCase
TestFaultyOnASocket.settings = settings(TestFaulty.settings, max_examples=10)
