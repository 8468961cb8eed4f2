"""
Set up this project on a bare machine and run every check: `python scripts/test.py`.

Makes or completes `.venv` with the tools of the `dev` group, then runs the steps of `_checks.STEPS` and prints a table.
`--only STEP` (repeatable) runs some of them, `--fast` leaves out coverage, regeneration and packaging.

Exit codes: 0 everything passed; 1 a step failed; 2 wrong usage; 69 the set-up failed.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - who starts this with an older Python is to read a sentence, no traceback
    sys.stderr.write("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ".\n")
    sys.stderr.write("What to do: install one, then run this with it, such as `python3.11 scripts/test.py`.\n")
    sys.exit(69)

import _checks

if __name__ == "__main__":
    sys.exit(_checks.main(sys.argv[1:]))
