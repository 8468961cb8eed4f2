"""
Two versions of a specification compared, every change rated by what it does to who uses the generated client.

breaking
    Code that worked may stop to: an import, a call, a type, or an answer that no longer comes.
compatible
    Something new, or a promise the generated code does not depend on.
wording
    Texts and examples.
"""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any

from pipeline.facts import REQUEST, RESPONSE, Key, Subject, Subjects, subjects

Document = Mapping[str, Any]


class Rating(IntEnum):
    """
    How much a change asks of who uses the client; the number is the exit code of scripts/spec_diff.py.
    """

    WORDING = 10
    COMPATIBLE = 20
    BREAKING = 30

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, order=True)
class Change:
    """
    One difference.

    Attributes:
        rating: What it does to users of the generated client.
        kind: What it is about, as `Key.kind`; besides "module", "text" and "example".
        where: Its place.
        what: What happened there.
    """

    rating: Rating
    kind: str
    where: str
    what: str

    def as_dict(self) -> dict[str, str]:
        """
        The change for JSON.
        """
        return asdict(self) | {"rating": str(self.rating)}


MISSING = object()
"""
The value of a fact that one side does not have.
"""

Rule = Callable[[Subject, Any, Any], Rating]
"""
Rates a fact of a subject that went from one value to another.
"""


def compare(old: Document, new: Document) -> list[Change]:
    """
    The rated differences between two lowered documents, the worst first.

    A part that came or went with what it belongs to is not listed on its own.
    """
    before, after = subjects(old), subjects(new)
    changes = [*_gone(before, after), *_come(before, after)]
    for key in before.keys() & after.keys():
        changes += _changed(key, before[key], after[key])
    return in_order(changes)


def in_order(changes: Iterable[Change]) -> list[Change]:
    """
    The worst first, then by kind and place.
    """
    return sorted(changes, key=lambda change: (-change.rating, change.kind, change.where, change.what))


def worst(changes: Iterable[Change]) -> Rating | None:
    """
    The worst rating among the changes, None where there are none.
    """
    return max((change.rating for change in changes), default=None)


def compare_prose(old: Document, new: Document) -> Iterator[Change]:
    """
    The texts that differ between two Swagger documents, which their lowered forms no longer have.

    Only texts of what both documents have are listed, by JSON pointer and without their words: those are upstream's.
    """
    before, after = dict(_texts(old, "#")), dict(_texts(new, "#"))
    places = _places(old, "#") & _places(new, "#")
    for pointer in before.keys() | after.keys():
        if before.get(pointer) != after.get(pointer) and pointer.rpartition("/")[0] in places:
            what = "added" if pointer not in before else "removed" if pointer not in after else "changed"
            yield Change(Rating.WORDING, "text", pointer, what)


