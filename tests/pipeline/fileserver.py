"""
A raw-file server on the loopback that misbehaves as it is told.
"""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer(ThreadingHTTPServer):
    """
    Serves `files` by path.

    `script` gives, for a path's end, what to do with the next requests for it, one behaviour each; behaviours are the
    methods of the handler whose names begin with `do_it_`. Afterwards the file is served. `log` has every path asked
    for.
    """

    daemon_threads = True

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = files
        self.script = {}
        self.log = []
        self.never = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """
        A client that hung up is part of the game.
        """


class Handler(BaseHTTPRequestHandler):
    # Without a buffer every header line is a packet of its own, and each test waits for acknowledgements.
    wbufsize = -1

    def do_GET(self):
        self.server.log.append(self.path)
        for end, behaviours in self.server.script.items():
            if self.path.endswith(end) and behaviours:
                behaviour = behaviours.pop(0)
                getattr(self, f"do_it_{behaviour}" if isinstance(behaviour, str) else "do_it_status")(behaviour)
                return
        content = self.server.files.get(self.path.removeprefix("/moved").removeprefix("/"))
        self.answer(200 if content is not None else 404, content or b"404: Not Found")

    def answer(self, status, content, **headers):
        self.send_response(status)
        for name, value in {"Content-Length": len(content), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(content)

    def do_it_status(self, status):
        self.answer(status, b"<html>sorry</html>")

    def do_it_drop(self, _):
        self.close_connection = True

    def do_it_hang(self, _):
        self.server.never.wait(10)

    def do_it_truncate(self, _):
        self.answer(200, b'{"swagger"', Content_Length=4711)
        self.close_connection = True

    def do_it_change(self, _):
        self.answer(200, b'{"swagger": "2.0", "changed": true}')

    def do_it_html(self, _):
        self.answer(200, b"<html>Sign in</html>", Content_Type="text/html")

    def do_it_redirect(self, _):
        self.answer(302, b"", Location=f"/moved{self.path}")

    def do_it_loop(self, _):
        self.server.script[self.path.rpartition("/")[2]] = ["loop"]
        self.answer(302, b"", Location=self.path)

    def do_it_trickle(self, _):
        content = self.server.files[self.path.removeprefix("/")]
        self.send_response(200)
        self.end_headers()
        for byte in content:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
        self.close_connection = True

    def log_message(self, *_):
        """
        Says nothing.
        """


@contextmanager
def serve(files):
    """
    A running server, stopped at the end.
    """
    with FileServer(files) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.never.set()
            server.shutdown()
            thread.join()
