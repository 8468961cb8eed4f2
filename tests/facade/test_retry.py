"""
Whether a request is tried again and after how long: the policy's arithmetic, Retry-After, and the sender by hand.
"""

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arr_facade import (
    ConfigurationError,
    ConnectError,
    ManualClock,
    RequestTimeoutError,
    Retry,
    RetryPolicy,
    ServerError,
    ServiceError,
    ThrottledError,
    TransportError,
)
from arr_facade._retry import RETRIED_STATUSES, retry_after_seconds
from arr_facade._steps import Send
from tests.facade.by_hand import Hand, replies, reply, sender

NOW = 1_767_225_600.0  # 2026-01-01 00:00:00 UTC, where a ManualClock begins
REQUEST = Send("get session 's'", "GET", "http://localhost/x")
BROKEN = TransportError("reset", operation=REQUEST.operation, host="localhost")


def first_sent_with(*network, policy=None, chance=0.5):
    """
    Send one request over this network: the hand that did it, and the answer or error.
    """
    clock = ManualClock()
    hand = Hand(replies(*network), clock)
    retries = []
    try:
        result = hand.run(sender(clock, policy=policy, chance=chance, on_retry=retries.append).send(REQUEST))
    except ServiceError as error:
        result = error
    except TransportError as error:
        result = error
    return hand, result, retries


@given(attempt=st.integers(1, 10), chance=st.floats(0, 1, exclude_max=True))
def test_backoff_is_exponential_with_full_jitter(attempt, chance):
    """
    Without Retry-After the wait is that share of an exponentially growing bound which chance says.
    """
    policy = RetryPolicy(attempts=10, budget=math.inf, base=0.5, cap=20.0)
    wait = policy.delay(attempt=attempt, spent=0.0, retry_after=None, chance=chance)
    assert chance * min(20.0, 0.5 * 2 ** (attempt - 1)) == wait


@given(
    attempt=st.integers(1, 6),
    spent=st.floats(0, 100),
    retry_after=st.none() | st.floats(0, 100),
    chance=st.floats(0, 1, exclude_max=True),
)
def test_no_wait_passes_the_budget(attempt, spent, retry_after, chance):
    """
    Whatever is asked for, a call never waits longer in total than its budget, nor more often than its attempts.
    """
    policy = RetryPolicy(attempts=4, budget=60.0)
    wait = policy.delay(attempt=attempt, spent=spent, retry_after=retry_after, chance=chance)
    if wait is not None:
        assert attempt <= 4
        assert 0 <= wait <= 60.0 - spent
        assert retry_after in {None, wait}


@pytest.mark.parametrize("attempt", [1025, 5000])
def test_a_patient_policy_does_not_overflow(attempt):
    """
    A policy that never gives up still waits no longer than its cap after thousands of attempts.
    """
    policy = RetryPolicy(attempts=10_000, budget=math.inf)
    assert 10.0 == policy.delay(attempt=attempt, spent=0.0, retry_after=None, chance=0.5)


@pytest.mark.parametrize("field", ["attempts", "budget", "base", "cap"])
@pytest.mark.parametrize("value", [-1, math.nan, "4", None, True])
def test_a_policy_of_nonsense_is_refused(field, value):
    """
    Each number of the policy is checked, and the error names it.
    """
    with pytest.raises(ConfigurationError, match=f"retry.{field}") as caught:
        RetryPolicy(**{field: value})
    assert value is caught.value.value or value == caught.value.value


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("15", 15.0),
        ("0", 0.0),
        ("1.5", 1.5),
        (" 7 ", 7.0),
        ("-5", 0.0),
        ("-inf", 0.0),
        (None, None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("1e400", None),
        ("soon", None),
        ("5s", None),
        ("5 minutes", None),
        ("Monday", None),
        ("10-20", None),
        ("Thu, 01 Jan 2026", None),
        ("Thu, 99 Jan 2026 00:00:10 GMT", None),
        ("Thu, 01 Jan 2026 00:00:10 GMT", 10.0),
        ("Thursday, 01-Jan-26 00:01:00 GMT", 60.0),
        ("Thu Jan  1 01:00:00 2026", 3600.0),
        ("Thu, 01 Jan 2026 00:00:10 +0100", 0.0),
        ("Wed, 31 Dec 2025 23:59:00 GMT", 0.0),
        ("Thu, 01 Jan 2026 00:00:10 NST", 10.0),
    ],
)
def test_retry_after(header, seconds):
    """
    Retry-After is a number of seconds or one of the three forms of an HTTP date, and anything else counts as absent.
    """
    assert seconds == retry_after_seconds(header, NOW)


@given(ahead=st.integers(-10_000, 10_000_000))
def test_a_date_is_read_on_the_clock_given(ahead):
    """
    An HTTP date means the seconds from the given wall clock to it, or 0 once it has passed.
    """
    moment = datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=ahead)
    assert max(ahead, 0) == retry_after_seconds(format_datetime(moment, usegmt=True), NOW)


@given(st.text(max_size=40))
def test_any_header_is_survived(header):
    """
    No text in the header leads to an exception or a negative wait.
    """
    seconds = retry_after_seconds(header, NOW)
    assert seconds is None or 0 <= seconds < math.inf


