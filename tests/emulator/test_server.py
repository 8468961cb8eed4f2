"""
The emulator on a real socket.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from arr_facade.clock import ManualClock
from arr_facade.emulator import Emulator, Request
from arr_facade.emulator.server import MAX_BODY, application, serve
from arr_facade.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]
VERSION = {"api-version": "2021-01-01"}


@pytest.fixture
def server(emulator):
    with serve(emulator) as server:
        yield server


@pytest.fixture
def client(emulator, server):
    headers = {"Authorization": f"Bearer {emulator.issue_token()}"}
    with httpx.Client(base_url=server.endpoint, headers=headers, params=VERSION, trust_env=False) as client:
        yield client


def sessions_path(emulator, rest=""):
    return f"/accounts/{emulator.account_id}/sessions{rest}"


def test_a_client_of_another_process_would_see_the_whole_service(client, emulator, server, clock):
    """
    Over TCP the operations work as they do in process, with exactly the service's headers.
    """
    body = {"maxLeaseTimeMinutes": 4, "size": "Standard"}
    created = client.put(sessions_path(emulator, "/s"), json=body)
    clock.advance("8s")
    read = client.get(sessions_path(emulator, "/s"))
    stopped = client.post(sessions_path(emulator, "/s/:stop"))
    credential = {"Authorization": f"Bearer {emulator.account_id}:{emulator.account_key}"}
    token = client.get(f"{server.sts_endpoint}/Accounts/{emulator.account_id}/token", headers=credential)

    assert (created.status_code, read.status_code, stopped.status_code, token.status_code) == (201, 200, 204, 200)
    assert read.json()["status"] == "Ready"
    basic = {"date", "ms-cv", "x-content-type-options", "api-supported-versions"}
    assert basic == set(stopped.headers)
    assert basic | {"content-length", "content-type", "cache-control", "pragma"} == set(read.headers)


def test_environment_leads_here(emulator, server):
    """
    The variables for other processes name this endpoint and this account.
    """
    assert server.environment == {
        "ARR_ENDPOINT": f"http://127.0.0.1:{server.port}",
        "ARR_STS_ENDPOINT": f"http://127.0.0.1:{server.port}",
        "ARR_ACCOUNT_ID": emulator.account_id,
        "ARR_ACCOUNT_KEY": emulator.account_key,
    }
    assert emulator.account_key not in repr(server)


def test_next_links_lead_back_to_the_socket():
    """
    Lists are paged over TCP by links that begin with the address that was asked.
    """
    emulator = Emulator(clock=ManualClock(), page_size=1)
    headers = {"Authorization": f"Bearer {emulator.issue_token()}"}
    with serve(emulator) as server, httpx.Client(headers=headers, trust_env=False) as client:
        url = server.endpoint + sessions_path(emulator)
        for name in "ab":
            client.put(f"{url}/{name}", json={"maxLeaseTimeMinutes": 4, "size": "Standard"}, params=VERSION)
        link = client.get(url, params=VERSION).json()["@nextLink"]

        assert link.startswith(url + "?")
        assert [one["id"] for one in client.get(link).json()["sessions"]] == ["b"]


def test_many_connections_at_once(client, emulator, server):
    """
    64 connections that each create a session at the same time all get it.
    """

    def create(number):
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        path = sessions_path(emulator, f"/s{number}?api-version=2021-01-01")
        body = '{"maxLeaseTimeMinutes":4,"size":"Standard"}'
        connection.request("PUT", path, body, {"Authorization": client.headers["Authorization"]})
        status = connection.getresponse().status
        connection.close()
        return status

    with ThreadPoolExecutor(16) as pool:
        assert [201] * 64 == list(pool.map(create, range(64)))
    assert len(client.get(sessions_path(emulator)).json()["sessions"]) == 64


def test_answers_do_not_wait_for_acknowledgements(server):
    """
    The listener names TCP, without which asyncio leaves Nagle's algorithm on and each answer costs 40 ms.
    """
    assert server._listeners[0].proto == socket.IPPROTO_TCP


def test_a_body_that_is_too_large_is_413(client, emulator):
    """
    A body beyond the limit is refused, and one at the limit is looked at.
    """
    assert client.put(sessions_path(emulator, "/s"), content=b"x" * (MAX_BODY + 1)).status_code == 413
    assert client.put(sessions_path(emulator, "/s"), content=b"x" * MAX_BODY).status_code == 400


def test_a_request_that_breaks_off_is_not_carried_out(client, emulator, server):
    """
    A client that hangs up within its body has asked for nothing.
    """
    body = b'{"maxLeaseTimeMinutes":4,"size":"Standard"}'
    head = f"PUT {sessions_path(emulator, '/s')}?api-version=2021-01-01 HTTP/1.1\r\nHost: x\r\n"
    head += f"Authorization: {client.headers['Authorization']}\r\nContent-Length: {len(body) + 1}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(head.encode() + body)
        raw.shutdown(socket.SHUT_WR)
        raw.recv(1000)

    assert client.get(sessions_path(emulator, "/s")).status_code == 404


@pytest.mark.parametrize("garbage", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"hello\r\n\r\n", b"GET\r\n\r\n"])
def test_garbage_is_refused_and_others_are_served(client, emulator, server, garbage):
    """
    What is no HTTP gets 400 or a closed connection, and the next client notices nothing.
    """
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(garbage)
        raw.shutdown(socket.SHUT_WR)
        answer = raw.recv(1000)

    assert answer == b"" or b" 400 " in answer.splitlines()[0]
    assert client.get(sessions_path(emulator)).status_code == 200


def test_a_defect_is_500_and_does_not_end_the_server(client, emulator, caplog):
    """
    An unforeseen error is logged and answered with the Swagger's 500, and the next request is served.
    """

    class Broken:
        def before(self, where, request):
            raise RuntimeError("a defect")

    emulator.hooks.append(Broken())
    answer = client.get(sessions_path(emulator))
    emulator.hooks.clear()

    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "InternalServerError"
    assert "a defect" in caplog.text
    assert client.get(sessions_path(emulator)).status_code == 200


def test_closing_ends_the_listening_but_not_the_emulator(emulator):
    """
    After close nobody can connect, a second close does nothing, and the emulator still answers in process.
    """
    server = serve(emulator)
    with httpx.Client(trust_env=False) as held:
        assert held.get(server.endpoint).status_code == 404
        server.close()
        server.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port))
    assert emulator.handle(Request("GET", "/")).status == 404


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.anyio
async def test_only_http_is_spoken(emulator, anyio_backend):
    """
    An ASGI server that offers a websocket is told that there is none.
    """
    with pytest.raises(NotImplementedError, match="speaks http, not websocket"):
        await application(emulator)({"type": "websocket"}, None, None)


def test_closing_at_once_is_fine(emulator):
    """
    A server that is closed before its loop ran ends as well.
    """
    serve(emulator).close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_only_this_machine_is_served(emulator, host):
    """
    The key is known to everyone, so no other address than loopback is listened on.
    """
    with pytest.raises(ConfigurationError, match="host: "):
        serve(emulator, host=host)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_loopback_by_name_and_both_families(emulator, host):
    """
    Loopback has three spellings, each of which makes a URL that works.
    """
    if host == "::1" and not _has_ipv6():
        pytest.skip("this machine has no IPv6 loopback")
    with serve(emulator, host=host) as server, httpx.Client(trust_env=False) as client:
        assert client.get(server.endpoint).status_code == 404


def _has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_out_of_range_is_refused(emulator, port):
    """
    A port that does not exist is named in the error.
    """
    with pytest.raises(ConfigurationError, match=f"port: {port} cannot be listened on"):
        serve(emulator, port=port)


def test_a_taken_port_is_refused(emulator, server):
    """
    Two servers on one port would take each other's clients.
    """
    with pytest.raises(ConfigurationError, match=f"port: {server.port} cannot be listened on"):
        serve(emulator, port=server.port)


def test_without_uvicorn_the_error_names_the_extra(emulator, monkeypatch):
    """
    Whoever lacks the extra is told its name, and that in process none is needed.
    """
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    with pytest.raises(ConfigurationError, match="uvicorn") as caught:
        serve(emulator)
    assert 'pip install "arr-facade[emulator]"' in str(caught.value)


PROGRAM = """
from arr_facade.emulator import Emulator
from arr_facade.emulator.server import run
print("before", flush=True)
run(Emulator(), on_listening=lambda server: print(server.port, flush=True))
"""


@pytest.fixture
def program():
    path = os.pathsep.join([str(ROOT), str(ROOT / "generated")])
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
        cwd=ROOT,
    )
    yield process
    process.kill()
    process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to send to a process")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_serves_until_a_signal(program, number):
    """
    A client can connect as soon as the port is told, and a signal ends the program by that signal.
    """
    assert program.stdout.readline() == "before\n"
    port = int(program.stdout.readline())
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/")
    assert connection.getresponse().status == 404
    connection.close()
    program.send_signal(number)
    _, errors = program.communicate(timeout=30)

    assert program.returncode == -number
    assert ("KeyboardInterrupt" in errors) == (number == signal.SIGINT)


def test_importing_the_server_does_not_import_uvicorn():
    """
    The extra is imported when a socket is asked for, so that everything else works without it.
    """
    code = "import sys, arr_facade.emulator.server; print(sorted({'uvicorn', 'starlette'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
