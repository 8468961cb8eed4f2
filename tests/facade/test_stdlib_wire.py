"""
The standard library's wire and its idle connections: which are used again, and which are not trusted any more.
"""

import os
import socket
import ssl
import struct
import subprocess
import sys
import textwrap
import threading

import pytest
import trustme

from arr_facade import Client, RequestTimeoutError
from arr_facade._steps import Send
from arr_facade._wires._stdlib import StdlibWire
from arr_facade.emulator import Emulator
from tests.facade.raw import RawServer, http


class Hands:
    """A watch that goes when it is told."""

    def __init__(self):
        self.time = 0.0

    def __call__(self):
        return self.time


@pytest.fixture
def watch():
    return Hands()


@pytest.fixture
def wire_to(watch):
    """
    Makes wires, and closes them.
    """
    wires = []

    def make(origin, tls=None, **options):
        wires.append(StdlibWire(origin, timeout=5, tls=tls or ssl.create_default_context(), now=watch, **options))
        return wires[-1]

    yield make
    for wire in wires:
        wire.close()


def sent(wire, origin, path="/"):
    return wire.send(Send("read", "GET", origin + path), {})


def test_what_was_idle_for_long_is_not_used_again(wire_to, watch):
    """
    A connection is used again within 30 seconds, and afterwards replaced: on the way, somebody may have forgotten it.
    """
    with RawServer([http(200)] * 9, [http(200)]).running() as server:
        wire = wire_to(server.endpoint)
        sent(wire, server.endpoint)
        for pause, connections in ((0.5, 1), (29, 1), (31, 2)):
            watch.time += pause
            sent(wire, server.endpoint)
            assert connections == server.connections


def test_what_nobody_asked_for_ends_a_connection(wire_to, watch):
    """
    Bytes that came after an answer are never taken for the next one.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    read, pushed = threading.Event(), threading.Event()

    def serve():
        first, _ = listener.accept()
        first.recv(65536)
        first.sendall(http(200, b"one"))
        read.wait(10)
        first.sendall(http(200, b"nobody's"))
        pushed.set()
        second, _ = listener.accept()
        second.recv(65536)
        second.sendall(http(200, b"two"))
        first.close()
        second.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    wire = wire_to(origin)
    assert b"one" == sent(wire, origin).content
    read.set()
    assert pushed.wait(10)
    watch.time += 2
    assert b"two" == sent(wire, origin).content
    thread.join(10)
    listener.close()


def test_a_preliminary_answer_ends_a_connection(wire_to):
    """
    After a 103 its connection is not used again, so that the answer behind it goes to nobody else.
    """
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    with RawServer([early, http(200, b"one")], [http(200, b"two")]).running() as server:
        wire = wire_to(server.endpoint)
        assert 103 == sent(wire, server.endpoint).status_code
        assert b"two" == sent(wire, server.endpoint).content


def test_one_silent_connection_discredits_the_others(wire_to):
    """
    When a kept connection no longer answers, the other kept ones are dropped as well.
    """
    together = threading.Barrier(2)

    class Both(RawServer):
        """Answers the first request of each connection when there are two."""

        def _serve(self):
            for script in self._scripts:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._answer, args=(connection, script), daemon=True).start()

        def _answer(self, connection, script):
            with connection:
                self._read_request(connection)
                together.wait(10)
                connection.sendall(script[0])
                while self._read_request(connection):
                    pass

    first = [http(200)]
    server = Both(first, first, first)
    server._thread.start()
    wire = wire_to(server.endpoint)
    wire._timeout = 0.1
    readers = [threading.Thread(target=sent, args=(wire, server.endpoint)) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert 2 == len(wire._idle)
    with pytest.raises(RequestTimeoutError):
        sent(wire, server.endpoint)
    assert 0 == len(wire._idle)
    server._listener.close()


def test_a_reset_tls_connection_is_replaced(wire_to):
    """
    A TLS connection that was reset while it was idle costs a new one, and no failure.
    """
    authority = trustme.CA()
    theirs, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    authority.configure_trust(ours)
    listener = socket.create_server(("127.0.0.1", 0))
    read, gone = threading.Event(), threading.Event()

    def serve():
        for _ in range(2):
            with theirs.wrap_socket(listener.accept()[0], server_side=True) as connection:
                connection.recv(65536)
                connection.sendall(http(200))
                read.wait(10)
                # Closing with this on sends a reset.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            gone.set()
            read.clear()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    origin = f"https://127.0.0.1:{listener.getsockname()[1]}"
    wire = wire_to(origin, ours)
    assert 200 == sent(wire, origin).status_code
    read.set()
    assert gone.wait(10)
    assert 200 == sent(wire, origin).status_code
    read.set()
    thread.join(10)
    listener.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks on this system")
def test_a_forked_child_has_connections_of_its_own():
    """
    A child does not use its parent's connections, and reads by one of its own.
    """
    program = """
        import os, signal
        from arr_facade import Client
        from arr_facade.emulator import Emulator
        from arr_facade.emulator.server import serve

        with Emulator() as emulator, serve(emulator) as server:
            account = {"account_id": emulator.account_id, "account_key": emulator.account_key}
            with Client(endpoint=server.endpoint, sts_endpoint=server.endpoint, **account) as client:
                client.create_session("s")
                assert client.get_session("s").id == "s"
                (wire,) = client._wires._made.values()
                assert wire._idle
                if os.fork() == 0:
                    signal.alarm(30)
                    assert not wire._idle
                    assert client.get_session("s").id == "s"
                    os._exit(7)
                assert os.waitstatus_to_exitcode(os.wait()[1]) == 7
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False, timeout=60
    )
    assert "" == done.stderr
    assert 0 == done.returncode


def test_a_keeper_whose_thread_is_gone_is_begun_again():
    """
    Where the lease keeper's thread has ended, as in a forked child, the next session to be kept begins another.
    """
    gone = threading.Thread(target=int)
    gone.start()
    gone.join()
    with Emulator() as emulator, Client(emulator=emulator) as client:
        client._background._thread = gone
        client.start().keep()
        assert client._background._thread is not gone
        assert client._background._thread.is_alive()
