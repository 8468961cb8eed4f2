"""
The limiter: open until the service throttles, then as slow as it has to be.
"""

import pytest

from arr_facade import _flows
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
