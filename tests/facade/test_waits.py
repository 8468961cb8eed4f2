"""
How long to wait between two looks and what each state means, as decisions; and one waiter by hand.
"""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arr_facade import (
    AuthenticationError,
    CapacityError,
    Conversion,
    ConversionCancelledError,
    ConversionFailedError,
    ConversionInput,
    ConversionOutput,
    ConversionStatus,
    EndedError,
    ErrorInfo,
    ForbiddenError,
    Session,
    SessionExpiredError,
    SessionFailedError,
    SessionStatus,
    SessionStoppedError,
    TransportError,
    UnexpectedResponseError,
    WaitTimeoutError,
    _flows,
)
from arr_facade._waits import conversion_ended, is_capacity, poll_delay, poll_interval, session_ended
from arr_facade._watch import wait_ready
from arr_facade.models import open_enum
from tests.facade.by_hand import Stage
from tests.facade.world import Adding, Hook, Instead, answer

BROKEN = TransportError("reset", operation="x", host="localhost")


@pytest.mark.parametrize(
    ("size", "seconds"), [("Standard", 2.0), ("standard", 2.0), ("Premium", 10.0), ("premium", 10.0), ("Tiny", 10.0)]
)
def test_the_distance_of_two_looks_follows_the_size(size, seconds):
    """
    Standard is looked at every two seconds, all other sizes every ten.
    """
    assert seconds == poll_interval(size)


@given(
    interval=st.sampled_from([0.0, 0.5, 2.0, 10.0, 30.0]),
    retry_after=st.none() | st.floats(0, 1e6),
    chance=st.floats(0, 1, exclude_max=True),
)
def test_a_look_is_never_too_early(interval, retry_after, chance):
    """
    Looks come no earlier than Retry-After and a second, nor more than a tenth before the interval, and no later than
    the largest of them.
    """
    delay = poll_delay(interval, retry_after, chance)
    assert delay >= max(1.0, retry_after or 0.0, 0.9 * interval)
    assert delay <= max(1.0, retry_after or 0.0, interval)


def test_waiters_do_not_stay_in_step():
    """
    Different luck makes different delays.
    """
    assert len({poll_delay(10.0, None, chance / 10) for chance in range(10)}) == 10


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (ErrorInfo("NoCapacity", "All servers are busy."), True),
        (ErrorInfo("InternalServerError", "There is no capacity left in this region."), True),
        (ErrorInfo("InternalServerError", "An internal server error occurred."), False),
        (None, False),
    ],
)
def test_no_free_server_is_recognised_by_its_word(info, expected):
    """
    The code for it was never recorded, so the word is looked for in code and message.
    """
    assert expected is is_capacity(info)


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        ("Starting", None, None),
        ("Ready", None, None),
        ("Rebooting", None, None),
        ("Stopped", None, SessionStoppedError),
        ("Expired", None, SessionExpiredError),
        ("Error", None, SessionFailedError),
        ("Error", ErrorInfo("InternalServerError", "x"), SessionFailedError),
        ("Error", ErrorInfo("NoCapacity", "x"), CapacityError),
        ("Ready", ErrorInfo("NoCapacity", "x"), None),
    ],
)
def test_what_a_sessions_state_means_for_a_wait(status, error, kind):
    """
    Three states end a wait, each as an error of its own that has the session; an unknown one goes on.
    """
    session = Session(id="s", status=open_enum(SessionStatus, status), size="Standard", error=error)
    ended = session_ended(session)
    assert kind is (None if ended is None else type(ended))
    if ended is not None:
        assert isinstance(ended, EndedError)
        assert session is ended.last
        assert "'s'" in str(ended)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("NotStarted", None),
        ("Running", None),
        ("Succeeded", None),
        ("Paused", None),
        ("Failed", ConversionFailedError),
        ("Cancelled", ConversionCancelledError),
    ],
)
def test_what_a_conversions_state_means_for_a_wait(status, kind):
    """
    Failed and Cancelled both end the wait for a conversion.
    """
    conversion = Conversion(
        id="c",
        status=open_enum(ConversionStatus, status),
        source=ConversionInput(container_uri="https://a.example/in", asset_path="x.fbx"),
        target=ConversionOutput(container_uri="https://a.example/out"),
    )
    ended = conversion_ended(conversion)
    assert kind is (None if ended is None else type(ended))
    assert ended is None or conversion is ended.last


# One waiter by hand


class Patient:
    """
    A stage with a session `s` that starts for an hour, and somebody who waits for it.
    """

    def __init__(self):
        self.stage = Stage(startup={"Standard": "1h", "Premium": "1h"})
        self.seen = []

    def wait(self, *, timeout=timedelta(hours=2), stop=False):
        stage = self.stage
        session = stage.run(_flows.create_session(stage.service, "s", "Standard", 10))
        self.began = stage.clock.monotonic()
        return stage.run(
            wait_ready(
                stage.service,
                session,
                timeout=timeout,
                on_progress=self.seen.append,
                stop_on_failure=stop,
            )
        )

    def waited(self):
        return self.stage.clock.monotonic() - self.began


@pytest.fixture
def patient():
    return Patient()


