"""
How much lease is left and when to renew it to what: arithmetic against the truth.
"""

import math
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from arr_facade import ConfigurationError, Session, SessionStatus
from arr_facade._lease import (
    MAX_LEASE,
    MAX_RENEWED_LEASE,
    KeepPolicy,
    latest_end,
    lease_minutes,
    margin,
    remaining,
    renewal_target,
)

MINUTE = timedelta(minutes=1)
ZERO = timedelta(0)

leases = st.integers(1, 1440).map(lambda minutes: minutes * MINUTE)
seconds = st.integers(0, 1500 * 60).map(lambda count: timedelta(seconds=count))
policies = st.builds(
    lambda ttl, limit: KeepPolicy.of(ttl * MINUTE, limit * MINUTE), ttl=st.integers(1, 1440), limit=st.integers(1, 3000)
)


def seen(lease, elapsed, *, read_at=0.0, status=SessionStatus.READY):
    """
    A session as the service describes it: its counter in whole minutes, rounded down.
    """
    return Session(
        id="s", status=status, size="Standard", lease=lease, elapsed=elapsed // MINUTE * MINUTE, read_at=read_at
    )


@given(lease=leases, elapsed=seconds, age=seconds, read_at=st.floats(0, 1e6))
def test_remaining_never_overestimates(lease, elapsed, age, read_at):
    """
    Whatever the counter's rounding hides, and however old the reading is, no more is promised than there is.
    """
    assume(elapsed < lease)
    truth = max(lease - elapsed - age, ZERO)
    told = remaining(seen(lease, elapsed, read_at=read_at), read_at + age.total_seconds())
    assert ZERO <= told <= truth + timedelta(microseconds=1)


@given(lease=leases, elapsed=seconds, age=seconds)
def test_remaining_is_a_minute_short_at_most(lease, elapsed, age):
    """
    No more than the minute that rounding may hide is held back.
    """
    truth = max(lease - elapsed - age, ZERO)
    assert remaining(seen(lease, elapsed), age.total_seconds()) >= truth - MINUTE


@given(lease=leases, elapsed=seconds, age=seconds)
def test_the_latest_end_is_never_too_early(lease, elapsed, age):
    """
    No session lives beyond the moment by which it is said to have ended, and that is a minute off at most.
    """
    end = latest_end(seen(lease, elapsed, read_at=age.total_seconds()))
    truth = age + lease - elapsed
    assert truth <= timedelta(seconds=end) <= truth + MINUTE


@pytest.mark.parametrize("status", [SessionStatus.STARTING, "Rebooting", SessionStatus.STOPPED])
def test_an_end_that_cannot_be_known_is_not_guessed(status):
    """
    Before Ready, and without a lease or a moment of reading, there is no latest end.
    """
    assert math.inf == latest_end(seen(10 * MINUTE, ZERO, status=status))
    assert math.inf == latest_end(seen(10 * MINUTE, ZERO, read_at=None))
    assert math.inf == latest_end(Session(id="s", status=SessionStatus.READY, size="Standard", read_at=0.0))


@given(lease=leases, age=seconds)
def test_before_ready_only_the_age_counts(lease, age):
    """
    A session that still starts has its whole lease before it, but may have become Ready right after it was read.
    """
    told = remaining(seen(lease, ZERO, status=SessionStatus.STARTING), age.total_seconds())
    assert max(lease - age, ZERO) == told


@pytest.mark.parametrize("status", ["Stopped", "Expired", "Error"])
def test_nothing_remains_after_the_end(status):
    """
    An ended session has no lease, whatever its document says.
    """
    assert ZERO == remaining(seen(10 * MINUTE, ZERO, status=SessionStatus(status)), 0.0)


def test_what_is_not_known_is_not_promised():
    """
    Without a lease nothing remains; without an elapsed counter or a moment of reading, what is known is used.
    """
    assert ZERO == remaining(Session(id="s", status=SessionStatus.READY, size="Standard"), 0.0)
    bare = Session(id="s", status=SessionStatus.READY, size="Standard", lease=10 * MINUTE)
    assert 9 * MINUTE == remaining(bare, 500.0)


def test_a_clock_that_went_back_adds_nothing():
    """
    A reading from the future counts as fresh.
    """
    assert 9 * MINUTE == remaining(seen(10 * MINUTE, ZERO, read_at=100.0), 50.0)