@pytest.mark.parametrize("status", sorted(RETRIED_STATUSES))
def test_a_passing_failure_is_tried_again(status):
    """
    Each answer that a later request may not get is followed by another request.
    """
    hand, result, _ = first_sent_with(reply(status, b""), reply(200))
    assert 200 == result.status_code
    assert [REQUEST, REQUEST] == hand.sent


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 499, 501, 505, 511, 520])
def test_a_verdict_is_not_tried_again(status):
    """
    An answer that will not change by asking again is raised after one request.
    """
    hand, result, _ = first_sent_with(reply(status, b""))
    assert status == result.status
    assert 1 == len(hand.sent)


@pytest.mark.parametrize("kind", [TransportError, ConnectError, RequestTimeoutError])
def test_a_lost_answer_is_asked_for_again(kind):
    """
    A request without an answer is repeated, whatever broke.
    """
    hand, result, _ = first_sent_with(kind("lost", operation="x", host="localhost"), reply(200))
    assert 200 == result.status_code
    assert 2 == len(hand.sent)


def test_waits_double_up_to_the_last_attempt():
    """
    Four repetitions wait half a second, one, two and four at most, and then the last error is raised.
    """
    hand, result, _ = first_sent_with(*[reply(503, b"")] * 5, chance=0.5)
    assert isinstance(result, ServerError)
    assert [0.25, 0.5, 1.0, 2.0] == hand.slept
    assert 5 == len(hand.sent)


def test_retry_after_is_obeyed_to_the_second():
    """
    A Retry-After is waited for exactly, and read anew from each answer.
    """
    hand, result, _ = first_sent_with(reply(429, b"", retry_after="15"), reply(503, b"", retry_after="3"), reply(200))
    assert 200 == result.status_code
    assert [15.0, 3.0] == hand.slept


def test_retry_after_as_a_date_is_read_on_the_clients_clock():
    """
    A date in Retry-After is waited for by the clock that the client was given.
    """
    hand, _, _ = first_sent_with(reply(503, b"", retry_after="Thu, 01 Jan 2026 00:00:20 GMT"), reply(200))
    assert [20.0] == hand.slept


def test_a_retry_after_beyond_the_budget_is_not_waited_for():
    """
    A service that wants to be left alone for longer than the budget is, and the error says for how long.
    """
    hand, result, _ = first_sent_with(reply(429, b"", retry_after="61"))
    assert isinstance(result, ThrottledError)
    assert 61.0 == result.retry_after
    assert [] == hand.slept


def test_the_budget_is_for_all_waits_together():
    """
    Waits that each fit the budget end when their sum would not.
    """
    hand, result, _ = first_sent_with(*[reply(429, b"", retry_after="25")] * 3)
    assert isinstance(result, ThrottledError)
    assert [25.0, 25.0] == hand.slept


def test_no_attempts_means_one_request():
    """
    `RetryPolicy(attempts=0)` never repeats.
    """
    hand, result, retries = first_sent_with(BROKEN, policy=RetryPolicy(attempts=0))
    assert BROKEN is result
    assert (1, [], []) == (len(hand.sent), hand.slept, retries)


def test_each_repetition_is_told():
    """
    The hook hears of each repetition before it, with its number, its delay and what went wrong.
    """
    _, _, retries = first_sent_with(BROKEN, reply(503, b""), reply(200), chance=0.5)
    assert [Retry(REQUEST.operation, 1, 0.25, BROKEN), 2, 0.5] == [retries[0], retries[1].attempt, retries[1].delay]
    assert 503 == retries[1].error.status


class Tokens:
    """
    A token cache that counts.
    """

    def __init__(self):
        self.number = 1

    def header(self):
        return f"Bearer {self.number}"
        yield

    def refuse(self, header):
        assert f"Bearer {self.number}" == header
        self.number += 1


def test_a_refused_token_is_replaced_once():
    """
    A 401 leads to one more request with a new token, at once and without counting as a repetition.
    """
    clock = ManualClock()
    hand = Hand(replies(reply(401, b""), reply(200)), clock)
    answer = hand.run(sender(clock, policy=RetryPolicy(attempts=0)).send(REQUEST, Tokens()))
    assert 200 == answer.status_code
    assert ["Bearer 1", "Bearer 2"] == [send.authorization for send in hand.sent]
    assert [] == hand.slept


def test_a_second_refusal_is_final():
    """
    A 401 to the new token as well is raised.
    """
    clock = ManualClock()
    hand = Hand(replies(reply(401, b""), reply(401, b"")), clock)
    with pytest.raises(ServiceError, match="401"):
        hand.run(sender(clock).send(REQUEST, Tokens()))
    assert 2 == len(hand.sent)


def test_the_request_stays_the_same():
    """
    A repetition differs from the first attempt in nothing but the token.
    """
    clock = ManualClock()
    put = Send("create session 's'", "PUT", "http://localhost/s", b'{"size":"Standard"}')
    hand = Hand(replies(BROKEN, reply(201)), clock)
    hand.run(sender(clock).send(put, Tokens()))
    assert [attrs.evolve(put, authorization=None)] * 2 == [attrs.evolve(send, authorization=None) for send in hand.sent]
