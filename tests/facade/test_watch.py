"""
Many waiters of one client: who looks, what it costs, and what each of them gets. Driven by hand, without threads.
"""

from datetime import timedelta

import pytest

from arr_facade._steps import Rest, Sleep
from arr_facade._watch import wait_ready
from arr_facade.emulator import Response
from arr_facade.errors import NotFoundError, SessionFailedError, SessionStoppedError, WaitTimeoutError
from arr_facade.models import ReadySession
from tests.facade.by_hand import Stage
from tests.facade.world import Instead


class Crew:
    """
    Several flows on one clock, each moved on as far as it goes before time passes.
    """

    def __init__(self, stage):
        self.stage = stage
        self.results = {}
        self._idle = {}

    def add(self, name, flow):
        """
        Begin a flow.
        """
        self._move(name, flow, lambda: flow.send(None))

    def cancel(self, name, error):
        """
        Throw an error into a flow where it stands.
        """
        flow, _, _ = self._idle.pop(name)
        self._move(name, flow, lambda: flow.throw(error))

    def run(self):
        """
        Let time pass until all flows have ended.
        """
        while self._idle:
            self._pass_time()

    def _pass_time(self):
        self.advance(max(min(until for _, _, until in self._idle.values()) - self.stage.clock.monotonic(), 0))

    def run_until(self, name):
        """
        Let time pass until one flow has ended.
        """
        while name not in self.results:
            self._pass_time()

    def advance(self, seconds):
        """
        Let some seconds pass; then whoever is due or alarmed goes on.
        """
        self.stage.clock.sleep(seconds)
        while self._wake_one():
            pass

    def _wake_one(self):
        now = self.stage.clock.monotonic()
        for name, (flow, step, until) in list(self._idle.items()):
            rang = isinstance(step, Rest) and step.alarm.is_set()
            if rang or until <= now:
                if rang:
                    step.alarm.clear()
                del self._idle[name]
                self._move(name, flow, lambda flow=flow, rang=rang: flow.send(rang))
                return True
        return False

    def _move(self, name, flow, go):
        try:
            step = go()
            while not isinstance(step, (Sleep, Rest)):
                step = self.stage.hand.proceed(flow, step)
        except StopIteration as stop:
            self.results[name] = stop.value
        except BaseException as error:  # noqa: BLE001 - how a flow ended, Ctrl-C included, is what is asserted
            self.results[name] = error
        else:
            self._idle[name] = (flow, step, self.stage.clock.monotonic() + step.seconds)


@pytest.fixture
def stage():
    return Stage(startup={"Standard": "1h", "Premium": "1h"})


@pytest.fixture
def crew(stage):
    return Crew(stage)


def begin(crew, name, *, size="Standard", timeout="2h", stop_on_failure=False):
    """
    Create a session and begin to wait for it.
    """
    session = crew.stage.create(name, size=size)
    seen = []
    minutes = timedelta(hours=2) if timeout == "2h" else timedelta(seconds=float(timeout))
    flow = wait_ready(
        crew.stage.service, session, timeout=minutes, on_progress=seen.append, stop_on_failure=stop_on_failure
    )
    crew.add(name, flow)
    return seen


def begin_many(crew, count):
    names = [f"s{number}" for number in range(count)]
    for name in names:
        begin(crew, name)
    return names


def test_one_waiter_reads_and_never_lists(stage, crew):
    """
    Who waits alone reads its session; a list would show it more than it asked for.
    """
    begin(crew, "alone")
    crew.advance(20)
    stage.emulator.ready_session("alone")
    crew.run()
    assert isinstance(crew.results["alone"], ReadySession)
    assert {"create_session", "get_session"} == set(stage.calls())


def test_many_waiters_share_a_list(stage, crew):
    """
    Thirty waiters for a minute cost one list per two seconds between them, not thirty reads.
    """
    names = begin_many(crew, 30)
    crew_calls = len(stage.calls())
    for name in names:
        crew.advance(2)
        stage.emulator.ready_session(name)
    crew.run()
    assert all(isinstance(crew.results[name], ReadySession) for name in names)
    asked = stage.calls()[crew_calls:]
    assert len(asked) <= 40
    assert asked.count("list_sessions") >= 25


def test_few_waiters_beside_a_long_list_read_singly():
    """
    Once it is known that the list has more pages than there are waiters, each session is read by itself.
    """
    crew = Crew(Stage(startup={"Standard": "1h"}, page_size=5))
    for number in range(40):
        crew.stage.create(f"foreign{number}")
    begin_many(crew, 4)
    for _ in range(20):
        crew.advance(1)
    assert 9 == len(crew.stage.emulator.calls("list_sessions"))
    assert len(crew.stage.emulator.calls("get_session")) >= 4 * 5


