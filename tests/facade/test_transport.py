"""
Certificates, proxies, timeouts and cancellation, on real sockets with each library that may carry the requests.
"""

import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anyio
import httpx
import pytest

from arr_facade import (
    AsyncClient,
    Client,
    ConfigurationError,
    ConnectError,
    RequestTimeoutError,
    RetryPolicy,
    UnexpectedResponseError,
)
from arr_facade._wires import SyncWires
from arr_facade._wires._choice import origin_of, proxy_for, tls_context, tls_for
from arr_facade.emulator import Emulator
from arr_facade.emulator.server import serve
from arr_facade.emulator.tls import Authority
from tests.facade.raw import SILENCE, RawServer, http
from tests.facade.world import PATIENCE, answer, in_process, listed, one_driver, tasks_only

over_each_wire = pytest.mark.parametrize("link", ["plain", "fast", "httpx"], indirect=True)
anyio_test = pytest.mark.anyio

ONCE = RetryPolicy(attempts=0)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "ca.pem")


@pytest.fixture(scope="module")
def secured(authority):
    """
    An emulator behind https.
    """
    with Emulator() as emulator, serve(emulator, tls=authority) as server:
        yield server


@pytest.fixture
def secret_client(world, secured):
    """
    Makes clients of the emulator behind https.
    """

    def client_of(**options):
        emulator = secured.emulator
        where = {"endpoint": secured.endpoint, "sts_endpoint": secured.endpoint}
        return world.stranger(
            account_id=emulator.account_id, account_key=emulator.account_key, retry=ONCE, **where, **options
        )

    return client_of


@pytest.fixture
def forgetful():
    """
    The process's TLS context is made anew, before and after.
    """
    tls_context.cache_clear()
    yield
    tls_context.cache_clear()


# TLS


@anyio_test
@over_each_wire
async def test_an_unknown_authority_is_a_connect_error(secret_client):
    """
    A certificate that nobody vouches for ends the call before anything was sent, and the error says so with advice.
    """
    async with secret_client() as client:
        with pytest.raises(ConnectError, match=r"(?i)certificate") as caught:
            await client.token()
    assert "TLS" in caught.value.advice
    assert "127.0.0.1" in caught.value.host


@anyio_test
@over_each_wire
async def test_a_context_of_the_users_own(secret_client, authority):
    """
    A TLS context that trusts the authority is used for both services.
    """
    trusting = ssl.create_default_context(cafile=authority.ca_file)
    async with secret_client(verify=trusting) as client:
        assert "Starting" == (await client.create_session()).status


@anyio_test
@over_each_wire
async def test_nobody_needs_to_be_trusted(secret_client):
    """
    With `verify=False` any certificate will do.
    """
    async with secret_client(verify=False) as client:
        assert (await client.token()).expires_at


@anyio_test
@over_each_wire
async def test_the_environment_names_authorities(secret_client, authority, monkeypatch, forgetful):
    """
    `SSL_CERT_FILE` says whom the process trusts, whichever library asks.
    """
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    async with secret_client() as client:
        assert (await client.token()).expires_at


def test_one_context_serves_the_process():
    """
    Loading the system's certificates takes long, so it is done once for all clients.
    """
    first, second = (tls_for(f"https://{name}.example", True) for name in "ab")  # noqa: FBT003 - httpx's own convention
    assert first is second is tls_context()
    assert ssl.CERT_REQUIRED == first.verify_mode
    assert first.check_hostname


def test_plain_http_loads_no_certificates(monkeypatch, forgetful):
    """
    Where there is no TLS, no certificate is read.
    """
    monkeypatch.setattr(ssl, "create_default_context", pytest.fail)
    assert tls_for("http://localhost", True)  # noqa: FBT003 - httpx's own convention


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize("verify", ["ca.pem", None, 1])
def test_what_is_no_verification_is_refused(client, verify):
    """
    A path in place of a context, which httpx used to take, is not silently ignored.
    """
    with pytest.raises(ConfigurationError, match="create_default_context") as caught:
        client(verify=verify)
    assert "verify" == caught.value.field


# Silence


