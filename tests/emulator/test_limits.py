"""
What a client may not do to the others: garbage, half requests, endless heads, huge bodies, too many connections.
"""

import http.client
import socket
import threading

import pytest

from arr_facade.emulator import _protocol
from arr_facade.emulator.server import serve
from arr_facade.errors import ConfigurationError

PATIENCE = 30.0
CHUNK = b"x" * 65536


@pytest.fixture
def server(emulator):
    with serve(emulator) as server:
        yield server


@pytest.fixture
def connect(server):
    """Opens connections; those that are still open at the end are closed."""
    opened = []

    def one():
        made = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        opened.append(made)
        return made

    yield one
    for made in opened:
        made.close()


@pytest.fixture
def others(emulator, server):
    """Fails unless another client is served as always."""
    token = emulator.issue_token(lifetime="365d")

    def are_undisturbed():
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        path = f"/accounts/{emulator.account_id}/sessions?api-version=2021-01-01"
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        assert (200, b'{"sessions":[]}') == (answer.status, answer.read())
        connection.close()

    yield are_undisturbed
    are_undisturbed()


def ending(connection):
    """All that still comes until the server closes the connection."""
    received = b""
    try:
        while data := connection.recv(65536):
            received += data
    except ConnectionResetError:
        pass
    return received


def refused_or_closed(received):
    return received == b"" or received.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))


GARBAGE = {
    "noise": bytes(range(256)) * 40,
    "a greeting of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "no version": b"GET\r\n\r\n",
    "no path": b"GET  HTTP/1.1\r\n\r\n",
    "a broken header": b"GET / HTTP/1.1\r\nno colon here\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a wrong length": b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
    "two lengths": b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    "a wrong chunk": b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_refused(connect, others, garbage):
    """
    What is no HTTP gets a 4xx or a closed connection, although the client would go on waiting.
    """
    connection = connect()
    connection.sendall(garbage)

    assert refused_or_closed(ending(connection))


HALVES = {
    "nothing": b"",
    "half a line": b"GET /acc",
    "half a head": b"GET / HTTP/1.1\r\nHost: x\r\n",
    "half a body": b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
}


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_a_half_request_is_given_up(emulator, monkeypatch, half):
    """
    Whoever begins a request and never ends it is hung up on once its time is over.
    """
    monkeypatch.setattr(_protocol, "REQUEST_TIME", 0.05)
    with serve(emulator) as server, socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        connection.sendall(half)
        received = ending(connection)

    assert refused_or_closed(received)


def test_a_half_second_request_is_given_up(emulator, monkeypatch):
    """
    The bound on time is as good for the further requests of a connection as for its first.
    """
    monkeypatch.setattr(_protocol, "REQUEST_TIME", 0.05)
    with serve(emulator) as server, socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 404")
        connection.sendall(b"GET / HT")
        assert b"" == ending(connection)


def test_a_slow_but_whole_request_is_served(connect, others):
    """
    A request that comes in pieces is answered when its last byte is there.
    """
    connection = connect()
    for byte in b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":
        connection.sendall(bytes([byte]))

    assert ending(connection).startswith(b"HTTP/1.1 404")


def flood(connection, head, chunk, limit):
    """Sends until the server has had enough or so many bytes are sent; how many went out."""
    sent = len(head)
    try:
        connection.sendall(head)
        while sent < limit:
            connection.sendall(chunk)
            sent += len(chunk)
    except (BrokenPipeError, ConnectionResetError):
        pass
    return sent


@pytest.mark.parametrize(
    ("head", "chunk"),
    [
        (b"GET / HTTP/1.1\r\n", b"X-More: " + b"y" * 1000 + b"\r\n"),
        (b"GET / HTTP/1.1\r\nX-Long: ", CHUNK),
        (b"GET /", CHUNK),
    ],
    ids=["many headers", "one header", "the path"],
)
def test_an_endless_head_is_cut_off(connect, others, head, chunk):
    """
    A head without an end is refused or hung up on after a few tens of kilobytes, long before it fills the memory.
    """
    connection = connect()
    sent = flood(connection, head, chunk, limit=64 * 1024 * 1024)

    assert sent < 32 * 1024 * 1024
    assert refused_or_closed(ending(connection))


def test_a_token_of_any_real_size_fits(emulator, server):
    """
    The bound on a head leaves room for tokens many times as long as the real ones.
    """
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    path = f"/accounts/{emulator.account_id}/sessions?api-version=2021-01-01"
    connection.request("GET", path, headers={"Authorization": "Bearer " + "x" * 16_000})
    assert 401 == connection.getresponse().status
    connection.close()


@pytest.mark.parametrize(
    ("head", "chunk"),
    [
        (b"Content-Length: 104857600\r\n\r\n", CHUNK),
        (b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + CHUNK + b"\r\n"),
    ],
    ids=["of known length", "in chunks"],
)
def test_a_hundred_megabytes_are_refused(connect, others, emulator, head, chunk):
    """
    A body of 100 MB is answered with 413 or hung up on.
    """
    connection = connect()
    path = f"/accounts/{emulator.account_id}/sessions/s?api-version=2021-01-01"
    start = f"PUT {path} HTTP/1.1\r\nHost: x\r\n".encode() + head
    answer = []
    reader = threading.Thread(target=lambda: answer.append(connection.recv(65536)))
    reader.start()
    flood(connection, start, chunk, limit=100 * 1024 * 1024)
    reader.join(PATIENCE)

    assert refused_or_closed(answer[0])


def test_five_hundred_connections_are_held_and_answered(connect, others, emulator):
    """
    500 clients that are connected at the same time are all answered, twice, on the connections they hold.
    """
    token = emulator.issue_token()
    path = f"/accounts/{emulator.account_id}/sessions/none?api-version=2021-01-01"
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    held = [connect() for _ in range(500)]
    for _ in range(2):
        for connection in held:
            connection.sendall(request)
        for connection in held:
            assert connection.recv(65536).startswith(b"HTTP/1.1 404")


def test_connections_beyond_the_bound_are_closed(emulator, monkeypatch):
    """
    With as many connections as may be, the next is closed at once, and the held ones go on.
    """
    monkeypatch.setattr(_protocol, "MAX_CONNECTIONS", 3)
    with serve(emulator) as server:
        held = [socket.create_connection(("127.0.0.1", server.port), PATIENCE) for _ in range(3)]
        for connection in held:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 404")
        with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as further:
            assert b"" == ending(further)
        held[0].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert held[0].recv(65536).startswith(b"HTTP/1.1 404")
        for connection in held:
            connection.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])
def test_other_machines_have_to_be_let_in_twice(emulator, host):
    """
    An address that others reach is refused by name alone, and the refusal says what else to say.
    """
    with pytest.raises(ConfigurationError) as caught:
        serve(emulator, host=host)
    assert "is not a loopback address" in str(caught.value)
    assert "--exposed" in str(caught.value)


def test_told_twice_it_serves_other_machines(emulator):
    """
    With address and permission it listens on all of this machine's addresses, loopback among them.
    """
    with serve(emulator, host="0.0.0.0", exposed=True) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        connection.request("GET", "/")
        assert 404 == connection.getresponse().status
        connection.close()
