"""
A server that says exactly what it is told, byte for byte, also what no well-behaved server says.
"""

import socket
import threading
from contextlib import contextmanager

SILENCE = None
"""Instead of an answer: none, and the connection stays open."""


class RawServer:
    """
    Listens on loopback; each connection gets the next script, a list with the bytes to answer each request with.

    A connection is closed when its script ends. `requests` counts what arrived.
    """

    def __init__(self, *scripts):
        self._scripts = iter(scripts)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests = 0
        self.connections = 0

    @contextmanager
    def running(self):
        self._thread.start()
        try:
            yield self
        finally:
            self._done.set()
            # Wakes the thread from accept.
            socket.create_connection(self._listener.getsockname()).close()
            self._thread.join()
            self._listener.close()

    def _serve(self):
        silent = []
        while True:
            connection, _ = self._listener.accept()
            if self._done.is_set():
                break
            self.connections += 1
            if not self._play(connection, next(self._scripts, [])):
                silent.append(connection)
                continue
            connection.close()
        for open_connection in [connection, *silent]:
            open_connection.close()

    def _play(self, connection, script):
        for reply in script:
            if not self._read_request(connection):
                return True
            self.requests += 1
            if reply is SILENCE:
                return False
            connection.sendall(reply)
        return True

    @staticmethod
    def _read_request(connection):
        received = b""
        while not received.endswith(b"\r\n\r\n"):
            chunk = connection.recv(65536)
            if not chunk:
                return False
            received += chunk
        return True


def http(status, body=b"", **headers):
    """
    A well-formed answer as bytes; header names have underscores for hyphens.
    """
    given = {"Content_Length": str(len(body)), "MS_CV": "AAAAAAAAAAAAAAAAAAAAAA.0", **headers}
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name.replace('_', '-')}: {value}" for name, value in given.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
