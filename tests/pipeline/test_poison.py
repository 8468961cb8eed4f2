"""
A Swagger document full of code: its package compiles, imports and works, and none of that code ever runs.

openapi-python-client before 0.29.1 let such documents inject code (GHSA-5293-mq8x-g3xj).
"""

import json
import subprocess
import sys
import unicodedata

import pytest
from pipeline.documents import operations
from pipeline.generate import generate_packages
from pipeline.lower import lower
from pipeline.swagger import LoweringError
from pipeline.validate import validate
from pipeline.verify import verify_package

RUN = "open('canary', 'w').close()"

UNPRINTABLE = {"Cc", "Zl", "Zp"}

POISON = [
    f'"; {RUN}; "',
    f"'; {RUN}; '",
    f'"""\n{RUN}\n"""',
    f"'''\n{RUN}\n'''",
    f'\\"""\n{RUN}\n\\',
    f"a\n{RUN}\nb",
    f"a\r{RUN}\rb",
    f"a\u2028{RUN}\u2029b",
    f"a\x0c{RUN}",
    f"{{{RUN}}}",
    f"{{{{ {RUN} }}}}",
    f"{{% {RUN} %}}",
    f"${{{RUN}}}",
    f"%({RUN})s",
    f"a # {RUN}",
    f'b" + {RUN} + "',
    f'c") or {RUN} or ("',
    "\\",
    "ends in a backslash \\",
    'ends in a quote "',
    'ends in three """',
    "\\N{BULLET} \\x41 \\u0041 \\U00000041 \\U0000",
    "back\\slash\\" * 30,
    "null\0byte",
    "def __init__(self): pass",
    "import os; os.abort()",
    "é ü 漢字 \U0001f600",
]


def poisoned():
    """
    A document with every poison wherever a document may hold free text.
    """
    properties = {
        f"{text} {index}": {"type": "string", "default": text, "example": text, "title": text, "description": text}
        for index, text in enumerate(POISON)
    }
    paths = {}
    for number in range(4):
        texts = POISON[number::4]
        text = "".join(texts)
        parameters = [{"name": "id", "in": "path", "required": True, "type": "string", "description": text}]
        parameters.append({"name": "api-version", "in": "query", "type": "string"})
        parameters.append({"name": f"X-{number}", "in": "header", "type": "string", "default": text})
        parameters += [
            {"name": f"{index} {text}", "in": "query", "type": "string", "default": text, "description": text}
            for index, text in enumerate(texts)
        ]
        paths[f"/{number}{text.translate(str.maketrans('', '', '{}?#'))}/{{id}}"] = {
            "get": {
                "operationId": f"Group_Do{number}",
                "summary": text,
                "description": text,
                "parameters": parameters,
                "responses": {
                    "200": {"description": text, "schema": {"$ref": "#/definitions/Thing"}},
                    "default": {"description": text},
                },
            }
        }
    return {
        "swagger": "2.0",
        "info": {"title": "\n".join(POISON), "version": "".join(POISON), "description": "\n".join(POISON)},
        "host": "example.com",
        "paths": paths,
        "definitions": {
            "Thing": {"type": "object", "description": "\n".join(POISON), "properties": properties},
            f"Named {POISON[0]}": {
                "type": "string",
                "enum": POISON,
                "description": "\n".join(POISON),
                "x-ms-enum": {
                    "name": f"Kind {POISON[2]}",
                    "values": [{"value": text, "name": text, "description": text} for text in POISON],
                },
            },
            "Holder": {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"$ref": f"#/definitions/Named {POISON[0]}"}},
            },
        },
    }


def with_prose(document):
    """
    The lowered document with poison in all the texts that an overlay may put in.
    """
    text = "\n".join(POISON)
    document["info"]["description"] = text
    for _, _, operation in operations(document):
        operation |= {"summary": text, "description": text}
        for thing in [*operation["parameters"], *operation["responses"].values()]:
            thing["description"] = text
    for schema in document["components"]["schemas"].values():
        schema["description"] = text
        if "anyOf" in schema:
            schema["x-enum-descriptions"] = {value: value or "?" for value in schema["anyOf"][0]["enum"]}
        for child in schema.get("properties", {}).values():
            child["description"] = text
    return document


USE = """
import importlib, inspect, json, pkgutil, sys
import poisoned
from poisoned.models.holder import Holder
from poisoned.models.thing import Thing

modules = [importlib.import_module(info.name) for info in pkgutil.walk_packages(poisoned.__path__, "poisoned.")]
calls = [module._get_kwargs("x") for module in modules if hasattr(module, "_get_kwargs")]
values = json.load(sys.stdin)
kinds = [Holder.from_dict({"kind": value}).to_dict()["kind"] for value in values]
named = {f"{value} {index}": value for index, value in enumerate(values)}
thing = Thing.from_dict(named)
for module in modules:
    inspect.getdoc(module)
unknown = list(thing.additional_properties)
json.dump({"calls": calls, "kinds": kinds, "kept": thing.to_dict() == named, "unknown": unknown}, sys.stdout)
"""


def printable(texts):
    return {text for text in texts if not any(unicodedata.category(character) in UNPRINTABLE for character in text)}


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """
    The folder that holds the poisoned package.
    """
    document = lower(json.loads(json.dumps(poisoned())))
    validate(document, "poisoned")
    document = with_prose(document)
    folder = tmp_path_factory.mktemp("poisoned")
    generate_packages({"poisoned": document}, folder)
    verify_package(folder / "poisoned", document)
    return folder


def test_the_poison_would_work(tmp_path):
    """
    The code in the document leaves a file behind if it runs, so that the other test means something.
    """
    subprocess.run([sys.executable, "-c", RUN], cwd=tmp_path, check=True)
    assert (tmp_path / "canary").exists()


def test_nothing_of_it_runs(package, tmp_path):
    """
    Every module imports, every request is built, all values come back as they were, and no code of the document ran.
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", USE],
        cwd=tmp_path,
        input=json.dumps(POISON),
        env={"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "" == done.stderr
    result = json.loads(done.stdout)
    defaults = [value for call in result["calls"] for name, value in call["params"].items() if name[0].isdigit()]
    # The generator doubles the escapes of a default with quotes or backslashes: harmless, though not the same text.
    assert {text for text in printable(POISON) if '"' not in text and "\\" not in text} <= set(defaults)
    assert POISON == result["kinds"]
    assert result["kept"]
    # The generator leaves control characters out of names, so that such a field is one it does not know.
    assert set() == printable(result["unknown"])
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("path", ["/a/{id.__class__}", "/a/{}", "/a/{0}", "/a}/{id}", "/a/{id", "/{{id}}"])
def test_stray_braces_in_a_path_are_refused(path):
    """
    A path whose braces are more than a declared parameter does not become a format string.
    """
    parameter = {"name": "id", "in": "path", "required": True, "type": "string"}
    operation = {"operationId": "A_B", "parameters": [parameter], "responses": {"200": {"description": ""}}}
    document = {
        "swagger": "2.0",
        "info": {"title": "t", "version": "1"},
        "paths": {path: {"get": operation}},
    }
    with pytest.raises(LoweringError, match="has braces that are no parameter's"):
        lower(document)
