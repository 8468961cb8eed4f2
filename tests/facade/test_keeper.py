"""
The lease keeper by hand: a real emulator, a clock that stands still, and no thread.
"""

import math
from datetime import timedelta

import attrs
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arr_facade import Client, LeaseEventKind, LeaseLostError, ManualClock, SessionHandle, TransportError, _flows
from arr_facade._lease import remaining
from arr_facade.emulator import Emulator, Fault
from tests.facade.by_hand import Stage
from tests.facade.world import Hook, Instead, answer, refusal

MINUTE = timedelta(minutes=1)
BROKEN = TransportError("reset", operation="x", host="localhost")


class Breaking(Hook):
    """
    Breaks the connection for some operations, before the service has carried them out or after.
    """

    def __init__(self, *operations, after=False, times=math.inf):
        self.operations = operations
        self.lost = after
        self.times = times

    def before(self, where, request):
        if not self.lost:
            self._break(where)

    def after(self, where, request, response):
        if self.lost:
            self._break(where)
        return response

    def _break(self, where):
        if where.operation in self.operations and self.times > 0:
            self.times -= 1
            raise BROKEN


class Forgetting(Hook):
    """
    Answers renewals as usual and does not carry them out: what a service that is still making up its mind does.
    """

    def __init__(self, stage, times):
        self.stage = stage
        self.times = times

    def before(self, where, request):
        if where.operation == "update_session" and self.times > 0:
            self.times -= 1
            return answer(
                200,
                {
                    "id": where.id,
                    "status": "Ready",
                    "size": "Standard",
                    "elapsedTimeMinutes": int(self.stage.clock.monotonic() // 60),
                    "maxLeaseTimeMinutes": self.stage.lease(),
                },
            )
        return None


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def events():
    return []


def kinds(events):
    return [str(event.kind) for event in events]


def test_a_kept_session_lives(stage, events):
    """
    A session of ten minutes that is kept is Ready hours later, on a lease of ten minutes and one from then on.
    """
    stage.keep(stage.ready(), on_event=events.append)
    stage.keep_for("3h")
    assert "Ready" == stage.status()
    assert 180 < stage.lease() <= 191
    assert {"renewed"} == set(kinds(events))


def test_a_session_that_is_not_kept_ends(stage):
    """
    Without the keeper the same session is gone after its ten minutes.
    """
    stage.ready()
    stage.clock.advance("10m")
    assert "Expired" == stage.status()


@settings(max_examples=25, deadline=None)
@given(ttl=st.integers(1, 60), limit=st.integers(1, 400), hours=st.integers(1, 7))
def test_a_lease_never_runs_far_ahead(ttl, limit, hours):
    """
    Whatever the ttl and the limit, at no renewal is the lease more than the ttl and two minutes ahead of the time used.
    """
    stage = Stage()
    started = stage.clock.monotonic()
    ahead = []

    def watch(event):
        used = timedelta(seconds=stage.clock.monotonic() - started)
        ahead.append(event.session.lease - used)

    stage.keep(stage.ready(lease=ttl), ttl=ttl, limit=limit, on_event=watch)
    stage.keep_for(hours * 60)
    assert stage.lease() <= max(limit, ttl)
    assert max(ahead, default=timedelta(0)) <= (ttl + 2) * MINUTE
    assert ("Ready" == stage.status()) is (max(limit, ttl) > hours * 60)


def test_renewals_are_few(stage):
    """
    An hour of a ten-minute lease takes about one renewal and one reading for each half of it.
    """
    stage.keep(stage.ready())
    before = len(stage.calls())
    stage.keep_for("1h")
    calls = stage.calls()[before:]
    assert 12 <= calls.count("update_session") <= 16
    assert calls.count("update_session") == calls.count("get_session")


def test_the_limit_ends_the_keeping(stage, events):
    """
    At its limit the session is warned about, not renewed, and lost when the service says so.
    """
    stage.keep(stage.ready(), limit="30m", on_event=events.append)
    stage.keep_for("1h")
    assert 30 == stage.lease()
    assert ["expiring", "lost"] == kinds(events)[-2:]
    assert 1 == kinds(events).count("expiring")
    assert "30m" in events[-2].reason
    assert "Expired" == events[-1].session.status


def test_the_limit_is_announced_in_time(stage):
    """
    `expiring` comes when a renewal would be due, so that there is half of the ttl to finish the work.
    """
    left = []

    def listener(event):
        if event.kind == LeaseEventKind.EXPIRING:
            left.append(20 * MINUTE - timedelta(seconds=stage.clock.monotonic() - began))

    session = stage.ready()
    began = stage.clock.monotonic()
    stage.keep(session, limit="20m", on_event=listener)
    stage.keep_for("25m")
    assert 1 == len(left)
    assert 5 * MINUTE <= left[0] <= 6 * MINUTE


def test_a_lease_that_somebody_lengthened_after_the_warning_is_kept_again(stage, events):
    """
    After another client has renewed beyond the limit, the next warning comes as late as it should.
    """
    stage.keep(stage.ready(), limit="20m", on_event=events.append)
    stage.keep_for("19m30s")
    assert "expiring" == kinds(events)[-1]
    stage.run(_flows.update_lease(stage.service, "s", 60))
    stage.keep_for("30m")
    assert "Ready" == stage.status()
    assert 1 == kinds(events).count("expiring")
    stage.keep_for("15m")
    assert ["expiring", "lost"] == kinds(events)[-2:]
    assert 2 == kinds(events).count("expiring")


def test_the_day_is_the_last_limit(stage, events):
    """
    A keeper without a limit worth the name stops one minute short of the service's day.
    """
    stage.keep(stage.ready(), limit="48h", on_event=events.append)
    stage.keep_for("25h")
    assert 1439 == stage.lease()
    assert "lost" == kinds(events)[-1]


def test_a_session_is_kept_from_before_it_is_ready(stage, events):
    """
    A session that still starts is looked at until it is Ready and then renewed as any other.
    """
    session = stage.run(_flows.create_session(stage.service, "s", "Standard", 10))
    kept = stage.keep(session, on_event=events.append)
    stage.keep_for("30m")
    assert "Ready" == stage.status() == kept.session.status
    assert {"renewed"} == set(kinds(events))


def test_a_renewal_that_does_not_show_is_repeated(stage, events):
    """
    A PATCH that answers with the old lease is noticed, the next reading is believed, and the renewal is repeated.
    """
    stage.emulator.hooks.append(Forgetting(stage, times=2))
    stage.keep(stage.ready(), on_event=events.append)
    stage.keep_for("4m")
    assert 10 == stage.lease()
    stage.keep_for("1m")
    assert 14 == stage.lease()


def test_a_late_renewal_that_shows_in_the_next_reading_is_enough(stage):
    """
    A PATCH that answers with the old lease but was carried out is not repeated.
    """

    class Late(Hook):
        def after(self, where, request, response):
            if where.operation != "update_session":
                return response
            return attrs.evolve(
                response, body=response.body.replace(b'"maxLeaseTimeMinutes":14', b'"maxLeaseTimeMinutes":10')
            )

    stage.emulator.hooks.append(Late())
    stage.keep(stage.ready())
    stage.keep_for("5m")
    assert 14 == stage.lease()
    assert 1 == stage.calls().count("update_session")


@pytest.mark.parametrize(
    "fault",
    [
        lambda: Instead("update_session", [answer(429, Retry_After="20")] * 3),
        lambda: Instead("update_session", [answer(500)] * 3),
        lambda: Instead("update_session", [answer(503)] * 3),
        lambda: Instead("update_session", [answer(200, raw=b"<html>")] * 3),
        lambda: Breaking("update_session", times=3),
        lambda: Breaking("update_session", after=True, times=3),
        lambda: Breaking("update_session", "get_session", times=6),
    ],
    ids=["429", "500", "503", "html", "broken", "answer lost", "all broken"],
)
def test_a_failing_renewal_is_repeated(stage, events, fault):
    """
    Throttling, server errors, broken connections and nonsense in place of answers do not cost the lease.
    """
    stage.keep(stage.ready(), on_event=events.append)
    stage.emulator.hooks.append(fault())
    stage.keep_for("1h")
    assert "Ready" == stage.status()
    assert "lost" not in kinds(events)
    assert stage.lease() <= 71


def test_a_throttled_keeper_waits_as_long_as_it_is_told(stage):
    """
    Between a 429 and the next attempt lies its Retry-After.
    """
    moments = []

    class Watching(Hook):
        def before(self, where, request):
            if where.operation == "update_session":
                moments.append(stage.clock.monotonic())

    stage.emulator.hooks += [Watching(), Instead("update_session", [answer(429, Retry_After="45")])]
    stage.keep(stage.ready())
    stage.keep_for("7m")
    assert moments[1] - moments[0] >= 45


def test_a_renewal_that_keeps_failing_is_warned_about_once_and_then_lost(stage, events):
    """
    When no renewal arrives, `expiring` is told while there is time, and `lost` when the lease must have run out.
    """
    stage.keep(stage.ready(), on_event=events.append)
    stage.emulator.hooks.append(Breaking("update_session", "get_session"))
    stage.keep_for("9m")
    assert ["expiring"] == kinds(events)
    assert "reset" in events[0].reason
    stage.keep_for("2m")
    assert ["expiring", "lost"] == kinds(events)
    before = len(stage.emulator.requests)
    stage.keep_for("1h")
    assert before == len(stage.emulator.requests)


def test_attempts_do_not_hammer(stage):
    """
    Failing renewals come further apart, up to half a minute.
    """
    stage.emulator.hooks.append(Instead("update_session", [answer(503)] * 1000))
    stage.keep(stage.ready())
    stage.keep_for("10m")
    assert 8 <= stage.calls().count("update_session") <= 16


def test_a_recovered_renewal_ends_the_alarm(stage, events):
    """
    After the warning a renewal that succeeds is told, and a later failure warns anew.
    """
    breaking = Breaking("update_session", "get_session")
    stage.keep(stage.ready(), on_event=events.append)
    stage.emulator.hooks.append(breaking)
    stage.keep_for("8m")
    breaking.times = 0
    stage.keep_for("1m")
    breaking.times = math.inf
    stage.keep_for("9m")
    assert ["expiring", "renewed", "expiring"] == kinds(events)


class Unreadable(Hook):
    """
    Answers every reading with 503 from the first renewal on, while renewals work as always.
    """

    def __init__(self):
        self.renewed = False
        self.on = True

    def before(self, where, request):
        if where.operation == "update_session":
            self.renewed = True
        reads = where.operation in {"get_session", "list_sessions"}
        return answer(503) if self.on and self.renewed and reads else None


@pytest.mark.parametrize("sessions", [1, 3])
def test_a_session_that_cannot_be_read_is_renewed_all_the_same(stage, events, sessions):
    """
    While every reading fails after the first renewal, the renewals go on, no sooner and no further than otherwise.
    """
    stage.emulator.hooks.append(Unreadable())
    for number in range(sessions):
        stage.keep(stage.ready(f"s{number}"), on_event=events.append)
    for _ in range(60):
        stage.keep_for("1m")
        now = timedelta(seconds=stage.clock.monotonic())
        assert all(stage.lease(f"s{number}") * MINUTE <= now + 12 * MINUTE for number in range(sessions))
    assert {"Ready"} == {stage.status(f"s{number}") for number in range(sessions)}
    assert {"renewed"} == set(kinds(events))
    assert 12 * sessions <= stage.calls().count("update_session") <= 16 * sessions


def test_a_renewal_that_told_the_old_lease_is_not_given_up_at_the_old_end(stage, events):
    """
    Where the answer to the renewal has the old lease and nothing can be read after it, the session is not called lost.
    """
    stage.emulator.hooks.append(Unreadable())
    stage.emulator.faults.add(Fault("old_lease"))
    stage.keep(stage.ready(), on_event=events.append)
    stage.keep_for("1h")
    assert "Ready" == stage.status()
    assert {"renewed"} == set(kinds(events))


def test_a_renewal_that_was_taken_counts_until_a_reading_denies_it(stage, events):
    """
    After a renewal that answered with the old lease, `lost` is not told before the lease that it set has run out.
    """
    stage.emulator.faults.add(Fault("old_lease"))
    stage.keep(stage.ready(), on_event=events.append)
    stage.keep_for("4m")
    assert 14 == stage.lease()
    stage.emulator.hooks.append(Breaking("update_session", "get_session"))
    stage.keep_for("9m50s")
    assert ["renewed", "expiring"] == kinds(events)
    stage.keep_for("20s")
    assert ["renewed", "expiring", "lost"] == kinds(events)


def test_renewals_that_never_show_are_warned_about_once(stage, events):
    """
    While renewals are answered with the old lease and nothing can be read, `expiring` is told once and not after each.
    """
    stage.emulator.hooks += [Unreadable(), Forgetting(stage, times=math.inf)]
    stage.keep(stage.ready(), on_event=events.append)
    stage.keep_for("9m50s")
    assert 1 == kinds(events).count("expiring")


def test_readings_that_work_again_end_the_alarm(stage, events):
    """
    After a time without readings the next one settles what the renewals did, and keeping goes on as usual.
    """
    unreadable = Unreadable()
    stage.emulator.hooks.append(unreadable)
    kept = stage.keep(stage.ready(), on_event=events.append)
    stage.keep_for("20m")
    assert kept.unconfirmed is not None
    unreadable.on = False
    stage.keep_for("1m")
    assert kept.unconfirmed is None
    stage.keep_for("1h")
    assert {"renewed"} == set(kinds(events))


@pytest.mark.parametrize("end", ["stopped", "forgotten", "forgotten at its end"])
def test_a_session_that_ended_unread_is_lost_once(stage, events, end):
    """
    When the renewal that is tried for want of a reading finds the session ended, `lost` is told, and once.
    """

    class Unread(Unreadable):
        def after(self, where, request, response):
            if where.operation == "update_session" and response.status >= 400:
                self.on = False
            return response

    stage.emulator.hooks.append(Unread())
    stage.keep(stage.ready(), on_event=events.append)
    stage.keep_for("5m")
    if end == "stopped":
        stage.stop("s")
    elif end == "forgotten":
        stage.emulator.reset()
    else:
        breaking = Breaking("update_session")
        stage.emulator.hooks.append(breaking)
        stage.keep_for("8m59s")
        breaking.times = 0
        stage.emulator.reset()
        # What is due at the very end is attended to a moment later.
        stage.clock.sleep(2)
    stage.keep_for("20m")
    assert ["renewed", "lost"] == [kind for kind in kinds(events) if kind != "expiring"]
    assert "run out" not in events[-1].reason


def test_the_limit_still_ends_an_unreadable_session(stage, events):
    """
    At its limit a session that cannot be read is warned about once and lost when its lease must have run out.
    """
    stage.emulator.hooks.append(Unreadable())
    stage.keep(stage.ready(), limit="12m", on_event=events.append)
    stage.keep_for("11m50s")
    assert ["renewed", "expiring"] == kinds(events)
    stage.keep_for("1m20s")
    assert ["renewed", "expiring", "lost"] == kinds(events)


def test_a_slow_reading_does_not_make_the_loss_come_early(stage, events):
    """
    What a reading took on its way is not taken off the lease when nothing can be renewed: `lost` is never too early.
    """
    slow = []

    class Slow(Hook):
        def before(self, where, request):
            if where.operation == "get_session" and slow:
                stage.clock.sleep(slow.pop())

    stage.emulator.hooks.append(Slow())
    began = stage.clock.monotonic()
    session = stage.ready()
    stage.clock.sleep(40)
    slow.append(25)
    stage.keep(session, on_event=events.append)
    stage.keep_for("1m")
    assert [] == slow
    stage.emulator.hooks.append(Breaking("update_session", "get_session"))
    while stage.clock.monotonic() - began < 600:
        assert "lost" not in kinds(events)
        stage.keep_for("1s")
    stage.keep_for("2m")
    assert "lost" == kinds(events)[-1]


def test_somebody_elses_renewal_is_respected(stage, events):
    """
    Where another client has renewed further, the keeper reads that and leaves it alone.
    """
    stage.keep(stage.ready(), on_event=events.append)
    stage.run(_flows.update_lease(stage.service, "s", 60))
    stage.keep_for("45m")
    assert 60 == stage.lease()
    assert [] == events
    stage.keep_for("20m")
    assert "Ready" == stage.status()
    assert 60 < stage.lease() <= 80


def test_a_session_that_somebody_stopped_is_lost(stage, events):
    """
    The end of a session by another hand is told at the next renewal, with what the service says.
    """
    kept = stage.keep(stage.ready(), on_event=events.append)
    stage.run(_flows.stop_session(stage.service, "s"))
    stage.keep_for("10m")
    assert ["lost"] == kinds(events)
    assert "Stopped" == events[0].session.status
    assert "Stopped" in kept.lost


def test_a_session_that_broke_is_lost_with_its_reason(stage, events):
    """
    A session that ends as Error is lost, and the service's reason is passed on.
    """
    stage.keep(stage.ready(), on_event=events.append)
    stage.emulator.fail_session("s", "ServerGone", "The machine died.")
    stage.keep_for("10m")
    assert ["lost"] == kinds(events)
    assert "ServerGone: The machine died." in events[0].reason


def test_a_forgotten_session_is_lost(stage, events):
    """
    A 404 is the end.
    """
    stage.keep(stage.ready(), on_event=events.append)
    stage.emulator.reset()
    stage.keep_for("10m")
    assert ["lost"] == kinds(events)
    assert "no longer knows it" in events[0].reason


def test_a_renewal_that_is_refused_without_reason_is_repeated(stage, events):
    """
    A 422 for a session that is Ready and short of lease is tried again.
    """
    refused = refusal(422, "UnprocessableEntity", "The request was malformed.")
    stage.emulator.hooks.append(Instead("update_session", [refused] * 2))
    stage.keep(stage.ready(), on_event=events.append)
    stage.keep_for("10m")
    assert "Ready" == stage.status()
    assert "lost" not in kinds(events)


@pytest.mark.parametrize("seconds", [48 * 3600.0, -48 * 3600.0])
def test_after_a_sleep_everything_is_read_anew(stage, seconds):
    """
    When the wall clock has jumped, the next thing that happens to a session is a reading, with a token of today.
    """
    stage.keep(stage.ready())
    stage.keep_for("1m")
    before = len(stage.calls())
    stage.clock.jump(seconds)
    stage.keep_for("1m")
    assert ["get_session"] == stage.calls()[before:]


def test_a_sleep_that_outlasted_the_lease_is_told_within_a_minute(stage, events):
    """
    A machine that slept longer than the lease learns of the loss soon after it wakes.
    """
    stage.keep(stage.ready(), on_event=events.append)
    stage.keep_for("1m")
    row = stage.emulator._store.session(stage.emulator.account_id, "s")
    stage.emulator._store.save_session(attrs.evolve(row, ready=row.ready - 3600))
    stage.clock.jump(3600)
    stage.keep_for("1m")
    assert ["lost"] == kinds(events)


def test_many_sessions_are_kept_by_one_flow(stage, events):
    """
    Thirty sessions with leases of their own all live, and none is renewed more often than alone.
    """
    for number in range(30):
        lease = 5 + number % 20
        stage.keep(stage.ready(f"s{number}", lease=lease), ttl=lease, on_event=events.append)
    stage.keep_for("1h")
    assert {"Ready"} == {stage.status(f"s{number}") for number in range(30)}
    assert {"renewed"} == set(kinds(events))
    alone = Stage()
    alone.keep(alone.ready(lease=5), ttl=5)
    alone.keep_for("1h")
    together = [call for call in stage.emulator.calls("update_session") if call.path.endswith("/s0")]
    assert len(together) <= len(alone.emulator.calls("update_session"))


def test_renewals_of_many_are_confirmed_by_one_list(stage):
    """
    Thirty renewals at one time are seen to hold by one list each round, not by thirty reads.
    """
    for number in range(30):
        stage.keep(stage.ready(f"s{number}"), ttl="10m")
    before = len(stage.emulator.calls("get_session"))
    stage.keep_for("20m")
    rounds = len(stage.emulator.calls("update_session")) // 30
    assert rounds >= 3
    assert before == len(stage.emulator.calls("get_session"))
    assert rounds <= len(stage.emulator.calls("list_sessions")) <= 2 * rounds


def test_a_list_that_fails_is_replaced_by_reads(stage):
    """
    Where the list is refused, each of many renewals is confirmed by a read of its own.
    """
    for number in range(30):
        stage.keep(stage.ready(f"s{number}"), ttl="10m")
    before = len(stage.emulator.calls("get_session"))
    stage.emulator.hooks.append(Instead("list_sessions", [answer(403, None)] * 100))
    stage.keep_for("20m")
    rounds = len(stage.emulator.calls("update_session")) // 30
    assert before + 30 * rounds <= len(stage.emulator.calls("get_session")) <= before + 30 * (rounds + 1)
    assert {"Ready"} == {stage.status(f"s{number}") for number in range(30)}


def test_one_sick_session_does_not_hold_up_the_others(stage, events):
    """
    While one session's renewals fail, another one's go on.
    """

    class Sick(Hook):
        def before(self, where, request):
            return answer(503) if where.id == "sick" and where.operation == "update_session" else None

    stage.emulator.hooks.append(Sick())
    stage.keep(stage.ready("sick"))
    stage.keep(stage.ready("well"))
    stage.keep_for("1h")
    assert ("Expired", "Ready") == (stage.status("sick"), stage.status("well"))


def test_a_released_session_is_left_alone(stage, events):
    """
    After its release a session is neither read nor renewed, and nothing is told of it.
    """
    kept = stage.keep(stage.ready(), on_event=events.append)
    stage.keep_for("1m")
    before = stage.calls()
    stage.keeper.release(kept)
    stage.keep_for("1h")
    assert before == stage.calls()
    assert [] == events
    assert "Expired" == stage.status()


def test_without_sessions_the_keeper_rests_for_ever(stage):
    """
    A keeper with nothing to keep does not look at the clock.
    """
    stage.keep_for("1h")
    assert stage._step.seconds is None
    assert 0 == stage.begun


def test_each_kept_session_begins_the_keeper(stage):
    """
    The flow is begun with the first session; beginning is asked for with each, and the alarm rings.
    """
    stage.keep(stage.ready("a"))
    stage.keep(stage.ready("b"))
    assert 2 == stage.begun
    assert stage.keeper.alarm.is_set()


def test_a_closed_keeper_ends(stage, events):
    """
    Closing ends the flow at its next step, whatever was planned.
    """
    stage.keep(stage.ready(), on_event=events.append)
    stage.keep_for("1m")
    stage.keeper.close()
    with pytest.raises(StopIteration):
        stage.keep_for("1h")
    assert [] == events


@pytest.mark.parametrize("error", [ValueError("mine"), KeyError("mine"), BROKEN])
def test_a_listener_that_raises_does_no_harm(stage, error, caplog):
    """
    A listener's mistake is logged with its traceback, and the keeping goes on.
    """
    heard = []

    def listener(event):
        heard.append(event)
        raise error

    stage.keep(stage.ready(), on_event=listener)
    stage.keep_for("1h")
    assert "Ready" == stage.status()
    assert len(heard) > 5
    assert caplog.records[0].exc_info[1] is error


def test_a_credential_that_fails_does_not_end_the_keeper(stage, events):
    """
    Whatever a user's own credential raises, the keeper goes on trying while there is lease.
    """
    stage.keep(stage.ready(), on_event=events.append)
    asked = stage.service.tokens._source
    left = [RuntimeError("the vault is closed")] * 3

    def source():
        if left:
            raise left.pop()
        return (yield from asked())

    stage.service.tokens._source = source
    stage.service.tokens.refuse(stage.service.tokens._header)
    stage.keep_for("1h")
    assert [] == left
    assert "Ready" == stage.status()


def test_a_hook_that_fails_does_not_end_the_keeper(stage):
    """
    Whatever an `on_retry` raises while many sessions are looked at, they are all renewed.
    """

    def on_retry(_retry):
        raise RuntimeError("mine")

    for number in range(5):
        stage.keep(stage.ready(f"s{number}"))
    stage.service.sender.on_retry = on_retry
    stage.service.tokens.refuse(stage.service.tokens._header)
    stage.emulator.hooks.append(Instead("get_token", [answer(503)] * 3))
    stage.keep_for("1h")
    assert {"Ready"} == {stage.status(f"s{number}") for number in range(5)}


def test_a_slow_answer_does_not_make_the_lease_longer(stage):
    """
    The age of a reading counts from when it was asked for: what an answer took on its way is no lease.
    """

    class Slow(Hook):
        def after(self, where, request, response):
            if where.operation == "get_session":
                stage.clock.sleep(50)
            return response

    stage.ready()
    stage.clock.sleep(59)
    stage.emulator.hooks.append(Slow())
    session = stage.run(_flows.get_session(stage.service, "s"))
    truth = timedelta(seconds=600 - 59 - 50)
    assert remaining(session, stage.clock.monotonic()) <= truth


def test_a_lost_session_that_cannot_be_stopped_is_still_lost():
    """
    When the network is down for longer than the lease, the block ends as a lost lease and not as a failed stop.
    """
    down = []

    class Down(Hook):
        def before(self, where, request):
            if down:
                raise httpx.ConnectError("no route")

    clock = ManualClock()
    emulator = Emulator(clock=clock, startup={"Standard": "0s"})
    emulator.hooks.append(Down())

    def outage():
        down.append(True)
        clock.advance("11m")

    with Client(emulator=emulator) as client:
        with pytest.raises(LeaseLostError, match="no route") as caught, client.session(lease="10m"):
            outage()
        assert ["may be running" in note for note in caught.value.__notes__] == [True]


@pytest.mark.parametrize("detach", [False, True])
def test_a_block_that_is_interrupted_before_its_wait_stops_the_session(monkeypatch, detach):
    """
    Ctrl-C between the creation and the wait leaves nothing running, also where the session was to be detached.
    """

    def interrupted(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(SessionHandle, "wait_ready", interrupted)
    with Client(emulator=Emulator(clock=ManualClock())) as client:
        with pytest.raises(KeyboardInterrupt), client.session("s", detach=detach):
            pass
        assert "Stopped" == client.get_session("s").status


def test_events_carry_the_session_as_it_is_then(stage, events):
    """
    Each event has the session as last seen and says why in a sentence.
    """
    stage.keep(stage.ready(), on_event=events.append)
    stage.keep_for("5m")
    (event,) = events
    assert LeaseEventKind.RENEWED is event.kind
    assert ("s", 14 * MINUTE) == (event.session.id, event.session.lease)
    assert "14m" in event.reason
