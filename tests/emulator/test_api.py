"""
What all operations share: routes, versions, headers, hooks, the log, settings.
"""

import random
import re
from email.utils import parsedate_to_datetime

import pytest

import arr_facade.emulator
from arr_facade.clock import ManualClock, SystemClock
from arr_facade.emulator import Emulator, Request, Response, Route
from arr_facade.emulator.routes import route
from arr_facade.errors import ConfigurationError
from tests.emulator.caller import Caller, conversion_body, decoded

VERSIONS = "2021-01-01-preview, 2021-01-01, 2021-08-01-preview"


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/Accounts/a/token", "get_token"),
        ("GET", "/accounts/a/sessions", "list_sessions"),
        ("PUT", "/accounts/a/sessions/s", "create_session"),
        ("GET", "/accounts/a/sessions/s", "get_session"),
        ("PATCH", "/accounts/a/sessions/s", "update_session"),
        ("POST", "/accounts/a/sessions/s/:stop", "stop_session"),
        ("GET", "/accounts/a/conversions", "list_conversions"),
        ("PUT", "/accounts/a/conversions/c", "create_conversion"),
        ("GET", "/accounts/a/conversions/c", "get_conversion"),
        ("GET", "/ACCOUNTS/a/Sessions/s/", "get_session"),
        ("GET", "/accounts/a/sessions/token", "get_session"),
        ("GET", "/", None),
        ("GET", "/accounts/a", None),
        ("GET", "/accounts/a/sessions/s/x", None),
        ("GET", "/accounts//sessions/s", None),
        ("POST", "/accounts/a/conversions/c/:stop", None),
        ("POST", "/accounts/a/sessions/:stop", None),
        ("DELETE", "/accounts/a/sessions/s", None),
        ("HEAD", "/accounts/a/sessions/s", None),
    ],
)
def test_routes(method, path, operation):
    """
    Each operation has one path and one method, whose fixed parts are read in any case.
    """
    assert operation == route(method, path).operation


def test_ids_keep_their_case():
    """
    Only the fixed parts of a path are read in any case.
    """
    assert route("GET", "/accounts/Aa/sessions/Ss").id == "Ss"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [("DELETE", "sessions/s", "PUT, GET, PATCH"), ("POST", "conversions", "GET"), ("GET", "sessions/s/:stop", "POST")],
)
def test_a_wrong_method_is_405_and_says_which_are_right(call, method, path, allow):
    """
    A path with another method is 405 with Allow.
    """
    answer = call(method, path)

    assert (answer.status, answer.header("allow"), answer.body) == (405, allow, b"")


def test_an_unknown_path_is_404(emulator):
    """
    Nothing else is served.
    """
    assert emulator.handle(Request("GET", "/favicon.ico")).status == 404


@pytest.mark.parametrize("version", ["2021-01-01", "2021-01-01-preview", "2021-08-01-preview"])
def test_every_version_of_the_header_is_served(call, version):
    """
    The versions that answers list are those that requests may ask for.
    """
    answer = call("GET", "sessions", query={"api-version": version})

    assert answer.status == 200
    assert version in answer.header("api-supported-versions").split(", ")


@pytest.mark.parametrize("query", [{}, {"api-version": ""}])
def test_a_missing_version_is_refused(call, query):
    """
    ASP.NET API Versioning's stock answer.
    """
    answer = call("GET", "sessions", query=query)

    assert answer.status == 400
    assert decoded(answer)["error"]["code"] == "ApiVersionUnspecified"


def test_an_unknown_version_is_refused(call):
    """
    ASP.NET API Versioning's stock answer names the address and the version.
    """
    answer = call("GET", "sessions", query={"api-version": "2019-01-01"})
    error = decoded(answer)["error"]

    assert (answer.status, error["code"]) == (400, "UnsupportedApiVersion")
    assert error["message"] == (
        "The HTTP resource that matches the request URI "
        f"'http://emulator.localhost/accounts/{call.emulator.account_id}/sessions' "
        "does not support the API version '2019-01-01'."
    )


def test_the_version_is_looked_at_before_the_token(call):
    """
    A request without either is told about its version.
    """
    assert call("GET", "sessions", query={}, headers={}).status == 400


