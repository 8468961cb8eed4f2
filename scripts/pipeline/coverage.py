"""
Whether everything a specification declares exists in the package generated from it.

The generator ends with exit code 0 although it left models and operations out. So what is declared is counted in the
document, upstream's Swagger or ours, and looked for in the package's syntax trees, without importing anything.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openapi_python_client.strings import ClassName

from pipeline.documents import operations
from pipeline.errors import PipelineError
from pipeline.prose import enum_values

Route = tuple[str, str]
"""
Method and path of an operation, the path's parameters without their names: ("get", "/accounts/{}/sessions").
"""


class CoverageError(PipelineError):
    """
    A generated package lacks something that its specification declares.
    """


@dataclass
class Inventory:
    """
    What a document declares, or what a package has.

    Attributes:
        statuses: Route → the statuses told apart, "default" for any other.
        properties: Class name → JSON names of its fields.
        enums: The set of values of each enum, with the name it is declared under where that is known.
    """

    statuses: dict[Route, set[str]] = field(default_factory=dict)
    properties: dict[str, set[str]] = field(default_factory=dict)
    enums: dict[frozenset[str], str] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """
        How many of each there are.
        """
        return {
            "operations": len(self.statuses),
            "properties": sum(map(len, self.properties.values())),
            "enum values": sum(map(len, self.enums)),
            "statuses": sum(map(len, self.statuses.values())),
        }


def check(folder: Path, document: Mapping[str, Any]) -> dict[str, int]:
    """
    How many operations, properties, enum values and statuses a package has, all that are declared.

    Args:
        folder: The generated package.
        document: What it is compared with: upstream's Swagger, or the document in spec/openapi.

    Raises:
        CoverageError: Something is missing; the message lists all of it.
    """
    declared = declare(document)
    missing = sorted(lacking(declared, find(folder)))
    if missing:
        raise CoverageError(f"the package {folder.name} lacks what its specification declares:\n" + "\n".join(missing))
    return declared.counts()


def lacking(declared: Inventory, found: Inventory) -> Iterator[str]:
    """
    One line per thing that is declared and not found.
    """
    for (method, path), statuses in declared.statuses.items():
        there = found.statuses.get((method, path))
        if there is None:
            yield f"operation {method.upper()} {path}"
        for status in statuses - (there or set()):
            yield f"status {status} of {method.upper()} {path}"
    for name, properties in declared.properties.items():
        for missing in properties - found.properties.get(name, set()):
            yield f"property {name}.{missing}"
    for values, name in declared.enums.items():
        if values not in found.enums:
            nearest = max(found.enums, key=lambda there: len(there & values), default=frozenset())
            for value in values - nearest:
                yield f"enum value {name}.{value}"


def declare(document: Mapping[str, Any]) -> Inventory:
    """
    What a Swagger or OpenAPI document declares.
    """
    inventory = Inventory()
    for path, method, operation in operations(document):
        inventory.statuses[_route(method, path)] = set(operation["responses"])
        for parameter in operation.get("parameters", []):
            _declare_schema(parameter.get("schema", parameter), parameter.get("name", ""), inventory)
    for parameter in document.get("parameters", document.get("components", {}).get("parameters", {})).values():
        _declare_schema(parameter.get("schema", parameter), parameter["name"], inventory)
    for name, schema in document.get("definitions", document.get("components", {}).get("schemas", {})).items():
        _declare_schema(schema, name, inventory)
    return inventory


def _declare_schema(schema: Mapping[str, Any], name: str, inventory: Inventory) -> None:
    """
    Adds what a schema declares; `name` is what the generator makes a class name of.
    """
    if "$ref" in schema:
        return
    values = enum_values(schema)
    if values and schema.get("type") != "boolean":
        inventory.enums.setdefault(frozenset(map(str, values)), name)
    for key, child in schema.get("properties", {}).items():
        inventory.properties.setdefault(ClassName(name, "field_"), set()).add(key)
        _declare_schema(child, f"{name} {key}", inventory)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for child in schema.get(keyword, []):
            if "enum" not in child:
                _declare_schema(child, name, inventory)
    if isinstance(schema.get("items"), dict):
        _declare_schema(schema["items"], f"{name} item", inventory)
    if isinstance(schema.get("additionalProperties"), dict):
        _declare_schema(schema["additionalProperties"], f"{name} additional property", inventory)


def find(folder: Path) -> Inventory:
    """
    What the modules of a generated package have.
    """
    inventory = Inventory()
    for module in sorted((folder / "api").rglob("*.py")):
        functions = _functions(ast.parse(module.read_bytes()).body)
        if {"_get_kwargs", "_parse_response"} <= functions.keys():
            inventory.statuses[_route_of(functions["_get_kwargs"])] = _statuses_of(functions["_parse_response"])
    for module in sorted((folder / "models").glob("*.py")):
        for node in ast.parse(module.read_bytes()).body:
            if isinstance(node, ast.ClassDef):
                _find_class(node, inventory)
    return inventory


def _find_class(node: ast.ClassDef, inventory: Inventory) -> None:
    if any(isinstance(base, ast.Name) and base.id in {"StrEnum", "IntEnum"} for base in node.bases):
        members = [child.value for child in node.body if isinstance(child, ast.Assign)]
        inventory.enums[frozenset(str(ast.literal_eval(value)) for value in members)] = node.name
        return
    methods = _functions(node.body)
    if {"to_dict", "from_dict"} <= methods.keys():
        # A field counts when it goes both ways: written under its JSON name, and read from it.
        inventory.properties[node.name] = _written(methods["to_dict"]) & _read(methods["from_dict"])


def _written(to_dict: ast.AST) -> set[str]:
    """
    The keys of dictionaries in a function, and the strings it assigns under.
    """
    keys = [key for node in ast.walk(to_dict) if isinstance(node, ast.Dict) for key in node.keys]
    slices = [node.slice for node in ast.walk(to_dict) if isinstance(node, ast.Subscript)]
    return set(filter(None, map(_text, [*keys, *slices])))


def _read(from_dict: ast.AST) -> set[str]:
    """
    What a function pops.
    """
    calls = [node for node in ast.walk(from_dict) if isinstance(node, ast.Call) and node.args]
    pops = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "pop"]
    return set(filter(None, (_text(call.args[0]) for call in pops)))


def _route_of(get_kwargs: ast.AST) -> Route:
    """
    The method and the path in the dictionary a `_get_kwargs` returns.
    """
    for node in ast.walk(get_kwargs):
        if isinstance(node, ast.Dict):
            entries = {_text(key): value for key, value in zip(node.keys, node.values, strict=True)}
            if {"method", "url"} <= entries.keys():
                texts = [_text(child) for child in ast.walk(entries["url"])]
                return _route(ast.literal_eval(entries["method"]), next(filter(None, texts)))
    raise CoverageError("a module under api sends no request")


def _statuses_of(parse_response: ast.AST) -> set[str]:
    """
    The statuses a `_parse_response` compares with, and "default" when it has an answer for any other.
    """
    nodes = list(ast.walk(parse_response))
    compared = [number for node in nodes if isinstance(node, ast.Compare) for number in node.comparators]
    statuses = {str(number.value) for number in compared if isinstance(number, ast.Constant)}
    strict = any(isinstance(node, ast.Attribute) and node.attr == "raise_on_unexpected_status" for node in nodes)
    return statuses if strict else statuses | {"default"}


def _route(method: str, path: str) -> Route:
    return method, re.sub(r"\{[^}]*\}", "{}", path)


def _functions(body: list[ast.stmt]) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


def _text(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
