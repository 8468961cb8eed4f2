"""
Durations as people write them, and back.
"""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arr_facade import ConfigurationError
from arr_facade.durations import format_duration, parse_duration

MINUTE = timedelta(minutes=1)
FEASIBLE = st.integers(0, 10**9).map(lambda seconds: timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (timedelta(seconds=90), timedelta(seconds=90)),
        (10, 10 * MINUTE),
        (0, timedelta(0)),
        (1.5, timedelta(seconds=90)),
        ("10", 10 * MINUTE),
        ("10m", 10 * MINUTE),
        ("90s", timedelta(seconds=90)),
        ("0.5s", timedelta(seconds=0.5)),
        ("1h30m", 90 * MINUTE),
        ("1h 30m", 90 * MINUTE),
        (" 1H30M ", 90 * MINUTE),
        ("1.5h", 90 * MINUTE),
        ("1d", timedelta(days=1)),
        ("1d2h3m4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("1:30:00", 90 * MINUTE),
        ("4:0:0", timedelta(hours=4)),
        ("0:00:01.5", timedelta(seconds=1.5)),
        ("100:00:00", timedelta(hours=100)),
    ],
)
def test_a_duration_is_read(written, meant):
    """
    A timedelta, text with units, hours:minutes:seconds, and a number, which counts minutes, all say how long.
    """
    assert meant == parse_duration(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "ten minutes",
        "10x",
        "m",
        "30m1h",
        "1:30",
        "1:60:00",
        "1:00:60",
        "-5m",
        -5,
        timedelta(seconds=-1),
        math.nan,
        math.inf,
        10**400,
        1e300,
        "9" * 400,
        "9" * 400 + "h",
        "999999999999d",
        True,
        None,
        [10],
        b"10m",
    ],
)
def test_what_is_no_duration_is_refused(written):
    """
    Anything else ends in an error that names the field and the value, never in one of Python's own.
    """
    with pytest.raises(ConfigurationError) as caught:
        parse_duration(written, field="lease")
    assert "lease" == caught.value.field
    assert written is caught.value.value
    assert len(str(caught.value)) < 300


@given(FEASIBLE)
def test_what_is_formatted_can_be_read_again(value):
    """
    A duration of whole seconds survives being written for people and read back.
    """
    assert value == parse_duration(format_duration(value))


@given(FEASIBLE)
def test_minutes_can_be_a_number_or_text(value):
    """
    A number and the same number as text are the same duration.
    """
    minutes = value // MINUTE
    assert parse_duration(minutes) == parse_duration(str(minutes)) == parse_duration(f"{minutes}m")


@given(st.text(max_size=30))
def test_any_text_is_a_duration_or_refused(text):
    """
    Whatever is written is either a duration that is not negative or refused by name.
    """
    try:
        value = parse_duration(text)
    except ConfigurationError:
        return
    assert value >= timedelta(0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(seconds=59.6), "1m"),
        (timedelta(minutes=9, seconds=58), "9m 58s"),
        (timedelta(hours=1, minutes=30), "1h 30m"),
        (timedelta(hours=1, seconds=5), "1h 5s"),
        (timedelta(days=2), "48h"),
        (timedelta(minutes=-2), "-2m"),
        (timedelta(seconds=-0.2), "0s"),
    ],
)
def test_a_duration_is_shown_briefly(value, text):
    """
    Hours, minutes and seconds that are not zero, rounded to the second.
    """
    assert text == format_duration(value)
