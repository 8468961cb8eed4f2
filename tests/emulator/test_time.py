"""
The service's time: moved on, held, sped up, shared, and a day of leases in a moment.
"""

import pytest

from arr_facade import Client
from arr_facade.clock import ManualClock, SystemClock
from arr_facade.emulator import Emulator, Fault
from arr_facade.errors import ConfigurationError
from tests.emulator.caller import Caller

MACHINE = "arr_facade.emulator._time.machine_time"
START = 1_800_000_000.0


@pytest.fixture
def machine(monkeypatch):
    """The machine's clocks, both of which stand still until a test moves them."""
    now = [START]
    monkeypatch.setattr(MACHINE, lambda: now[0])
    monkeypatch.setattr("arr_facade.clock.time.monotonic", lambda: now[0])
    monkeypatch.setattr("arr_facade.clock.time.time", lambda: now[0])
    return now


@pytest.fixture(params=["memory", "file"])
def emulator(request, machine, tmp_path):
    state = tmp_path / "state.db" if request.param == "file" else None
    with Emulator(clock=SystemClock(), state=state) as emulator:
        yield emulator


def test_time_advances_without_the_machine(emulator, machine):
    """
    Nine minutes are over at once, and time goes on from there as before.
    """
    call = Caller(emulator)
    call.create(lease=10)
    emulator.time.advance("9m")
    assert (START + 540, "Ready") == (emulator.now(), call.session()["status"])
    machine[0] += 68
    assert (START + 608, "Expired") == (emulator.now(), call.session()["status"])


@pytest.mark.parametrize("speed", [0, 1, 60, 0.5])
def test_time_gets_another_speed(emulator, machine, speed):
    """
    From the moment of the change on, so many seconds pass in one of the machine's, and none is lost.
    """
    machine[0] += 10
    emulator.time.set_speed(speed)
    assert (speed, START + 10) == (emulator.time.speed, emulator.now())
    machine[0] += 4
    assert START + 10 + 4 * speed == emulator.now()
    emulator.time.advance("1m")
    emulator.time.set_speed(1)
    machine[0] += 1
    assert START + 10 + 4 * speed + 61 == emulator.now()


def test_a_fast_clock_can_be_slowed(machine):
    """
    The speed that is told and set counts against the machine, whatever the clock's own is.
    """
    with Emulator(clock=SystemClock(60)) as emulator:
        assert 60 == emulator.time.speed
        emulator.time.set_speed(1)
        before = emulator.now()
        machine[0] += 5
        assert (1, 5) == (emulator.time.speed, emulator.now() - before)


@pytest.mark.parametrize("speed", [-1, float("inf"), float("nan")])
def test_a_speed_that_is_none_is_refused(emulator, speed):
    """
    Time does not run back or away.
    """
    with pytest.raises(ConfigurationError, match="speed: "):
        emulator.time.set_speed(speed)


def test_all_who_share_a_file_share_the_course(machine, tmp_path):
    """
    What one process does to the time, another sees at its next request, and a later one as well.
    """
    path = tmp_path / "state.db"
    with Emulator(clock=SystemClock(), state=path) as one:
        with Emulator(clock=SystemClock(), state=path) as other:
            one.time.advance("1h")
            assert START + 3600 == one.now() == other.now()
            other.time.set_speed(0)
            machine[0] += 100
            assert START + 3600 == one.now() == other.now()
        one.time.set_speed(1)
        one.time.advance("1h")
    machine[0] += 10
    with Emulator(clock=SystemClock(), state=path) as later:
        assert START + 7210 == later.now()


def test_a_manual_clock_decides_everything(clock):
    """
    On a ManualClock, advancing the service advances all who live by that clock, and it has no speed.
    """
    with Emulator(clock=clock) as emulator:
        before = clock.monotonic()
        emulator.time.advance("9m")
        assert 540 == clock.monotonic() - before
        assert (True, 0) == (emulator.time.manual, emulator.time.speed)
        with pytest.raises(ConfigurationError, match=r"speed: .* ManualClock"):
            emulator.time.set_speed(60)


def test_the_wall_clock_of_clients_jumps(clock):
    """
    Ahead or back, a jump is the clients' affair: the lease goes on as if nothing had happened.
    """
    with Emulator(clock=clock) as emulator:
        call = Caller(emulator)
        call.create(lease=10)
        wall = clock.time()
        emulator.jump(86_400)
        assert wall + 86_400 == clock.time()
        emulator.jump(-2 * 86_400)
        assert wall - 86_400 == clock.time()
        clock.advance("8s")
        assert "Ready" == call.session()["status"]


