"""
What things cost, in counts that are the same on every machine; `benchmarks/run.py` measures time.
"""

import asyncio
import gc
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import tracemalloc
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from arr_facade import AsyncClient, Client, ManualClock
from arr_facade.emulator import Emulator
from benchmarks.virtual import VirtualClock, VirtualLoop

PROJECT = Path(__file__).resolve().parent.parent
OURS = (str(PROJECT / "arr_facade"), str(PROJECT / "generated"))


def modules_after(statement):
    """The names of all modules that a fresh interpreter has loaded after the statement."""
    program = f"import sys\n{statement}\nprint(*sorted(sys.modules), sep='\\n')"
    path = f"import sys; sys.path[:0] = {[str(PROJECT), str(PROJECT / 'generated')]!r}\n"
    # Without what measures coverage in programs that tests start: it has modules of its own.
    bare = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    command = [sys.executable, "-c", path + program]
    found = subprocess.run(command, capture_output=True, text=True, check=True, env=bare)
    return set(found.stdout.split())


@pytest.mark.parametrize("statement", ["import arr_facade", "from arr_facade import AsyncClient, Client"])
def test_an_import_loads_nothing_that_may_not_be_needed(statement):
    """
    No HTTP library, no generated operation, no emulator and no event loop's backend comes with an import.
    """
    loaded = modules_after(statement)
    unwanted = {"httpx", "httpcore", "aiohttp", "pyreqwest", "rich", "click", "uvicorn", "trio", "sqlite3", "dateutil"}
    assert set() == loaded & unwanted
    assert [] == [name for name in sorted(loaded) if name.startswith(("arr_client.", "arr_facade.emulator"))]
    assert [] == [name for name in sorted(loaded) if name.startswith("anyio._backends.")]


def test_a_first_call_loads_one_operation_of_one_api():
    """
    Using one operation imports its module and the token's, and none of the others'.
    """
    loaded = modules_after("import arr_facade\nwith arr_facade.Client() as client: client.create_session()")
    operations = {name for name in loaded if name.startswith("arr_client.") and ".api." in name}
    assert {"create_session", "get_token"} == {name.rpartition(".")[2] for name in operations if name.count(".") == 4}


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def emulator(clock):
    with Emulator(clock=clock, random=random.Random(1)) as emulator:
        yield emulator


@pytest.fixture
def client(emulator):
    with Client(emulator=emulator) as client:
        yield client


def test_one_wait_costs_one_read_per_two_seconds(client, emulator):
    """
    Waiting for a Standard session that takes 8 s costs no more than five reads, and no list.
    """
    client.start().wait_ready()
    assert 1 <= len(emulator.calls("get_session")) <= 5
    assert [] == emulator.calls("list_sessions")


def test_one_token_serves_all_calls(client, emulator):
    """
    A hundred calls exchange the account key once.
    """
    session = client.create_session()
    for _ in range(99):
        client.get_session(session.id)
    assert 1 == len(emulator.calls("get_token"))


class Polls:
    """A hook that counts the requests which look at sessions."""

    def __init__(self):
        self.count = 0

    def before(self, where, request):
        self.count += where.operation in {"get_session", "list_sessions"}

    def after(self, where, request, response):
        return response


def test_many_waits_share_one_poll():
    """
    200 waiters of one client, ready at random over 5 to 60 s, cost at most 0.35 requests each and no task of ours.
    """

    async def main():
        clock, chance = VirtualClock(asyncio.get_running_loop()), random.Random(1)
        emulator = Emulator(clock=clock, startup={"Standard": None}, random=random.Random(1))
        client = AsyncClient(emulator=emulator)
        handles = [await client.start() for _ in range(200)]
        polls, start, delays = Polls(), clock.monotonic(), []
        emulator.hooks.append(polls)
        moments = sorted(start + chance.uniform(5, 60) for _ in handles)

        async def wait(handle, moment):
            await handle.wait_ready()
            delays.append(clock.monotonic() - moment)

        waiting = [asyncio.create_task(wait(*pair)) for pair in zip(handles, moments, strict=True)]
        tasks = set()
        for handle, moment in zip(handles, moments, strict=True):
            await clock.sleep_async(moment - clock.monotonic())
            emulator.ready_session(handle.id)
            tasks |= asyncio.all_tasks() - {asyncio.current_task(), *waiting}
        await asyncio.gather(*waiting)
        await client.close()
        return polls.count / len(handles), sum(delays) / len(delays), len(tasks)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        requests, delay, helpers = runner.run(main())
    assert requests <= 0.35
    assert delay <= 1.0
    assert helpers <= 1


