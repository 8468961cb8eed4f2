"""
The rules of the house that no tool checks: floors, doors, docstrings of tests, reasons, and what a file must not say.
"""

import ast
import re
import subprocess
import tomllib
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "arr_facade"

# Lower floors first. A module may import from the floors below its own, never from its own or from above.
FLOORS = [
    {"_limit", "_secret", "_signals", "_twins", "_version", "errors"},
    {"_retry", "_steps", "durations", "models", "regions"},
    {"_board", "_exchanges", "_lease", "_operations", "_waits", "clock", "config"},
    {"_answers", "_wires", "emulator"},
    {"_auth", "_drive", "_flows"},
    {"_calls", "_connection", "_drive_async", "_generated", "_keeper", "_watch"},
    {"_background", "_facts"},
    {"_background_async", "_difference", "handles"},
    {"client"},
    {"async_client"},
    {"__init__", "recording"},
    {"cli", "pytest_plugin"},
]
FLOOR_OF = {module: number for number, modules in enumerate(FLOORS) for module in modules}

# Who may speak to the network; who may ask the machine for the time or a random number (_connection makes the one
# generator that everything else is given).
HTTP_DOORS = {"_generated", "_wires", "emulator", "recording"}
CLOCK_DOORS = {"_connection", "_drive", "clock", "emulator"}
EMULATOR_MAY_IMPORT = {"_secret", "_version", "clock", "durations", "emulator", "errors"}


def sources():
    return sorted(PACKAGE.rglob("*.py"))


