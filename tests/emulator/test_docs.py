"""
docs/emulator.md: its code runs as it stands.
"""

import re
from pathlib import Path

import pytest

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


def test_the_table_names_a_source_for_every_fact():
    """
    Each fact says whether it was recorded, is the Swagger's, was documented, or was decided.
    """
    facts = TEXT[TEXT.index("## Fact by fact") :]
    rows = re.findall(r"^\| (?!fact |---)(.+) \| (.+) \|$", facts, re.MULTILINE)

    assert len(rows) > 50
    assert [] == [fact for fact, source in rows if not re.match("recorded|Swagger|documented|decided", source)]
