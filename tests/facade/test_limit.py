"""
The limiter: open until the service throttles, then as slow as it has to be.
"""

import heapq
from collections import Counter

import pytest

from arr_facade import RetryPolicy, _flows
from arr_facade._limit import Limiter
from arr_facade.emulator import Response
from tests.facade.by_hand import Stage
from tests.facade.world import Instead


def test_it_is_open_until_the_service_complains():
    """
    Nobody waits while there was no 429.
    """
    limiter = Limiter()
    assert {0.0} == {limiter.take(0.0) for _ in range(1000)}
    assert limiter.rate is None


@pytest.mark.parametrize(("asked", "wait"), [(15.0, 15.0), (None, 5.0), (0.0, 0.0)])
def test_all_wait_as_long_as_the_service_asked(asked, wait):
    """
    After a 429 the next call waits for Retry-After, or for five seconds where there was none.
    """
    limiter = Limiter()
    limiter.take(100.0)
    limiter.throttled(100.0, asked)
    assert wait == limiter.take(100.0)


def test_a_complaint_halves_the_rate():
    """
    Calls are then let through at half the rate of the minute before.
    """
    limiter = Limiter()
    for second in range(60):
        limiter.take(float(second))
        limiter.take(float(second))
    limiter.throttled(59.5, 0.0)
    assert limiter.rate == pytest.approx(1.0, rel=0.05)
    first = limiter.take(60.0)
    assert limiter.take(60.0) - first == pytest.approx(1.0, rel=0.05)


def test_one_burst_slows_down_once():
    """
    Several refusals of calls that were under way together count as one complaint.
    """
    limiter = Limiter()
    for _ in range(120):
        limiter.take(0.0)
    for _ in range(10):
        limiter.throttled(1.0, 10.0)
    assert limiter.rate == pytest.approx(1.0)


def test_refusals_that_trickle_in_slow_down_once():
    """
    Also without a pause asked for, calls that were under way together count as one complaint, whenever each comes back.
    """
    limiter = Limiter()
    for _ in range(240):
        limiter.take(0.0)
    for late in range(8):
        limiter.throttled(1.0 + late / 2, 0.0)
        limiter.take(1.0 + late / 2)
    assert limiter.rate == pytest.approx(2.0)


def test_a_refusal_after_the_pause_halves_again():
    """
    A call that was sent at the new rate and refused all the same halves it, although the next turn is still to come.
    """
    limiter = Limiter()
    for _ in range(24):
        limiter.take(0.0)
    limiter.throttled(1.0, 10.0)
    assert 10.0 == limiter.take(1.0)
    limiter.throttled(11.5, 10.0)
    assert limiter.rate == pytest.approx(0.1)


def test_a_long_pause_does_not_excuse_later_refusals():
    """
    Whatever pause was asked for, a refusal more than a minute later is a new complaint.
    """
    limiter = Limiter()
    for _ in range(240):
        limiter.take(0.0)
    limiter.throttled(1.0, 3600.0)
    limiter.throttled(62.0, 3600.0)
    assert limiter.rate == pytest.approx(1.0)


