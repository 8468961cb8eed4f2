"""
An emulator whose clock stands still, and a client for it.
"""

import random

import pytest

from arr_facade.clock import ManualClock
from arr_facade.emulator import Emulator
from tests.emulator.caller import Caller


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def emulator(clock):
    with Emulator(clock=clock, random=random.Random(7)) as emulator:
        yield emulator


@pytest.fixture
def call(emulator):
    return Caller(emulator)
