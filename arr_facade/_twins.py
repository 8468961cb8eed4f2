"""
One docstring for two classes.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["documented_like"]

T = TypeVar("T", bound=type)


def documented_like(original: type) -> Callable[[T], T]:
    """
    A class decorator: members without a docstring get that of the same name in `original`.

    The async classes say each thing once more in code, but not in words. `tests/test_twins.py` sees to it that names
    and signatures agree.
    """

    def decorate(twin: T) -> T:
        for name, member in vars(twin).items():
            model = inspect.getattr_static(original, name, None)
            if model is not None and not name.startswith("_") and not member.__doc__:
                member.__doc__ = model.__doc__
        return twin

    return decorate