def test_many_waits_in_threads_start_no_thread_each(emulator):
    """
    Waiting in 50 threads starts at most one thread beside them.
    """
    with Client(emulator=emulator) as client:
        handles = [client.start() for _ in range(50)]
        before = set(threading.enumerate())
        waiting = [threading.Thread(target=handle.wait_ready, daemon=True) for handle in handles]
        for thread in waiting:
            thread.start()
        beside = set(threading.enumerate()) - before - set(waiting)
        for thread in waiting:
            thread.join(30)
        assert all(handle.status == "Ready" for handle in handles)
    assert len(beside) <= 1


def test_many_leases_cost_one_thread_and_little_memory(client):
    """
    Each of 200 kept leases takes less than two kilobytes, what it was last seen as included, and one thread keeps all.
    """
    handles = [client.start(lease="10m") for _ in range(200)]
    handles[-1].wait_ready()
    handles[0].keep("10m")
    threads = set(threading.enumerate())
    gc.collect()
    tracemalloc.start()
    for handle in handles[1:]:
        handle.keep("10m", limit="8h")
    gc.collect()
    each = tracemalloc.get_traced_memory()[0] / (len(handles) - 1)
    tracemalloc.stop()
    assert set() == set(threading.enumerate()) - threads
    assert each < 2000


def test_a_list_is_held_by_the_page(client, emulator):
    """
    Passing by ten pages of sessions needs hardly more memory than passing by two.
    """
    for number in range(1000):
        client.create_session(f"s-{number}")
    peaks = []
    tracemalloc.start()
    for number, _ in enumerate(client.list_sessions(), 1):
        if number % 200 == 0:
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.reset_peak()
    tracemalloc.stop()
    assert 5 == len(peaks)
    assert peaks[-1] < 1.5 * peaks[0]


def calls_of_ours(function):
    """How many Python functions of this project the call runs."""
    count = 0

    def profile(frame, event, _):
        nonlocal count
        count += event == "call" and frame.f_code.co_filename.startswith(OURS)

    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


class Canned(BaseHTTPRequestHandler):
    """
    A token for whoever asks for one and a Ready session for all others; the connections are counted.
    """

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # the answer goes out as one

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_GET(self):
        session = {"id": "s", "size": "Standard", "status": "Ready", "maxLeaseTimeMinutes": 10, "hostname": "h"}
        body = json.dumps({"AccessToken": "t"} if self.path.split("?")[0].endswith("/token") else session).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Keep quiet."""


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("ARR_TRANSPORT", "plain")
    with ThreadingHTTPServer(("127.0.0.1", 0), Canned) as server:
        server.connections = 0
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def settings(server):
    origin = f"http://127.0.0.1:{server.server_port}"
    account = "a0a0a0a0-0000-4000-8000-00000000a11c"
    return {"account_id": account, "account_key": "key", "endpoint": origin, "sts_endpoint": origin}


def test_calls_one_after_another_share_a_connection(server):
    """
    Fifty calls and the token exchange need one connection.
    """
    with Client(**settings(server)) as client:
        for _ in range(50):
            client.get_session("s")
    assert 1 == server.connections


def test_tasks_one_after_another_share_a_connection(server):
    """
    Fifty awaited calls and the token exchange need one connection.
    """

    async def main():
        async with AsyncClient(**settings(server)) as client:
            for _ in range(50):
                await client.get_session("s")

    asyncio.run(main())
    assert 1 == server.connections


def test_a_read_runs_few_functions_of_ours(server):
    """
    One `get_session`, from the public method to the model, runs at most 60 functions of this project.
    """
    with Client(**settings(server)) as client:
        client.get_session("s")
        assert calls_of_ours(lambda: client.get_session("s")) <= 60


READS = """
import json, os, sys
who, origin, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
if who == "facade":
    import arr_facade
    account = "a0a0a0a0-0000-4000-8000-00000000a11c"
    client = arr_facade.Client(account_id=account, account_key="key", endpoint=origin, sts_endpoint=origin)
    read = lambda: client.get_session("s")