@pytest.fixture
def silent():
    """
    A socket that accepts and never says a word.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@anyio_test
@over_each_wire
async def test_silence_is_not_waited_out(world, silent):
    """
    A service that takes the request and never answers costs the timeout, not for ever.
    """
    where = {"endpoint": f"http://{silent}", "account_id": world.emulator.account_id}
    async with world.stranger(access_token="t", timeout=0.1, retry=ONCE, **where) as client:
        with pytest.raises(RequestTimeoutError) as caught:
            await client.get_session("s")
    assert isinstance(caught.value, TimeoutError)
    assert "timeout=" in caught.value.advice


@anyio_test
@over_each_wire
async def test_a_handshake_that_hangs_is_no_connection(world, silent):
    """
    A peer that accepts and never shakes hands is given up after the timeout.
    """
    where = {"endpoint": f"https://{silent}", "account_id": world.emulator.account_id}
    async with world.stranger(access_token="t", timeout=0.1, retry=ONCE, **where) as client:
        with pytest.raises((ConnectError, RequestTimeoutError)):
            await client.get_session("s")


@anyio_test
@tasks_only
@over_each_wire
async def test_a_request_can_be_cancelled(world):
    """
    A cancelled scope ends the request that is under way in it and nothing else, and the client is of use afterwards.
    """
    body = b'{"id":"s","size":"Standard","status":"Starting"}'
    with RawServer([SILENCE], [http(200, body)]).running() as server:
        where = {"endpoint": server.endpoint, "account_id": world.emulator.account_id}
        async with world.stranger(access_token="t", retry=ONCE, **where) as client:
            with anyio.fail_after(PATIENCE):
                async with anyio.create_task_group() as group:
                    group.start_soon(client.get_session, "s")
                    while not server.requests:
                        await anyio.lowlevel.checkpoint()
                    group.cancel_scope.cancel()
                assert group.cancel_scope.cancelled_caught
                assert "s" == (await client.get_session("s")).id


# Proxies


class Proxy(ThreadingHTTPServer):
    """
    A forward proxy that answers in the place of whomever is asked for, and refuses to build tunnels.
    """

    def __init__(self):
        self.asked = []
        super().__init__(("127.0.0.1", 0), ProxyHandler)
        self.url = f"http://127.0.0.1:{self.server_port}"


class ProxyHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Proxy-Authorization")))
        body = b'{"id":"s","size":"Standard","status":"Starting"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_CONNECT(self):
        self.server.asked.append((self.path, self.headers.get("Proxy-Authorization")))
        self.send_error(403)

    def log_message(self, *_words):
        pass


@pytest.fixture
def proxy():
    with Proxy() as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield proxy
        proxy.shutdown()
        thread.join()


@pytest.fixture
def distant(world):
    """
    Makes clients of a service behind a proxy.
    """

    def client_of(**options):
        account = {"account_id": world.emulator.account_id, "access_token": "t"}
        return world.stranger(retry=ONCE, endpoint="https://arr.example", **account, **options)

    return client_of


@anyio_test
@over_each_wire
async def test_a_proxy_is_asked_for_a_tunnel(distant, proxy):
    """
    With `proxy=` an https request asks the proxy to connect it, and a refusal is a failure to connect.
    """
    async with distant(proxy=proxy.url) as client:
        with pytest.raises(ConnectError, match="403"):
            await client.get_session("s")
    assert [("arr.example:443", None)] == proxy.asked


@anyio_test
@over_each_wire
@pytest.mark.parametrize("spelling", ["http://user:pw@{}", "user:pw@{}"])
async def test_the_environments_proxy_is_used(distant, proxy, monkeypatch, spelling):
    """
    `HTTPS_PROXY` does the same, with or without a scheme, and its user and password are for the proxy.
    """
    monkeypatch.setenv("HTTPS_PROXY", spelling.format(proxy.url.removeprefix("http://")))
    async with distant() as client:
        with pytest.raises(ConnectError) as caught:
            await client.get_session("s")
    assert [("arr.example:443", "Basic dXNlcjpwdw==")] == proxy.asked
    assert "pw" not in str(caught.value).replace("proxy", "")


@anyio_test
@in_process
@one_driver
async def test_an_argument_wins_over_the_environments_proxy(distant, proxy, monkeypatch):
    """
    A proxy that is given is used whatever the environment says.
    """
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "*")
    async with distant(proxy=proxy.url) as client:
        with pytest.raises(ConnectError):
            await client.get_session("s")
    assert 1 == len(proxy.asked)


@anyio_test
@over_each_wire
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_this_machine_is_never_reached_through_a_proxy(world, host, proxy, switchboard, monkeypatch):
    """
    An emulator on loopback is spoken to directly: its key does not travel to the company's proxy in plain text.
    """
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("ALL_PROXY", proxy.url)
    switchboard.current = world.emulator
    url = switchboard.url.replace("127.0.0.1", host)
    account = {"account_id": world.emulator.account_id, "account_key": world.emulator.account_key}
    async with world.stranger(endpoint=url, sts_endpoint=url, **account) as client:
        assert "Starting" == (await client.create_session()).status
    assert [] == proxy.asked


@pytest.mark.parametrize(
    ("variables", "url", "expected"),
    [
        ({}, "https://arr.example", None),
        ({"HTTPS_PROXY": "http://p:1"}, "https://arr.example", "http://p:1"),
        ({"https_proxy": "http://p:1"}, "https://arr.example", "http://p:1"),
        ({"HTTP_PROXY": "http://p:1"}, "https://arr.example", None),
        ({"ALL_PROXY": "http://p:1"}, "https://arr.example", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "ALL_PROXY": "http://q:2"}, "https://arr.example", "http://p:1"),
        ({"HTTPS_PROXY": "p:1"}, "https://arr.example", "http://p:1"),
        ({"HTTPS_PROXY": "p"}, "https://arr.example", "http://p"),
        ({"HTTPS_PROXY": ""}, "https://arr.example", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "arr.example"}, "https://arr.example", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": ".example"}, "https://arr.example", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.example, *"}, "https://arr.example", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, "https://arr.example", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "arr.example:8443"}, "https://arr.example:8443", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "example.org"}, "https://arr.example", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1"}, "https://127.0.0.1:8443", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://[::1]:5000", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://emulator.localhost", None),
    ],
)
def test_which_proxy_the_environment_means(variables, url, expected, monkeypatch):
    """
    The environment's variables mean what they mean to every other program, and never this machine.
    """
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert expected == proxy_for(url)


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize(
    "url",
    [
        "ftp://p:1",
        "http://",
        "",
        "http://user:hunter2@p:port",
        "user:hunter2@",
        "socks5://",
        "http://user:hunter2/x@p:8080",
        "user:hunter2/x@p:8080",
        "http://user:hunter2",
        "user:hunter2",
    ],
)
def test_what_is_no_proxy_is_refused(client, url):
    """
    A proxy that cannot be one is named before any request, without its password.
    """
    with pytest.raises(ConfigurationError) as caught:
        client(proxy=url)
    assert "proxy" == caught.value.field
    assert "hunter2" not in str(caught.value)


@anyio_test
@in_process
async def test_an_environment_without_a_proxy_worth_the_name_is_refused(distant, monkeypatch):
    """
    A variable that holds no proxy is named when it is first needed.
    """
    monkeypatch.setenv("HTTPS_PROXY", "ftp://user:hunter2@p:1")
    async with distant() as client:
        with pytest.raises(ConfigurationError, match="HTTPS_PROXY") as caught:
            await client.get_session("s")
    assert "hunter2" not in str(caught.value)


# Links of the service


@anyio_test
@in_process
@one_driver
@pytest.mark.parametrize("following", ["/accounts/ü", "/a b", "\n", "http://[::1/x", "\x00"])
async def test_a_link_that_is_no_url_is_not_sent(world, client, following):
    """
    A link that no request line could hold ends in a typed error, not in one of the HTTP library's.
    """
    world.instead("list_sessions", answer(200, {"sessions": [], "@nextLink": following}))
    with pytest.raises(UnexpectedResponseError, match="@nextLink"):
        await listed(client.list_sessions())


# Whose transports


class Closable(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """
    A transport to an emulator that knows whether it was closed.
    """

    def __init__(self, emulator):
        self._inner = emulator.transport()
        self.closed = False

    def handle_request(self, request):
        return self._inner.handle_request(request)

    async def handle_async_request(self, request):
        return await self._inner.handle_async_request(request)

    def close(self):
        self.closed = True

    async def aclose(self):
        self.closed = True


@anyio_test
@in_process
async def test_a_transport_of_the_users_own_stays_theirs(world, monkeypatch):
    """
    It carries everything, whatever proxy or preference the environment names, and is not closed with the client.
    """
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    transport = Closable(world.emulator)
    account = {"account_id": world.emulator.account_id, "account_key": world.emulator.account_key}
    async with world.stranger(region="eastus", account_domain="eastus", transport=transport, **account) as client:
        assert "Starting" == (await client.create_session()).status
        assert client.generated
    assert not transport.closed


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://a.example", "https://a.example"),
        ("https://a.example/", "https://a.example"),
        ("http://127.0.0.1:5000/x?y=//z", "http://127.0.0.1:5000"),
        ("https://a.example/b/c", "https://a.example"),
    ],
)
def test_hosts_are_told_apart_by_their_origin(url, origin):
    """
    Scheme, host and port are what a connection belongs to.
    """
    assert origin == origin_of(url)


def test_each_host_has_one_wire():
    """
    Requests to one host share a wire, made when first needed, and other hosts have their own.
    """
    wires = SyncWires(None, timeout=1.0, proxy=None, verify=True)
    first = wires.get("http://127.0.0.1:1/a")
    assert first is wires.get("http://127.0.0.1:1/b")
    assert first is not wires.get("http://127.0.0.1:2/a")
    wires.close()
    assert {} == wires._made
