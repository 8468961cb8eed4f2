"""
What holds of the lowering of any Swagger document: built at random, and broken at random.
"""

import contextlib
import copy
import json
import os
import subprocess
import sys
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipeline.documents import operations
from pipeline.lower import lower
from pipeline.swagger import LoweringError
from pipeline.validate import validate

from tests.pipeline.swaggers import EVERYTHING, lowered

PROSE = "Words of upstream that have to go."
SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

words = st.text(st.sampled_from("abcXYZ_0189"), min_size=1, max_size=6).filter(lambda word: word[0].isalpha())
names = st.lists(words, min_size=1, max_size=3, unique_by=str.lower)
prose = st.sampled_from([{}, {"description": PROSE}, {"title": PROSE, "description": PROSE}])
nullable = st.sampled_from([{}, {"x-nullable": True}, {"x-nullable": False}])


def merged(*parts):
    return st.tuples(*parts).map(lambda dicts: {key: value for part in dicts for key, value in part.items()})


def enums():
    values = st.lists(st.text(max_size=5), min_size=1, max_size=4, unique=True)
    return values.map(lambda enum: {"type": "string", "enum": enum, "x-ms-enum": {"name": "Kind"}})


def schemas(definitions):
    """
    Schemas that may refer to the definitions.
    """
    scalars = st.sampled_from(
        [
            {"type": "string"},
            {"type": "string", "format": "date-time"},
            {"type": "integer", "minimum": 1, "exclusiveMinimum": True},
            {"type": "number", "maximum": 5},
            {"type": "boolean", "default": True},
        ]
    )
    references = st.sampled_from(definitions).map(lambda name: {"$ref": f"#/definitions/{name}"})
    leaves = merged(st.one_of(scalars, references, enums()), prose, nullable)
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(lambda items: {"type": "array", "items": items}),
            objects(inner),
        ),
        max_leaves=3,
    )


def objects(inner):
    return st.dictionaries(words, inner, min_size=1, max_size=3).flatmap(
        lambda properties: st.sets(st.sampled_from(sorted(properties))).map(
            lambda required: (
                {"type": "object", "properties": properties} | ({"required": sorted(required)} if required else {})
            )
        )
    )


@st.composite
def swaggers(draw):
    """
    Documents with a few definitions, paths, parameters and statuses that the lowering has to take.
    """
    definitions = draw(names)
    schema = schemas(definitions)
    paths = {}
    for number, path in enumerate(draw(names)):
        parameters = [{"name": "id", "in": "path", "required": True, "type": "string", "description": PROSE}]
        parameters += [
            {"name": name, "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi"}
            for name in draw(st.lists(words, max_size=2, unique=True))
        ]
        method = draw(st.sampled_from(["get", "put", "post"]))
        if method == "put":
            parameters.append({"name": "body", "in": "body", "required": True, "schema": draw(schema)})
        statuses = draw(st.lists(st.sampled_from(["200", "204", "404", "default"]), min_size=1, unique=True))
        paths[f"/{path}/{{id}}"] = {
            method: {
                "operationId": f"Group{draw(st.integers(0, 1))}_Do{number}",
                "summary": PROSE,
                "parameters": parameters,
                "responses": {
                    status: draw(merged(st.just({"description": PROSE}), schema.map(lambda it: {"schema": it})))
                    for status in statuses
                },
            }
        }
    return {
        "swagger": "2.0",
        "info": {"title": "T", "version": "1", "description": PROSE},
        "paths": paths,
        "definitions": {name: draw(merged(objects(schema), prose)) for name in definitions},
    }


def walk(value, pointer=()):
    yield pointer, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from walk(child, (*pointer, key))


@given(swaggers())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_document_becomes_valid_openapi_with_everything_in_it(document):
    """
    Operations, parameters, statuses, definitions, properties and enum values all arrive; prose and titles do not.
    """
    before = copy.deepcopy(document)
    result = lower(document)
    assert before == document
    validate(result, "random.yaml")
    assert PROSE not in json.dumps(result)
    theirs = {(path, method): operation for path, method, operation in operations(document)}
    ours = {(path, method): operation for path, method, operation in operations(result)}
    assert theirs.keys() == ours.keys()
    for key, operation in theirs.items():
        assert list(operation["responses"]) == list(ours[key]["responses"])
        in_body = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "body"}
        expected = {parameter["name"] for parameter in operation["parameters"]} - in_body
        assert expected == {parameter["name"] for parameter in ours[key]["parameters"]}
        assert bool(in_body) == ("requestBody" in ours[key])
    for name, definition in document["definitions"].items():
        ours_of_it = result["components"]["schemas"][name]
        assert list(definition["properties"]) == list(ours_of_it["properties"])
        assert definition.get("required") == ours_of_it.get("required")
    assert counted(document, "enum") == counted(result, "enum")


def counted(document, key):
    """
    Every value listed under the key anywhere, sorted.
    """
    found = (value[key] for _, value in walk(document) if isinstance(value, dict) and isinstance(value.get(key), list))
    return sorted(element for values in found for element in values)


@given(swaggers())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_null_that_was_allowed_is_allowed(document):
    """
    There are as many nullable places after the lowering as `x-nullable: true` before it.
    """
    result = lower(document)
    # A definition is nullable at its references; these documents say it at the place of use only.
    before = sum(isinstance(value, dict) and value.get("x-nullable") is True for _, value in walk(document))
    after = sum(
        isinstance(value, dict)
        and ({"type": "null"} in value.get("anyOf", []) or (isinstance(value.get("type"), list)))
        for _, value in walk(result)
    )
    assert before == after


def replaced(document, pointer, value):
    """
    The document with another value at the pointer.
    """
    changed = copy.deepcopy(document)
    holder = changed
    for key in pointer[:-1]:
        holder = holder[key]
    holder[pointer[-1]] = value
    return changed


JUNK = [None, True, 0, -1.5, "", "x", [], [[]], [None], {}, {"x": 1}, {"$ref": "#/paths"}, {"type": []}]


def test_a_broken_document_is_refused_and_never_crashes():
    """
    With any one value replaced by nonsense, a document is lowered or refused by pointer, and no other error escapes.
    """
    files = {"more.json": {"definitions": {"Cause": {"type": "string"}}}}
    lowered(EVERYTHING, files)
    refused = 0
    for pointer, _ in walk(EVERYTHING):
        for value in JUNK if pointer else ():
            with contextlib.suppress(LoweringError):
                refused += 1
                lower(replaced(EVERYTHING, pointer, value), lambda file: files.get(file, {}))
                refused -= 1
    assert refused > 1000


@given(swaggers())
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_hash_seed_changes_nothing(document):
    """
    Two processes with different hash seeds write the same bytes.
    """
    program = (
        "import json, sys; from pipeline.lower import lower; from pipeline.documents import dump; "
        "sys.stdout.buffer.write(dump(lower(json.load(sys.stdin))))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps(document).encode(),
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(SCRIPTS)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert 1 == len(outputs)
