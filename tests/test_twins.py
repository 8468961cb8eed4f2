"""
The sync and the async classes say the same thing twice: same names, same signatures, same words.
"""

import inspect
import re

import pytest

from arr_facade import (
    AsyncClient,
    AsyncConversionHandle,
    AsyncSessionHandle,
    Client,
    ConversionHandle,
    SessionHandle,
)

TWINS = [(Client, AsyncClient), (SessionHandle, AsyncSessionHandle), (ConversionHandle, AsyncConversionHandle)]

# What is the same in both because nothing has to be awaited to have it: iterators and blocks await by themselves.
NOT_AWAITED = {
    "Client": {"list_conversions", "list_sessions", "session"},
    "SessionHandle": {"keep", "release"},
    "ConversionHandle": set(),
}

each_pair = pytest.mark.parametrize(("sync", "twin"), TWINS, ids=lambda kind: kind.__name__)


def public(kind):
    return {name for name in dir(kind) if not name.startswith("_")}


def methods(kind):
    return {name for name in public(kind) if inspect.isfunction(getattr(kind, name))}


def without_async(text):
    return re.sub(r"Async(?=Context|Iterator|Base|Session|Conversion|Client)", "", str(text))


def signature(function):
    """
    Names, kinds, defaults and annotations, as they are written but for what is async in them.
    """
    found = inspect.signature(function)
    parameters = [(p.name, p.kind, p.default, without_async(p.annotation)) for p in found.parameters.values()]
    return parameters, without_async(found.return_annotation)


@each_pair
def test_same_names(sync, twin):
    """
    Whatever one has, the other has too.
    """
    assert public(sync) == public(twin)


@each_pair
def test_same_signatures(sync, twin):
    """
    Each method takes the same arguments with the same defaults and gives the same, or its async counterpart.
    """
    for name in sorted(methods(sync)):
        assert signature(getattr(sync, name)) == signature(getattr(twin, name)), name


def test_same_construction():
    """
    Both clients are made from the same arguments; handles are made by clients.
    """
    assert signature(Client.__init__) == signature(AsyncClient.__init__)


@each_pair
def test_same_words(sync, twin):
    """
    Each member has a docstring, and both have the same.
    """
    for name in sorted(public(sync)):
        words = inspect.getdoc(getattr(sync, name))
        assert words, name
        assert words == inspect.getdoc(getattr(twin, name)), name


@each_pair
def test_the_same_things_are_awaited(sync, twin):
    """
    All that may take time is a coroutine in the twin, and nothing is one in the sync class.
    """
    assert set() == {name for name in methods(sync) if inspect.iscoroutinefunction(getattr(sync, name))}
    plain = {name for name in methods(twin) if not inspect.iscoroutinefunction(getattr(twin, name))}
    assert NOT_AWAITED[sync.__name__] == plain


@each_pair
def test_both_kinds_of_member_are_alike(sync, twin):
    """
    What is a property in one is a property in the other.
    """
    for name in sorted(public(sync)):
        assert isinstance(inspect.getattr_static(sync, name), property) == isinstance(
            inspect.getattr_static(twin, name), property
        ), name


def test_both_are_context_managers():
    """
    A Client is entered with `with` and an AsyncClient with `async with`, and not the other way round.
    """
    assert hasattr(Client, "__enter__")
    assert not hasattr(Client, "__aenter__")
    assert hasattr(AsyncClient, "__aenter__")
    assert not hasattr(AsyncClient, "__enter__")


def test_every_argument_of_a_client_is_explained():
    """
    Each argument of both clients has a line under Args.
    """
    for kind in (Client, AsyncClient):
        _, _, after = inspect.getdoc(kind).partition("\nArgs:\n")
        explained = re.findall(r"^    (\w+): ", after.partition("\n\n")[0], re.MULTILINE)
        assert list(inspect.signature(kind).parameters) == explained
