"""
docs/emulator.md: its code runs as it stands.
"""

import re
from pathlib import Path
from typing import get_args

import pytest

from arr_facade.clock import ManualClock
from arr_facade.emulator import Emulator
from arr_facade.emulator.faults import _OWN, Effect
from arr_facade.emulator.scenario import read_scenario

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^## ([^\n]+)$(?:(?!^## ).)*?^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("title", "code"), SNIPPETS, ids=[title for title, _ in SNIPPETS])
def test_snippet_runs(title, code, monkeypatch):
    """
    Each piece of Python in the document does what it asserts.
    """
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    exec(compile(code, f"docs/emulator.md: {title}", "exec"), {"__name__": title})


def test_every_snippet_is_found():
    """
    No section has a second piece of Python that would not be run.
    """
    assert TEXT.count("```python") == len(SNIPPETS) >= 7


def test_the_table_of_faults_has_every_effect():
    """
    Each effect is explained with the options it has of its own, and with no other.
    """
    table = TEXT[TEXT.index("| effect |") : TEXT.index("The token service is the operation")]
    rows = re.findall(r"^\| (`.+?) \| .+? \|(.*)\|$", table, re.MULTILINE)
    options = {
        effect: set(re.findall(r"`(\w+)`", after)) for row, after in rows for effect in re.findall(r"`(\w+)`", row)
    }
    options = {effect: names - {"fail"} for effect, names in options.items()}

    assert set(get_args(Effect)) == set(options)
    together = {"slow_body", "unknown_field", "ready", "hold"}
    assert {name: _OWN.get(name, set()) for name in options if name not in together} == {
        name: options[name] for name in options if name not in together
    }


def test_the_scenario_of_the_document_is_one(tmp_path):
    """
    The TOML shown sets the scene that it shows.
    """
    (text,) = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    scenario = read_scenario(path)
    with Emulator(clock=ManualClock(), regions=scenario.regions) as emulator:
        scenario.apply(emulator)
        report = emulator.report()

    assert [("almost-over", "Ready", 58)] == [
        (one["id"], one["status"], one["elapsed_minutes"]) for one in report["sessions"]
    ]
    assert [("broken", "Failed")] == [(one["id"], one["status"]) for one in report["conversions"]]
    assert ["error"] == [rule["fault"]["effect"] for rule in report["faults"]]


def test_the_table_names_a_source_for_every_fact():
    """
    Each fact says whether it was recorded, is the Swagger's, was documented, or was decided.
    """
    facts = TEXT[TEXT.index("## Fact by fact") :]
    rows = re.findall(r"^\| (?!fact |---)(.+) \| (.+) \|$", facts, re.MULTILINE)

    assert len(rows) > 50
    assert [] == [fact for fact, source in rows if not re.match("recorded|Swagger|documented|decided", source)]
