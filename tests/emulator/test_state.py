"""
What there is as a whole: seeded, taken, put back, forgotten, shared, and there again after a kill.
"""

import json
import math
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from arr_facade.clock import ManualClock, SystemClock
from arr_facade.emulator import Emulator, Fault, Region
from arr_facade.emulator.store import Store
from arr_facade.errors import ConfigurationError
from tests.emulator.caller import SAS, Caller

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state.db"


# Seeds


@pytest.mark.parametrize(
    ("seed", "status", "elapsed"),
    [
        ({}, "Ready", 0),
        ({"lease": "1h", "elapsed": "50m"}, "Ready", 50),
        ({"status": "Starting"}, "Starting", 0),
        ({"status": "Expired", "lease": "30m"}, "Expired", 30),
        ({"status": "Stopped", "elapsed": "4m"}, "Stopped", 4),
        ({"status": "Error", "size": "premium"}, "Error", 0),
    ],
)
def test_a_seeded_session_is_in_its_state(call, emulator, seed, status, elapsed):
    """
    A session can be there from the beginning in any state, for as long as it is to have been Ready.
    """
    emulator.seed({"sessions": [{"id": "s", **seed}]})
    document = call.session()

    assert (status, elapsed) == (document["status"], document["elapsedTimeMinutes"])
    assert (status == "Ready") == ("hostname" in document)
    assert (status == "Error") == ("error" in document)
    assert (["s"] if status in {"Ready", "Starting"} else []) == call.sessions()


def test_a_seeded_session_goes_on(call, emulator, clock):
    """
    What was seeded lives by the clock like all others: it expires, and can be extended before.
    """
    emulator.seed({"sessions": [{"id": "s", "lease": "1h", "elapsed": "50m"}, {"id": "t", "status": "Starting"}]})
    clock.advance("9m")
    assert ["Ready", "Ready"] == [call.session(name)["status"] for name in "st"]
    assert 200 == call.extend("s", 62).status
    clock.advance("2m")
    assert "Ready" == call.session("s")["status"]
    clock.advance("1m")
    assert "Expired" == call.session("s")["status"]


@pytest.mark.parametrize("status", ["NotStarted", "Running", "Succeeded", "Failed", "Cancelled"])
def test_a_seeded_conversion_is_in_its_state(call, emulator, status):
    """
    A conversion can be there from the beginning in any state, with output or error as that state has it.
    """
    emulator.seed({"conversions": [{"id": "c", "asset": "car.glb", "status": status}]})
    document = call.conversion()

    assert status == document["status"]
    assert (status == "Succeeded") == ("output" in document)
    assert (status == "Failed") == (document["error"] is not None)


def test_seeding_twice_changes_nothing(call, emulator):
    """
    What is there already under an id stays as it has become.
    """
    seeds = {"sessions": [{"id": "s"}], "conversions": [{"id": "c", "status": "Running"}]}
    emulator.seed(seeds)
    call.stop()
    emulator.seed(seeds)
    assert "Stopped" == call.session()["status"]


WRONG_SEEDS = [
    ({"sessions": [{"id": "s"}, {"size": "Standard"}]}, "seed.sessions.id: None is missing"),
    ({"sessions": [{"id": "s"}, {"id": "a b"}]}, "seed.sessions.id: 'a b' is no id"),
    ({"sessions": [{"id": "s"}, {"id": "t", "size": "Tiny"}]}, "seed.sessions.size: 'Tiny' is none of Standard"),
    ({"sessions": [{"id": "s"}, {"id": "t", "lease": "90s"}]}, "seed.sessions.lease: '90s' is not 0 to 1440 whole"),
    ({"sessions": [{"id": "s"}, {"id": "t", "status": "Away"}]}, "seed.sessions.status: 'Away' is none of Starting"),
    ({"sessions": [{"id": "s"}, {"id": "t", "elapsed": "10m"}]}, "seed.sessions.elapsed: '10m' is not below the lease"),
    ({"sessions": [{"id": "s"}, {"id": "t", "colour": "red"}]}, "seed.sessions.colour: 'red' is unknown"),
    ({"sessions": [{"id": "s"}, {"id": "t", "region": "mars"}]}, "region: 'mars' is none of local"),
    ({"sessions": [{"id": "s", "status": "Stopped", "elapsed": "99999d"}]}, "seed.sessions.elapsed: '99999d' leads"),
    ({"sesions": []}, "seed.sesions: [] is unknown; known are sessions, conversions"),
    ([], "seed: [] has to be an object with sessions and conversions"),
    ({"sessions": {}}, "seed.sessions: {} has to be a list of objects"),
    ({"sessions": [{"id": "s"}], "conversions": [{"id": "c", "asset": "x.txt"}]}, "seed.conversions.asset: 'x.txt'"),
]


@pytest.mark.parametrize(("seeds", "message"), WRONG_SEEDS)
def test_a_wrong_seed_adds_nothing(call, emulator, seeds, message):
    """
    A mistake is named with its member, and the seeds beside it are not there either.
    """
    with pytest.raises(ConfigurationError) as caught:
        emulator.seed(seeds)
    assert message in str(caught.value)
    assert [] == call.sessions()


# Snapshots


def everything(call):
    """Documents of all there is, without what a restore moves: the instant of creation."""
    documents = [call.session(name) for name in ("ready", "old")] + [call.conversion()]
    return [{name: value for name, value in one.items() if name != "creationTime"} for one in documents]


@pytest.fixture
def full(call, clock):
    call.create("ready", lease=30)
    clock.advance("10m")
    call.create("old")
    call.stop("old")
    call.convert()
    call.emulator.faults.add(Fault("error", status=503, operation="list_sessions", count=2))
    call("GET", "sessions")
    return call


def test_a_snapshot_comes_back_as_it_was(full, emulator, clock):
    """
    Restored later, sessions have as much lease left and rules have as many strikes left as when it was taken.
    """
    before, snapshot = everything(full), json.loads(json.dumps(emulator.snapshot()))
    clock.advance("5h")
    full.create("later")
    assert "Expired" == full.session("ready")["status"]
    emulator.restore(snapshot)

    assert before == everything(full)
    assert [503, 200] == [full("GET", "sessions").status for _ in range(2)]
    assert ["ready"] == full.sessions()
    clock.advance("19m")
    assert "Ready" == full.session("ready")["status"]
    clock.advance("2m")
    assert "Expired" == full.session("ready")["status"]


def test_a_snapshot_moves_to_another_emulator(full, emulator):
    """
    Another emulator, with another time and account, can be made the same.
    """
    clock = ManualClock(start=2_000_000_000.0)
    with Emulator(clock=clock, account_id="b0000000-0000-4000-8000-000000000002") as other:
        other.restore(emulator.snapshot())
        assert everything(full) == everything(Caller(other))


def test_a_snapshot_has_no_secret(full, emulator):
    """
    Neither signatures nor keys nor tokens are in it.
    """
    text = json.dumps(emulator.snapshot())
    assert not [secret for secret in (SAS, "verysecretsignature", emulator.account_key, full.token) if secret in text]


def test_what_is_no_snapshot_changes_nothing(full, emulator):
    """
    A document that cannot be restored is refused, and everything is as it was.
    """
    before, good = everything(full), emulator.snapshot()
    elsewhere = {**good["sessions"][0], "region": "mars"}
    for wrong in (
        [],
        {},
        {**good, "version": 2},
        {"version": 1},
        {**good, "sessions": [{"id": "s"}]},
        {**good, "sessions": [elsewhere]},
        {**good, "faults": [{"number": 1, "spec": {"effect": "earthquake"}}]},
        {**good, "sessions": "x"},
        {**good, "sessions": [5]},
        {**good, "sessions": [{**good["sessions"][0], "created": 1e300}]},
        {**good, "sessions": [{**good["sessions"][0], "created": math.nan}]},
        {**good, "sessions": [{**good["sessions"][0], "created": None}]},
        {**good, "sessions": [{**good["sessions"][0], "lease": "long"}]},
        {**good, "sessions": [{**good["sessions"][0], "lease": 10**30}]},
        {**good, "conversions": [{**good["conversions"][0], "settings": "no JSON"}]},
        {**good, "conversions": [{**good["conversions"][0], "settings": "{}"}]},
    ):
        with pytest.raises(ConfigurationError):
            emulator.restore(wrong)
    assert before == everything(full)


def test_regions_keep_what_is_theirs(clock):
    """
    A snapshot says which region everything is in.
    """
    regions = {"westeurope": Region(), "eastus": Region()}
    with Emulator(clock=clock, regions=regions) as emulator:
        emulator.seed({"sessions": [{"id": "e", "region": "eastus"}, {"id": "w"}]})
        emulator.restore(emulator.snapshot())
        assert {("e", "eastus"), ("w", "westeurope")} == {
            (one["id"], one["region"]) for one in emulator.report()["sessions"]
        }


def test_reset_forgets_everything(full, emulator):
    """
    After a reset there are no sessions, conversions, rules or requests, and a token is still good.
    """
    emulator.reset()
    assert [] == emulator.requests == emulator.faults.list()
    assert [] == full.sessions()
    assert 404 == full("GET", "conversions/c").status


# The file


def test_rules_are_shared_and_kept(state, clock):
    """
    Two emulators on one file count a rule's strikes together, and a restart goes on counting.
    """
    with Emulator(clock=clock, state=state) as one, Emulator(clock=clock, state=state) as other:
        one.faults.add(Fault("error", status=503, count=3))
        assert [503, 503] == [Caller(emulator)("GET", "sessions").status for emulator in (one, other)]
        assert other.faults.list() == one.faults.list()
    with Emulator(clock=clock, state=state) as later:
        assert [503, 200] == [Caller(later)("GET", "sessions").status for _ in range(2)]


def test_a_file_of_the_first_version_is_brought_up_to_date(state, clock):
    """
    Tables from before there were rules get what they lack, and what is in them stays.
    """
    with Emulator(clock=clock, state=state) as emulator:
        Caller(emulator).create()
    database = sqlite3.connect(state)
    database.executescript("DROP TABLE faults; ALTER TABLE sessions DROP COLUMN reads; PRAGMA user_version = 1")
    database.close()
    with Emulator(clock=clock, state=state) as emulator:
        call = Caller(emulator)
        assert ["s"] == call.sessions()
        emulator.faults.add(Fault("ready", reads=1))
        call.create("t")
        assert ["Starting", "Ready"] == [call.session("t")["status"] for _ in range(2)]


def test_transactions_within_one_are_a_part_of_it():
    """
    What an inner transaction wrote goes with the outer one.
    """
    store = Store()

    def outer():
        with store.transaction():
            with store.transaction():
                store.add_fault("{}")
            raise KeyError

    with pytest.raises(KeyError):
        outer()
    assert [] == store.faults()
    store.close()


PROGRAM = """
import sys
from arr_facade.clock import SystemClock
from arr_facade.emulator import Emulator, Fault
from tests.emulator.caller import Caller
emulator = Emulator(state=sys.argv[1], clock=SystemClock())
call = Caller(emulator)
call.create(lease=30)
emulator.time.set_speed(0)
emulator.time.advance("10m")
emulator.faults.add(Fault("error", status=503, operation="list_sessions", count=2))
call("GET", "sessions")
print(emulator.now(), flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_process_loses_nothing(state):
    """
    After kill -9 the session, the rule's count and the time that was reached are there.
    """
    path = os.pathsep.join([str(ROOT), str(ROOT / "generated")])
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
        cwd=ROOT,
    )
    with process:
        reached = float(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    with Emulator(state=state, clock=SystemClock()) as emulator:
        call = Caller(emulator)
        assert reached <= emulator.now() < reached + 60
        assert ("Ready", 30) == tuple(call.session()[name] for name in ("status", "maxLeaseTimeMinutes"))
        assert [503, 200] == [call("GET", "sessions").status for _ in range(2)]
