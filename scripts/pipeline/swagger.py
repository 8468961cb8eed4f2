"""
A Swagger document as a tree of nodes that know where they stand, so that a refusal can name the place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import PipelineError


class LoweringError(PipelineError):
    """
    A Swagger document says something that the lowering cannot express in OpenAPI 3.1.
    """


@dataclass(frozen=True)
class Kind:
    """
    What may stand in one kind of Swagger object.

    Attributes:
        name: What a refusal calls the object.
        reads: Keys the lowering turns into something.
        copies: Keys that mean the same in OpenAPI 3.1 and are carried over as they are.
        drops: Keys left out on purpose, each with the reason.
    """

    name: str
    reads: frozenset[str]
    copies: frozenset[str]
    drops: Mapping[str, str]


def kind(name: str, *, reads: str = "", copies: str = "", drops: Mapping[str, str] | None = None) -> Kind:
    """
    A kind whose keys are given as words in one string.
    """
    return Kind(name, frozenset(reads.split()), frozenset(copies.split()), drops or {})


@dataclass(frozen=True)
class Node:
    """
    A value of a Swagger document and its place.

    Attributes:
        value: The decoded JSON value.
        pointer: Its JSON pointer within the file, "#" for the whole.
        file: The file, relative to the folder of the document being lowered; "" for that document itself.
    """

    value: Any
    pointer: str = "#"
    file: str = ""

    def refuse(self, reason: str) -> LoweringError:
        """
        The error that says this node cannot be lowered.
        """
        return LoweringError(f"{self.file}{self.pointer}: {reason}")

    def __contains__(self, key: str) -> bool:
        return key in self.object()

    def __getitem__(self, key: str) -> "Node":
        """
        The value under a key of an object.

        Raises:
            LoweringError: It is not there.
        """
        if key not in self:
            raise self.refuse(f"has no {key!r}")
        return self._inner(key)

    def get(self, key: str, default: Any = None) -> Any:
        """
        The plain value under a key, or the default.
        """
        return self.object().get(key, default)

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """
        The members of an object in the document's order; none where there is no object.
        """
        for key in self.object():
            yield key, self[key]

    def elements(self) -> Iterator["Node"]:
        """
        The elements of an array.

        Raises:
            LoweringError: It is not an array.
        """
        if not isinstance(self.value, list):
            raise self.refuse(f"an array is needed here, not {self.value!r}")
        for index in range(len(self.value)):
            yield self._inner(index)

    def object(self) -> dict[str, Any]:
        """
        The value as an object.

        Raises:
            LoweringError: It is not an object, or a key of it is not text.
        """
        if not isinstance(self.value, dict):
            raise self.refuse(f"an object is needed here, not {self.value!r}")
        return self.value

    def text(self) -> str:
        """
        The value as text.

        Raises:
            LoweringError: It is not text.
        """
        if not isinstance(self.value, str):
            raise self.refuse(f"a string is needed here, not {self.value!r}")
        return self.value

    def section(self, key: str) -> Iterator[tuple[str, "Node"]]:
        """
        The members of an optional object under the key.
        """
        if key in self:
            yield from self[key].items()

    def listing(self, key: str) -> Iterator["Node"]:
        """
        The elements of an optional array under the key.
        """
        if key in self:
            yield from self[key].elements()

    def only(self, keys: frozenset[str]) -> "Node":
        """
        The same object with only these keys, at the same place.
        """
        return Node({key: value for key, value in self.object().items() if key in keys}, self.pointer, self.file)

    def copied(self, expected: Kind) -> dict[str, Any]:
        """
        What carries over as it is, once every key of the object is known to its kind.

        Raises:
            LoweringError: A key is neither read, copied nor dropped on purpose.
        """
        for key in self.object():
            if key not in expected.reads and key not in expected.copies and key not in expected.drops:
                raise self.refuse(f"the lowering does not know the key {key!r} of a {expected.name}")
        return {key: value for key, value in self.object().items() if key in expected.copies}

    def _inner(self, key: str | int) -> "Node":
        token = str(key).replace("~", "~0").replace("/", "~1")
        return Node(self.value[key], f"{self.pointer}/{token}", self.file)
