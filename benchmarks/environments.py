"""
One environment for each contender below `.venv-bench`, so that no library of one is found by the other.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import tomllib
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv-bench"
CONSTRAINTS = ROOT / "requirements" / "constraints.txt"

# The peer with what it needs and does not say: six is imported but not required, aiohttp is its async transport.
PEER = (
    "aiohttp==3.14.5",
    "azure-core==1.41.0",
    "azure-mixedreality-authentication==1.0.0b2",
    "azure-mixedreality-remoterendering==1.0.0b3",
    "certifi==2026.10.18",
    "msrest==0.7.1",
    "requests==2.34.2",
    "six==1.17.0",
    "urllib3==2.8.0",
)


@dataclass(frozen=True)
class Environments:
    """
    The Pythons: of the facade as it is installed by default, of the facade with its fast extra, and of the peer.

    `fast` is None where the project has no such extra.
    """

    facade: Path
    fast: Path | None
    peer: Path


def ensure() -> Environments:
    """
    The environments, made where they are missing or their recipe has changed.
    """
    project = _project()
    tools = project["dependency-groups"]["bench"]
    has_fast = "fast" in project["project"]["optional-dependencies"]
    constrained = ("--constraint", str(CONSTRAINTS))
    return Environments(
        facade=_made("facade", *constrained, *tools, "--editable", f"{ROOT}[cli,emulator]"),
        fast=_made("fast", *constrained, "--editable", f"{ROOT}[cli,emulator,fast]") if has_fast else None,
        peer=_made("peer", *PEER),
    )


def _made(name: str, *request: str) -> Path:
    home = HOME / name
    python = home / "Scripts" / "python.exe" if os.name == "nt" else home / "bin" / "python"
    stamp, recipe = home / "installed.txt", _recipe(request)
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == recipe:
        return python
    print(f"Setting up {home.relative_to(ROOT)} (needed once, takes a minute or two)", file=sys.stderr, flush=True)
    venv.EnvBuilder(with_pip=True, clear=True, symlinks=os.name != "nt").create(home)
    command = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *request]
    subprocess.run(command, check=True, stdout=sys.stderr)
    stamp.write_text(recipe, encoding="utf-8")
    return python


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _recipe(request: tuple[str, ...]) -> str:
    wanted = {name: value for name, value in _project()["project"].items() if "dependencies" in name}
    digest = hashlib.sha256(json.dumps(wanted).encode() + CONSTRAINTS.read_bytes()).hexdigest()
    return "\n".join([platform.python_version(), *request, digest, ""])
