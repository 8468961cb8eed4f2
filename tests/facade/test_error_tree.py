"""
The tree drawn at the top of `arr_facade.errors` is the tree there is.
"""

import inspect
import re

import arr_facade
from arr_facade import errors

LINE = re.compile(r"^ {4}(?P<indent>[│├└─ ]*)(?P<name>[A-Z]\w+)(?: \((?P<builtin>\w+)\))?(?:  |$)")


def drawn():
    """
    Each drawn class with its parents and the built-in exception beside it.
    """
    parents, builtins, path = {}, {}, []
    for found in filter(None, map(LINE.match, errors.__doc__.splitlines())):
        depth = len(found["indent"]) // 4
        path[depth:] = [found["name"]]
        parents.setdefault(found["name"], set()).update(path[depth - 1 : depth])
        if found["builtin"]:
            builtins[found["name"]] = found["builtin"]
    return parents, builtins


def classes():
    return {
        name: member
        for name, member in vars(errors).items()
        if inspect.isclass(member) and issubclass(member, BaseException) and member.__module__ == errors.__name__
    }


def test_the_drawn_tree_is_the_tree():
    """
    Every exception is drawn below exactly the classes it derives from, and beside the built-in it also is.
    """
    parents, builtins = drawn()
    ours = classes()
    assert {
        name: {base.__name__ for base in kind.__bases__ if base in ours.values()} for name, kind in ours.items()
    } == (parents)
    assert {
        name: base.__name__
        for name, kind in ours.items()
        for base in kind.__bases__
        if base not in ours.values() and base is not Exception
    } == builtins


def test_there_is_one_root():
    """
    Catching ArrError catches all of them, and each can be caught by its name from the package.
    """
    for name, kind in classes().items():
        assert issubclass(kind, arr_facade.ArrError)
        assert kind is getattr(arr_facade, name)


def test_every_error_says_what_to_do():
    """
    Each error at the end of a branch comes with a line of advice, but for ConfigurationError, whose message has it.
    """
    ours = classes()
    leaves = [kind for kind in ours.values() if not any(kind in other.__bases__ for other in ours.values())]
    assert ["ConfigurationError", "UnexpectedResponseError"] == sorted(
        kind.__name__ for kind in leaves if not kind.advice or kind is errors.UnexpectedResponseError
    )
    for kind in leaves:
        if kind.advice:
            assert re.fullmatch(r"[^\n]+\.", kind.advice)