else:
    import http.client
    connection = http.client.HTTPConnection(origin.removeprefix("http://"))
    def read():
        connection.request("GET", "/accounts/a/sessions/s", headers={"Authorization": "Bearer t"})
        return json.load(connection.getresponse())
for _ in range(10):
    read()
os.kill(os.getpid(), 0)  # a mark in the list of system calls
for _ in range(count):
    read()
os.kill(os.getpid(), 0)
os._exit(0)  # without what a client does when it closes
"""
"""Reads one session over and over, with the facade or with the standard library alone."""


class Machine:
    """
    What programs ask of the machine, as valgrind counts it: the same in each run, however busy it is.
    """

    def __init__(self, folder, server):
        self._folder, self._origin = folder, settings(server)["endpoint"]

    def per_read(self, who):
        """The system calls and the instructions that one read more takes, once everything is warm."""
        many = 50
        subprocess.run(self._program(who, 1), check=True, env=self._environment())  # leaves nothing to compile
        _, instructions = self._run(who, 0)
        calls, more_instructions = self._run(who, many)
        # Rounded, for once in a while more memory is asked for.
        each = {name: round(n / many, 1) for name, n in calls.items()}
        return {name: n for name, n in each.items() if n}, (more_instructions - instructions) / many

    def _program(self, who, count):
        return [sys.executable, "-c", READS, who, self._origin, str(count)]

    def _environment(self):
        bare = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
        path = os.pathsep.join(map(str, (PROJECT, PROJECT / "generated")))
        return bare | {"PYTHONHASHSEED": "0", "PYTHONPATH": path}

    def _run(self, who, count):
        log, profile = self._folder / "log", self._folder / "profile"
        valgrind = ["valgrind", "--tool=callgrind", "--trace-syscalls=yes", f"--log-file={log}"]
        command = [*valgrind, f"--callgrind-out-file={profile}", *self._program(who, count)]
        subprocess.run(command, check=True, env=self._environment())
        told = log.read_text(encoding="utf-8", errors="replace")
        names = re.findall(r"^SYSCALL\[[^]]*\]\([^)]*\) sys_(\w+)", told, re.MULTILINE)
        first = names.index("kill") + 1
        calls = Counter(names[first : names.index("kill", first)])
        # The clock is no system call where valgrind does not stand in the way.
        del calls["clock_gettime"]
        return calls, int(re.search(r"Collected : (\d+)", told)[1])


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="no valgrind on the PATH (Debian: apt install valgrind)")
def test_a_read_asks_little_of_the_machine(server, tmp_path):
    """
    A read sends once and receives once, and executes at most 1.7 times the instructions of the standard library alone.
    """
    machine = Machine(tmp_path, server)
    calls, instructions = machine.per_read("facade")
    bare_calls, bare_instructions = machine.per_read("bare")
    # Either is waited for first, since there are timeouts, and nothing else happens.
    assert {"sendto": 1, "recvfrom": 1, "poll": 2} == calls
    assert {"sendto": 1, "recvfrom": 1} == bare_calls
    assert instructions <= 1.7 * bare_instructions, instructions / bare_instructions
