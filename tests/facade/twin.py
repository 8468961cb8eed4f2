"""
The sync client as if it were the async one, so that each scenario is written once.
"""

import inspect
from collections.abc import Iterator
from contextlib import AbstractContextManager

from arr_facade import (
    AsyncClient,
    AsyncConversionHandle,
    AsyncSessionHandle,
    Client,
    ConversionHandle,
    SessionHandle,
)

TWINS = {Client: AsyncClient, SessionHandle: AsyncSessionHandle, ConversionHandle: AsyncConversionHandle}
"""Each sync class and its async twin."""


def awaited(value):
    """
    A stand-in for what a sync method returned that is used as its async twin is; plain values stay as they are.
    """
    if type(value) in TWINS:
        return Awaited(value)
    if isinstance(value, AbstractContextManager):
        return AwaitedBlock(value)
    return _items(value) if isinstance(value, Iterator) else value


class Awaited:
    """
    A sync client or handle: whatever its twin awaits is awaited here too, and done by then.
    """

    def __init__(self, sync):
        self._sync = sync

    def __repr__(self):
        return repr(self._sync)

    def __getattr__(self, name):
        value = getattr(self._sync, name)
        if not callable(value):
            return value

        def call(*args, **kwargs):
            return awaited(value(*args, **kwargs))

        async def call_awaited(*args, **kwargs):
            return call(*args, **kwargs)

        return call_awaited if inspect.iscoroutinefunction(getattr(TWINS[type(self._sync)], name)) else call

    async def __aenter__(self):
        return awaited(self._sync.__enter__())

    async def __aexit__(self, *failure):
        return self._sync.__exit__(*failure)


class AwaitedBlock:
    """
    A sync context manager for `async with`.
    """

    def __init__(self, block):
        self._block = block

    async def __aenter__(self):
        return awaited(self._block.__enter__())

    async def __aexit__(self, *failure):
        return self._block.__exit__(*failure)


async def _items(iterator):
    for item in iterator:
        yield item
