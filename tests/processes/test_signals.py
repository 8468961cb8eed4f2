"""
Real processes and real signals: what is left of a session when its program is interrupted, ended or killed.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from arr_facade import Client, ManualClock
from arr_facade._signals import sigterm_exits, sigterm_exits_async
from arr_facade.emulator import Emulator
from arr_facade.emulator.server import serve

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

ROOT = Path(__file__).resolve().parents[2]
CHILD = Path(__file__).with_name("child.py")
PATIENCE = 60
"""How many real seconds a program may take to get somewhere before the test fails."""

FLAVOURS = pytest.mark.parametrize("flavour", ["sync", "asyncio", "trio"])
ENDINGS = pytest.mark.parametrize(
    ("number", "codes"),
    [
        # An interpreter that nobody stopped from being interrupted ends by the signal itself; shells call that 130.
        pytest.param(signal.SIGINT, {-signal.SIGINT, 130}, id="SIGINT"),
        pytest.param(signal.SIGTERM, {143}, id="SIGTERM"),
    ],
)


class Stage:
    """
    An emulator on a socket, and programs that use it.
    """

    def __init__(self, folder):
        self.folder = folder
        self.clock = ManualClock()
        self.programs = []

    def open(self, **settings):
        self.emulator = Emulator(clock=self.clock, **settings)
        self.server = serve(self.emulator)
        self.client = Client(emulator=self.emulator)

    def close(self):
        for program in self.programs:
            program.kill()
            program.communicate()
        self.client.close()
        self.server.close()
        self.emulator.close()

    def start(self, *arguments):
        """
        A program that was just started.
        """
        bare = {name: value for name, value in os.environ.items() if not name.startswith("ARR_")}
        home = {"HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        paths = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])}
        program = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", CHILD, *arguments],
            env={**bare, **home, **paths, **self.server.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.programs.append(program)
        return program

    def status(self):
        return self.client.get_session("s").status


@pytest.fixture
def stage(tmp_path):
    stage = Stage(tmp_path)
    yield stage
    stage.close()


def reaches(program, word):
    """
    Whether the program says this word next; what it says on its way to an end is shown instead.
    """
    said = program.stdout.readline().strip()
    assert word == said, ended(program)
    return True


def ended(program, number=0):
    """
    The exit code after a signal, and what the program wrote about it.
    """
    program.send_signal(number)
    try:
        _, complaint = program.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        program.send_signal(signal.SIGABRT)
        pytest.fail(f"the program did not end; it was here:\n{program.communicate()[1]}")
    return program.returncode, complaint


@FLAVOURS
@ENDINGS
def test_an_ended_program_stops_its_session(stage, flavour, number, codes):
    """
    Ctrl-C or SIGTERM inside the block: the session is Stopped before the process has ended.
    """
    stage.open(startup={"Standard": "0s"})
    program = stage.start(flavour)
    assert reaches(program, "inside")
    assert "Ready" == stage.status()
    code, complaint = ended(program, number)
    assert "Stopped" == stage.status()
    assert code in codes, complaint
    assert ("KeyboardInterrupt" in complaint) if number == signal.SIGINT else complaint == ""


@FLAVOURS
@ENDINGS
def test_an_ended_wait_stops_the_session(stage, flavour, number, codes):
    """
    The same while the session still starts.
    """
    stage.open(startup={"Standard": None})
    program = stage.start(flavour)
    assert reaches(program, "Starting")
    code, complaint = ended(program, number)
    assert "Stopped" == stage.status()
    assert code in codes, complaint


class Gate:
    """
    Holds the creation of a session in the middle, until it is opened.
    """

    def __init__(self):
        self.reached = threading.Event()
        self.open = threading.Event()

    def before(self, where, request):
        if where.operation == "create_session":
            self.reached.set()
            assert self.open.wait(PATIENCE)

    def after(self, where, request, response):
        return response


@FLAVOURS
@ENDINGS
def test_an_ended_creation_leaves_no_session(stage, flavour, number, codes):
    """
    The same while the answer to the creation is under way, when nobody knows yet whether there is a session.
    """
    stage.open()
    gate = Gate()
    stage.emulator.hooks.append(gate)
    program = stage.start(flavour)
    assert gate.reached.wait(PATIENCE)
    program.send_signal(number)
    gate.open.set()
    code, complaint = ended(program)
    assert "Stopped" == stage.status()
    assert code in codes, complaint


@FLAVOURS
def test_a_killed_program_leaves_its_session_to_the_lease(stage, flavour):
    """
    After kill -9 the session lives as long as its short lease, and no longer.
    """
    stage.open(startup={"Standard": "0s"})
    program = stage.start(flavour)
    assert reaches(program, "inside")
    code, _ = ended(program, signal.SIGKILL)
    assert -signal.SIGKILL == code
    left = stage.client.get_session("s")
    assert "Ready" == left.status
    # It may have been renewed once before the end, by the minute that is the least.
    assert left.lease <= timedelta(minutes=3)
    stage.clock.advance(left.lease)
    assert "Expired" == stage.status()
    assert [] == list(stage.client.list_sessions())


def test_a_program_killed_while_waiting_leaves_its_session_to_the_lease(stage):
    """
    After kill -9 during the start the lease counts from Ready, as always.
    """
    stage.open(startup={"Standard": "30s"})
    program = stage.start("sync")
    assert reaches(program, "Starting")
    ended(program, signal.SIGKILL)
    stage.clock.advance("1m")
    assert "Ready" == stage.status()
    stage.clock.advance("90s")
    assert "Expired" == stage.status()


@FLAVOURS
def test_a_detached_session_outlives_its_program(stage, flavour):
    """
    With `detach=True` an ended program leaves its session running.
    """
    stage.open(startup={"Standard": "0s"})
    program = stage.start(flavour, "detach")
    assert reaches(program, "inside")
    code, complaint = ended(program, signal.SIGTERM)
    assert (143, "") == (code, complaint)
    assert "Ready" == stage.status()


def test_an_unreachable_service_does_not_keep_the_program(stage):
    """
    A program whose session cannot be stopped ends all the same, with the same code.
    """
    stage.open(startup={"Standard": "0s"})
    program = stage.start("sync")
    assert reaches(program, "inside")
    stage.server.close()
    code, _ = ended(program, signal.SIGTERM)
    assert 143 == code


# The handler itself


def test_sigterm_is_an_orderly_end_inside_only():
    """
    Inside the block SIGTERM raises SystemExit, and afterwards it does what it did before.
    """
    with pytest.raises(SystemExit) as caught, sigterm_exits():
        signal.raise_signal(signal.SIGTERM)
    assert 143 == caught.value.code
    assert signal.SIG_DFL == signal.getsignal(signal.SIGTERM)


def test_a_second_sigterm_does_not_disturb_the_clean_up():
    """
    While the block unwinds, an impatient second SIGTERM is ignored.
    """
    cleaned = []

    def work():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGTERM)
            cleaned.append("up")

    with pytest.raises(SystemExit), sigterm_exits():
        work()
    assert ["up"] == cleaned


def test_an_application_that_handles_sigterm_is_left_alone():
    """
    A handler of the application's own stays in place.
    """
    heard = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        with sigterm_exits():
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert [signal.SIGTERM] == heard


def test_blocks_may_be_nested():
    """
    The inner of two blocks changes nothing, and the outer one still answers the signal.
    """

    def work():
        with sigterm_exits():
            pass
        signal.raise_signal(signal.SIGTERM)

    with pytest.raises(SystemExit), sigterm_exits():
        work()


def test_blocks_of_tasks_may_overlap():
    """
    When the block that began first is left first, SIGTERM still ends the other one in an orderly way.
    """
    cleaned = []

    async def block(entered, leave):
        async with sigterm_exits_async():
            entered.set()
            try:
                await leave.wait()
            finally:
                cleaned.append(leave)

    async def main():
        pairs = [(asyncio.Event(), asyncio.Event()) for _ in range(2)]
        first, second = (asyncio.create_task(block(*pair)) for pair in pairs)
        for entered, _ in pairs:
            await entered.wait()
        pairs[0][1].set()
        await first
        signal.raise_signal(signal.SIGTERM)
        await second

    with pytest.raises(SystemExit) as caught:
        asyncio.run(main())
    assert (143, 2) == (caught.value.code, len(cleaned))
    assert signal.SIG_DFL == signal.getsignal(signal.SIGTERM)


def test_a_handler_that_is_installed_inside_stays():
    """
    Leaving the block does not take away what the application has put in the handler's place meanwhile.
    """
    heard = []

    def own(number, frame):
        heard.append(number)

    try:
        with sigterm_exits():
            signal.signal(signal.SIGTERM, own)
        assert own == signal.getsignal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def test_other_threads_leave_signals_alone():
    """
    A session block in a thread that is not the main one does not touch the process's signals.
    """
    seen = []

    def run():
        with sigterm_exits():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(PATIENCE)
    assert [signal.SIG_DFL] == seen
