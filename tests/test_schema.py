"""
The emulator against the pinned OpenAPI documents: whatever is sent, valid or not, no 500, no undocumented status, and
every answer fits its schema.

schemathesis makes the requests. SCHEMA_CASES is how many of them for each operation and kind of data (default 8, so
some hundreds in all), SCHEMA_SEED repeats a run: pytest shows the seed with a failure, and with `-s` always.
"""

import io
import os
import random
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
import pytest
import requests
import urllib3
import yaml
from jsonschema import Draft202012Validator

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402 - after the skip
from hypothesis.stateful import run_state_machine_as_test  # noqa: E402 - after the skip
from schemathesis import GenerationMode  # noqa: E402 - after the skip
from schemathesis.specs.openapi import checks  # noqa: E402 - after the skip

from arr_facade.clock import ManualClock  # noqa: E402 - after the skip
from arr_facade.emulator import DEFAULT_ACCOUNT_ID, Emulator  # noqa: E402 - after the skip
from arr_facade.emulator.routes import route  # noqa: E402 - after the skip
from tests.emulator.caller import Caller  # noqa: E402 - after the skip

SPECIFICATIONS = Path(__file__).resolve().parent.parent / "spec" / "openapi"
CASES = int(os.environ.get("SCHEMA_CASES", "8"))
SEED = int(os.environ.get("SCHEMA_SEED") or random.randrange(2**32))
ENDPOINT = "http://emulator.localhost"

# What the documents leave open and the emulator knows: with it, valid requests get past the front door.
KNOWN_IDS = ["a", "b", "c"]
NARROWED = {
    "api-version": {"enum": ["2021-01-01", "2021-01-01-preview"]},
    "account_id": {"enum": [DEFAULT_ACCOUNT_ID]},
    "accountId": {"enum": [DEFAULT_ACCOUNT_ID]},
    "size": {"enum": ["Standard", "Premium", "standard"]},
    "storageContainerUri": {"pattern": r"^https://[a-z]{3,8}\.blob\.core\.windows\.net/[a-z]{3,8}$"},
    "relativeInputAssetPath": {"pattern": r"^[a-z]{1,8}(DoesNotExist)?\.(fbx|glb|ply)$"},
    "outputAssetFilename": {"pattern": r"^[A-Za-z]{1,30}\.arrAsset$"},
}


class Adapter(requests.adapters.HTTPAdapter):
    """The emulator in process, in the place of the network of requests, which schemathesis speaks."""

    def __init__(self, emulator):
        super().__init__()
        self._transport = emulator.transport()

    def send(self, request, *arguments, **options):
        body = request.body.encode() if isinstance(request.body, str) else request.body
        asked = httpx.Request(request.method, request.url, headers=list(request.headers.items()), content=body or b"")
        answer = self._transport.handle_request(asked)
        raw = urllib3.HTTPResponse(
            io.BytesIO(answer.content),
            headers=urllib3.HTTPHeaderDict(answer.headers.multi_items()),
            status=answer.status_code,
            preload_content=False,
        )
        return self.build_response(request, raw)


@pytest.fixture(autouse=True)
def told_seed():
    print(f"SCHEMA_SEED={SEED}")  # noqa: T201 - for whoever wants to repeat this


@pytest.fixture
def session():
    """
    A session of requests, for `begin` to put emulators behind.
    """
    with requests.Session() as session:
        session.trust_env = False
        yield session


def begin(session):
    """A new emulator behind the session, always the same one, with something in every state."""
    clock = ManualClock()
    emulator = Emulator(clock=clock, random=random.Random(SEED), page_size=2)
    call = Caller(emulator)
    call.create("a")
    call.convert("a")
    clock.advance("1m")
    call.create("b", size="Premium")
    call.convert("b", source={"relativeInputAssetPath": "carDoesNotExist.fbx"})
    emulator.hooks.append(_TimePasses(clock))
    session.mount("http://", Adapter(emulator))
    session.headers["Authorization"] = f"Bearer {call.token}"
    return emulator


class _TimePasses:
    def __init__(self, clock):
        self._clock = clock

    def before(self, where, request):
        self._clock.advance("7s")

    def after(self, where, request, response):
        return response


