"""
What pyproject.toml promises, seen from an environment's point of view; scripts/test.py installs the wheel for real.
"""

import subprocess
import sys
import tomllib
import zipfile
from configparser import ConfigParser
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """
    The wheel, built by the backend itself, without a network or an isolated environment.
    """
    out = tmp_path_factory.mktemp("wheel")
    code = f"import hatchling.build as backend; print(backend.build_wheel({str(out)!r}))"
    name = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    with zipfile.ZipFile(out / name.split()[-1]) as archive:
        yield archive


def test_wheel_has_both_packages_typed_and_nothing_else(wheel):
    """
    The wheel holds the facade and the generated client, each marked as typed, and no other top-level name.
    """
    names = wheel.namelist()
    assert {"arr_facade", "arr_client"} == {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert {"arr_facade/py.typed", "arr_client/py.typed"} <= set(names)
    assert [] == [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_wheel_is_for_the_pythons_it_was_checked_with(wheel):
    """
    The wheel is tagged for Python 3 only, asks for 3.11, and carries the licence.
    """
    dist_info = next(name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name)
    assert "Tag: py3-none-any" in wheel.read(f"{dist_info}/WHEEL").decode().splitlines()
    described = wheel.read(f"{dist_info}/METADATA").decode().splitlines()
    assert "Requires-Python: >=3.11" in described
    assert "License-Expression: MIT" in described


def test_wheel_installs_the_command(wheel):
    """
    `arr` is the one command, and whatever starts at an entry point is in the wheel.
    """
    dist_info = next(name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name)
    entries = ConfigParser()
    entries.read_string(wheel.read(f"{dist_info}/entry_points.txt").decode())
    assert {"arr": "arr_facade.cli:main"} == dict(entries["console_scripts"])
    modules = {target.partition(":")[0] for group in entries.values() for target in group.values()}
    paths = {(f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py") for module in modules}
    assert [] == [either for either in paths if not set(either) & set(wheel.namelist())]


def test_version_is_the_installed_one():
    """
    The version in the code is the one that the metadata of an installation tells.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    code = (ROOT / "arr_facade" / "_version.py").read_text(encoding="utf-8")
    assert f'__version__ = "{metadata.version(project["name"])}"' in code
