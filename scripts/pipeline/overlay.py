"""
OpenAPI Overlay documents applied to a lowered document, every action counted.

oas-patch does the applying. It is silent where a target matches nothing and where an update invents what it meant to
describe; here both are errors, so an overlay can never fall behind the document it was written for.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import oas_patch  # type: ignore[import-untyped]
import yaml
from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.parser import parse

from pipeline.documents import Document
from pipeline.errors import PipelineError

WORDING = frozenset({"summary", "description"})
"""
The keys that only say something; an action that changes any other key owes its evidence.
"""

ENUM_WORDING = "x-enum-descriptions"
"""
The key of an enum's schema under which an overlay says what each value means.
"""


class OverlayError(PipelineError):
    """
    An overlay that cannot be read, or an action that does not fit the document it is applied to.
    """


def apply(document: Document, overlay_paths: Sequence[Path]) -> Document:
    """
    A copy of the document with the overlays applied in the order given.

    Args:
        document: An OpenAPI document; it is left as it is.
        overlay_paths: OpenAPI Overlay 1.0 files in YAML.

    Returns:
        The new document.

    Raises:
        OverlayError: A file is not an Overlay document, an action gives no reason, a target matches nothing, or an
            update describes something the document does not have. The message names the file, the action's index
            (from 0) and its target.
    """
    patched = copy.deepcopy(document)
    for path in overlay_paths:
        apply_actions(patched, load(path), path.name)
    return patched


def load(path: Path) -> Document:
    """
    The overlay in the file, checked against the Overlay 1.0 schema.

    Raises:
        OverlayError: The file cannot be read, is not YAML or is not an Overlay document.
    """
    try:
        overlay = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader
    except (OSError, yaml.YAMLError) as error:
        raise OverlayError(f"{path.name}: cannot be read as YAML: {error}") from error
    verdict = oas_patch.validate(overlay, "log")
    if verdict.startswith("[ERROR]"):
        raise OverlayError(f"{path.name}: not an OpenAPI Overlay 1.0 document: {verdict}")
    return dict(overlay)


def apply_actions(document: Document, overlay: Mapping[str, Any], name: str) -> list[int]:
    """
    How many places each action of the overlay matched, after changing the document in place.

    Args:
        document: The document to change.
        overlay: An Overlay document as `load` returns it.
        name: What errors call the overlay.

    Raises:
        OverlayError: See `apply`.
    """
    counts = []
    for index, action in enumerate(overlay["actions"]):
        where = f"{name}: action {index} on {action['target']}"
        matches = _matches(document, action["target"], where)
        _require_reason(action, where)
        if action.get("remove"):
            oas_patch.apply_overlay(document, {"actions": [action]})
        else:
            _update(matches, action, where)
        counts.append(len(matches))
    return counts


def _update(matches: Sequence[Any], action: Mapping[str, Any], where: str) -> None:
    for match in matches:
        if not isinstance(match, dict) or not isinstance(action.get("update"), dict):
            raise OverlayError(f"{where}: only an object can be updated, by an object; target what holds the value")
        _refuse_inventions(match, action, where)
        # As a root of its own, because oas-patch 0.6.0 fails on an element of a list and shares one update between
        # all its matches.
        update = {"target": "$", "update": copy.deepcopy(action["update"])}
        oas_patch.apply_overlay(match, {"actions": [update]})


def _matches(document: Document, target: str, where: str) -> list[Any]:
    try:
        found = parse(target).find(document)
    except JSONPathError as error:
        raise OverlayError(f"{where}: not a JSONPath this reads: {error}") from error
    if not found:
        raise OverlayError(f"{where} matches nothing; correct the target or take the action out")
    return [match.value for match in found]


def _require_reason(action: Mapping[str, Any], where: str) -> None:
    if not action.get("description"):
        raise OverlayError(f"{where} gives no reason: add a `description` that says why")
    if not action.get("x-evidence") and not _only_wording(action.get("update")):
        raise OverlayError(f"{where} changes more than wording: add `x-evidence` that says what shows it is right")


def _only_wording(update: object) -> bool:
    if not isinstance(update, dict):
        return False
    return all(_is_wording(key, value) or _only_wording(value) for key, value in update.items())


def _is_wording(key: str, value: object) -> bool:
    # A property may be called "description" too; then an object stands here.
    return key == ENUM_WORDING or (key in WORDING and isinstance(value, str))


def _refuse_inventions(match: Document, action: Mapping[str, Any], where: str) -> None:
    """
    Raises where an update would add a structure of its own.

    A misspelt property under `properties` would otherwise become a new one. What an update may add is text, numbers and
    lists beside what is there; a whole new object needs `x-adds: true` on the action.
    """
    if action.get("x-adds"):
        return
    for missing in _objects_missing(match, action["update"], ""):
        raise OverlayError(f"{where}: there is no {missing} to update; say `x-adds: true` if it is meant to be new")


def _objects_missing(found: Any, update: Mapping[str, Any], pointer: str) -> Iterator[str]:
    for key, value in update.items():
        here = f"{pointer}/{key}"
        if not isinstance(value, dict) or _is_wording(key, value):
            continue
        if not isinstance(found, dict) or key not in found:
            yield here
        else:
            yield from _objects_missing(found[key], value, here)


_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""
The one in C is ten times faster, and not always there.
"""


class _UniqueKeys(_SafeLoader):  # type: ignore[misc]
    """
    A SafeLoader that refuses a key given twice, where PyYAML would keep the last and say nothing.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", node.start_mark)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping
