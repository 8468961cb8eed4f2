"""
The state in SQLite: in memory or in a file, shared by threads and processes, fast with many ended sessions.
"""

import json
import math
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from itertools import chain
from pathlib import Path

import attrs
import pytest

from arr_facade.clock import ManualClock, SystemClock
from arr_facade.emulator import Emulator
from arr_facade.emulator.store import _PUT_SESSION, Store
from arr_facade.emulator.world import SessionRow
from arr_facade.errors import ConfigurationError
from tests.emulator.caller import Caller, decoded

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def state(tmp_path):
    return tmp_path / "arr.db"


def row(number, *, ended=math.inf, created=1000.0):
    return SessionRow(
        account="a",
        id=f"s{number:06}",
        size="Standard",
        created=created,
        asked_lease=10,
        lease=10,
        ready=created + 8,
        hostname="h",
        handshake_port=1,
        inspector_port=2,
        teraflops=8.1,
        ended=ended,
    )


@pytest.mark.parametrize("path", [None, "file"])
def test_rows_come_back_as_they_were(tmp_path, path):
    """
    A stored session has every value it was saved with, infinite ones included.
    """
    store = Store(path and tmp_path / path)
    rows = [row(1), row(2, ended=1010.0), attrs.evolve(row(3), ready=math.inf, error_code="x", error_message="ä")]
    for one in rows:
        store.save_session(one)

    assert rows == [store.session("a", one.id) for one in rows]
    assert store.session("b", rows[0].id) is None
    store.close()


def test_a_transaction_happens_whole_or_not_at_all():
    """
    What raises within a transaction leaves nothing behind.
    """
    store = Store()

    def two_writes():
        with store.transaction():
            store.save_session(row(1))
            raise KeyError

    with pytest.raises(KeyError):
        two_writes()
    assert store.session("a", "s000001") is None
    with store.transaction():
        store.save_session(row(1))
    assert store.session("a", "s000001")


def test_a_transaction_that_cannot_be_committed_is_over():
    """
    Where COMMIT fails, nothing is kept, and the transactions after it are their own again.
    """
    store = Store()

    def write(number):
        with store.transaction():
            store.save_session(row(number))

    def no_commit(action, statement, *_):
        refused = action == sqlite3.SQLITE_TRANSACTION and statement == "COMMIT"
        return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK

    store._db.set_authorizer(no_commit)
    with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
        write(1)
    store._db.set_authorizer(None)

    assert not store._db.in_transaction
    assert store.session("a", "s000001") is None
    write(2)
    assert not store._db.in_transaction
    assert row(2) == store.session("a", "s000002")
    store.close()


def test_the_first_failure_of_a_transaction_is_told():
    """
    Where SQLite has rolled back by itself, the caller learns what went wrong and not that nothing was left to undo.
    """
    store = Store()

    def undone():
        with store.transaction():
            store._db.execute("ROLLBACK")
            raise KeyError

    with pytest.raises(KeyError):
        undone()
    store.close()


def test_a_file_that_another_process_is_making_is_waited_for(state, monkeypatch):
    """
    A new file that somebody else writes to just then is opened as soon as they have done.
    """
    other = sqlite3.connect(state, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            other.execute("COMMIT")

    monkeypatch.setattr("arr_facade.emulator.store.sleep", wait)
    store = Store(state)

    assert 3 == len(waits)
    assert ("wal",) == store._db.execute("PRAGMA journal_mode").fetchone()
    store.close()
    other.close()


def test_a_file_that_stays_locked_is_refused(state, monkeypatch):
    """
    After ten seconds of another process's lock the file is named, with SQLite's reason.
    """
    other = sqlite3.connect(state, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    clock = ManualClock()
    began = clock.monotonic()
    monkeypatch.setattr("arr_facade.emulator.store.sleep", clock.sleep)
    monkeypatch.setattr("arr_facade.emulator.store.monotonic", clock.monotonic)

    with pytest.raises(ConfigurationError, match=r"state: '.*arr\.db' cannot be used: database is locked"):
        Store(state)
    assert 10 == pytest.approx(clock.monotonic() - began, abs=0.1)
    other.close()


def test_a_transaction_keeps_others_out_from_its_first_line(state):
    """
    Two processes cannot both look, find an id free, and take it: the second waits before it looks.
    """
    one, other = Store(state), Store(state)
    other._db.execute("PRAGMA busy_timeout = 0")
    with one.transaction(), pytest.raises(sqlite3.OperationalError, match="locked"), other.transaction():
        pytest.fail("both are inside")
    with other.transaction():
        assert other.session("a", "s") is None
    one.close()
    other.close()


def test_state_survives_a_restart(state):
    """
    A new emulator on the file shows what the old one stored, with the time that has passed.
    """
    clock = ManualClock()
    with Emulator(clock=clock, state=state) as first:
        call = Caller(first)
        call.create(lease=10)
        call.convert()
        before = call.session()
    clock.advance("9m")
    with Emulator(clock=clock, state=state) as second:
        call = Caller(second)

        assert before["creationTime"] == call.session()["creationTime"]
        assert call.session()["status"] == "Ready"
        assert call.session()["elapsedTimeMinutes"] == 8
        assert call.conversion()["status"] == "Succeeded"
        assert call.create(lease=10).status == 200


def test_two_emulators_on_one_file_agree(state):
    """
    What one of them changes the other sees at once, in answers and lists alike.
    """
    clock = ManualClock()
    with Emulator(clock=clock, state=state) as one, Emulator(clock=clock, state=state) as other:
        left, right = Caller(one), Caller(other)
        left.create(lease=10)
        clock.advance("8s")
        assert left.session() == right.session()
        right.extend(lease=20)
        assert left.session()["maxLeaseTimeMinutes"] == 20
        assert left.sessions() == right.sessions() == ["s"]
        left.stop()
        assert right.session()["status"] == "Stopped"


def test_a_file_of_another_version_is_refused(state):
    """
    Tables that this version does not know are left alone, and the file is named.
    """
    database = sqlite3.connect(state)
    database.execute("PRAGMA user_version = 99")
    database.close()

    with pytest.raises(ConfigurationError, match=r"state: '.*arr\.db' has tables of version 99"):
        Emulator(state=state)


def test_a_file_that_is_no_database_is_refused(state):
    """
    Any other file is not overwritten.
    """
    state.write_bytes(b"precious" * 1000)

    with pytest.raises(ConfigurationError, match=r"state: '.*arr\.db' cannot be used: file is not a database"):
        Emulator(state=state)
    assert state.read_bytes() == b"precious" * 1000


def test_no_secret_is_stored(state):
    """
    The file holds no key, token or signature.
    """
    with Emulator(state=state, clock=ManualClock()) as emulator:
        call = Caller(emulator)
        call.create()
        call.convert()
        stored = b"".join(path.read_bytes() for path in state.parent.iterdir())

    assert b"car.fbx" in stored
    for secret in (b"secret", emulator.account_key.encode(), call.token.encode()):
        assert secret not in stored


def test_concurrent_creates_make_one_session(emulator):
    """
    Of many threads that put the same id at once exactly one gets 201, and all see the same session.
    """
    call = Caller(emulator)
    barrier = threading.Barrier(16)
    answers = []

    def create():
        barrier.wait()
        answers.append(call.create())

    threads = [threading.Thread(target=create) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status for answer in answers) == [200] * 15 + [201]
    assert len({answer.body for answer in answers}) == 1


WORKER = """
import json, sys
from arr_facade.clock import ManualClock
from arr_facade.emulator import Emulator
from tests.emulator.caller import Caller, decoded
call = Caller(Emulator(state=sys.argv[1], clock=ManualClock()))
print("up", flush=True)
for line in sys.stdin:
    method, path, body = json.loads(line)
    answer = call(method, path, body)
    print(json.dumps([answer.status, decoded(answer) if answer.body else None]), flush=True)
"""


class Worker:
    """An emulator in a process of its own, asked line by line."""

    def __init__(self, state):
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])}
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(state)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )

    def wait_until_up(self):
        assert self.process.stdout.readline() == "up\n"

    def send(self, method, path, body=None):
        self.process.stdin.write(json.dumps([method, path, body]) + "\n")
        self.process.stdin.flush()

    def receive(self):
        return json.loads(self.process.stdout.readline())

    def __call__(self, method, path, body=None):
        self.send(method, path, body)
        return self.receive()

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


@pytest.fixture
def workers(state):
    """Two processes that open the same new file at the same time."""
    both = [Worker(state), Worker(state)]
    for worker in both:
        worker.wait_until_up()
    yield both
    for worker in both:
        worker.close()


def test_two_processes_share_one_file(workers):
    """
    Two processes agree on sessions, also when both create the same ones at the same time.
    """
    one, other = workers
    settings = {"maxLeaseTimeMinutes": 10, "size": "Standard"}
    for number in range(30):
        for worker in workers:
            worker.send("PUT", f"sessions/s{number}", settings)
        (status, document), (other_status, other_document) = one.receive(), other.receive()
        assert {200, 201} == {status, other_status}
        assert document == other_document
    assert one("POST", "sessions/s3/:stop") == [204, None]
    assert other("GET", "sessions/s3")[1]["status"] == "Stopped"
    assert one("GET", "sessions") == other("GET", "sessions")
    assert len(one("GET", "sessions")[1]["sessions"]) == 29


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_process_loses_nothing(workers):
    """
    Whatever was answered before a kill -9 is there for the next process.
    """
    one, other = workers
    answered = [one("PUT", f"sessions/s{n}", {"maxLeaseTimeMinutes": 5, "size": "Premium"})[1] for n in range(20)]
    one.process.send_signal(signal.SIGKILL)
    one.process.wait()

    assert answered == [other("GET", f"sessions/s{n}")[1] for n in range(20)]


def test_a_fast_clock_is_shared_through_the_file(state, monkeypatch):
    """
    Emulators of the same speed on one file have one time, whenever each was opened.
    """
    real = [1_800_000_000.0]
    monkeypatch.setattr("arr_facade.emulator._time.machine_time", lambda: real[0])
    with Emulator(state=state, clock=SystemClock(60)) as first:
        real[0] += 100
        with Emulator(state=state, clock=SystemClock(60)) as second:
            assert first.now() == second.now() == 1_800_000_000.0 + 6000
            real[0] += 1
            assert first.now() == second.now() == 1_800_000_000.0 + 6060


@pytest.mark.parametrize("speed", [1, 2, 600])
def test_time_never_falls_back_when_the_speed_changes(state, monkeypatch, speed):
    """
    A file opened with another speed goes on from where its time was.
    """
    real = [1_800_000_000.0]
    monkeypatch.setattr("arr_facade.emulator._time.machine_time", lambda: real[0])
    with Emulator(state=state, clock=SystemClock(60)) as first:
        real[0] += 100
        last = first.now()
    with Emulator(state=state, clock=SystemClock(speed)) as second:
        assert second.now() == last
        real[0] += 10
        assert second.now() == last + 10 * speed


def test_a_hundred_thousand_ended_sessions_are_not_looked_at():
    """
    With 100,000 ended sessions a read and a create do the same work as with none, and a list looks at some hundred.
    """
    clock = ManualClock()
    emulator = Emulator(clock=clock)
    call = Caller(emulator)
    call.create("live-1")
    before = steps_of(emulator, call)
    fill(emulator, 100_000)
    call.create("live-2")
    after = steps_of(emulator, call)

    assert call.sessions() == ["live-1", "live-2"]
    # Steps of SQLite's machine, which do not depend on how busy this one is: a deeper tree costs a few.
    for name, count in after.items():
        assert count <= before[name] + (8_000 if name == "list" else 100), name


def test_a_page_of_many_live_sessions_costs_what_one_of_few_does():
    """
    The first page of 10,000 live sessions takes no more work than that of 1,000.
    """
    work = []
    for number in (1_000, 10_000):
        emulator = Emulator(clock=ManualClock())
        call = Caller(emulator)
        call.create("live-1")
        fill(emulator, number, ended=False)
        work.append(steps_of(emulator, call)["list"])
    few, many = work
    assert many <= few * 1.1


def test_the_first_page_of_many_live_sessions_is_a_page(clock):
    """
    With 10,000 live sessions a page holds as many as it should, and the pages hold all of them once.
    """
    emulator = Emulator(clock=clock, page_size=1000)
    fill(emulator, 10_000, ended=False)
    call = Caller(emulator)
    seen, query = [], {"api-version": "2021-01-01"}
    while query:
        page = decoded(call("GET", "sessions", query=query))
        seen.append([one["id"] for one in page["sessions"]])
        token = page.get("@nextLink", "").rpartition("continuationToken=")[2].replace("%3D", "=")
        query = token and {"api-version": "2021-01-01", "continuationToken": token}

    assert [len(page) for page in seen] == [1000] * 10
    assert list(chain.from_iterable(seen)) == [f"s{number:06}" for number in range(10_000)]


def fill(emulator, count, *, ended=True):
    now = emulator.now()
    one = row(0, created=now - 3600, ended=now - 60 if ended else math.inf)
    one = attrs.evolve(one, account=emulator.account_id, lease=1000)
    values = attrs.asdict(one) | {"over": one.over}
    with emulator._store.transaction():
        emulator._store._db.executemany(_PUT_SESSION, (values | {"id": f"s{n:06}"} for n in range(count)))


def steps_of(emulator, call):
    """
    How many steps SQLite's machine took for each operation.
    """
    steps = {}
    for name, operate in {
        "get": lambda: call.session("live-1"),
        "create": lambda: call.create("live-1"),
        "list": call.sessions,
        "extend": lambda: call.extend("live-1", lease=emulator._store.session(emulator.account_id, "live-1").lease + 1),
    }.items():
        counted = []
        emulator._store._db.set_progress_handler(lambda counted=counted: counted.append(1) and 0, 1)
        operate()
        emulator._store._db.set_progress_handler(None, 1)
        steps[name] = len(counted)
    return steps


DAMAGES = [
    "INSERT INTO faults VALUES (1, 'no JSON', 0, 0, 0, 0)",
    "INSERT INTO faults VALUES (1, '[]', 0, 0, 0, 0)",
    "INSERT INTO faults VALUES (1, x'ff', 0, 0, 0, 0)",
    "INSERT INTO faults VALUES (1, CAST(x'ff' AS TEXT), 0, 0, 0, 0)",
    "UPDATE conversions SET settings = '{'",
    "UPDATE meta SET value = 'noon' WHERE key = 'service'",
    "DELETE FROM meta WHERE key = 'real'",
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_row_that_cannot_be_read_names_the_file(state, damage):
    """
    Whatever stands where JSON or a number should, the error says which file is damaged.
    """
    with Emulator(state=state) as emulator:
        Caller(emulator).convert()
    database = sqlite3.connect(state)
    with database:
        database.execute(damage)
    database.close()

    def read():
        with Emulator(state=state) as emulator:
            emulator.report()

    with pytest.raises(ConfigurationError, match=r"state: '.*arr\.db' is damaged: "):
        read()


def test_a_torn_file_is_named(state):
    """
    With noise in the place of all pages but the first, the error says which file is damaged, reading or writing.
    """
    with Emulator(state=state) as emulator:
        Caller(emulator).create()
    content = state.read_bytes()
    state.write_bytes(content[:4096] + random.Random(1).randbytes(len(content) - 4096))

    with pytest.raises(ConfigurationError, match=r"state: '.*arr\.db' is damaged: database disk image is malformed"):
        Emulator(state=state)
    store = Store(state)
    for use in (store.faults, store.reset, lambda: store.save_session(row(1)), lambda: store.remove_faults(1)):
        with pytest.raises(ConfigurationError, match="is damaged: "):
            use()
    store.close()


def test_a_closed_file_is_not_called_damaged():
    """
    Who uses a store after its end hears that it is closed.
    """
    store = Store()
    store.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        store.faults()


def test_somebody_else_s_database_is_refused(state):
    """
    A SQLite file with other tables stays as it is, to the byte.
    """
    database = sqlite3.connect(state)
    database.execute("CREATE TABLE precious (value)")
    database.close()
    before = state.read_bytes()

    with pytest.raises(ConfigurationError, match=r"state: '.*arr\.db' is the database of another program"):
        Emulator(state=state)
    assert before == state.read_bytes()
