"""
The command a maintainer types: what it does, what it refuses, and what it says.
"""

import shutil
import subprocess
import sys

import pytest
import regenerate
from pipeline import command, swap, tools
from pipeline.workspace import Workspace

from tests.pipeline import toy


def run(project, *words):
    """
    The exit code of the command in a project, without its set-up.
    """
    options = regenerate.parser().parse_args([*words, "--cache", str(project.root.parent / "cache")])
    return command.run(project.root, options)


@pytest.fixture(scope="module")
def pulled(tmp_path_factory):
    """
    A project that was pulled once.
    """
    project = toy.make(tmp_path_factory.mktemp("pulled"))
    assert 0 == run(project, "--pull", "--source", str(project.source))
    return project


@pytest.fixture
def project(pulled, tmp_path):
    """
    A copy of it, with its cache, that a test may spoil.
    """
    shutil.copytree(pulled.root.parent, tmp_path / "copy")
    return toy.Toy(tmp_path / "copy" / pulled.root.name, tmp_path / "copy" / pulled.source.name)


CLIENT = "generated/arr_client"
DOCUMENT = "spec/openapi/toys_1.yaml"


class TestCheck:
    def test_nothing_drifted(self, project, capsys):
        """
        After a pull the check is green, changes nothing and counts what the package has.
        """
        before = project.tree()
        assert 0 == run(project, "--check")
        output = capsys.readouterr()
        assert "toys_1: 1 operations, " in output.out
        assert "what the pins and overlays make" in output.out
        assert before == project.tree()

    def test_each_file_of_the_client_that_drifted_is_listed(self, project, capsys):
        """
        Files changed, added or removed by hand are named, and the exit code is 1.
        """
        client = project.root / CLIENT
        for path in ("toys_1/models/toy.py", "provenance.py"):
            (client / path).write_text((client / path).read_text() + "# by hand\n")
        (client / "toys_1/mine.py").write_text("mine = True\n")
        (client / "toys_1/types.py").unlink()
        assert 1 == run(project, "--check")
        assert {
            f"differs   {CLIENT}/provenance.py",
            f"differs   {CLIENT}/toys_1/models/toy.py",
            f"leftover  {CLIENT}/toys_1/mine.py",
            f"missing   {CLIENT}/toys_1/types.py",
        } == {line for line in capsys.readouterr().out.splitlines() if CLIENT in line}

    @pytest.mark.parametrize(
        ("path", "line"),
        [(DOCUMENT, f"differs   {DOCUMENT}\n"), ("spec/openapi/extra.yaml", "leftover  spec/openapi/extra.yaml\n")],
    )
    def test_an_edited_document_is_listed(self, project, capsys, path, line):
        """
        A document changed or added by hand is named.
        """
        with (project.root / path).open("a") as file:
            file.write("# by hand\n")
        assert 1 == run(project, "--check")
        assert line in capsys.readouterr().out

    def test_an_overlay_that_was_not_applied_is_listed(self, project, capsys):
        """
        An overlay changed since the pull is named, also where the Swagger is out of reach.
        """
        shutil.rmtree(project.root.parent / "cache")
        with (project.root / "spec/overlay/toys.yaml").open("a") as file:
            file.write("# more\n")
        assert 1 == run(project, "--check")
        assert "stale     toys_1: its overlays changed since --pull" in capsys.readouterr().out

    def test_a_document_edited_along_with_its_client_is_found(self, project, capsys):
        """
        Editing spec/openapi by hand does not pass, even after generating from it, with the Swagger out of reach.
        """
        shutil.rmtree(project.root.parent / "cache")
        path = project.root / DOCUMENT
        path.write_text(path.read_text().replace("A toy.", "A toy by hand."))
        assert 1 == run(project)
        assert "say it in spec/overlay instead" in capsys.readouterr().err
        assert 1 == run(project, "--check")
        assert f"differs   {DOCUMENT} (its hash is not the pinned one)" in capsys.readouterr().out


class TestWithoutFlags:
    def test_the_client_is_made_again(self, project):
        """
        From spec/openapi alone the client is rebuilt as a whole: what was edited, added or lost is as it was.
        """
        before = project.tree()
        shutil.rmtree(project.source)
        (project.root / CLIENT / "toys_1/types.py").unlink()
        (project.root / CLIENT / "mine.py").write_text("mine = True\n")
        assert 0 == run(project)
        assert before == project.tree()

    def test_a_document_that_is_missing_stops_it(self, project, capsys):
        """
        Without its document nothing is generated, and the old client stays.
        """
        (project.root / DOCUMENT).unlink()
        before = project.tree()
        assert 1 == run(project)
        assert DOCUMENT in capsys.readouterr().err
        assert before == project.tree()

    def test_what_an_interrupted_run_left_is_undone_first(self, project, capsys):
        """
        A run that was killed half-way is undone before anything else, and that is said.
        """
        work = project.root / swap.WORK
        (work / "old/spec").mkdir(parents=True)
        (project.root / "spec/pins.toml").rename(work / "old/spec/pins.toml")
        (work / swap.JOURNAL).write_text('{"spec/pins.toml": true}')
        assert 0 == run(project)
        assert "An earlier run was interrupted" in capsys.readouterr().err

    def test_an_unknown_name_is_told_the_known_ones(self, project, capsys):
        """
        `--api` with a name that is not pinned lists those that are.
        """
        assert 1 == run(project, "--api", "toys_2")
        assert "no API is called 'toys_2'; there are toys_1" in capsys.readouterr().err


