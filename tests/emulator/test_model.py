"""
The emulator against a model of the rules in ten lines: any story of requests, time and restarts ends in the same state.
"""

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from arr_facade.clock import ManualClock
from arr_facade.emulator import Emulator
from tests.emulator.caller import Caller, decoded

IDS = st.sampled_from(["a", "b", "C", "d-1"])
SIZES = st.sampled_from(["Standard", "premium"])
LEASES = st.sampled_from([-1, 0, 1, 2, 5, 1439, 1440, 1441])
START = {"Standard": 8, "Premium": 60}


class Model:
    """
    One session of the rules: what service.md B.1 and B.4 say, and nothing of how the emulator does it.
    """

    def __init__(self, now, lease, size):
        self.asked, self.lease, self.ready, self.stopped = (lease, size), lease, now + START[size], None

    def over(self):
        return min(self.ready + 60 * self.lease, float("inf") if self.stopped is None else self.stopped)

    def status(self, now):
        if now < self.over():
            return "Ready" if now >= self.ready else "Starting"
        return "Expired" if self.stopped is None else "Stopped"

    def minutes(self, now):
        return max(0, int(min(now, self.over()) - self.ready) // 60)


class Story(RuleBasedStateMachine):
    """
    Requests in any order, with time passing and the emulator restarted on its file in between.
    """

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = ManualClock()
        self.model = {}
        self.open()

    @rule()
    def restart(self):
        self.emulator.close()
        self.open()

    def open(self):
        state = Path(self.folder.name) / "arr.db"
        self.emulator = Emulator(clock=self.clock, state=state, page_size=2)
        self.call = Caller(self.emulator)

    def teardown(self):
        self.emulator.close()
        self.folder.cleanup()

    @property
    def now(self):
        return self.clock.time()

    @rule(seconds=st.sampled_from([0, 1, 7, 8, 52, 59, 60, 61, 299, 300, 3600, 86_400]))
    def wait(self, seconds):
        self.clock.advance(timedelta(seconds=seconds))

    @rule(name=IDS, lease=LEASES, size=SIZES)
    def create(self, name, lease, size):
        proper = size.capitalize()
        expected = 400 if not 0 <= lease <= 1440 else 201
        if expected == 201 and name in self.model:
            expected = 200 if self.model[name].asked == (lease, proper) else 409
        if expected == 201:
            self.model[name] = Model(self.now, lease, proper)
        assert expected == self.call.create(name, lease, size).status

    @rule(name=IDS, lease=LEASES)
    def extend(self, name, lease):
        model = self.model.get(name)
        expected = 404 if model is None else 422
        if model and model.lease < lease < 1440 and self.now < model.over():
            model.lease, expected = lease, 200
        assert expected == self.call.extend(name, lease).status

    @rule(name=IDS)
    def stop(self, name):
        model = self.model.get(name)
        if model and self.now < model.over():
            model.stopped = self.now
        assert (204 if model else 404) == self.call.stop(name).status

    @invariant()
    def every_session_is_what_the_rules_say(self):
        for name, model in self.model.items():
            document = self.call.session(name)
            status = model.status(self.now)
            assert status == document["status"]
            assert model.lease == document["maxLeaseTimeMinutes"]
            assert model.minutes(self.now) == document["elapsedTimeMinutes"]
            assert (status == "Ready") == ("hostname" in document)

    @invariant()
    def the_list_has_exactly_the_live_ones(self):
        live = [name for name, model in self.model.items() if self.now < model.over()]
        listed, query = [], {"api-version": "2021-01-01"}
        while query:
            page = decoded(self.call("GET", "sessions", query=query))
            listed += [one["id"] for one in page["sessions"]]
            token = page.get("@nextLink", "").rpartition("continuationToken=")[2].replace("%3D", "=")
            query = token and {"api-version": "2021-01-01", "continuationToken": token}
        assert live == listed


TestStory = Story.TestCase
TestStory.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