def test_for_other_clients_the_service_is_skewed_instead(emulator):
    """
    Where the clients' clocks are out of reach, one rule of skew has the sum of the jumps, and none is left at zero.
    """
    emulator.jump(300)
    assert [-300] == [rule.fault.skew for rule in emulator.faults.list()]
    emulator.jump(-900)
    assert [600] == [rule.fault.skew for rule in emulator.faults.list()]
    emulator.jump(600)
    assert [] == emulator.faults.list()


def test_a_day_of_leases_in_a_moment():
    """
    A session is extended every ten minutes for a whole day, is Ready all the time, and then expires with its lease.
    """
    clock = ManualClock()
    with Emulator(clock=clock) as emulator, Client(emulator=emulator) as client:
        session = client.start("s", lease="10m")
        session.wait_ready()
        started = clock.monotonic()
        for minutes in range(20, 1440, 10):
            clock.advance("10m" if minutes > 20 else "9m")
            assert "Ready" == session.extend(to=minutes).status
        clock.advance("11m")
        assert ("Expired", 1430) == (session.refresh().status, session.refresh().elapsed.total_seconds() / 60)
        assert 1430 * 60 <= clock.monotonic() - started <= 24 * 3600
        assert 142 == len(emulator.calls("update_session"))


@pytest.mark.parametrize("duration", ["3000000d", "999999999d"])
@pytest.mark.parametrize("kind", ["memory", "file", "manual"])
def test_time_does_not_leave_the_calendar(machine, tmp_path, kind, duration):
    """
    An advance beyond what dates can be written for is refused, and the service answers as before, restarted too.
    """
    clock = ManualClock(START) if kind == "manual" else SystemClock()
    options = {"clock": clock, "state": tmp_path / "state.db" if kind == "file" else None}
    with Emulator(**options) as emulator:
        with pytest.raises(ConfigurationError, match=f"advance: '{duration}' leads beyond the year 9799"):
            emulator.time.advance(duration)
        assert START == emulator.now()
        assert 201 == Caller(emulator).create().status
    with Emulator(**options) as emulator:
        assert 201 == Caller(emulator).create("later").status


def test_time_ends_before_the_calendar_does(emulator, machine):
    """
    However long and fast it goes, sessions are made and read at the last moment there is, also by a skewed clock.
    """
    emulator.time.set_speed(1e300)
    machine[0] += 1e10
    emulator.faults.add(Fault("clock_skew", skew="36600d"))
    call = Caller(emulator)
    assert (201, "Starting") == (call.create(lease=1440).status, call.session()["status"])


def test_a_state_file_that_ran_out_of_time_works_again(machine, tmp_path):
    """
    A file whose course was led beyond the last year, as earlier versions let it be, can be used.
    """
    path = tmp_path / "state.db"
    with Emulator(clock=SystemClock(), state=path) as emulator:
        emulator._store.set_meta("service", 3e11)
    with Emulator(clock=SystemClock(), state=path) as emulator:
        assert 201 == Caller(emulator).create().status


@pytest.mark.parametrize("seconds", [1e300, float("inf"), float("nan"), -1e10])
def test_a_jump_that_is_too_long_changes_nothing(emulator, seconds):
    """
    The skew of an earlier jump is still there after one that was refused.
    """
    emulator.jump(300)
    with pytest.raises(ConfigurationError, match="jump: "):
        emulator.jump(seconds)
    assert [-300] == [rule.fault.skew for rule in emulator.faults.list()]


def test_jumps_do_not_add_up_beyond_the_calendar(emulator):
    """
    Two jumps that are possible each, but not together, leave the first.
    """
    emulator.jump(3e9)
    with pytest.raises(ConfigurationError, match=r"jump: 3000000000\.0 makes 6e\+09 seconds"):
        emulator.jump(3e9)
    assert [-3e9] == [rule.fault.skew for rule in emulator.faults.list()]


def test_a_manual_clock_jumps_within_the_calendar():
    """
    The wall clock of clients is not set before 1970.
    """
    clock = ManualClock(start=1000.0)
    with Emulator(clock=clock) as emulator, pytest.raises(ConfigurationError, match="jump: -2000 leads before 1970"):
        emulator.jump(-2000)
    assert 1000.0 == clock.time()
