"""
Every official example, replayed through the generated client: what went in comes out.
"""

import importlib
import inspect
import json
import re
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from pipeline import documents, pins
from pipeline.command import Nowhere
from pipeline.generate import module_path
from pipeline.lower import lower
from pipeline.pull import Cache, Folder, Puller, PullError

from tests.shared import SHARED

ROOT = Path(__file__).resolve().parents[2]
PINS = pins.read(ROOT / "spec/pins.toml")


def fetched(api):
    """
    The pinned files, out of the cache of an earlier pull or the upstream material.
    """
    cache = Cache(ROOT / ".cache/specs")
    for source in (Nowhere(), Folder(SHARED / "specs")):
        try:
            return Puller(source, PINS.repository, PINS.commit, cache).pinned(api)
        except PullError:
            continue
    pytest.skip("needs upstream's examples: run `python scripts/regenerate.py --pull`, or set ARR_SHARED")


def replayed(api):
    """
    Path, method, module and content of every example of an API.
    """
    files = fetched(api)
    swagger = documents.parse_swagger(files.swagger, api.name)
    lowered = {
        operation["operationId"]: operation
        for _, _, operation in documents.operations(
            lower(swagger, lambda file: documents.parse_json(files.files[file], file))
        )
    }
    for path, method, operation in documents.operations(swagger):
        ours = lowered[operation["operationId"]]
        module = importlib.import_module(f"arr_client.{api.name}.{module_path(ours)}")
        for example in operation["x-ms-examples"].values():
            content = documents.parse_json(files.files[example["$ref"].removeprefix("./")], example["$ref"])
            yield path, method, module, content


def plain(value):
    """
    JSON with its points in time as points in time: `Z` and `+00:00` are the same.
    """
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [plain(child) for child in value]
    if isinstance(value, str) and "T" in value:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return value
    return value


@pytest.mark.parametrize("api", PINS.apis, ids=lambda api: api.name)
def test_example_responses_come_back_as_they_were(api):
    """
    Every example answer parses, and written again it is equal, down to nulls and unknown fields.
    """
    package = importlib.import_module(f"arr_client.{api.name}")
    client = package.Client(base_url="https://example.com", raise_on_unexpected_status=True)
    replays = bodies = 0
    for _, _, module, example in replayed(api):
        for status, answer in example["responses"].items():
            replays += 1
            content = {"json": answer["body"]} if "body" in answer else {}
            parsed = module._parse_response(client=client, response=httpx.Response(int(status), **content))
            if "body" not in answer:
                assert parsed is None
                continue
            bodies += 1
            assert type(parsed).__module__.startswith(f"arr_client.{api.name}.models.")
            assert plain(answer["body"]) == plain(json.loads(json.dumps(parsed.to_dict())))
            unknown = answer["body"] | {"somethingOfTomorrow": {"a": [1, None]}}
            assert plain(unknown) == plain(type(parsed).from_dict(unknown).to_dict())
    assert {"rendering": (51, 22), "sts": (4, 1), "object_anchors": (3, 3)}[api.service] == (replays, bodies)


@pytest.mark.parametrize("api", PINS.apis, ids=lambda api: api.name)
def test_example_requests_are_sent_as_they_are(api):
    """
    Every example request has the example's path, headers and body, and the api-version by itself.
    """
    for path, method, module, example in replayed(api):
        given = example["parameters"]
        headers = {name: value for name, value in given.items() if name.lower() == "x-mrc-cv"}
        keywords = {name.lower().replace("-", "_"): value for name, value in headers.items()}
        if "body" in given:
            keywords["body"] = model_of_body(module).from_dict(given["body"])
        kwargs = module._get_kwargs(*[given[name] for name in re.findall(r"{(\w+)}", path)], **keywords)
        assert method == kwargs["method"]
        assert path.format(**given) == kwargs["url"]
        assert {"api-version": api.version} == kwargs["params"]
        assert headers.items() <= kwargs.get("headers", {}).items()
        assert given.get("body") == kwargs.get("json")


def model_of_body(module):
    """
    The class of a request body, which may be an optional one.
    """
    models = importlib.import_module(f"{module.__name__.partition('.api.')[0]}.models")
    names = inspect.get_annotations(module._get_kwargs)["body"].split(" | ")
    return next(getattr(models, name) for name in names if name in models.__all__)