def compare_examples(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Iterator[Change]:
    """
    The files beside two Swagger documents that differ; what of them is schema, the lowering brought in.
    """
    for path in old.keys() | new.keys():
        if old.get(path) != new.get(path):
            what = "added" if path not in old else "removed" if path not in new else "changed"
            yield Change(Rating.WORDING, "example", path, what)


def _gone(before: Subjects, after: Subjects) -> Iterator[Change]:
    for key, subject in before.items():
        if key not in after and (subject.parent is None or subject.parent in after):
            # A header is nothing the generated code knows of.
            yield Change(Rating.COMPATIBLE if key.kind == "header" else Rating.BREAKING, key.kind, str(key), "removed")


def _come(before: Subjects, after: Subjects) -> Iterator[Change]:
    for key, subject in after.items():
        if key not in before and (subject.parent is None or subject.parent in before):
            demanded = key.kind in {"parameter", "property", "body"} and subject.facts.get("required", False)
            breaking = demanded and REQUEST in subject.directions
            what = "added, and required" if demanded else "added"
            yield Change(Rating.BREAKING if breaking else Rating.COMPATIBLE, key.kind, str(key), what)


def _changed(key: Key, before: Subject, after: Subject) -> Iterator[Change]:
    both = Subject(after.facts, before.directions | after.directions)
    for name in before.facts.keys() | after.facts.keys():
        old, new = before.facts.get(name, MISSING), after.facts.get(name, MISSING)
        if old != new:
            kind, label = ("module", "") if name == "module" else (key.kind, f"{name}: ")
            yield Change(_rate(name, both, old, new), kind, str(key), f"{label}{_shown(old)} → {_shown(new)}")


def _rate(name: str, subject: Subject, old: Any, new: Any) -> Rating:
    """
    By the first key on the way to the leaf that has a rule; a leaf nobody thought of counts as breaking.
    """
    for part in name.split("."):
        if part in RULES:
            return RULES[part](subject, old, new)
        if part.startswith("x-"):
            return Rating.COMPATIBLE
    return Rating.BREAKING


def _always(rating: Rating) -> Rule:
    return lambda _subject, _old, _new: rating


def _more_asked(subject: Subject, _old: Any, new: Any) -> Rating:
    """
    `required`: callers must not be asked for more, readers must not be promised less.
    """
    harmed = REQUEST if new is True else RESPONSE
    return Rating.BREAKING if harmed in subject.directions else Rating.COMPATIBLE


def _null_allowed(subject: Subject, _old: Any, new: Any) -> Rating:
    """
    `nullable`: a reader who never met null, or a caller who may no longer send it.
    """
    harmed = RESPONSE if new is True else REQUEST
    return Rating.BREAKING if harmed in subject.directions else Rating.COMPATIBLE


def _upper_bound(subject: Subject, old: Any, new: Any) -> Rating:
    return _tightened(subject, tighter=new is not MISSING and (old is MISSING or new < old))


def _lower_bound(subject: Subject, old: Any, new: Any) -> Rating:
    return _tightened(subject, tighter=new is not MISSING and (old is MISSING or new > old))


def _condition(subject: Subject, _old: Any, new: Any) -> Rating:
    return _tightened(subject, tighter=new is not MISSING and new is not False)


def _tightened(subject: Subject, *, tighter: bool) -> Rating:
    """
    The generated code checks no bounds, so only the service can refuse what a caller sends.
    """
    return Rating.BREAKING if tighter and REQUEST in subject.directions else Rating.COMPATIBLE


def _content(_subject: Subject, old: Any, _new: Any) -> Rating:
    """
    A body where there was none is more to read, anything else another type.
    """
    return Rating.COMPATIBLE if old is MISSING else Rating.BREAKING


RULES: dict[str, Rule] = {
    "description": _always(Rating.WORDING),
    "summary": _always(Rating.WORDING),
    "example": _always(Rating.WORDING),
    "info": _always(Rating.WORDING),
    "version": _always(Rating.COMPATIBLE),
    "default": _always(Rating.COMPATIBLE),
    "deprecated": _always(Rating.COMPATIBLE),
    "readOnly": _always(Rating.COMPATIBLE),
    "allowEmptyValue": _always(Rating.COMPATIBLE),
    "required": _more_asked,
    "nullable": _null_allowed,
    "maximum": _upper_bound,
    "exclusiveMaximum": _upper_bound,
    "maxLength": _upper_bound,
    "maxItems": _upper_bound,
    "maxProperties": _upper_bound,
    "minimum": _lower_bound,
    "exclusiveMinimum": _lower_bound,
    "minLength": _lower_bound,
    "minItems": _lower_bound,
    "minProperties": _lower_bound,
    "pattern": _condition,
    "multipleOf": _condition,
    "uniqueItems": _condition,
    "content": _content,
}
"""
Key of a fact → its rule. What decides over names and types of the generated code (type, format, $ref, module, class,
member, items, servers, security …) is not listed, and so is breaking.
"""


def _shown(value: Any) -> str:
    return "nothing" if value is MISSING else textwrap.shorten(repr(value), 80, placeholder=" …")


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    for key, child in _children(value):
        here = f"{pointer}/{key}"
        if key in {"description", "summary", "title"} and isinstance(child, str):
            yield here, child
        else:
            yield from _texts(child, here)


def _places(value: Any, pointer: str) -> set[str]:
    return {pointer}.union(*(_places(child, f"{pointer}/{key}") for key, child in _children(value)))


def _children(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [(str(key).replace("~", "~0").replace("/", "~1"), child) for key, child in value.items()]
    return [(str(index), child) for index, child in enumerate(value)] if isinstance(value, list) else []