def test_each_waiter_sees_every_state_of_its_own(stage, crew):
    """
    A follower's listener is told what the leader saw, of its own session only.
    """
    begin(crew, "first")
    seen = begin(crew, "second")
    crew.advance(10)
    stage.emulator.ready_session("second")
    crew.run_until("second")
    assert {"second"} == {session.id for session in seen}
    assert ["Starting", "Ready"] == sorted({str(session.status) for session in seen}, reverse=True)


def test_another_takes_over_when_the_leader_is_done(stage, crew):
    """
    When the leader's session is Ready, a follower looks on without losing its turn.
    """
    begin(crew, "leader")
    begin(crew, "follower")
    stage.emulator.ready_session("leader")
    crew.run_until("leader")
    stage.emulator.ready_session("follower")
    before = stage.clock.monotonic()
    crew.run_until("follower")
    assert stage.clock.monotonic() - before <= 3


def test_another_takes_over_when_the_leader_is_cancelled(stage, crew):
    """
    A leader that is interrupted takes nobody with it.
    """
    begin(crew, "leader")
    begin(crew, "follower")
    crew.advance(4)
    crew.cancel("leader", KeyboardInterrupt())
    assert isinstance(crew.results["leader"], KeyboardInterrupt)
    stage.emulator.ready_session("follower")
    crew.run()
    assert isinstance(crew.results["follower"], ReadySession)


def test_who_has_ended_is_told_alone(stage, crew):
    """
    A session that stopped or failed, and so is in no list, ends its own wait and no other.
    """
    for name in ("stopped", "failed", "well", "well-too"):
        begin(crew, name)
    crew.advance(2)
    stage.stop("stopped")
    stage.emulator.fail_session("failed", "InternalError", "It broke.")
    crew.advance(4)
    stage.emulator.ready_session("well")
    stage.emulator.ready_session("well-too")
    crew.run()
    assert isinstance(crew.results["stopped"], SessionStoppedError)
    assert isinstance(crew.results["failed"], SessionFailedError)
    assert isinstance(crew.results["well"], ReadySession)
    assert isinstance(crew.results["well-too"], ReadySession)


def test_an_unknown_session_is_told_alone(stage, crew):
    """
    A 404 for one session ends its own wait; the others go on.
    """
    begin_many(crew, 2)
    stage.emulator.hooks.append(Instead("list_sessions", [Response(200, [], b'{"sessions":[]}')]))
    stage.emulator.hooks.append(Instead("get_session", [Response(404, [], b"")]))
    crew.advance(3)
    stage.emulator.ready_session("s1")
    crew.run()
    assert isinstance(crew.results["s0"], NotFoundError)
    assert isinstance(crew.results["s1"], ReadySession)


def test_trouble_with_the_list_is_waited_out_by_all(stage, crew):
    """
    A list that fails for a while delays everybody and ends nobody's wait.
    """
    names = begin_many(crew, 5)
    stage.emulator.hooks.append(Instead("list_sessions", [Response(500, [], b"")] * 4))
    crew.advance(30)
    for name in names:
        stage.emulator.ready_session(name)
    crew.run()
    assert all(isinstance(crew.results[name], ReadySession) for name in names)


def test_each_keeps_its_own_deadline(stage, crew):
    """
    A follower with a short timeout times out at its own moment, with the last state, while the leader waits on.
    """
    begin(crew, "patient")
    begin(crew, "hasty", timeout="7")
    start = stage.clock.monotonic()
    crew.run_until("hasty")
    assert isinstance(crew.results["hasty"], WaitTimeoutError)
    assert stage.clock.monotonic() - start == pytest.approx(7)
    assert "patient" not in crew.results


def test_a_slow_leader_holds_up_no_hasty_follower(stage, crew):
    """
    A leader that sleeps ten seconds for a Premium session does not make a Standard one wait for as long.
    """
    begin(crew, "premium", size="Premium")
    begin(crew, "standard")
    crew.advance(1)
    stage.emulator.ready_session("standard")
    crew.run_until("standard")
    assert stage.clock.monotonic() <= 5


def test_who_joins_late_is_in_the_next_look_of_the_leader(stage, crew):
    """
    Twenty waits for sessions that were started long ago cost the leader's list and no read each.
    """
    begin(crew, "leader")
    sessions = [stage.create(f"s{number}") for number in range(20)]
    crew.advance(60)
    before = len(stage.emulator.calls("get_session"))
    for session in sessions:
        flow = wait_ready(
            stage.service, session, timeout=timedelta(hours=2), on_progress=lambda _: None, stop_on_failure=False
        )
        crew.add(session.id, flow)
    for _ in range(10):
        crew.advance(1)
    assert len(stage.emulator.calls("get_session")) - before <= 2
    assert len(stage.emulator.calls("list_sessions")) >= 3


def test_a_failed_wait_stops_what_it_started(stage, crew):
    """
    A follower that times out and owns its session stops it; the leader's session runs on.
    """
    begin(crew, "kept")
    begin(crew, "given-up", timeout="5", stop_on_failure=True)
    crew.run_until("given-up")
    assert ("Starting", "Stopped") == (stage.status("kept"), stage.status("given-up"))
