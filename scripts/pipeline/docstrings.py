"""
The texts of a document, moved to where the generator prints them.

openapi-python-client reads a parameter's text from its schema only, and says nothing about statuses and enum values. In
spec/openapi each text stands where OpenAPI has it; what is handed to the generator repeats it where it is printed.
"""

import copy
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.documents import Document, operations, parameters
from pipeline.overlay import ENUM_WORDING

WIDTH = 100
"""
The generator wraps an operation's text here and would lose the indentation of longer lines.
"""


def printable(document: Mapping[str, Any]) -> Document:
    """
    A copy of an OpenAPI document whose every text reaches a docstring.

    Operations list what each status means, enums what each member means, and parameters speak through their schemas.
    """
    shown: Document = copy.deepcopy(dict(document))
    components = shown.get("components", {})
    for parameter in parameters(shown):
        if "description" in parameter and "schema" in parameter:
            parameter["schema"].setdefault("description", parameter["description"])
    for _, _, operation in operations(shown):
        statuses = {status: answer.get("description", "") for status, answer in operation["responses"].items()}
        operation["description"] = _with_list(operation.get("description", ""), "Statuses", statuses)
    for schema in _schemas(components.get("schemas", {})):
        if ENUM_WORDING in schema:
            _describe_members(schema)
    return shown


def _describe_members(schema: dict[str, Any]) -> None:
    for branch in [schema, *schema.get("anyOf", [])]:
        if "enum" in branch:
            names = branch.get("x-enum-varnames", branch["enum"])
            meanings = [schema[ENUM_WORDING].get(str(value), "") for value in branch["enum"]]
            members = dict(zip(names, meanings, strict=True))
            branch["description"] = _with_list(schema.get("description", ""), "Attributes", members)


def _with_list(text: str, title: str, entries: Mapping[Any, str]) -> str:
    lines = [
        textwrap.fill(
            f"{name}: {meaning}", WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 8, break_on_hyphens=False
        )
        for name, meaning in entries.items()
        if meaning
    ]
    return "\n".join([text, "", f"{title}:", *lines] if lines else [text])


def _schemas(value: object) -> Iterator[dict[str, Any]]:
    """
    Every object at any depth below the schemas; those that are no schema have none of the keys asked for.
    """
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        yield from _schemas(child)
    if isinstance(value, dict):
        yield value
