"""
What costs nothing, and what the pages say.
"""

import subprocess
import sys

import click
import pytest

from arr_facade.cli import main
from arr_facade.cli._app import arr as root

VERBS = ["session", "conversion", "token", "emulator", "demo"]


def page():
    """What click prints for `arr --help` on a terminal of 80 columns, and so what help.txt has to hold."""
    context = click.Context(root, info_name="arr", terminal_width=80, **root.context_settings)
    return root.get_help(context) + "\n"


def test_stored_help_is_what_click_would_print(arr):
    """
    The page that `arr --help` shows without importing click is the one that click makes.
    """
    result = arr("--help")
    assert 0 == result.code
    assert page().splitlines() == result.out.splitlines()


def test_narrow_terminal_gets_a_page_of_its_own(arr, monkeypatch):
    """
    On a terminal too narrow for the stored page, click wraps another one.
    """
    monkeypatch.setattr("arr_facade.cli._columns", lambda: 60)
    result = arr("--help")
    assert 0 == result.code
    assert result.out.startswith("Usage: arr")


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_help(arr, verb):
    """
    Every verb, and every verb below it, explains itself.
    """
    command = root.get_command(click.Context(root), verb)
    assert 0 == arr(verb, "--help").code
    for name in getattr(command, "commands", {}):
        result = arr(verb, name, "--help")
        assert 0 == result.code
        assert f"Usage: arr {verb} {name}" in result.out


def test_verbs_understand_the_short_help(arr):
    """
    `-h` works behind a verb as well.
    """
    assert 0 == arr("session", "start", "-h").code


def test_version(arr):
    """
    `arr --version` tells the package's.
    """
    from arr_facade import __version__

    assert f"arr, version {__version__}\n" == arr("--version").out


def modules_after(*arguments):
    """The modules that a command has imported."""
    code = (
        f"import sys; from arr_facade.cli import main; main({list(arguments)!r}); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_help_imports_next_to_nothing():
    """
    `arr --help` is there at once because neither click nor anything slower is imported for it.
    """
    loaded = modules_after("--help")
    assert set() == {"click", "rich", "attrs", "httpx", "anyio", "platformdirs", "arr_facade.client"} & loaded


def test_help_of_a_verb_imports_no_client():
    """
    The page of a verb needs click, but no HTTP library, no emulator and no rich.
    """
    loaded = modules_after("emulator", "--help")
    assert "click" in loaded
    assert set() == {"rich", "httpx", "uvicorn", "arr_facade.client", "arr_facade.emulator"} & loaded


def test_without_click_the_command_says_what_to_install(monkeypatch, capsys):
    """
    Installed without its extra, the command ends with the line to type.
    """
    monkeypatch.setitem(sys.modules, "click", None)
    assert 3 == main(["session", "list"])
    assert "pip install 'arr-facade[cli,emulator]'" in capsys.readouterr().err
