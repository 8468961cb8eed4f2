"""
Several files and folders replaced as one, by renames, so that an interrupted run leaves the old ones whole.

What is new is first copied into `.regenerating/new`, on the same file system. Then every old path moves to
`.regenerating/old` and every new one into its place. Renaming `.regenerating` to `.regenerated` is the moment from
which the new counts: a run that ends before it is undone, by itself or by `recover` in the next run.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.errors import PipelineError

WORK = ".regenerating"
DONE = ".regenerated"
JOURNAL = "journal.json"

Rename = Callable[[Path, Path], object]


class SwapError(PipelineError):
    """
    Another run is at work in the same tree.
    """


def replace(root: Path, new: Mapping[str, Path], rename: Rename = Path.rename) -> None:
    """
    Puts every new file or folder in the place of the old one: all of them, or none.

    Args:
        root: The folder the paths are relative to, on one file system.
        new: Relative path → what is to stand there. It is copied; the old may be missing.
        rename: Moves a path.

    Raises:
        SwapError: Another run is at work here.
    """
    work = root / WORK
    shutil.rmtree(root / DONE, ignore_errors=True)
    try:
        work.mkdir()
    except FileExistsError as error:
        raise SwapError(
            f"{work} is there: another run is at work, or was killed; `recover` puts back the old"
        ) from error
    try:
        for path, source in new.items():
            _copy(source, work / "new" / path)
        old = [path for path in new if (root / path).exists()]
        (work / JOURNAL).write_text(json.dumps({path: path in old for path in new}), encoding="utf-8")
        for path in old:
            _move(root / path, work / "old" / path, rename)
        for path in new:
            _move(work / "new" / path, root / path, rename)
        rename(work, root / DONE)
    except BaseException:
        recover(root)
        raise
    shutil.rmtree(root / DONE, ignore_errors=True)


def recover(root: Path) -> bool:
    """
    Puts back what an interrupted `replace` had moved away.

    Returns:
        Whether there was anything to undo.
    """
    work = root / WORK
    if not work.is_dir():
        return False
    journal = work / JOURNAL
    # Without a journal nothing was moved. Every step below may itself be interrupted and done again.
    replaced = json.loads(journal.read_text(encoding="utf-8")) if journal.exists() else {}
    for path, had_old in replaced.items():
        if had_old and (work / "old" / path).exists():
            _remove(root / path)
            _move(work / "old" / path, root / path, Path.rename)
        elif not had_old and not (work / "new" / path).exists():
            _remove(root / path)
    journal.unlink(missing_ok=True)
    shutil.rmtree(work)
    return True


def _move(source: Path, target: Path, rename: Rename) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    rename(source, target)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copyfile(source, target)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
