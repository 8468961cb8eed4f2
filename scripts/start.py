"""
Set up this project on a bare machine and run its main job: `python scripts/start.py`.

Makes `.venv`, installs the project into it and runs `arr demo`, a session's whole life on the embedded emulator.
Arguments are handed to `arr demo` (`python scripts/start.py --json`). Needs Python and its `venv`, nothing else.

Exit codes: those of `arr demo`; 69 when the set-up failed, with what was missing and what to do.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - who starts this with an older Python is to read a sentence, no traceback
    sys.stderr.write("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ".\n")
    sys.stderr.write("What to do: install one, then run this with it, such as `python3.11 scripts/start.py`.\n")
    sys.exit(69)

import _setup

if __name__ == "__main__":
    sys.exit(_setup.start(sys.argv[1:]))
