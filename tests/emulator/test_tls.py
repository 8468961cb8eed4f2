"""
The emulator over https: who trusts it, and by which file.
"""

import os
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import certifi
import httpx
import pytest

from arr_facade import Client
from arr_facade.emulator.server import serve
from arr_facade.emulator.tls import HOSTS, Authority
from arr_facade.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "not there yet" / "ca.pem")


@pytest.fixture
def server(emulator, authority):
    with serve(emulator, tls=authority) as server:
        yield server


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_who_trusts_the_file_is_served(server, authority, host):
    """
    A client that was given the written file believes the server by address and by name.
    """
    context = ssl.create_default_context(cafile=authority.ca_file)
    answer = httpx.get(f"https://{host}:{server.port}/", verify=context, trust_env=False)

    assert answer.status_code == 404


def test_who_does_not_trust_it_is_not(server):
    """
    To everyone else the server is a stranger, so the authority is nobody's by accident.
    """
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(server.endpoint, verify=ssl.create_default_context(cafile=certifi.where()), trust_env=False)


def test_an_older_authority_is_not_this_one(server, tmp_path):
    """
    Two authorities have nothing in common but their name.
    """
    context = Authority(tmp_path / "other.pem").client_context()
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(server.endpoint, verify=context, trust_env=False)


def test_the_file_keeps_the_public_authorities(authority):
    """
    A program that is pointed to the file still believes the rest of the world, such as a storage account.
    """
    text = authority.ca_file.read_bytes()

    assert text.startswith(authority.pem)
    assert Path(certifi.where()).read_bytes() in text
    assert b"PRIVATE KEY" not in text


def test_next_links_lead_back_by_https(emulator, server, authority):
    """
    The address that lists put into their links is the one that was asked, scheme included.
    """
    emulator._settings.page_size = 1
    with Client(emulator=emulator) as client:
        client.create_session("a")
        client.create_session("b")
    headers = {"Authorization": f"Bearer {emulator.issue_token()}"}
    url = f"{server.endpoint}/accounts/{emulator.account_id}/sessions?api-version=2021-01-01"
    answer = httpx.get(url, headers=headers, verify=authority.client_context(), trust_env=False)

    assert answer.json()["@nextLink"].startswith(f"https://127.0.0.1:{server.port}/accounts/")


def test_one_emulator_speaks_both(emulator, server, authority):
    """
    What was started by http is found by https: two servers, one service.
    """
    with serve(emulator) as plain, Client(**_settings(emulator, plain)) as client:
        client.create_session("s")
    with Client(verify=authority.client_context(), **_settings(emulator, server)) as client:
        assert client.get_session("s").id == "s"


def _settings(emulator, server):
    return {
        "endpoint": server.endpoint,
        "sts_endpoint": server.sts_endpoint,
        "account_id": emulator.account_id,
        "account_key": emulator.account_key,
    }


def test_the_environment_names_the_file(server, authority):
    """
    The variables for other programs lead to https and to what makes it believed.
    """
    environment = server.environment

    assert environment["ARR_ENDPOINT"] == environment["ARR_STS_ENDPOINT"] == f"https://127.0.0.1:{server.port}"
    files = {
        environment[name] for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    }
    assert files == {str(authority.ca_file)}


def test_further_names(tmp_path, emulator):
    """
    A name from the machine's hosts file can be put on the certificate, beside the usual ones.
    """
    authority = Authority(tmp_path / "ca.pem", hosts=["remoterendering.eastus.mixedreality.azure.com", HOSTS[0]])
    with serve(emulator, tls=authority) as server:
        for name in ("remoterendering.eastus.mixedreality.azure.com", "sts.localhost"):
            with httpx.Client(verify=authority.client_context(), trust_env=False) as client:
                answer = client.get(server.endpoint, headers={"Host": name}, extensions={"sni_hostname": name})
            assert answer.status_code == 404


def test_a_name_that_is_none_is_refused(tmp_path):
    """
    What cannot stand on a certificate is named in the error.
    """
    with pytest.raises(ConfigurationError, match=r"hosts: .*not a name!"):
        Authority(tmp_path / "ca.pem", hosts=["not a name!"])


def test_a_file_that_cannot_be_written_is_refused(tmp_path):
    """
    A place that is a directory is named, and nothing is left beside it.
    """
    taken = tmp_path / "taken"
    taken.mkdir()
    with pytest.raises(ConfigurationError, match=r"ca_file: .* cannot be written"):
        Authority(taken)
    assert [taken] == list(tmp_path.iterdir())


def test_without_trustme_the_error_names_the_extra(tmp_path, monkeypatch):
    """
    Whoever lacks the extra is told its name, and that plain http needs none.
    """
    monkeypatch.setitem(sys.modules, "trustme", None)

    with pytest.raises(ConfigurationError, match="needs trustme") as caught:
        Authority(tmp_path / "ca.pem")
    assert 'pip install "arr-facade[emulator]"' in str(caught.value)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to send to a process")
def test_the_command_speaks_both(tmp_path):
    """
    `arr emulator --https` prints settings by which another process finds it and believes it, and tells of http too.
    """
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ARR_")},
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")]),
    }
    arr = [sys.executable, "-m", "arr_facade.cli"]
    ca_file = tmp_path / "ca.pem"
    process = subprocess.Popen(
        [*arr, "emulator", "--https", "--ca-file", str(ca_file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        lines = [process.stdout.readline() for _ in range(7)]
        settings = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines)
        settings = {name: value.strip("'") for name, value in settings.items()}
        listening = process.stderr.readline()
        done = subprocess.run(
            [*arr, "session", "start", "s", "--json"],
            env=environment | settings,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)

    assert settings["ARR_ENDPOINT"].startswith("https://127.0.0.1:")
    assert settings["SSL_CERT_FILE"] == str(ca_file)
    assert f" and {settings['ARR_ENDPOINT']};" in listening
    assert " at http://127.0.0.1:" in listening
    assert (done.returncode, '"id": "s"' in done.stdout) == (0, True), done.stderr
    assert process.returncode == 0
