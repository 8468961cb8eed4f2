"""
What the service refuses arrives as a typed error that says everything needed to act on it.
"""

import pickle

import pytest

from arr_facade import (
    ArrError,
    AuthenticationError,
    BadRequestError,
    CapacityError,
    ConflictError,
    ForbiddenError,
    LeaseRejectedError,
    NotFoundError,
    RetryPolicy,
    ServerError,
    ServiceError,
    ThrottledError,
)
from tests.facade.world import answer, in_process, one_driver, refusal

pytestmark = [pytest.mark.anyio, in_process]

CV = "cMGAhl1++ECkmWIec9Ht/w.0"
BY_STATUS = {
    400: BadRequestError,
    401: AuthenticationError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: LeaseRejectedError,
    429: ThrottledError,
    500: ServerError,
    502: ServerError,
    503: ServerError,
    504: ServerError,
    599: ServerError,
    405: ServiceError,
    418: ServiceError,
}


@pytest.fixture
async def client(world):
    async with world.client(retry=RetryPolicy(attempts=0)) as client:
        yield client


async def failure(client, call=lambda client: client.get_session("demo")):
    with pytest.raises(ServiceError) as raised:
        await call(client)
    return raised.value


@pytest.mark.parametrize(("status", "kind"), BY_STATUS.items())
async def test_each_status_has_its_error(world, client, status, kind):
    """
    The status decides on the type, with or without a body, and `status`, `code`, `ms_cv` and `operation` are set.
    """
    world.instead("get_session", *[answer(status, MS_CV=CV)] * (2 if status == 401 else 1))
    error = await failure(client)
    assert kind is type(error)
    assert (status, None, CV, "get session 'demo'") == (error.status, error.code, error.ms_cv, error.operation)

    world.instead("get_session", *[refusal(status, "SomeCode", "Some words.", MS_CV=CV)] * (2 if status == 401 else 1))
    error = await failure(client)
    assert kind is type(error)
    assert (status, "SomeCode", CV) == (error.status, error.code, error.ms_cv)


async def test_a_body_nested_too_deeply_is_no_error_object(world, client):
    """
    A refusal whose JSON no parser gets to the bottom of is an error by its status alone, as one with HTML is.
    """
    for raw in (b"[" * 100_000, b'{"error":' * 100_000):
        world.instead("get_session", answer(404, raw=raw, MS_CV=CV))
        error = await failure(client)
        assert NotFoundError is type(error)
        assert (None, CV) == (error.code, error.ms_cv)


async def test_the_message_says_everything(world, client):
    """
    `str(error)` has what was done, status, code, message, nested details, Retry-After, MS-CV and one line of advice.
    """
    document = {
        "error": {
            "code": "Outer",
            "message": "Outer words.",
            "target": None,
            "details": [{"code": "Detail", "message": "Detail words.", "details": None}],
            "innerError": {"code": "Inner", "message": "Inner words."},
        }
    }
    world.instead("get_session", answer(429, document, MS_CV=CV, Retry_After="15"))
    error = await failure(client)
    assert [
        "get session 'demo': 429 Outer: Outer words.",
        "  - Detail: Detail words.",
        "  - Inner: Inner words.",
        "  Retry-After: 15 s",
        f"  MS-CV: {CV}",
        f"Advice: {error.advice}",
    ] == str(error).splitlines()
    assert error.advice
    assert 15 == error.retry_after


@pytest.mark.parametrize("status", [s for s in BY_STATUS if s not in {405, 418}])
async def test_each_error_advises(world, client, status):
    """
    Every typed refusal ends with one line of advice.
    """
    world.instead("get_session", *[answer(status)] * 2)
    error = await failure(client)
    assert str(error).splitlines()[-1] == f"Advice: {error.advice}"
    assert error.advice


@one_driver
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"7",
        b'{"error":null}',
        b'{"error":{}}',
        b'{"error":[]}',
        b'{"error":"text"}',
        b'{"error":{"code":null,"message":null}}',
        b'{"error":{"code":',
        b"<html><body>Bad gateway</body></html>",
        b"\xff\xfe\x00",
    ],
)
async def test_an_error_in_another_form_is_still_typed(world, client, body):
    """
    An error whose body is empty, null, HTML, truncated or of another shape has its status, and no code.
    """
    world.instead("get_session", answer(403, raw=body))
    error = await failure(client)
    assert ForbiddenError is type(error)
    assert (403, None, ()) == (error.status, error.code, tuple(error.details))
    assert str(error).startswith("get session 'demo': 403 ")


