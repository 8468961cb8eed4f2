"""
OpenAPI documents and the bytes they are kept as.

YAML, because spec/openapi is what a reviewer reads; the same document always gives the same bytes.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import PipelineError

Document = dict[str, Any]

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
"""
The keys of a path item that hold operations.
"""


class DocumentError(PipelineError):
    """
    Bytes that are not the document they should be.
    """


def dump(document: Document) -> bytes:
    """
    The document as YAML: keys in their order, one line per text without line breaks.
    """
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))
    return str(text).encode()


def load(path: Path) -> Document:
    """
    The OpenAPI document in a YAML file.

    Raises:
        DocumentError: The file is not there or holds something else.
    """
    try:
        document = yaml.load(path.read_bytes(), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (OSError, yaml.YAMLError) as error:
        raise DocumentError(f"{path}: cannot be read: {error}") from error
    if not isinstance(document, dict) or "openapi" not in document:
        raise DocumentError(f"{path}: not an OpenAPI document")
    return document


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """
    Path, method and operation of everything a document can be asked to do, Swagger or OpenAPI, in its order.
    """
    for path, item in document["paths"].items():
        for method in item:
            if method in METHODS:
                yield path, method, item[method]


def parameters(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """
    Every parameter of an OpenAPI document, shared or not; also the references to shared ones.
    """
    yield from document.get("components", {}).get("parameters", {}).values()
    for holder in [*document["paths"].values(), *(operation for _, _, operation in operations(document))]:
        yield from holder.get("parameters", [])


def parse_swagger(content: bytes, name: str) -> Document:
    """
    The Swagger document in the bytes.

    Args:
        content: What was fetched.
        name: What an error calls it.

    Raises:
        DocumentError: The bytes are not JSON, or JSON that is not Swagger 2.0.
    """
    document = parse_json(content, name)
    version = document.get("swagger", document.get("openapi"))
    if document.get("swagger") != "2.0":
        raise DocumentError(f"{name}: not a Swagger 2.0 document (it says {version!r})")
    return document


def parse_json(content: bytes, name: str) -> Document:
    """
    The JSON object in the bytes.

    Raises:
        DocumentError: The bytes are not a JSON object.
    """
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except ValueError as error:
        raise DocumentError(f"{name}: not a JSON document: {error}") from error
    if not isinstance(document, dict):
        raise DocumentError(f"{name}: not a JSON object")
    return document


def sha256(content: bytes) -> str:
    """
    The hexadecimal sha256 of the bytes.
    """
    return hashlib.sha256(content).hexdigest()


class _Dumper(yaml.SafeDumper):
    """
    A SafeDumper that writes what is shared out again and texts of several lines as blocks.
    """

    def ignore_aliases(self, data: Any) -> bool:
        """
        True: an anchor says nothing to a reader of the document.
        """
        del data
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """
        A block for a text of several lines, else as YAML likes it.
        """
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _Dumper.represent_text)

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
