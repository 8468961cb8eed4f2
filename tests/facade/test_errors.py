"""
What an error tells its reader, and how it travels.
"""

import copy
import pickle
from datetime import timedelta

import pytest

from arr_facade import (
    AuthenticationError,
    BadRequestError,
    CapacityError,
    ConfigurationError,
    ConnectError,
    Conversion,
    ConversionFailedError,
    ConversionInput,
    ConversionOutput,
    ErrorInfo,
    LeaseLostError,
    RequestTimeoutError,
    Secret,
    ServerError,
    ServiceError,
    Session,
    SessionExpiredError,
    SessionFailedError,
    ThrottledError,
    TransportError,
    UnexpectedResponseError,
    WaitTimeoutError,
    errors,
)

INFO = ErrorInfo(
    "ValidationError",
    "Input validation failed.",
    details=(ErrorInfo("Inner", "One.", details=(ErrorInfo("Deep", "Two."),)),),
    inner=ErrorInfo("Cause", "Three."),
)
SESSION = Session(id="s", status="Error", size="Standard", lease=timedelta(minutes=10), error=INFO)
CONVERSION = Conversion(
    id="c",
    status="Failed",
    source=ConversionInput(container_uri="https://a.example/in", asset_path="x.fbx"),
    target=ConversionOutput(container_uri="https://a.example/out"),
    error=ErrorInfo("InputContainerError", "No such file."),
)
SPECIMENS = [
    ConfigurationError("lease", "soon", "is not a duration", advice="write 10m."),
    ConfigurationError("account_key", "***", "is not text"),
    TransportError("reset", operation="get session 's'", host="localhost:1"),
    ConnectError("refused", operation="get session 's'", host="localhost:1"),
    RequestTimeoutError("no answer", operation="get session 's'", host="localhost:1"),
    ServiceError(operation="get session 's'", status=418),
    BadRequestError(operation="create session 's'", status=400, info=INFO, ms_cv="cv.0"),
    ThrottledError(operation="get session 's'", status=429, ms_cv="cv.0", retry_after=15.0),
    ServerError(operation="get session 's'", status=503, note="Service Unavailable"),
    AuthenticationError(operation="use the access token", status=None, note="it expired", advice="get another."),
    UnexpectedResponseError(operation="get session 's'", status=200, reason="HTML", body="<html>", ms_cv="cv.0"),
    SessionFailedError("session 's' ended as Error", last=SESSION),
    SessionExpiredError("session 's' has expired", last=None),
    ConversionFailedError("conversion 'c' failed", last=CONVERSION),
    CapacityError(operation="start session 's'", info=ErrorInfo("NoCapacity", "Full."), last=SESSION),
    WaitTimeoutError("session 's' is not Ready after 15m, but Starting", last=SESSION),
    LeaseLostError("session 's' was lost: it is Expired", session_id="s", last=SESSION),
]


@pytest.mark.parametrize("error", SPECIMENS, ids=lambda error: type(error).__name__)
def test_an_error_is_explained_in_its_own_words(error):
    """
    The first line says what failed and the last one what to do about it.
    """
    lines = str(error).splitlines()
    assert error.args[0].splitlines()[0] == lines[0]
    assert (f"Advice: {error.advice}" == lines[-1]) is (error.advice is not None)
    assert type(error).__doc__


@pytest.mark.parametrize("kind", sorted(set(errors.__all__) - {"ErrorInfo"}))
def test_advice_is_one_line(kind):
    """
    Advice is a single sentence for the end of the message, without a capital and with a full stop.
    """
    advice = getattr(errors, kind).advice
    if advice is not None:
        assert "\n" not in advice
        assert advice[0].islower() or advice.startswith("ids")
        assert advice.endswith(".")


@pytest.mark.parametrize("error", SPECIMENS, ids=lambda error: type(error).__name__)
def test_an_error_crosses_processes(error):
    """
    Pickled and read back, an error has its class, its text, its notes and its attributes.
    """
    error.add_note("seen by a worker")
    again = pickle.loads(pickle.dumps(error))
    assert type(error) is type(again)
    assert str(error) == str(again)
    assert error.__notes__ == again.__notes__
    for name, value in vars(error).items():
        assert value == getattr(again, name)


@pytest.mark.parametrize("error", SPECIMENS, ids=lambda error: type(error).__name__)
def test_an_error_can_be_copied(error):
    """
    A copy says what the original says.
    """
    assert str(error) == str(copy.copy(error)) == str(copy.deepcopy(error))


def test_a_service_error_tells_everything():
    """
    The text has what was done, the status, the service's code and message, every nested detail, and the MS-CV.
    """
    assert str(BadRequestError(operation="create session 's'", status=400, info=INFO, ms_cv="cv.0")).splitlines() == [
        "create session 's': 400 ValidationError: Input validation failed.",
        "  - Inner: One.",
        "    - Deep: Two.",
        "  - Cause: Three.",
        "  MS-CV: cv.0",
        "Advice: compare the values with the service's message; sizes and lease bounds differ between accounts.",
    ]


def test_a_throttled_error_tells_when_to_come_back():
    """
    Retry-After is in the text and in an attribute.
    """
    error = ThrottledError(operation="get session 's'", status=429, retry_after=15.0)
    assert "  Retry-After: 15 s" in str(error).splitlines()
    assert (429, 15.0, None, ()) == (error.status, error.retry_after, error.code, error.details)


def test_an_error_without_a_body_says_so():
    """
    An answer without an error object is still named by its status.
    """
    assert "get session 's': 418 the answer has no error body" == str(
        ServiceError(operation="get session 's'", status=418)
    )


def test_a_wait_error_tells_why_the_session_ended():
    """
    The error object in the session's document, with its details, is part of the text.
    """
    text = str(SessionFailedError("session 's' ended as Error", last=SESSION))
    assert "  ValidationError: Input validation failed." in text.splitlines()
    assert "    - Inner: One." in text.splitlines()


def test_capacity_is_caught_as_either_kind():
    """
    No free server is a refusal when creating and a bad end when waiting: both nets catch it.
    """
    error = CapacityError(operation="start session 's'", info=ErrorInfo("NoCapacity", "Full."), last=SESSION)
    assert isinstance(error, (ServiceError, SessionFailedError))
    assert isinstance(error, SessionFailedError)
    assert isinstance(error, ServiceError)
    assert (None, "NoCapacity", SESSION) == (error.status, error.code, error.last)


def test_a_long_value_is_cut():
    """
    A configuration error shows a value of any length in one line.
    """
    text = str(ConfigurationError("session_id", "x" * 1000, "is not an id"))
    assert len(text) < 240
    assert "..." in text


def test_a_masked_value_stays_masked():
    """
    A secret that is wrong is reported without being shown.
    """
    error = ConfigurationError("account_key", Secret("hunter2"), "is not text")
    assert "account_key: Secret('***') is not text" == str(error)


def test_an_error_info_is_plain_data_on_request():
    """
    The service's error as JSON data has what there is and nothing that is absent.
    """
    assert {
        "code": "ValidationError",
        "message": "Input validation failed.",
        "details": [{"code": "Inner", "message": "One.", "details": [{"code": "Deep", "message": "Two."}]}],
        "inner": {"code": "Cause", "message": "Three."},
    } == INFO.as_dict()
    assert {"code": "A", "message": "b", "target": "t"} == ErrorInfo("A", "b", target="t").as_dict()
