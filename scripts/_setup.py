"""
The project's own environment, made with nothing but the standard library.

`.venv` is built once and completed when its recipe changes: the Python version, pyproject.toml, the pinned versions, or
what is asked of it. A stamp file remembers the recipe, so that the second run starts at once.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
import venv
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["EX_UNAVAILABLE", "ROOT", "SetupError", "ensure", "interpreter", "start"]

ROOT = Path(__file__).resolve().parent.parent
EX_UNAVAILABLE = 69  # sysexits.h: something this program needs is not there

_CONSTRAINTS = "requirements/constraints.txt"
_INGREDIENTS = ("pyproject.toml", _CONSTRAINTS)
_RETRIES = 2  # and not pip's five, which keep a machine without network waiting for half a minute
_TAIL = 15
# What pip writes, in lower case, when the trouble is on the way to the package index rather than in the request.
_NETWORK = (
    "connection",
    "timed out",
    "timeout",
    "name resolution",
    "proxy",
    "ssl",
    "certificate",
    "getaddrinfo",
    "versions: none",
)


class SetupError(Exception):
    """
    The environment could not be made; the message says what was missing and what to do.
    """


def start(arguments: Sequence[str]) -> int:
    """
    The exit code of `arr demo`, run with `arguments` in an environment made for it.
    """
    try:
        python = ensure(extras=("cli", "emulator"))
        return run([str(python), "-m", "arr_facade.cli", "demo", *arguments])
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return EX_UNAVAILABLE


def ensure(*, extras: Sequence[str] = (), groups: Sequence[str] = (), root: Path = ROOT, name: str = ".venv") -> Path:
    """
    The Python of `<root>/<name>`, with the project installed in it (editable) and everything asked for.

    Args:
        extras: The project's optional dependencies to install.
        groups: The dependency groups to install.
        root: The project.
        name: The environment's directory; what must not meet the project's other tools has one of its own.

    Raises:
        SetupError: The environment could not be made or a download failed.
    """
    home = root / name
    python = interpreter(home)
    target = f".[{','.join(extras)}]" if extras else "."
    request = [*(word for group in groups for word in ("--group", group)), "--editable", target]
    stamp, recipe = home / f"installed-{'-'.join((*extras, *groups))}.txt", _recipe(root, request)
    with _alone(root / ".cache" / "setup.lock"):
        if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == recipe:
            return python
        _say(f"Setting up {home} with Python {platform.python_version()} (needed once, takes a minute or two)")
        _make(home)
        # pip older than 25.1 knows no dependency groups, and the pip that comes with Python 3.11 is older.
        _pip(python, ["--upgrade", "pip>=25.1"], root=root)
        _pip(python, ["--constraint", _CONSTRAINTS, *request], root=root)
        stamp.write_text(recipe, encoding="utf-8")
        return python


def interpreter(home: Path) -> Path:
    """
    Where the virtual environment at `home` has its Python, on this kind of machine.
    """
    return home / "Scripts" / "python.exe" if os.name == "nt" else home / "bin" / "python"


def run(command: Sequence[str]) -> int:
    """
    The exit code of a command that shares our terminal; 128 plus the number when a signal ended it.

    Ctrl-C reaches the command too: it is given the time to put things in order.
    """
    with subprocess.Popen(command, cwd=ROOT) as process:
        while True:
            try:
                code = process.wait()
            except KeyboardInterrupt:
                continue
            return 128 - code if code < 0 else code


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """
    Inside, no other process is: two that install into one environment at once leave a broken one.
    """
    try:
        path.parent.mkdir(exist_ok=True)
        lock = path.open("ab")
    except OSError as error:
        raise SetupError(f"{path} cannot be written: {error}\nWhat to do: make the folder writable.") from error
    with lock:
        if sys.platform == "win32":
            msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _recipe(root: Path, request: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for name in _INGREDIENTS:
        digest.update((root / name).read_bytes())
    # The path counts: an environment that was moved or copied along with its project does not work.
    return "\n".join([platform.python_version(), str(root), " ".join(request), digest.hexdigest(), ""])


def _make(home: Path) -> None:
    try:
        # Cleared where it does not run: left half-made, moved, or its Python was removed or upgraded.
        venv.EnvBuilder(with_pip=True, clear=home.exists() and not _usable(home), symlinks=os.name != "nt").create(home)
    except (OSError, subprocess.CalledProcessError) as error:
        hint = (
            "install it (on Debian and Ubuntu: `apt install python3-venv`)"
            if "ensurepip" in str(error)
            else f"make {home.parent} writable, or free some space"
        )
        raise SetupError(
            f"A virtual environment could not be made at {home}: {error}\nWhat to do: {hint}, then run this again."
        ) from error


def _usable(home: Path) -> bool:
    try:
        found = subprocess.run(
            # The whole of pip, not only its first module: an installation of it that was interrupted shows deeper down.
            [interpreter(home), "-c", "import platform, pip._internal.cli.main; print(platform.python_version())"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return False
    return found.stdout.strip() == platform.python_version()


def _pip(python: Path, arguments: Sequence[str], *, root: Path) -> None:
    _say(f"  pip install {' '.join(arguments)}")
    command = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        str(_RETRIES),
    ]
    done = subprocess.run(
        [*command, *arguments], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        _explain(done.stdout)


def _explain(output: str) -> NoReturn:
    lines = [line for line in output.splitlines() if line.strip()][-_TAIL:]
    if any(sign in output.lower() for sign in _NETWORK):
        advice = "the package index was not reached; check the network, HTTPS_PROXY and `pip config list`"
    else:
        advice = "read pip's message above; `pip config list` shows which index it asks; .venv may be deleted"
    said = "\n".join(f"  | {line}" for line in lines)
    raise SetupError(f"Installing failed. The last lines of pip:\n{said}\nWhat to do: {advice}, then run this again.")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