def test_a_wait_ends_with_the_first_look_that_finds_it_ready(patient):
    """
    The result is the Ready session, no later than one distance of looks after the fact.
    """
    assert patient.wait().host
    assert 3600 <= patient.waited() <= 3602
    assert ["Starting", "Ready"] == sorted({str(session.status) for session in patient.seen}, reverse=True)


def test_retry_after_of_an_answer_is_obeyed_and_read_anew(patient):
    """
    A look is as far from the last one as that asked for, and the next one is not bound by it.
    """
    patient.stage.emulator.hooks.append(Adding("get_session", [("Retry-After", "900")]))
    patient.wait()
    looks = [session.read_at - patient.began for session in patient.seen]
    assert 900 <= looks[1] - looks[0] <= 903
    assert looks[2] - looks[1] <= 2


@pytest.mark.parametrize(
    "trouble",
    [
        lambda: answer(408),
        lambda: answer(429, Retry_After="60"),
        lambda: answer(500),
        lambda: answer(501),
        lambda: answer(502),
        lambda: answer(503, {"error": {"code": "ServerBusy", "message": "Out of capacity."}}),
        lambda: answer(504),
    ],
)
def test_passing_trouble_is_waited_out(patient, trouble):
    """
    Throttling and server errors, however many, only delay the end of a wait.
    """
    patient.stage.emulator.hooks.append(Instead("get_session", [trouble() for _ in range(20)]))
    assert patient.wait().host
    assert {"Starting", "Ready"} == {str(session.status) for session in patient.seen}


def test_broken_connections_are_waited_out(patient):
    """
    A network that is down for half an hour only delays the end of a wait.
    """

    class Down(Hook):
        def before(self, where, request):
            if where.operation == "get_session" and patient.waited() < 1800:
                raise BROKEN

    patient.stage.emulator.hooks.append(Down())
    assert patient.wait().host
    assert len(patient.stage.hand.sent) < 1800


def test_looks_are_rarer_while_there_is_trouble(patient):
    """
    Each failed look doubles the distance to the next one, up to half a minute.
    """
    patient.stage.emulator.hooks.append(Instead("get_session", [answer(503)] * 10_000))
    with pytest.raises(WaitTimeoutError):
        patient.wait(timeout=timedelta(minutes=10))
    assert 20 <= len(patient.stage.emulator.calls("get_session")) <= 30


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (lambda: [answer(401)] * 2, AuthenticationError),
        (lambda: [answer(403)], ForbiddenError),
        (lambda: [answer(200, raw=b"<html>")], UnexpectedResponseError),
        (lambda: [answer(200, {"id": "s", "size": "Standard", "status": "Stopped"})], SessionStoppedError),
    ],
)
def test_a_verdict_ends_the_wait(patient, reply, kind):
    """
    What will not pass is raised at the first look.
    """
    patient.stage.emulator.hooks.append(Instead("get_session", reply()))
    with pytest.raises(kind):
        patient.wait()
    assert patient.waited() <= 3


@pytest.mark.parametrize(("stop", "status"), [(True, "Stopped"), (False, "Starting")])
def test_a_timeout_is_to_the_second(patient, stop, status):
    """
    A wait ends exactly when its time is up, with the last state, and stops the session only if it should.
    """
    with pytest.raises(WaitTimeoutError, match="after 10m, but Starting") as caught:
        patient.wait(timeout=timedelta(minutes=10), stop=stop)
    assert 600 == patient.waited()
    assert "Starting" == caught.value.last.status
    assert status == patient.stage.status()


def test_the_last_trouble_explains_a_timeout(patient):
    """
    Who waited in vain for answers finds the reason as the cause.
    """
    patient.stage.emulator.hooks.append(Instead("get_session", [answer(503)] * 1000))
    with pytest.raises(WaitTimeoutError) as caught:
        patient.wait(timeout=timedelta(minutes=10))
    assert 503 == caught.value.__cause__.status


def test_a_session_that_cannot_be_stopped_is_noted(patient):
    """
    When the stop after a failed wait fails too, the error says that the session may be running.
    """
    patient.stage.emulator.hooks.append(Instead("stop_session", [answer(503)] * 10))
    with pytest.raises(WaitTimeoutError) as caught:
        patient.wait(timeout=timedelta(minutes=1), stop=True)
    assert ["may be running" in note for note in caught.value.__notes__] == [True]


def test_a_listener_that_raises_ends_the_wait(patient):
    """
    What a listener raises reaches the caller, and the session is stopped if it should be.
    """
    patient.seen = Raising()
    with pytest.raises(RuntimeError, match="mine"):
        patient.wait(stop=True)
    assert "Stopped" == patient.stage.status()


class Raising:
    def append(self, _session):
        raise RuntimeError("mine")


def test_an_unknown_state_is_waited_through(patient):
    """
    A status of a later service is passed on to the listener and does not end the wait.
    """
    rebooting = json.dumps({"id": "s", "size": "Standard", "status": "Rebooting"}).encode()
    patient.stage.emulator.hooks.append(Instead("get_session", [answer(200, raw=rebooting)] * 3))
    assert patient.wait().host
    assert ["Rebooting"] * 3 == [session.status for session in patient.seen[:3]]
