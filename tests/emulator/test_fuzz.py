"""
Whatever is sent, the emulator answers: no input is a crash.
"""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from arr_facade.clock import ManualClock
from arr_facade.emulator import Emulator, Request
from tests.emulator.caller import Caller, conversion_body

STATUSES = {200, 201, 204, 400, 401, 403, 404, 405, 409, 422}
TEXT = st.text(max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


def check(response):
    assert response.status in STATUSES
    assert [name for name, _ in response.headers if name == "MS-CV"] == ["MS-CV"]
    if response.body:
        json.loads(response.body.decode())


@given(
    method=st.sampled_from(["GET", "PUT", "PATCH", "POST", "DELETE", "HEAD", "x"]),
    path=TEXT | st.from_regex(r"/accounts/.{0,40}/(sessions|conversions|token)(/.{0,300}(/:stop)?)?", fullmatch=True),
    query=st.dictionaries(TEXT | st.just("api-version") | st.just("continuationToken"), TEXT, max_size=3),
    headers=st.dictionaries(st.sampled_from(["authorization", "x-mrc-cv"]), TEXT | TEXT.map("Bearer {}".format)),
    body=st.binary(max_size=100),
)
@settings(max_examples=150, deadline=None)
def test_any_request_is_answered(method, path, query, headers, body):
    """
    Any method, path, query, header and body gets an answer of the service.
    """
    with Emulator(clock=ManualClock()) as emulator:
        check(emulator.handle(Request(method, path, query, headers, body)))


@given(
    request=st.sampled_from([("PUT", "sessions/s"), ("PATCH", "sessions/s"), ("PUT", "conversions/c")]),
    body=JSON | st.fixed_dictionaries({"maxLeaseTimeMinutes": JSON, "size": JSON}),
)
@settings(max_examples=150, deadline=None)
def test_any_json_body_is_answered(request, body):
    """
    Any JSON in place of the expected is an answer of the service, also where it cannot be written in UTF-8.
    """
    with Emulator(clock=ManualClock()) as emulator:
        call = Caller(emulator)
        call.create("s", lease=5)
        check(call(*request, json.dumps(body).encode()))


@given(
    source=st.dictionaries(
        st.sampled_from(["storageContainerUri", "blobPrefix", "relativeInputAssetPath", "storageContainerReadListSas"]),
        JSON | TEXT.map("https://{}/abc".format) | TEXT.map("{}.fbx".format),
    ),
    target=st.dictionaries(
        st.sampled_from(["storageContainerUri", "blobPrefix", "outputAssetFilename", "storageContainerWriteSas"]),
        JSON | TEXT.map("https://a.net/{}".format) | TEXT.map("{}.arrAsset".format),
    ),
)
@settings(max_examples=150, deadline=None)
def test_any_conversion_is_answered_the_same_way_twice(source, target):
    """
    Whatever a conversion's settings hold, they are accepted or refused, and the same again has the same outcome.
    """
    with Emulator(clock=ManualClock()) as emulator:
        call = Caller(emulator)
        body = json.dumps(conversion_body(source, target)).encode()
        first, second = call("PUT", "conversions/c", body), call("PUT", "conversions/c", body)
        check(first)
        assert (first.status, second.status) in {(201, 200), (400, 400), (403, 403)}
        if first.status == 201:
            assert first.body == second.body
            assert call("GET", "conversions").status == 200
