"""
Files and folders replaced as one: whatever goes wrong, and whenever, the tree is wholly old or wholly new.
"""

from pathlib import Path

import pytest
from pipeline import swap

OLD = {"spec/pins.toml": "old pins", "spec/openapi/a.yaml": "old a", "spec/openapi/gone.yaml": "old gone"}
NEW = {
    "spec/pins.toml": "new pins",
    "spec/openapi/a.yaml": "new a",
    "spec/openapi/b.yaml": "new b",
    "generated/client/x.py": "new x",
}
PATHS = ["spec/pins.toml", "spec/openapi", "generated/client"]
OTHER = {"spec/overlay/mine.yaml": "not to be touched"}
RENAMES = 6  # two old away, three new in, one to say that it is done


class KilledError(BaseException):
    """
    Stands for the end of the process: nothing of ours runs after it.
    """


def write(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def read(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture
def tree(tmp_path):
    write(tmp_path / "root", OLD | OTHER)
    write(tmp_path / "new", NEW)
    return tmp_path


def replace(tree, rename=Path.rename):
    swap.replace(tree / "root", {path: tree / "new" / path for path in PATHS}, rename)


def failing_at(number, error):
    """
    A rename that does its work until the given call, which raises instead.
    """
    calls = []

    def rename(source, target):
        calls.append(source)
        if len(calls) == number:
            raise error
        return Path(source).rename(target)

    return rename


def test_everything_is_replaced(tree):
    """
    New files come, old ones that have no successor go, others stay, and no trace of the work is left.
    """
    replace(tree)
    assert NEW | OTHER == read(tree / "root")
    assert not swap.recover(tree / "root")


@pytest.mark.parametrize("number", range(1, RENAMES + 1))
@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()], ids=["error", "ctrl-c"])
def test_an_error_on_the_way_leaves_the_old(tree, number, error):
    """
    Whichever rename fails, and also when the user interrupts it, everything old is back.
    """
    with pytest.raises(type(error)):
        replace(tree, failing_at(number, error))
    assert OLD | OTHER == read(tree / "root")


@pytest.mark.parametrize("number", range(1, RENAMES + 1))
def test_a_killed_run_is_undone_by_the_next(tree, number, monkeypatch):
    """
    When the process dies between two renames, the next run puts everything old back.
    """
    with monkeypatch.context() as patch:
        patch.setattr(swap, "recover", lambda _: None)
        with pytest.raises(KilledError):
            replace(tree, failing_at(number, KilledError()))
    assert swap.recover(tree / "root")
    assert OLD | OTHER == read(tree / "root")
    replace(tree)
    assert NEW | OTHER == read(tree / "root")


@pytest.mark.parametrize("killed", range(1, RENAMES + 1))
@pytest.mark.parametrize("again", [1, 2, 3])
def test_a_killed_recovery_can_be_repeated(tree, killed, again, monkeypatch):
    """
    When the undoing itself dies, undoing once more still ends in the old tree.
    """
    with monkeypatch.context() as patch:
        patch.setattr(swap, "recover", lambda _: None)
        with pytest.raises(KilledError):
            replace(tree, failing_at(killed, KilledError()))
    with monkeypatch.context() as patch:
        real, calls = swap._move, []

        def move(*arguments):
            calls.append(arguments)
            if len(calls) == again:
                raise KilledError
            real(*arguments)

        patch.setattr(swap, "_move", move)
        try:
            swap.recover(tree / "root")
        except KilledError:
            assert len(calls) == again
    swap.recover(tree / "root")
    assert OLD | OTHER == read(tree / "root")


def test_a_run_killed_after_its_work_keeps_the_new(tree, monkeypatch):
    """
    From the last rename on the new tree counts, even if the clean-up never came.
    """
    monkeypatch.setattr(swap.shutil, "rmtree", lambda *_, **__: None)
    replace(tree)
    monkeypatch.undo()
    assert not swap.recover(tree / "root")
    write(tree / "new", {"spec/pins.toml": "newer pins"})
    replace(tree)
    assert NEW | OTHER | {"spec/pins.toml": "newer pins"} == read(tree / "root")


def test_two_runs_do_not_mix(tree):
    """
    A second run that finds the first at work changes nothing and says what to do.
    """
    (tree / "root" / swap.WORK).mkdir()
    with pytest.raises(swap.SwapError, match="another run is at work"):
        replace(tree)
    assert OLD | OTHER == read(tree / "root")
