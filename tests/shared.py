"""
Upstream material that is never copied into the project: where it lies, and how a test says that it needs it.
"""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("ARR_SHARED") or Path(__file__).resolve().parents[2] / "shared")
"""A folder with `recordings/` of the official SDKs and `specs/`; most clones have none."""

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"needs the upstream material in {SHARED}; set ARR_SHARED to where it lies"
)