def hour(allowed, retry_after, callers, latency=0.05):
    """
    For a service that allows so many calls a minute, what share of an hour's calls it refuses and of its leave is used.

    The first ten minutes do not count. Each caller sends as soon as it may, and a refused call waits as it was told.
    """
    limiter = Limiter()
    asking = [(caller / 100, caller) for caller in range(callers)]
    turns, answers = [], []
    used, refused, accepted = Counter(), 0, 0
    while True:
        now, caller = min(asking[:1] + turns[:1] + answers[:1])
        if now >= 3600:
            return refused / (refused + accepted), accepted / (allowed * 50)
        if answers and answers[0] == (now, caller):
            heapq.heappop(answers)
            limiter.throttled(now, retry_after)
            heapq.heappush(asking, (now + (retry_after or 0.5), caller))
        elif turns and turns[0] == (now, caller):
            heapq.heappop(turns)
            used[now // 60] += 1
            fits = used[now // 60] <= allowed
            heapq.heappush(asking if fits else answers, (now + latency, caller))
            accepted += fits and now >= 600
            refused += not fits and now >= 600
        else:
            heapq.heappop(asking)
            heapq.heappush(turns, (now + limiter.take(now, 60.0), caller))


@pytest.mark.parametrize("retry_after", [None, 5.0, 10.0])
@pytest.mark.parametrize(("allowed", "callers"), [(6, 1), (60, 1), (60, 20), (300, 1), (300, 20)])
def test_it_finds_what_the_service_allows(allowed, callers, retry_after):
    """
    Ten minutes after the first complaint few calls are refused, and most of what is allowed is used.
    """
    refused, used = hour(allowed, retry_after, callers)
    assert refused < 0.1
    assert used > 0.5


def test_a_refused_minute_is_not_a_quiet_one():
    """
    The rate does not grow before a whole minute has passed without any 429, also one that did not halve it.
    """
    limiter = Limiter()
    for _ in range(240):
        limiter.take(0.0)
    limiter.throttled(1.0, 10.0)
    limiter.throttled(9.0, 10.0)
    limiter.take(62.0)
    assert limiter.rate == pytest.approx(2.0)
    limiter.take(69.0)
    assert limiter.rate == pytest.approx(2.5)


def test_a_turn_beyond_the_patience_is_not_taken():
    """
    A caller waits as long as it is willing to and no longer, and the turn that it did not wait for is left to others.
    """
    limiter = Limiter()
    limiter.take(0.0)
    limiter.throttled(0.0, 0.0)
    waits = [limiter.take(0.0, 60.0) for _ in range(20)]
    assert [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0] == pytest.approx(waits[:7])
    assert {60.0} == set(waits[7:])
    assert 0.0 == limiter.take(120.0, 60.0)


def test_a_later_complaint_halves_again_but_not_below_a_call_in_ten_seconds():
    """
    However often the service complains, one call in ten seconds gets through.
    """
    limiter = Limiter()
    limiter.take(0.0)
    for complaint in range(1, 20):
        limiter.throttled(complaint * 100.0, 1.0)
    assert limiter.rate == pytest.approx(0.1)


def test_quiet_minutes_give_the_rate_back():
    """
    Without a further 429 it grows by a quarter each minute, until there is no limit any more.
    """
    limiter = Limiter()
    for _ in range(240):
        limiter.take(0.0)
    limiter.throttled(1.0, 1.0)
    slowed = limiter.rate
    limiter.take(62.0)
    assert limiter.rate == pytest.approx(slowed * 1.25)
    limiter.take(3600.0)
    assert limiter.rate is None


def test_a_throttled_call_paces_the_others_and_not_the_urgent_ones():
    """
    After one call's 429 the next read waits its turn, while a stop goes out at once.
    """
    stage = Stage(startup={"Standard": "1h"})
    stage.create("s")
    stage.emulator.hooks.append(Instead("get_session", [Response(429, [("Retry-After", "20")], b"")]))
    stage.run(_flows.get_session(stage.service, "s"))
    stage.hand.slept.clear()
    stage.run(_flows.stop_session(stage.service, "s"))
    assert [] == stage.hand.slept
    stage.run(_flows.get_session(stage.service, "s"))
    assert 1 == len(stage.hand.slept)


def test_a_call_without_patience_takes_no_turn():
    """
    A call with no budget for waiting goes out at once, and the turn that it would have had is the next caller's.
    """
    stage = Stage(startup={"Standard": "1h"})
    stage.create("s")
    stage.service.sender.limiter.throttled(stage.clock.monotonic(), 0.0)
    for _ in range(5):
        stage.run(_flows.get_session(stage.service, "s", policy=RetryPolicy(budget=0)))
    stage.run(_flows.get_session(stage.service, "s"))
    assert [] == stage.hand.slept


def test_a_call_waits_for_its_turn_no_longer_than_its_budget():
    """
    Where the service asks for a longer pause than the policy's budget, the next call waits the budget and is sent.
    """
    stage = Stage(startup={"Standard": "1h"}, retry=RetryPolicy(budget=7))
    stage.create("s")
    stage.service.sender.limiter.throttled(stage.clock.monotonic(), 100.0)
    assert "s" == stage.run(_flows.get_session(stage.service, "s")).id
    assert [7] == stage.hand.slept
