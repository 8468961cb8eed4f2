"""
The two commands: what they say when something is missing, and that a second run has nothing to do.

The environments are made for real, in a temporary directory, but with an index that is not there.
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "scripts"


@pytest.fixture
def setup_module(monkeypatch):
    """
    scripts/_setup.py, imported the way the two commands do.
    """
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import _setup

    return _setup


@pytest.fixture
def checks_module(monkeypatch):
    """
    scripts/_checks.py, imported the way scripts/test.py does.
    """
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import _checks

    return _checks


@pytest.fixture
def project(tmp_path):
    """
    The least that the set-up needs of a project.
    """
    root = tmp_path / "a project"
    (root / "requirements").mkdir(parents=True)
    (root / "pyproject.toml").write_text('[project]\nname = "toy"\nversion = "1"\n')
    (root / "requirements" / "constraints.txt").write_text("")
    return root


@pytest.mark.parametrize("name", ["start", "test"])
def test_old_python_is_named(name, tmp_path):
    """
    Under an older Python the command ends with a sentence that names both versions, before anything is imported.
    """
    program = (
        "import sys, runpy; sys.version_info = (3, 9, 2); sys.version = '3.9.2 (default)'; "
        "sys.modules['_setup'] = sys.modules['_checks'] = None; "
        f"runpy.run_path({str(SCRIPTS / f'{name}.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert 69 == done.returncode
    assert "Python 3.11 or newer is needed, this is 3.9.2." in done.stderr
    assert f"python3.11 scripts/{name}.py" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["start", "test"])
def test_entry_points_can_be_read_by_old_pythons(name):
    """
    The files that check the version use no syntax younger than Python 3.0, or the check could not run.
    """
    import ast

    text = (SCRIPTS / f"{name}.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    young = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match, ast.AsyncFunctionDef)
    assert [] == [node.lineno for node in ast.walk(tree) if isinstance(node, young)]
    assert "from __future__" not in text


def test_set_up_reports_an_unreachable_index(setup_module, project, monkeypatch):
    """
    A download that fails ends in an error with pip's last lines and where to look, and the next run tries again.
    """
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with pytest.raises(setup_module.SetupError) as caught:
        setup_module.ensure(root=project)
    assert "the package index was not reached" in str(caught.value)
    assert "No matching distribution" in str(caught.value)
    assert "HTTPS_PROXY" in str(caught.value)
    assert not list((project / ".venv").glob("installed-*"))


def test_set_up_without_ensurepip_names_the_package(setup_module, project, monkeypatch):
    """
    A Python without its venv parts, as Debian ships it, is told which package to install.
    """

    def fail(self, home):
        raise subprocess.CalledProcessError(1, ["python", "-m", "ensurepip"])

    monkeypatch.setattr(setup_module.venv.EnvBuilder, "create", fail)
    with pytest.raises(setup_module.SetupError, match="apt install python3-venv"):
        setup_module.ensure(root=project)


@pytest.fixture
def recorded(setup_module, monkeypatch):
    """
    What the set-up did: environments made and pip's arguments, with neither really run.
    """
    done = []

    def create(builder, home):
        if builder.clear:
            shutil.rmtree(home)
        python = setup_module.interpreter(Path(home))
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()
        done.append("venv")

    monkeypatch.setattr(setup_module.venv.EnvBuilder, "create", create)
    monkeypatch.setattr(setup_module, "_pip", lambda python, arguments, root: done.append(arguments))
    return done


def test_second_run_has_nothing_to_do(setup_module, project, recorded):
    """
    With nothing changed, the environment is used as it is.
    """
    python = setup_module.ensure(extras=("cli",), root=project)
    assert ["venv", ["--upgrade", "pip>=25.1"]] == recorded[:2]
    assert ["--editable", ".[cli]"] == recorded[2][-2:]
    recorded.clear()
    assert python == setup_module.ensure(extras=("cli",), root=project)
    assert [] == recorded


@pytest.mark.parametrize("change", ["pyproject.toml", "requirements/constraints.txt"])
def test_changed_recipe_installs_again(setup_module, project, recorded, change):
    """
    A change of the dependencies or of their versions reaches the environment with the next run.
    """
    setup_module.ensure(root=project)
    recorded.clear()
    (project / change).write_text("# changed\n")
    setup_module.ensure(root=project)
    assert recorded


def test_moved_project_makes_its_environment_anew(setup_module, project, recorded, tmp_path):
    """
    An environment that came along with a copied or renamed project is not trusted.
    """
    setup_module.ensure(root=project)
    recorded.clear()
    moved = project.rename(tmp_path / "moved")
    setup_module.ensure(root=moved)
    assert "venv" == recorded[0]


def test_broken_pip_is_replaced(setup_module, project, recorded):
    """
    An environment whose pip was left half-installed is made anew instead of being used again.
    """
    home = project / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    assert not setup_module._usable(home)
    (setup_module.interpreter(home).parent / "rest").touch()
    setup_module.ensure(root=project)
    assert not (setup_module.interpreter(home).parent / "rest").exists()


def test_two_at_once_take_turns(setup_module, project, recorded):
    """
    While one process installs, another one waits, and then finds that there is nothing left to do.
    """
    with setup_module._alone(project / ".cache" / "setup.lock"):
        second = Thread(target=setup_module.ensure, kwargs={"root": project})
        second.start()
        second.join(0.2)
        assert second.is_alive()
        assert [] == recorded
    second.join(10)
    assert recorded


def test_tools_come_on_top_of_the_main_job(setup_module, project, recorded):
    """
    The checks' groups are installed into the same environment, and the main job's installation stays valid.
    """
    setup_module.ensure(extras=("cli",), root=project)
    # A usable interpreter, so that it is not cleared: the running one.
    python = setup_module.interpreter(project / ".venv")
    python.unlink()
    python.symlink_to(sys.executable)
    setup_module.ensure(extras=("cli",), groups=("dev",), root=project)
    assert ["--group", "dev"] == recorded[-1][2:4]
    recorded.clear()
    setup_module.ensure(extras=("cli",), root=project)
    assert [] == recorded


def test_an_environment_of_its_own(setup_module, project, recorded):
    """
    What must not meet the project's tools is installed into another directory, which the main one knows nothing of.
    """
    python = setup_module.ensure(groups=("interop",), root=project, name=".venv-interop")
    assert setup_module.interpreter(project / ".venv-interop") == python
    assert not (project / ".venv").exists()


def test_interpreter_on_windows(setup_module, monkeypatch):
    """
    On Windows the environment's Python lies elsewhere than on Linux and macOS.
    """
    home = Path("home")
    assert home / "bin" / "python" == setup_module.interpreter(home) or os.name == "nt"
    monkeypatch.setattr(setup_module.os, "name", "nt")
    assert home / "Scripts" / "python.exe" == setup_module.interpreter(home)


def test_recipe_names_the_python(setup_module, project):
    """
    A new Python version is a new recipe.
    """
    assert setup_module._recipe(project, ["--editable", "."]).startswith(platform.python_version())


def test_run_hands_on_the_exit_code(setup_module):
    """
    The command's exit code is ours, and a signal's death is told as shells do.
    """
    assert 5 == setup_module.run([sys.executable, "-c", "raise SystemExit(5)"])
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    assert 128 + 15 == setup_module.run([sys.executable, "-c", killed]) or os.name == "nt"


def a_step(checks_module, name, command, *, fast=False):
    return checks_module.Step(name, f"what {name} does", lambda shell: shell.tool(*command), fast=fast)


@pytest.fixture
def main(checks_module, monkeypatch):
    """
    The checks' main, with the running Python as the environment and three small steps.
    """
    good = a_step(checks_module, "good", ["platform"], fast=True)
    bad = a_step(checks_module, "bad", ["no_such_module_anywhere"])
    last = a_step(checks_module, "last", ["platform"])
    monkeypatch.setattr(checks_module, "STEPS", (good, bad, last))
    monkeypatch.setattr(checks_module, "ensure", lambda **asked: Path(sys.executable))
    return checks_module.main


def test_table_tells_each_step_and_the_failed_ones(main, capfd):
    """
    A failing step does not keep the others from running; the table names it and the exit code says so.
    """
    assert 1 == main([])
    lines = capfd.readouterr().out.splitlines()
    rows = [line.split()[:2] for line in lines[-6:-2]]
    assert [["step", "result"], ["good", "passed"], ["bad", "FAILED"], ["last", "passed"]] == rows
    assert "No module named no_such_module_anywhere" in lines[-4]
    assert lines[-1].startswith("FAILED: bad in ")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [(["--only", "last"], ["last"]), (["--only", "good", "--only", "last"], ["good", "last"]), (["--fast"], ["good"])],
)
def test_chosen_steps_only(main, capfd, arguments, expected):
    """
    `--only` and `--fast` choose among the steps.
    """
    assert 0 == main(arguments)
    out = capfd.readouterr().out
    assert expected == [line.split()[1].rstrip(":") for line in out.splitlines() if line.startswith("===")]
    assert out.splitlines()[-1].startswith("Everything passed in ")


def test_unknown_step_is_a_usage_error(main, capfd):
    """
    A misspelt step lists those that exist.
    """
    with pytest.raises(SystemExit) as caught:
        main(["--only", "tets"])
    assert 2 == caught.value.code
    assert "good" in capfd.readouterr().err


def test_failed_set_up_is_no_traceback(checks_module, main, monkeypatch, capfd):
    """
    When the environment cannot be made, the checks end with its message and the exit code for it.
    """

    def fail(**asked):
        raise checks_module.SetupError("no network")

    monkeypatch.setattr(checks_module, "ensure", fail)
    assert 69 == main([])
    assert "no network" in capfd.readouterr().err


def test_checks_do_not_see_the_users_account(checks_module, monkeypatch, capfd):
    """
    Steps run without the ARR_ settings of whoever starts them, so that none reaches a real service.
    """
    monkeypatch.setenv("ARR_ACCOUNT_KEY", "a real one")
    monkeypatch.setenv("ARR_SHARED", "where upstream's material lies")
    shell = checks_module.Shell(Path(sys.executable))
    shell.call(sys.executable, "-c", "import os; print([name for name in os.environ if name.startswith('ARR_')])")
    assert "['ARR_SHARED']" == capfd.readouterr().out.splitlines()[-1]