class TestOneApi:
    def test_the_others_stay(self, project):
        """
        With `--api` the other packages are taken over as they are.
        """
        pins = project.root / "spec/pins.toml"
        text = pins.read_text()
        second = text[text.index("[api.toys_1]") :].replace("toys_1", "toys_2").replace("default = true\n", "")
        pins.write_text(f"{text}\n{second}")
        for folder, suffix in (("spec/openapi", ".yaml"), (CLIENT, "")):
            source = project.root / folder / f"toys_1{suffix}"
            (shutil.copytree if source.is_dir() else shutil.copyfile)(source, source.with_name(f"toys_2{suffix}"))
        (project.root / CLIENT / "toys_1/types.py").write_text("spoilt = True\n")
        (project.root / CLIENT / "toys_2/types.py").write_text("left = True\n")
        assert 0 == run(project, "--api", "toys_1")
        assert "left = True\n" == (project.root / CLIENT / "toys_2/types.py").read_text()
        assert "spoilt" not in (project.root / CLIENT / "toys_1/types.py").read_text()

    def test_the_others_have_to_be_there(self, project, capsys):
        """
        With `--api` a package that was never generated is asked for.
        """
        pins = project.root / "spec/pins.toml"
        text = pins.read_text()
        second = text[text.index("[api.toys_1]") :].replace("toys_1", "toys_2").replace("default = true\n", "")
        pins.write_text(f"{text}\n{second}")
        assert 1 == run(project, "--api", "toys_1")
        assert "toys_2 was never generated; run without --api first" in capsys.readouterr().err


class TestCommandLine:
    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (["--source", "x"], "--source says where to --pull from"),
            (["--yes"], "--yes answers --update"),
            (["--pull", "--check"], "not allowed with"),
            (["--update"], "expected one argument"),
        ],
    )
    def test_a_wrong_line_is_explained(self, words, message, capsys):
        """
        Flags that do not go together are refused with exit code 2.
        """
        with pytest.raises(SystemExit) as caught:
            regenerate.main(words)
        assert 2 == caught.value.code
        assert message in capsys.readouterr().err

    def test_help_runs_on_any_python(self, tmp_path):
        """
        Without any of the tools `--help` works, from any folder.
        """
        done = subprocess.run(
            [sys.executable, "-S", regenerate.__file__, "--help"],
            cwd=tmp_path,
            env={},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (0, "") == (done.returncode, done.stderr)
        assert "--pull" in done.stdout


class TestTools:
    def test_this_environment_has_them(self):
        """
        The environment of the tests has the pinned tools in their versions.
        """
        assert [] == tools.missing(regenerate.ROOT)
        assert regenerate.has_tools(sys.executable)

    def test_a_missing_or_other_version_is_named(self, tmp_path):
        """
        A tool that is not installed, or in another version, is named with the version needed.
        """
        (tmp_path / "pyproject.toml").write_text(
            '[dependency-groups]\ngenerate = ["pytest==0.1", "nothing-at-all==1.0"]'
        )
        first, second = tools.missing(tmp_path)
        assert first.startswith("pytest 0.1 is needed, and ")
        assert "nothing-at-all 1.0 is not installed" == second

    def test_without_them_the_message_says_what_to_do(self, monkeypatch, capsys, tmp_path):
        """
        Where the tools are missing and cannot be installed, the command that installs them is named.
        """

        def refuse(**_):
            raise regenerate._setup.SetupError("the package index was not reached")

        monkeypatch.setattr(regenerate.tools, "missing", lambda _: ["ruff 1.0 is not installed"])
        monkeypatch.setattr(regenerate._setup, "interpreter", lambda _: tmp_path / "no-python")
        monkeypatch.setattr(regenerate._setup, "ensure", refuse)
        assert 69 == regenerate.main(["--check"])
        errors = capsys.readouterr().err
        assert "ruff 1.0 is not installed" in errors
        assert "`python scripts/test.py` sets up .venv with them" in errors
        assert "the package index was not reached" in errors

    def test_the_projects_environment_is_used(self, monkeypatch, tmp_path):
        """
        Where this Python lacks the tools and .venv has them, the same command runs there.
        """
        commands = []
        monkeypatch.setattr(regenerate.tools, "missing", lambda _: ["ruff 1.0 is not installed"])
        monkeypatch.setattr(regenerate._setup, "interpreter", lambda _: tmp_path / "python")
        monkeypatch.setattr(regenerate, "has_tools", lambda _: True)
        monkeypatch.setattr(regenerate._setup, "run", lambda command: commands.append(command) or 5)
        assert 5 == regenerate.main(["--check", "--api", "x"])
        assert [[str(tmp_path / "python"), regenerate.__file__, "--check", "--api", "x"]] == commands


def test_the_committed_client_is_what_its_documents_make():
    """
    One of the project's own packages is generated again and compared, byte for byte.
    """
    assert [] == Workspace(regenerate.ROOT).drift("sts_2019_02_28_preview")