def read(name):
    return yaml.safe_load((SPECIFICATIONS / f"{name}.yaml").read_text(encoding="utf-8"))


def load(name):
    """The operations of a document, with the requests narrowed to what can be asked of this emulator."""
    document = read(name)
    _narrow(document)
    config = schemathesis.Config.from_dict({"checks": {"positive_data_acceptance": POSITIVE}})
    return schemathesis.openapi.from_dict(document, config=config)


def _narrow(node):
    if isinstance(node, list):
        for one in node:
            _narrow(one)
    elif isinstance(node, dict):
        if node.get("in") and node.get("name") in NARROWED:
            node["schema"] = {"type": "string"} | NARROWED[node["name"]]
        elif node.get("in") == "path":
            node["schema"] = {"anyOf": [{"type": "string", "enum": KNOWN_IDS}, node["schema"]]}
        for name, value in node.items():
            if name in NARROWED and isinstance(value, dict) and "in" not in value:
                node[name] = {"type": "string"} | NARROWED[name]
            else:
                _narrow(value)


def operations():
    for name in ("rendering_2021_01_01", "rendering_2021_01_01_preview", "sts_2019_02_28_preview"):
        for operation in load(name).get_all_operations():
            yield pytest.param(name, operation.ok(), id=f"{name}: {operation.ok().label}")


# Answers that the documents do not list and docs/emulator.md decides, by their status and code: the version of the API
# is looked at before anything else, and a link to a page can be tampered with.
DECIDED = {
    (400, "ApiVersionUnspecified"),
    (400, "UnsupportedApiVersion"),
    (400, "The continuationToken value is invalid."),
}


def is_decided(case, response):
    """Whether the answer is one of ours, or what has been asked is no path or method of the document."""
    where = route(response.request.method, unquote(urlsplit(response.request.url).path))
    if where.operation is None:
        return response.status_code == (405 if where.allow else 404)
    error = response.json().get("error", {}) if response.status_code == 400 else {}
    return bool({(400, error.get("code")), (400, error.get("message"))} & DECIDED)


# What is left out of schemathesis' checks, and why.
LEFT_OUT = [
    # Asks again by a session of its own, past the adapter; tests/emulator/test_api.py sends no and wrong tokens.
    checks.ignored_auth,
    # Would have unknown query parameters refused, which the emulator passes over; `is_valid_body` checks the rest.
    checks.negative_data_rejection,
]
POSITIVE = {"expected-statuses": ["2xx", "401", "403", "404", "409", "422"]}  # 422: a lease that does not grow


def is_valid_body(document, operation, body):
    """Whether the body of a request fits the document as it is, without what has been narrowed."""
    declared = document["paths"][operation.path][operation.method].get("requestBody")
    if declared is None:
        return True
    schema = declared["content"]["application/json"]["schema"] | {"components": document["components"]}
    return Draft202012Validator(schema).is_valid(body)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("name", "operation"), list(operations()))
def test_answers_fit_the_document(session, name, operation, mode):
    """
    Valid requests are not refused for their form, invalid ones are, and all get a documented status and body.
    """
    document = read(name)

    @seed(SEED)
    @settings(
        max_examples=CASES,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answer_fits(case):
        begin(session)
        response = case.call(base_url=ENDPOINT, session=session)
        if not is_decided(case, response):
            case.validate_response(response, excluded_checks=LEFT_OUT)
        if response.status_code < 300:
            assert is_valid_body(document, operation, case.body), case.body

    answer_fits()


def test_one_operation_after_another(session):
    """
    Whatever an operation answers can be used for the next one, and no order of them makes a wrong answer.
    """
    found = set()

    class Workflow(load("rendering_2021_01_01").as_state_machine()):
        def setup(self):
            begin(session)

        def get_call_kwargs(self, case):
            return {"session": session, "base_url": ENDPOINT}

        def validate_response(self, response, case, **options):
            found.add((case.operation.method, response.status_code))
            if not is_decided(case, response):
                case.validate_response(response, excluded_checks=LEFT_OUT)

    steps = settings(
        max_examples=2 * CASES,
        stateful_step_count=10,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(SEED)(Workflow), settings=steps)

    assert {("get", 200), ("put", 201)} <= found
