"""
`$ref`s of Swagger documents, bundled into the components of one OpenAPI document.

Only what is referenced comes in from another file. A name is given out once, in the order of the document, and never
depends on anything else, so two runs agree.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

from pipeline.swagger import Node

Resolve = Callable[[str], dict[str, Any]]
"""
Gives the document of a file named relative to the folder of the document being lowered.
"""

SECTIONS = {"definitions": "schemas", "parameters": "parameters", "responses": "responses"}
"""
Where the shared objects of Swagger live in OpenAPI 3.1, below `components`.
"""


class References:
    """
    The shared objects of a document and of the files it refers to.

    Args:
        root: The document being lowered.
        resolve: Gives the documents of other files.
    """

    def __init__(self, root: Node, resolve: Resolve) -> None:
        self._files = {"": root}
        self._resolve = resolve
        self._names: dict[tuple[str, str], str] = {}
        self._queues: dict[str, list[tuple[str, Node]]] = {section: [] for section in SECTIONS}
        for section in SECTIONS:
            for _, node in root.section(section):
                self.name(section, node)

    def target(self, node: Node) -> Node:
        """
        What the `$ref` of a node points to.

        Raises:
            LoweringError: It points to nothing, or leaves the files beside the document.
        """
        reference = node["$ref"].text()
        path, _, fragment = reference.partition("#")
        if not path and not fragment:
            raise node.refuse(f"$ref {reference!r} points to the whole document")
        target = self._document(node, path)
        for token in fragment.split("/")[1:]:
            key = unquote(token).replace("~1", "/").replace("~0", "~")
            if not isinstance(target.value, dict) or key not in target:
                raise node.refuse(f"$ref {reference!r} points to nothing")
            target = target[key]
        return target

    def name(self, section: str, target: Node) -> str:
        """
        The component name of a target; asking for it is what brings the target into the document.
        """
        key = (target.file, target.pointer)
        if key not in self._names:
            taken = {name for name, _ in self._queues[section]}
            name = next(candidate for candidate in _candidates(target) if candidate not in taken)
            self._names[key] = name
            self._queues[section].append((name, target))
        return self._names[key]

    def bring(self, section: str) -> Iterator[tuple[str, Node]]:
        """
        Name and node of every shared object of a section, also of those asked for while iterating.
        """
        yield from self._queues[section]

    def _document(self, node: Node, path: str) -> Node:
        if not path:
            return self._files[node.file]
        if "://" in path:
            raise node.refuse(f"$ref {path!r} leaves the source; only files beside the document can be bundled")
        file = posixpath.normpath(posixpath.join(posixpath.dirname(node.file), unquote(path)))
        if file not in self._files:
            self._files[file] = Node(self._resolve(file), "#", file)
        return self._files[file]


def _candidates(target: Node) -> Iterator[str]:
    """
    Names a target may have: its own, then with the file's name before it, then counted.
    """
    stem = posixpath.splitext(posixpath.basename(target.file))[0]
    own = target.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~") if "/" in target.pointer else stem
    # OpenAPI 3.1 allows these characters in a component name and no others.
    own = re.sub(r"[^A-Za-z0-9._-]", "_", own) or "_"
    yield own
    prefixed = re.sub(r"[^A-Za-z0-9._-]", "_", f"{stem}_{own}")
    yield prefixed
    count = 2
    while True:
        yield f"{prefixed}_{count}"
        count += 1
