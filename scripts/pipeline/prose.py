"""
Whose words stand in the project: all of ours are there, none of upstream's are.

Upstream's text may not be committed, so what is kept of it are hashes (spec/upstream_prose.txt), learned whenever a
Swagger is at hand. With them the check runs offline.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pipeline.documents import operations
from pipeline.errors import PipelineError
from pipeline.overlay import ENUM_WORDING

SHORTEST = 5
"""
The fewest words that make a sentence somebody's own; below that, two people write the same by chance.
"""

HEADER = """\
# Sentences of upstream's Swagger documents as hashes: of the first five words, the number of words, of all words.
# `python scripts/regenerate.py --pull` adds to it; `--check` finds such a sentence in spec/ or generated/.
"""


class ProseError(PipelineError):
    """
    A text is missing, or is upstream's.
    """


@dataclass(frozen=True, order=True)
class Fingerprint:
    """
    A sentence without its words.

    Attributes:
        start: Hash of the first five words, to find where a comparison is worth it.
        length: How many words there are.
        whole: Hash of all words.
    """

    start: str
    length: int
    whole: str


def fingerprints(swagger: object) -> set[Fingerprint]:
    """
    The sentences of five words or more in the prose of a Swagger document, at any depth.
    """
    return {_fingerprint(words) for text in _texts(swagger) for words in _sentences(text)}


def read(path: Path) -> set[Fingerprint]:
    """
    The fingerprints in a file; none where there is no file.

    Raises:
        ProseError: A line is not a fingerprint.
    """
    if not path.exists():
        return set()
    known = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            continue
        match = re.fullmatch(r"([0-9a-f]{16}) (\d+) ([0-9a-f]{16})", line)
        if match is None:
            raise ProseError(f"{path.name}, line {number}: not a fingerprint: {line!r}")
        known.add(Fingerprint(match[1], int(match[2]), match[3]))
    return known


def dump(known: Iterable[Fingerprint]) -> bytes:
    """
    The fingerprints as the content of a file, in an order that does not depend on when they were learned.
    """
    lines = [f"{sentence.start} {sentence.length} {sentence.whole}\n" for sentence in sorted(known)]
    return (HEADER + "".join(lines)).encode()


def copied(known: Iterable[Fingerprint], files: Mapping[str, bytes]) -> list[str]:
    """
    One line per sentence of upstream's that stands in a file, wherever its lines are broken.

    Args:
        known: The sentences to look for.
        files: Name for the line → content; what is not UTF-8 is not looked at.
    """
    by_start: dict[str, list[Fingerprint]] = {}
    for sentence in known:
        by_start.setdefault(sentence.start, []).append(sentence)
    findings = []
    for name, content in files.items():
        words = _words(content.decode("utf-8", "ignore"))
        for index in range(len(words) - SHORTEST + 1):
            for sentence in by_start.get(_hash(words[index : index + SHORTEST]), ()):
                run = words[index : index + sentence.length]
                if len(run) == sentence.length and _hash(run) == sentence.whole:
                    findings.append(f"{name}: upstream's words: {' '.join(run)}")
    return sorted(set(findings))


def undescribed(document: Mapping[str, Any]) -> list[str]:
    """
    The JSON pointer of everything in an OpenAPI document that says nothing about itself.

    Asked are the document, operations (summary and description), parameters, bodies, statuses, headers, models, fields,
    enum values and security schemes. A status that only repeats its name from HTTP counts as silent, and a description
    of a value that the enum does not have counts too.
    """
    components = document.get("components", {})
    return [
        *_silent(document["info"], "#/info"),
        *(pointer for path, item in document["paths"].items() for pointer in _of_path(path, item)),
        *(
            pointer
            for path, method, operation in operations(document)
            for pointer in _of_operation(operation, f"#/paths/{_token(path)}/{method}")
        ),
        *(
            pointer
            for section in ("parameters", "responses", "schemas", "securitySchemes")
            for name, component in components.get(section, {}).items()
            for pointer in _COMPONENTS[section](component, f"#/components/{section}/{_token(name)}")
        ),
    ]


def _of_path(path: str, item: Mapping[str, Any]) -> Iterator[str]:
    pointer = f"#/paths/{_token(path)}"
    for index, parameter in enumerate(item.get("parameters", [])):
        yield from _silent(parameter, f"{pointer}/parameters/{index}")


def _of_operation(operation: Mapping[str, Any], pointer: str) -> Iterator[str]:
    if not operation.get("summary"):
        yield f"{pointer}/summary"
    yield from _silent(operation, pointer)
    for index, parameter in enumerate(operation.get("parameters", [])):
        yield from _silent(parameter, f"{pointer}/parameters/{index}")
    if "requestBody" in operation:
        yield from _silent(operation["requestBody"], f"{pointer}/requestBody")
    for status, response in operation["responses"].items():
        yield from _of_response(response, f"{pointer}/responses/{status}")


def _of_response(response: Mapping[str, Any], pointer: str) -> Iterator[str]:
    if response.get("description", "").rstrip(".") in {"", "Default", *(status.phrase for status in HTTPStatus)}:
        yield from _silent({**response, "description": ""}, pointer)
    for name, header in response.get("headers", {}).items():
        yield from _silent(header, f"{pointer}/headers/{_token(name)}")


def _of_model(schema: Mapping[str, Any], pointer: str) -> Iterator[str]:
    yield from _silent(schema, pointer)
    yield from _of_schema(schema, pointer)


def _of_schema(schema: Mapping[str, Any], pointer: str) -> Iterator[str]:
    """
    The fields and enum values of a schema, whose own description is its holder's business.
    """
    for name, child in schema.get("properties", {}).items():
        here = f"{pointer}/properties/{_token(name)}"
        if not child.get("description"):
            yield f"{here}/description"
        yield from _of_schema(child, here)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for index, child in enumerate(schema.get(keyword, [])):
            if "enum" not in child:
                yield from _of_schema(child, f"{pointer}/{keyword}/{index}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from _of_schema(schema[keyword], f"{pointer}/{keyword}")
    described = schema.get(ENUM_WORDING, {})
    values = enum_values(schema)
    for value in [*values, *(key for key in described if key not in map(str, values))]:
        if not described.get(str(value)) or value not in values:
            yield f"{pointer}/{ENUM_WORDING}/{_token(str(value))}"


def enum_values(schema: Mapping[str, Any]) -> list[Any]:
    """
    The values of an enum, also of one that the lowering left open to values of tomorrow; none for other schemas.
    """
    branches = [schema, *schema.get("anyOf", [])]
    return [value for branch in branches for value in branch.get("enum", []) if value is not None]


def _silent(holder: Mapping[str, Any], pointer: str) -> Iterator[str]:
    if not holder.get("description") and "$ref" not in holder:
        yield f"{pointer}/description"


_COMPONENTS = {
    "parameters": _silent,
    "responses": _of_response,
    "schemas": _of_model,
    "securitySchemes": _silent,
}


def _texts(value: object) -> Iterator[str]:
    """
    Every string under a key that holds prose, wherever it is.
    """
    if isinstance(value, dict):
        for key, child in value.items():
            if key in {"description", "summary", "title"} and isinstance(child, str):
                yield child
            else:
                yield from _texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from _texts(child)


def _sentences(text: str) -> Iterator[list[str]]:
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", text):
        words = _words(sentence)
        if len(words) >= SHORTEST:
            yield words


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _fingerprint(words: list[str]) -> Fingerprint:
    return Fingerprint(_hash(words[:SHORTEST]), len(words), _hash(words))


def _hash(words: list[str]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]


def _token(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
