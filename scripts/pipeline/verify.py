"""
What has to hold of a generated package before it takes the place of the old one, and how two trees differ.
"""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.documents import operations
from pipeline.errors import PipelineError
from pipeline.generate import COMMAND, module_path


class VerificationError(PipelineError):
    """
    A generated package lacks something, or is no Python.
    """


def verify_package(folder: Path, document: Mapping[str, Any]) -> None:
    """
    Nothing, when every module compiles and is stamped and every operation has its module with the pure functions.

    Args:
        folder: The package.
        document: What it was made from.

    Raises:
        VerificationError: Naming every module at fault.
    """
    faults = []
    functions: dict[str, set[str]] = {}
    for module in sorted(folder.rglob("*.py")):
        name = ".".join(module.relative_to(folder).with_suffix("").parts)
        text = module.read_text(encoding="utf-8")
        if COMMAND not in text.partition("\n")[0]:
            faults.append(f"{name}: has no do-not-edit header")
        try:
            tree = ast.parse(text)
            compile(text, str(module), "exec")
        except (SyntaxError, ValueError) as error:
            faults.append(f"{name}: {error}")
            continue
        functions[name] = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for path, method, operation in operations(document):
        module_name = module_path(operation)
        missing = {"_get_kwargs", "_parse_response"} - functions.get(module_name, set())
        faults += [f"{module_name}: has no {name} for {method.upper()} {path}" for name in sorted(missing)]
    if faults:
        raise VerificationError(f"the package {folder.name} is not usable:\n" + "\n".join(faults))


def tree(folder: Path) -> dict[str, bytes]:
    """
    Relative path → content of every file of a folder, caches left out; nothing where there is no folder.
    """
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def drift(expected: Mapping[str, bytes], actual: Mapping[str, bytes], name: str) -> list[str]:
    """
    One line per file that is not what it should be.

    Args:
        expected: What the pins and overlays make.
        actual: What is there.
        name: The folder's name for the lines.
    """
    lines = []
    for path in sorted(expected.keys() | actual.keys()):
        if path not in actual:
            lines.append(f"missing   {name}/{path}")
        elif path not in expected:
            lines.append(f"leftover  {name}/{path}")
        elif expected[path] != actual[path]:
            lines.append(f"differs   {name}/{path}")
    return lines