def test_the_early_service_has_two_versions(clock):
    """
    Before 2022 no 2021-08-01-preview was listed or served.
    """
    call = Caller(Emulator(clock=clock, shape="early"))

    assert call("GET", "sessions").header("api-supported-versions") == "2021-01-01-preview, 2021-01-01"
    assert call("GET", "sessions", query={"api-version": "2021-08-01-preview"}).status == 400


BASIC = {"Date", "MS-CV", "X-Content-Type-Options", "api-supported-versions"}
BODY = {"Content-Length", "Content-Type"}
CACHE = {"Cache-Control", "Pragma"}


@pytest.mark.parametrize(
    ("request_line", "body", "late", "early"),
    [
        ("PUT sessions/new", {"maxLeaseTimeMinutes": 5, "size": "Standard"}, BASIC | BODY, None),
        ("PUT sessions/bad", {"maxLeaseTimeMinutes": -5, "size": "Standard"}, BASIC | BODY, None),
        ("PATCH sessions/s", {"maxLeaseTimeMinutes": 99}, BASIC | BODY, None),
        ("GET sessions/s", None, BASIC | BODY | CACHE, BASIC | BODY),
        ("GET sessions", None, BASIC | BODY | CACHE, None),
        ("POST sessions/s/:stop", None, BASIC, None),
        ("PUT conversions/new", conversion_body(), BASIC | BODY, None),
        ("PUT conversions/shut", conversion_body(sas=False), BASIC | BODY, None),
        ("GET conversions/c", None, BASIC | BODY | CACHE, None),
        ("GET conversions", None, BASIC | BODY, None),
        ("GET sessions/none", None, BASIC | {"Content-Length"}, None),
    ],
)
@pytest.mark.parametrize("shape", ["late", "early"])
def test_headers_by_operation(shape, request_line, body, late, early):
    """
    Exactly the headers of service.md D, in both shapes.
    """
    call = Caller(Emulator(clock=ManualClock(), shape=shape))
    call.create("s")
    call.convert("c")
    answer = call(*request_line.split(), body)

    assert [name for name, _ in answer.headers] == list(dict.fromkeys(name for name, _ in answer.headers))
    assert (early or late if shape == "early" else late) == {name for name, _ in answer.headers}


def test_header_values(call, clock):
    """
    The fixed values are the recorded ones, the length is the body's, the date the service's.
    """
    clock.advance("1h")
    answer = call.create()
    again = call("GET", "sessions/s")

    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Content-Type") == "application/json; charset=utf-8"
    assert answer.header("Content-Length") == str(len(answer.body))
    assert answer.header("api-supported-versions") == VERSIONS
    assert parsedate_to_datetime(answer.header("Date")).timestamp() == clock.time()
    assert answer.header("Date").endswith(" GMT")
    assert (again.header("Cache-Control"), again.header("Pragma")) == ("no-store,no-cache", "no-cache")


def test_correlation_vectors_are_new_each_time(call):
    """
    MS-CV is 22 characters of base64 and ".0", different in each answer.
    """
    vectors = {call("GET", "sessions").header("MS-CV") for _ in range(50)}

    assert len(vectors) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9+/]{22}\.0", vector) for vector in vectors)


def test_the_same_seed_gives_the_same_answers():
    """
    All chance comes from the given random.Random.
    """

    def story():
        clock = ManualClock()
        call = Caller(Emulator(clock=clock, random=random.Random(42)))
        answers = [call.create(), call.convert()]
        clock.advance("1m")
        return [*answers, call("GET", "sessions/s"), call("GET", "conversions")]

    assert story() == story()


def test_bodies_are_compact_json(call):
    """
    No blank is sent that the service would not send.
    """
    assert b'","status":"Starting"}' in call.create().body
    assert b'"@nextLink":null}' in call("GET", "conversions").body


def test_requests_are_logged_for_assertions(call, emulator):
    """
    Every answered request is remembered with operation, method, path, status and both correlation vectors.
    """
    call.create("s")
    answer = call("GET", "sessions/nope", headers={"authorization": f"Bearer {call.token}", "x-mrc-cv": "mine"})
    emulator.handle(Request("GET", "/nothing"))

    (found,) = emulator.calls("get_session")
    assert found.method == "GET"
    assert found.path.endswith("/sessions/nope")
    assert found.status == 404
    assert found.ms_cv == answer.header("MS-CV")
    assert found.client_cv == "mine"
    assert ["create_session", "get_session", None] == [one.operation for one in emulator.requests]


