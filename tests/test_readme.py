"""
README.md, docs/cli.md and examples/: whatever a reader may copy is run here as it stands.
"""

import os
import re
import runpy
import shlex
from pathlib import Path

import anyio
import pytest

from arr_facade import _connection
from arr_facade.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def snippets(language):
    found = re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert found
    return [pytest.param(code, id=code.strip().splitlines()[0].removeprefix("arr ")[:40]) for code in found]


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch, tmp_path):
    """
    A reader's machine on the first day, but for an emulator on which a minute takes a second.
    """
    for name in list(os.environ):
        if name.startswith("ARR_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("ARR_EMULATOR_SPEED", "60")
    # Each snippet has an embedded emulator of its own, as each reader's process has.
    monkeypatch.setattr(_connection, "_embedded", {})


@pytest.mark.parametrize("code", snippets("python"))
def test_python_snippet_runs(code, capsys):
    """
    Each piece of Python in the README runs with nothing configured, and its `main` does on asyncio and on trio.
    """
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    if "main" in names:
        anyio.run(names["main"], backend="asyncio")
        anyio.run(names["main"], backend="trio")
    assert capsys.readouterr().out or "print" not in code


@pytest.mark.parametrize("code", snippets("sh"))
def test_shell_snippet_runs(code, capsys):
    """
    Each `arr` command in the README succeeds, one after the other; each script that it names exists.
    """
    for line in code.splitlines():
        words = shlex.split(line, comments=True)
        if words[0] == "arr":
            assert 0 == main(words[1:]), line
        else:
            assert "python" == words[0]
            assert (ROOT / words[1]).is_file()


def test_readme_is_short():
    """
    The README stays below 150 lines: what does not fit belongs into docs.
    """
    assert len(README.splitlines()) < 150


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/cli.md"])
def test_links_lead_somewhere(page):
    """
    Each relative link of the front pages leads to a file.
    """
    path = ROOT / page
    links = re.findall(r"\]\((?!https?://)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [] == [link for link in links if not (path.parent / link).exists()]


def test_readme_is_honest_about_the_retirement():
    """
    The README tells near its top that the service has ended, and when.
    """
    top = " ".join(README.split("## Try it")[0].split())
    assert "retired Azure Remote Rendering on 30 September 2025" in top
    assert "deleted its specifications" in top


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.name)
def test_example_runs(path, monkeypatch, capsys):
    """
    Each example runs as a program with nothing configured, and has something to say.
    """
    monkeypatch.setattr("sys.argv", [str(path)])
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out
