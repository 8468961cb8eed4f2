"""
The command line, run in this process through its real entry point, against an emulator in a file of the test's own.
"""

import json
import os
from dataclasses import dataclass
from typing import Any

import pytest

from arr_facade.cli import main


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The last line of stderr, which is an error's JSON."""
        return json.loads(self.err.splitlines()[-1])["error"]


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """
    Nothing configured but where the user's emulator keeps its state, and that a minute takes it a second.
    """
    for name in list(os.environ):
        if name.startswith("ARR_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("ARR_EMULATOR_STATE", str(tmp_path / "state" / "emulator.db"))
    monkeypatch.setenv("ARR_EMULATOR_SPEED", "60")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def arr(capsys):
    """
    Runs one command line: `arr("session", "list")`.
    """

    def run(*arguments):
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Result(int(code), captured.out, captured.err)

    return run