def test_the_log_is_bounded(emulator):
    """
    A long-running emulator remembers the last thousand requests only.
    """
    for number in range(1001):
        emulator.handle(Request("GET", f"/{number}"))

    assert len(emulator.requests) == 1000
    assert emulator.requests[0].path == "/1"


class Tracer:
    """A hook that writes down when it is asked, and may answer itself."""

    def __init__(self, name, log, answer=None):
        self.name, self.log, self.answer = name, log, answer

    def before(self, where, request):
        self.log.append((self.name, "before", where.operation))
        return self.answer

    def after(self, where, request, response):
        self.log.append((self.name, "after", response.status))
        return Response(response.status, response.headers, response.body + self.name.encode())


def test_hooks_see_requests_and_change_answers(call, emulator):
    """
    Hooks are asked in order before the operation and in reverse order after it, which has then taken effect.
    """
    log = []
    emulator.hooks += [Tracer("1", log), Tracer("2", log)]
    answer = call.create()

    assert log == [
        ("1", "before", "create_session"),
        ("2", "before", "create_session"),
        ("2", "after", 201),
        ("1", "after", 201),
    ]
    assert answer.body.endswith(b"}21")
    emulator.hooks.clear()
    assert call.session()["status"] == "Starting"


def test_a_hook_can_answer_instead(call, emulator):
    """
    An answer given before the operation keeps it from happening, and is logged like any other.
    """
    emulator.hooks.append(Tracer("x", [], Response(503, [("MS-CV", "fault")])))

    assert call.create().status == 503
    emulator.hooks.clear()
    assert call("GET", "sessions/s").status == 404
    assert emulator.requests[0].status == 503
    assert emulator.requests[0].ms_cv == "fault"


def test_reset_forgets_everything_but_tokens(call, emulator):
    """
    After a reset there are no sessions, conversions or logged requests, and clients need no new token.
    """
    call.create()
    call.convert()
    emulator.reset()

    assert emulator.requests == []
    assert call("GET", "sessions/s").status == 404
    assert call("GET", "conversions/c").status == 404


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"shape": "new"}, "shape: 'new' is not one of"),
        ({"page_size": 0}, "page_size: 0 has to be 1 or more"),
        ({"startup": {"Standard": "soon"}}, r"startup\['Standard'\]: 'soon' is not a duration"),
        ({"token_lifetime": "-1m"}, "token_lifetime"),
        ({"conversion_end": "x"}, "conversion_end: 'x' is not a duration"),
    ],
)
def test_bad_settings_are_refused_by_name(arguments, message):
    """
    A wrong argument fails when the emulator is made, naming itself.
    """
    with pytest.raises(ConfigurationError, match=message):
        Emulator(**arguments)


def test_the_default_clock_is_the_machine_s():
    """
    Without a clock the emulator lives by the machine's, at its speed.
    """
    emulator = Emulator()

    assert isinstance(emulator.clock, SystemClock)
    assert emulator.clock.speed == 1
    assert abs(emulator.now() - emulator.clock.time()) < 60


def test_a_fast_clock_moves_the_service(monkeypatch):
    """
    With speed 60 a real second is a minute of the service.
    """
    real = [1000.0]
    monkeypatch.setattr("arr_facade.clock.time.monotonic", lambda: real[0])
    call = Caller(Emulator(clock=SystemClock(speed=60)))
    call.create(lease=1)
    real[0] += 0.2
    assert call.session()["status"] == "Ready"
    real[0] += 1
    assert call.session()["status"] == "Expired"


def test_public_names():
    """
    The package exports these names and no others.
    """
    expected = {
        "DEFAULT_ACCOUNT_ID",
        "DEFAULT_ACCOUNT_KEY",
        "MISSING_ASSET",
        "MISSING_ASSET_2024",
        "SUCCESS",
        "TOO_LARGE",
        "Call",
        "Emulator",
        "Fault",
        "Hook",
        "Operation",
        "Outcome",
        "Region",
        "Request",
        "Response",
        "Route",
    }

    assert expected == set(arr_facade.emulator.__all__)
    assert all(hasattr(arr_facade.emulator, name) for name in expected)
    assert Route is route("GET", "/").__class__


def test_calls_of_no_operation_are_refused(emulator):
    """
    A misspelt operation is an error and not an empty list, which an assertion might take for an answer.
    """
    with pytest.raises(ConfigurationError, match="operation: 'get_sesion' is none of get_token, create_session"):
        emulator.calls("get_sesion")