@given(lease=leases, elapsed=seconds, age=seconds, policy=policies)
def test_a_renewal_grows_within_all_limits(lease, elapsed, age, policy):
    """
    A target exceeds the present lease, respects the keeper's limit, and is below the service's 1440 minutes.
    """
    target = renewal_target(seen(lease, elapsed), policy, age.total_seconds())
    if target is not None:
        assert lease < target <= policy.limit
        assert target < MAX_LEASE
        assert target % MINUTE == ZERO


@given(lease=leases, elapsed=seconds, age=seconds, policy=policies)
def test_a_renewal_aims_at_the_ttl_from_now(lease, elapsed, age, policy):
    """
    A target is what has been used plus the ttl, to the minute, and never the old lease plus something.
    """
    target = renewal_target(seen(lease, elapsed), policy, age.total_seconds())
    used = elapsed // MINUTE * MINUTE + age
    if target is not None:
        assert target <= max(used + policy.ttl + MINUTE, lease + MINUTE)
        assert target >= min(used + policy.ttl, policy.limit // MINUTE * MINUTE)


@given(lease=leases, elapsed=seconds, age=seconds, policy=policies)
def test_no_target_means_that_the_limit_is_reached(lease, elapsed, age, policy):
    """
    The keeper gives up only where the limit leaves nothing to add.
    """
    if renewal_target(seen(lease, elapsed), policy, age.total_seconds()) is None:
        assert lease >= policy.limit // MINUTE * MINUTE


@given(lease=leases, elapsed=seconds, age=seconds, policy=policies)
def test_repeating_a_renewal_cannot_add_up(lease, elapsed, age, policy):
    """
    A renewal whose answer was lost and that is worked out again at the same moment comes to one minute more at most.
    """
    now = age.total_seconds()
    first = renewal_target(seen(lease, elapsed), policy, now)
    assume(first is not None)
    again = renewal_target(seen(first, elapsed), policy, now)
    assert again is None or again <= first + MINUTE


def test_a_kept_session_never_doubles():
    """
    Renewed at each margin for eight hours, a session of ten minutes is never more than its ttl and a minute ahead.
    """
    policy, lease = KeepPolicy.of("10m", "8h"), 10 * MINUTE
    for elapsed in (timedelta(seconds=count) for count in range(0, 8 * 3600, 10)):
        session = seen(lease, elapsed)
        if remaining(session, 0.0) <= margin(policy):
            lease = renewal_target(session, policy, 0.0) or lease
        assert elapsed < lease <= min(elapsed + 11 * MINUTE, policy.limit)
    assert 480 * MINUTE == lease


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("10m", 10), (1, 1), (1440, 1440), ("1s", 1), ("90s", 2), ("24h", 1440), (timedelta(minutes=9, seconds=1), 10)],
)
def test_a_lease_is_rounded_up_to_whole_minutes(written, minutes):
    """
    The service counts in whole minutes, and nobody gets less than they asked for.
    """
    assert minutes == lease_minutes(written)


@pytest.mark.parametrize("written", [0, "0s", 1441, "24h1s", "1:00", math.nan])
def test_a_lease_out_of_bounds_is_refused(written):
    """
    Under a minute and over a day fail before any request, by the name of the argument; only the latter is told that a
    day is the end.
    """
    with pytest.raises(ConfigurationError) as caught:
        lease_minutes(written, field="lease")
    assert "lease" == caught.value.field
    assert (written in {1441, "24h1s"}) is ("after a day" in str(caught.value))


def test_a_renewed_lease_stays_below_a_day():
    """
    The service creates with up to 1440 minutes but renews to less.
    """
    assert 1439 == lease_minutes(1439, longest=MAX_RENEWED_LEASE)
    with pytest.raises(ConfigurationError, match="1 to 1439 minutes"):
        lease_minutes(1440, longest=MAX_RENEWED_LEASE)


def test_a_policy_is_cut_to_what_the_service_allows():
    """
    A limit beyond the service's own is that, and a limit or a lease of nothing is refused.
    """
    assert MAX_RENEWED_LEASE == KeepPolicy.of("10m", "48h").limit
    for ttl, limit, field in (("10m", "30s", "limit"), (0, "8h", "lease"), ("10m", "soon", "limit")):
        with pytest.raises(ConfigurationError) as caught:
            KeepPolicy.of(ttl, limit)
        assert field == caught.value.field
        assert {"limit": limit, "lease": ttl}[field] == caught.value.value


def test_there_is_time_to_repeat_a_failing_renewal():
    """
    Renewals begin with half of the ttl left.
    """
    assert 5 * MINUTE == margin(KeepPolicy.of("10m", "8h"))
