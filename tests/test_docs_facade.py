"""
docs/ on the facade: what it shows is run, what it lists is there, and nothing that is there is left out.
"""

import os
import re
from pathlib import Path

import pytest

from arr_facade import _connection, config, errors
from arr_facade.config import load_settings
from arr_facade.regions import rendering_endpoint, sts_endpoint
from tests.test_house import FLOOR_OF

ROOT = Path(__file__).resolve().parent.parent
DOCS = {name: (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in
        ("architecture", "configuration", "errors", "lease")}  # fmt: skip
BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(name, language):
    return [found["text"] for found in BLOCK.finditer(DOCS[name]) if found["language"] == language]


def programs():
    """
    Each piece of Python, with the output that the text shows right after it, if it does.
    """
    for name, text in DOCS.items():
        found = list(BLOCK.finditer(text))
        for number, block in enumerate(found):
            if block["language"] != "python":
                continue
            following = found[number + 1] if number + 1 < len(found) else None
            shown = following["text"] if following and following["language"] == "text" else None
            yield pytest.param(block["text"], shown, id=f"{name}-{number}")


def rows(name, heading):
    """
    The cells of the table whose first heading this is.
    """
    table = DOCS[name].split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def names(cell):
    return re.findall(r"`([^`]+)`", cell)


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch, tmp_path):
    """
    A reader's machine, but for an emulator on which a minute takes a second.
    """
    for name in list(os.environ):
        if name.startswith("ARR_"):
            monkeypatch.delenv(name)
    for name in ("HOME", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("ARR_EMULATOR_SPEED", "60")
    monkeypatch.setattr(_connection, "_embedded", {})


@pytest.mark.parametrize(("code", "shown"), list(programs()))
def test_what_is_shown_runs(code, shown, capsys):
    """
    Each piece of Python runs as it stands, and prints what the text says it prints.
    """
    exec(compile(code, "docs", "exec"), {})
    said = capsys.readouterr().out
    assert shown is None or shown == said


def test_the_errors_are_drawn_as_in_the_code():
    """
    The tree in docs/errors.md is the one of the module's docstring.
    """
    drawn = "".join(f"    {line}".rstrip() + "\n" for line in blocks("errors", "")[0].splitlines())
    assert drawn in errors.__doc__


def test_each_error_has_its_line():
    """
    The table of what to do has every class that is raised, and no other.
    """
    abstract = {"ArrError", "EndedError", "ErrorInfo", "WaitError"}
    listed = [names(cells[0])[0] for cells in rows("errors", "error")]
    assert sorted(set(errors.__all__) - abstract) == sorted(listed)


def test_each_setting_has_its_line():
    """
    The table of settings has every name and its variable, and no other.
    """
    listed = {names(cells[0])[0]: names(cells[1])[0] for cells in rows("configuration", "argument and key of the file")}
    assert {name: f"ARR_{name.upper()}" for name in config._NAMES} == listed


def test_the_endpoints_are_as_listed():
    """
    What the table says that a region, a domain or a URL leads to is where it leads.
    """
    table = [[names(cell)[0] for cell in cells] for cells in rows("configuration", "written")]
    assert len(table) == 5
    assert table == [[written, rendering_endpoint(written), sts_endpoint(written)] for written, *_ in table]


def test_the_ways_to_configure_agree(tmp_path):
    """
    The variables, the TOML file and Microsoft's file that are shown describe the same account.
    """
    exported = dict(
        line.removeprefix("export ").split("=", 1) for line in blocks("configuration", "sh")[0].split("\n") if line
    )
    toml, arrconfig = tmp_path / "config.toml", tmp_path / "arrconfig.json"
    toml.write_text(blocks("configuration", "toml")[0])
    arrconfig.write_text(blocks("configuration", "json")[0])
    found = [
        load_settings({}, exported),
        load_settings({}, {}, config_file=toml),
        load_settings({}, {}, config_file=arrconfig),
    ]
    wheres = {(each.account_id, each.account_key, each.endpoint, each.sts_endpoint) for each in found}
    assert 1 == len(wheres)
    assert 10.0 == found[1].timeout


def test_each_room_is_described():
    """
    docs/architecture.md has a place for every room of the package, and for none that tests/test_house.py has no floor
    for.
    """
    there = {path.name.removesuffix(".py") for path in (ROOT / "arr_facade").iterdir()
             if path.suffix == ".py" or (path / "__init__.py").exists()}  # fmt: skip
    listed = [room for cells in rows("architecture", "floor") for room in names(cells[1])]
    assert len(set(listed)) == len(listed)
    assert set() == there - set(listed) - {"__init__"}
    assert set() == set(listed) - there - set(FLOOR_OF)


@pytest.mark.parametrize("name", list(DOCS))
def test_links_lead_somewhere(name):
    """
    Each link to a file in this repository has one.
    """
    links = re.findall(r"\]\(([^)#:]+)\)", DOCS[name])
    assert [] == [link for link in links if not (ROOT / "docs" / link).exists()]


@pytest.mark.parametrize("name", list(DOCS))
def test_named_files_are_there(name):
    """
    Each path of the repository that the prose names exists.
    """
    paths = re.findall(r"\b((?:tests|scripts|spec|generated|docs)/[\w./]+\w)", DOCS[name])
    assert [] == [path for path in paths if not (ROOT / path).exists()]
