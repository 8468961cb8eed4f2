"""
Client and emulator against a model of the rules that fits on a page, over whatever a hundred random lives bring.
"""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from arr_facade import Client, ConflictError, LeaseRejectedError, ManualClock, NotFoundError
from arr_facade.emulator import Emulator

MINUTE = 60
DAY = 24 * 60 * MINUTE
REMEMBERED = 30 * DAY
STARTUP = {"Standard": 8, "Premium": 60}

ids = st.sampled_from("abc")
sizes = st.sampled_from(sorted(STARTUP))
leases = st.sampled_from([1, 2, 10, 600, 1439, 1440])
pauses = st.sampled_from([1, 7, 8, 59, 60, 61, 9 * MINUTE, 10 * MINUTE, 11 * MINUTE, DAY, REMEMBERED])


class Life:
    """
    The rules: a session starts, is Ready for as long as its lease, and ends once.
    """

    def __init__(self, size, lease, now):
        self.settings = (size, lease)
        self.lease = lease
        self.ready = now + STARTUP[size]
        self.stopped = float("inf")

    def end(self):
        return min(self.stopped, self.ready + self.lease * MINUTE)

    def status(self, now):
        if now >= self.end():
            return "Stopped" if self.stopped <= self.ready + self.lease * MINUTE else "Expired"
        return "Ready" if now >= self.ready else "Starting"

    def elapsed(self, now):
        return max(0, min(now, self.end()) - self.ready) // MINUTE


class Exchangeable(httpx.BaseTransport):
    """
    Leads to the emulator that runs now, as an address does after a restart.
    """

    emulator = None

    def handle_request(self, request):
        return self.emulator.transport().handle_request(request)


class Sessions(RuleBasedStateMachine):
    """
    Every rule does one thing to a client and to the model, and expects both to say the same.
    """

    @initialize(shape=st.sampled_from(["early", "late"]), on_file=st.booleans(), page_size=st.integers(1, 3))
    def begin(self, shape, on_file, page_size):
        self.folder = Path(tempfile.mkdtemp())
        self.settings = {"shape": shape, "page_size": page_size, "state": self.folder / "e.db" if on_file else None}
        self.clock = ManualClock()
        self.lives = {}
        self.way = Exchangeable()
        self.way.emulator = Emulator(clock=self.clock, **self.settings)
        self.client = Client(
            account_id=self.way.emulator.account_id,
            account_key=self.way.emulator.account_key,
            account_domain="eastus",
            region="eastus",
            transport=self.way,
            clock=self.clock,
        )

    def teardown(self):
        if hasattr(self, "client"):
            self.client.close()
            self.way.emulator.close()
            shutil.rmtree(self.folder)

    def now(self):
        return self.clock.monotonic()

    def known(self, name):
        """
        The life of this id, if the service still remembers it.
        """
        life = self.lives.get(name)
        return life if life is not None and self.now() < life.end() + REMEMBERED else None

    def agrees(self, session, life):
        assert life.status(self.now()) == session.status
        assert timedelta(minutes=life.lease) == session.lease
        assert timedelta(minutes=life.elapsed(self.now())) == session.elapsed
        assert life.settings[0] == session.size
        assert (session.status == "Ready") is session.is_ready is (session.host is not None)

    @rule(name=ids, size=sizes, lease=leases)
    def create(self, name, size, lease):
        life = self.known(name)
        if life is not None and life.settings != (size, lease):
            with pytest.raises(ConflictError):
                self.client.create_session(name, size=size, lease=lease)
            return
        session = self.client.create_session(name, size=size, lease=lease)
        if life is None:
            life = self.lives[name] = Life(size, lease, self.now())
        self.agrees(session, life)

    @rule(name=ids, lease=leases.filter(lambda lease: lease < 1440))
    def extend(self, name, lease):
        life = self.known(name)
        if life is None:
            with pytest.raises(NotFoundError):
                self.client.update_lease(name, lease)
        elif self.now() >= life.end() or lease <= life.lease:
            with pytest.raises(LeaseRejectedError):
                self.client.update_lease(name, lease)
        else:
            life.lease = lease
            self.agrees(self.client.update_lease(name, lease), life)

    @rule(name=ids)
    def stop(self, name):
        self.client.stop_session(name)
        life = self.known(name)
        if life is not None and self.now() < life.end():
            life.stopped = self.now()

    @rule(seconds=pauses)
    def advance(self, seconds):
        self.clock.sleep(seconds)

    @rule()
    def restart(self):
        if self.settings["state"] is not None:
            self.way.emulator.close()
            self.way.emulator = Emulator(clock=self.clock, **self.settings)

    @rule(name=ids)
    def get(self, name):
        life = self.known(name)
        if life is None:
            with pytest.raises(NotFoundError):
                self.client.get_session(name)
        else:
            self.agrees(self.client.get_session(name), life)

    @rule(name=ids, seconds=st.integers(0, 90))
    def remaining(self, name, seconds):
        """
        What a handle promises is never more than what is left, also when its reading has aged.
        """
        life = self.known(name)
        if life is None or self.now() >= life.end():
            return
        handle = self.client.open(name)
        self.clock.sleep(seconds)
        left = life.end() - self.now()
        assert handle.remaining <= timedelta(seconds=max(left, 0))
        if handle.status == "Ready":
            assert handle.remaining >= timedelta(seconds=left - MINUTE)

    @invariant()
    def lists_what_lives(self):
        if not hasattr(self, "client"):
            return
        living = {name for name, life in self.lives.items() if self.now() < life.end()}
        listed = list(self.client.list_sessions())
        assert living == {session.id for session in listed}
        assert len(living) == len(listed)
        for session in listed:
            self.agrees(session, self.lives[session.id])


Sessions.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestSessions = Sessions.TestCase