@one_driver
@pytest.mark.parametrize(
    ("document", "code", "message"),
    [
        ({"error": {"code": "OnlyCode"}}, "OnlyCode", ""),
        ({"error": {"message": "Only words."}}, "Error", "Only words."),
        ({"error": {"code": 7, "message": ["odd"]}}, "7", "['odd']"),
        ({"error": {"code": "C", "message": "M", "details": {"not": "a list"}}}, "C", "M"),
        ({"error": {"code": "C", "message": "M", "details": [None, 1, {}]}}, "C", "M"),
        ({"error": {"code": "C", "message": "M", "innerError": "text"}}, "C", "M"),
    ],
)
async def test_an_error_is_read_leniently(world, client, document, code, message):
    """
    Half an error object is better than none: what is there is shown, what is odd is left out.
    """
    world.instead("get_session", answer(409, document))
    error = await failure(client)
    assert (code, message, ()) == (error.info.code, error.info.message, tuple(error.details))


async def test_an_html_error_is_shown_in_part(world, client):
    """
    Of a long body at most 2 kB are shown, and the status' own phrase.
    """
    world.instead("get_session", answer(502, raw=b"<html>" + b"x" * 100_000))
    error = await failure(client)
    assert "502 Bad Gateway" in str(error)
    assert 2000 < len(str(error)) < 2048 + 300


async def test_a_challenge_is_shown(world, client):
    """
    What a 401 says in WWW-Authenticate is part of the message, for it often is all there is.
    """
    challenge = 'Bearer error="invalid_token"'
    world.instead("get_session", *[answer(401, WWW_Authenticate=challenge)] * 2)
    assert "invalid_token" in str(await failure(client))


@one_driver
@pytest.mark.parametrize("status", [400, 403, 409, 500, 503])
@pytest.mark.parametrize(
    ("code", "message"), [("NoCapacity", "x"), ("InsufficientCapacity", "x"), ("Error", "No capacity in this region.")]
)
async def test_no_capacity_is_told_apart(world, client, status, code, message):
    """
    A refusal that speaks of capacity is a CapacityError whatever its status, and advises another size or region.
    """
    world.instead("create_session", refusal(status, code, message))
    error = await failure(client, lambda client: client.create_session("demo"))
    assert CapacityError is type(error)
    assert (status, code, None) == (error.status, error.code, error.last)
    assert "other size or another region" in str(error)


@one_driver
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "seconds"),
    [("15", 15), ("0", 0), ("1.5", 1.5), ("Thu, 01 Jan 2026 00:02:00 GMT", 120), ("Wed, 31 Dec 2025 23:00:00 GMT", 0)],
)
async def test_retry_after_is_read(world, client, status, value, seconds):
    """
    Retry-After is given in seconds, whether the service writes a number or a date, also one that has passed.
    """
    world.instead("get_session", answer(status, Retry_After=value))
    assert seconds == (await failure(client)).retry_after


@one_driver
@pytest.mark.parametrize("value", ["", "soon", "nan", "inf", "99 red balloons"])
async def test_an_unreadable_retry_after_is_none(world, client, value):
    """
    A Retry-After that nobody can read counts as absent.
    """
    world.instead("get_session", answer(429, Retry_After=value))
    assert None is (await failure(client)).retry_after


async def test_an_error_without_correlation_vector(world, client):
    """
    Where a proxy answers without MS-CV, there is none.
    """
    world.instead("get_session", answer(502, MS_CV=""))
    error = await failure(client)
    assert not error.ms_cv
    assert "MS-CV:" not in str(error)


async def test_errors_cross_processes(world, client):
    """
    An error survives pickling with its type, text and facts, as process pools need.
    """
    world.instead("get_session", refusal(409, "Conflict", "Taken.", MS_CV=CV))
    error = await failure(client)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(error), str(error), error.status, error.code) == (type(copy), str(copy), copy.status, copy.code)


async def test_a_wrong_key_is_an_authentication_error(world):
    """
    A key that the token service refuses raises AuthenticationError, which says for which account.
    """
    options = {
        "endpoint": world.emulator.endpoint,
        "sts_endpoint": world.emulator.sts_endpoint,
        "account_id": world.emulator.account_id,
        "account_key": "d3Jvbmc=",
        "transport": world.emulator.transport(),
    }
    async with world.stranger(**options) as client:
        with pytest.raises(AuthenticationError, match=f"get a token for account {world.emulator.account_id}") as raised:
            await client.get_session("demo")
    assert 401 == raised.value.status
    assert "account_domain" in raised.value.advice
    assert ["get_token"] * len(world.emulator.requests) == [call.operation for call in world.emulator.requests]


async def test_a_root_for_all(world, client):
    """
    Everything the service refuses is an ArrError.
    """
    world.instead("get_session", answer(500))
    with pytest.raises(ArrError):
        await client.get_session("demo")