def room(path):
    """The module, or the sub-package, right below arr_facade that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path, *, typing_too=False):
    """Every imported module name with its line; those that exist for the type checker only if asked."""
    hidden = set()
    if not typing_too:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                hidden.update(id(inner) for inner in ast.walk(node))
    for node in ast.walk(tree(path)):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write imports in full"
            if node.module == "arr_facade":
                yield from ((f"arr_facade.{_room_of(alias.name)}", node.lineno) for alias in node.names)
            else:
                yield node.module, node.lineno


def _room_of(name):
    """What `from arr_facade import name` takes it from: a module, or what the package gathers at its top."""
    return name if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file() else "__init__"


def rooms_imported(path):
    return {(name.split(".")[1], line) for name, line in imports(path) if name.startswith("arr_facade.")}


@cache
def project_files():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: the list of the project's files is git's")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downwards(path):
    """
    A module imports from lower floors only, so that the package reads from the ground up and has no cycles.
    """
    here = room(path)
    assert here in FLOOR_OF, f"give {here} a floor in {Path(__file__).name}"
    upward = [
        f"line {line}: {here} (floor {FLOOR_OF[here]}) imports {there} (floor {FLOOR_OF.get(there)})"
        for there, line in sorted(rooms_imported(path))
        if there != here and not FLOOR_OF.get(there, len(FLOORS)) < FLOOR_OF[here]
    ]
    assert [] == upward


@pytest.mark.parametrize("path", sorted((PACKAGE / "emulator").rglob("*.py")), ids=lambda path: path.name)
def test_emulator_does_not_know_the_facade(path):
    """
    The emulator plays the service: it shares clocks, durations and secrets with the facade, but none of its logic.
    """
    assert set() == {there for there, _ in rooms_imported(path)} - EMULATOR_MAY_IMPORT


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_httpx_stays_behind_its_doors(path):
    """
    Only the modules at the network import httpx when they run, so that another HTTP library is a small change.
    """
    used = {line for name, line in imports(path) if name.split(".")[0] in {"httpx", "httpcore"}}
    assert room(path) in HTTP_DOORS or set() == used


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_time_and_chance_are_parameters(path):
    """
    Only the clock's module, the drivers and the emulator ask the machine for the time or a random number.
    """
    if room(path) in CLOCK_DOORS:
        return
    imported = {line for name, line in imports(path) if name.split(".")[0] in {"time", "random", "secrets"}}
    called = {
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and "date" in ast.unparse(node.value)
    }
    assert set() == imported | called


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_public_signatures_spell_out_their_parameters(path):
    """
    No public function takes `**kwargs`: completion and typo checks depend on names.
    """
    if room(path).startswith("_"):
        return
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [] == [node.name for node in functions if not node.name.startswith("_") and node.args.kwarg]


def suite():
    return sorted((ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("path", suite(), ids=lambda path: str(path.relative_to(ROOT)))
def test_each_test_says_what_must_hold(path):
    """
    Every test function has a docstring, and it is one sentence.
    """
    wrong = []
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("test"):
            continue
        text = " ".join((ast.get_docstring(node) or "").split())
        # A full stop, then a blank and a capital: a second sentence. Abbreviations of the prose do not look like that.
        if not text.endswith((".", "?", "!", ":")) or re.search(r"[.!?] [A-Z](?!\.)", text.replace("e.g. ", "")):
            wrong.append(f"line {node.lineno}: {node.name}: {text!r}")
    assert [] == wrong


@pytest.mark.parametrize("path", suite(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_test_sleeps(path):
    """
    Tests move a clock instead of waiting for one.
    """
    sleeps = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep"}
        and not (node.args and ast.unparse(node.args[0]) == "0")
    ]
    assert [] == sleeps


def lines_between(text, start, stop):
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if inside and line.startswith(stop):
            return
        if inside:
            yield number, line
        inside = inside or line.startswith(start)


def test_each_ruff_exception_has_a_reason():
    """
    Whatever pyproject.toml tells ruff to overlook has a comment beside it that says why.
    """
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    ignored = [
        *lines_between(text, "ignore = [", "]"),
        *lines_between(text, "[tool.ruff.lint.per-file-ignores]", "["),
    ]
    codes = [(number, line) for number, line in ignored if re.match(r'\s+"[A-Z]+\d*"', line)]
    assert len(codes) > 20
    assert [] == [(number, line) for number, line in codes if not re.search(r"# \w.{5,}", line)]


def test_each_suppressed_finding_has_a_reason():
    """
    A `noqa`, or a line left out of the coverage, says why that is right here.
    """
    directive = re.compile(r"#\s*(noqa|pragma: no cover).*")
    bare = []
    for path in project_files():
        if path.suffix != ".py" or ROOT / "generated" in path.parents or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = directive.search(line)
            if found and not re.search(r"( - | # |: no cover - )\S.{5,}", found[0]):
                bare.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert [] == bare


# Written in pieces, or this file would find itself.
UNWANTED = re.compile(
    "|".join(
        [
            r"(?<![\w.])/" + r"(work|root|opt/pypi)/",
            "pypi" + r"\.org/simple",
            "files\\." + "pythonhosted",
            "registry\\." + "npmjs",
            "(extra-)?index-" + "url",
            "--find" + "-links",
        ]
    )
)


def test_no_file_names_a_machine_or_a_registry():
    """
    What is committed holds no path of one machine and no address of a package registry.
    """
    found = []
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
            for number, line in enumerate(text.splitlines(), 1)
            if UNWANTED.search(line)
        ]
    assert [] == found


def test_changelog_has_a_place_for_the_next_change():
    """
    The changelog opens with an Unreleased section and lists released versions newest first.
    """
    headings = re.findall(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert "Unreleased" == headings[0]
    released = [tuple(map(int, version.split("."))) for version in headings[1:]]
    assert sorted(released, reverse=True) == released


def test_one_version():
    """
    The package's version is the newest of the changelog, or ahead of it while that is unreleased.
    """
    headings = re.findall(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    text = (PACKAGE / "_version.py").read_text(encoding="utf-8")
    major, minor, patch = re.search(r'__version__ = "(\d+)\.(\d+)\.(\d+)"', text).groups()
    version = (int(major), int(minor), int(patch))
    assert not headings or tuple(map(int, headings[0].split("."))) <= version


def test_the_constraints_agree_with_the_pins():
    """
    A version pinned in pyproject.toml is the one that the two commands install.
    """
    name = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)$")

    def pins(lines):
        found = filter(None, (name.match(line) for line in lines if isinstance(line, str)))
        return {match["name"].lower().replace("_", "-"): match["version"] for match in found}

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    wanted = pins([*project["build-system"]["requires"], *groups["generate"], *groups["check"]])
    constrained = pins((ROOT / "requirements" / "constraints.txt").read_text(encoding="utf-8").splitlines())
    assert len(wanted) > 10
    assert wanted == {package: constrained.get(package) for package in wanted}


def test_each_dependency_has_an_upper_bound():
    """
    A release of a library that breaks its promises does not reach our users by itself.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    assert [] == [line for line in requirements if "<" not in line and not line.startswith("arr-facade[")]


def test_ci_runs_the_checks_and_nothing_else():
    """
    The continuous integration does what anybody does by hand, in one command.
    """
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "exec python3 scripts/test.py"] == [
        line for line in lines if line and not line.startswith("#")
    ]
