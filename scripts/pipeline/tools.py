"""
Whether this Python has the tools the pipeline runs, in the very versions its output was made with.

Nothing but the standard library is imported here, so that the question can be asked by any Python.
"""

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

GROUP = "generate"


def missing(root: Path) -> list[str]:
    """
    One line per tool that is not there, or there in another version than pyproject.toml pins.

    Args:
        root: The project.
    """
    table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    lines = []
    for requirement in table["dependency-groups"][GROUP]:
        name, _, wanted = requirement.partition("==")
        try:
            found = version(name)
        except PackageNotFoundError:
            lines.append(f"{name} {wanted} is not installed")
            continue
        if found != wanted:
            lines.append(f"{name} {wanted} is needed, and {found} is installed")
    return lines
