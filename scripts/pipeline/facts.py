"""
A lowered document taken apart into subjects a change can be about, each with the facts that hold of it.

A subject is an operation, a parameter, a body, a status, a header, a model, a property or an enum value. Its facts are
the leaves of the document that belong to it and to no smaller subject.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_python_client.strings import ClassName

from pipeline.documents import operations
from pipeline.generate import module_path
from pipeline.overlay import ENUM_WORDING

REQUEST = "request"
RESPONSE = "response"

Facts = dict[str, Any]

INNER = {"items": "[]", "additionalProperties": "{}"}
"""
Key of a schema for what an array or a dictionary holds → what that is called within a place.
"""

OWN_SUBJECTS = frozenset({"properties", "required", "enum", "x-enum-varnames", ENUM_WORDING, *INNER})
"""
Keys of a schema whose content belongs to smaller subjects.
"""

WHOLE = frozenset({"example", "examples", "default"})
"""
Keys whose value is one fact, however deep it is.
"""


@dataclass(frozen=True)
class Key:
    """
    What identifies a subject in two documents.

    Attributes:
        kind: "operation", "parameter", "body", "status", "header", "model", "property", "enum value" or "document".
        where: The subject's place, from the outside in: an operation and its parameter, a model and its property.
    """

    kind: str
    where: tuple[str, ...]

    def __str__(self) -> str:
        separator = " " if self.kind in {"operation", "parameter", "body", "status", "header"} else "."
        return separator.join(self.where)


@dataclass
class Subject:
    """
    A part of a document that can come, go or change.

    Attributes:
        facts: Name → value of each leaf.
        directions: Whether callers send it, the service sends it, or both.
        parent: What it is a part of, and comes and goes with.
    """

    facts: Facts
    directions: frozenset[str]
    parent: Key | None = None


Subjects = dict[Key, Subject]

BOTH = frozenset({REQUEST, RESPONSE})


def subjects(document: Mapping[str, Any]) -> Subjects:
    """
    Everything in a lowered document that a change can be about.
    """
    return _Reader(document).read()


@dataclass
class _Reader:
    document: Mapping[str, Any]
    found: Subjects = field(default_factory=dict)

    def read(self) -> Subjects:
        components = self.document.get("components", {})
        info = dict(self.document["info"])
        whole = {
            "version": info.pop("version"),
            "info": info,
            "servers": self.document.get("servers"),
            "security": self.document.get("security"),
            "securitySchemes": components.get("securitySchemes"),
        }
        self.found[Key("document", ("document",))] = Subject(flatten(whole), BOTH)
        directions = self._directions()
        for path, method, operation in operations(self.document):
            self._operation(f"{method.upper()} {path}", path, operation)
        for name, schema in components.get("schemas", {}).items():
            self._schema(Key("model", (name,)), schema, directions.get(name, BOTH), None, {})
        return self.found

    def _operation(self, name: str, path: str, operation: Mapping[str, Any]) -> None:
        key = Key("operation", (re.sub(r"\{[^}]*\}", "{}", name),))
        own = {"parameters", "requestBody", "responses", "operationId", "tags"}
        facts = flatten({name: value for name, value in operation.items() if name not in own})
        self.found[key] = Subject(facts | {"module": module_path(operation)}, BOTH)
        for parameter in [*self.document["paths"][path].get("parameters", []), *operation.get("parameters", [])]:
            self._parameter(key, self._resolved(parameter))
        if "requestBody" in operation:
            facts = flatten(_examples_apart(self._resolved(operation["requestBody"])))
            self.found[Key("body", (*key.where, "body"))] = Subject(facts, frozenset({REQUEST}), key)
        for status, response in operation["responses"].items():
            self._response(key, status, self._resolved(response))

    def _parameter(self, operation: Key, parameter: Mapping[str, Any]) -> None:
        key = Key("parameter", (*operation.where, parameter["in"], parameter["name"]))
        facts = {name: value for name, value in parameter.items() if name not in {"in", "name", "required", "schema"}}
        # A parameter that is needed and has a default needs not be passed.
        needed = parameter.get("required", False) and "default" not in parameter.get("schema", {})
        self._schema(key, parameter.get("schema", {}), frozenset({REQUEST}), operation, facts | {"required": needed})

    def _response(self, operation: Key, status: str, response: Mapping[str, Any]) -> None:
        key = Key("status", (*operation.where, status))
        facts = flatten({name: value for name, value in _examples_apart(response).items() if name != "headers"})
        self.found[key] = Subject(facts, frozenset({RESPONSE}), operation)
        for name, header in response.get("headers", {}).items():
            header_key = Key("header", (*key.where, name))
            self.found[header_key] = Subject(flatten(header), frozenset({RESPONSE}), key)

    def _schema(
        self, key: Key, schema: Mapping[str, Any], directions: frozenset[str], parent: Key | None, extra: Facts
    ) -> None:
        """
        A subject with the facts of a schema, and one for each property and enum value in it.
        """
        schema = normal(schema)
        facts = flatten(_without_own_subjects(schema)) | flatten(extra) | _enum_class(schema, key.where[-1])
        self.found[key] = Subject(facts, directions, parent)
        for part in _parts(schema):
            for name, child in part.get("properties", {}).items():
                required = {"required": name in part.get("required", ())}
                self._schema(Key("property", (*key.where, name)), child, directions, key, required)
            for keyword in INNER.keys() & part.keys():
                if isinstance(part[keyword], Mapping):
                    inner = Key("property", (*key.where, INNER[keyword]))
                    self._schema(inner, part[keyword], directions, key, {})
            names = part.get("x-enum-varnames", part.get("enum", ()))
            for value, name in zip(part.get("enum", ()), names, strict=True):
                facts = {"member": name, "description": schema.get(ENUM_WORDING, {}).get(str(value))}
                self.found[Key("enum value", (*key.where, str(value)))] = Subject(facts, directions, key)

    def _resolved(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in value:
            _, _, section, name = value["$ref"].split("/")
            value = self.document["components"][section][name]
        return value

    def _directions(self) -> dict[str, frozenset[str]]:
        """
        Model → who sends it, found by following references from bodies and from responses.
        """
        schemas = self.document.get("components", {}).get("schemas", {})
        directions: dict[str, frozenset[str]] = {}

        def follow(value: Any, direction: str) -> None:
            for name in _referred(value):
                if direction not in directions.get(name, ()):
                    directions[name] = directions.get(name, frozenset()) | {direction}
                    follow(schemas[name], direction)

        for _, _, operation in operations(self.document):
            follow(self._resolved(operation.get("requestBody", {})), REQUEST)
            follow([self._resolved(parameter) for parameter in operation.get("parameters", [])], REQUEST)
            follow([self._resolved(response) for response in operation["responses"].values()], RESPONSE)
        return directions


def normal(schema: Mapping[str, Any]) -> dict[str, Any]:
    """
    The schema with "or null", however it is written, as the fact `nullable`.
    """
    types = schema.get("type")
    if isinstance(types, list) and "null" in types:
        rest = [name for name in types if name != "null"]
        return {**schema, "type": rest[0] if len(rest) == 1 else rest, "nullable": True}
    branches = schema.get("anyOf", [])
    if {"type": "null"} in branches:
        rest = [branch for branch in branches if branch != {"type": "null"}]
        without = {key: value for key, value in schema.items() if key != "anyOf"}
        return {**without, **(rest[0] if len(rest) == 1 else {"anyOf": rest}), "nullable": True}
    return dict(schema)


def flatten(value: Any, prefix: str = "") -> Facts:
    """
    Leaf by leaf: the path of keys and indexes, joined with dots, → the scalar or empty container there.
    """
    entries: list[tuple[Any, Any]] = []
    if isinstance(value, Mapping):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    if not entries:
        return {prefix: value} if prefix else {}
    facts: Facts = {}
    for key, child in entries:
        here = f"{prefix}.{key}" if prefix else str(key)
        facts |= {here: child} if key in WHOLE else flatten(child, here)
    return facts


def _parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """
    The schema, and the branches of it whose fields and values are its own.
    """
    yield schema
    for keyword in ("allOf", "anyOf"):
        yield from schema.get(keyword, [])


def _enum_class(schema: Mapping[str, Any], name: str) -> Facts:
    """
    What the generator calls the class of an enum: after its title, else after its place.
    """
    for index, branch in enumerate(schema.get("anyOf", [])):
        if "enum" in branch:
            return _enum_class(branch, f"{name}_type_{index}")
    return {"class": str(ClassName(schema.get("title", name), "field_"))} if "enum" in schema else {}


def _examples_apart(message: Mapping[str, Any]) -> dict[str, Any]:
    """
    A body or response whose examples are no part of its content.
    """
    content = message.get("content", {})
    parts = {
        "content": {name: media.get("schema", True) for name, media in content.items()},
        "example": {name: media["example"] for name, media in content.items() if "example" in media},
    }
    rest = {key: value for key, value in message.items() if key != "content"}
    return rest | {key: value for key, value in parts.items() if value}


def _without_own_subjects(schema: Mapping[str, Any]) -> dict[str, Any]:
    own = OWN_SUBJECTS | {"title"} if "enum" in schema else OWN_SUBJECTS
    plain = {key: value for key, value in schema.items() if key not in own}
    for keyword in plain.keys() & {"allOf", "anyOf"}:
        plain[keyword] = [_without_own_subjects(branch) for branch in plain[keyword]]
    return plain


def _referred(value: Any) -> Iterator[str]:
    """
    The names of the models a part of a document refers to.
    """
    if isinstance(value, Mapping):
        if str(value.get("$ref", "")).startswith("#/components/schemas/"):
            yield value["$ref"].rpartition("/")[2]
        for child in value.values():
            yield from _referred(child)
    elif isinstance(value, list):
        for child in value:
            yield from _referred(child)
