"""
docs/interop.md: its commands and its Python do what they say, against a server of another thread.
"""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import certifi
import pytest

from arr_facade.emulator.server import serve

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "interop.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("bash"), reason="needs curl and bash")
@pytest.mark.parametrize("secure", [True, False], ids=["https", "http"])
@pytest.mark.parametrize("other", [None, "CURL_CA_BUNDLE", "SSL_CERT_DIR"])
def test_the_curl_commands(emulator, authority, secure, other):
    """
    Nothing but the printed variables is needed, whomever else the shell was told to trust, and every command succeeds.
    """
    emulator.hooks.clear()
    (script,) = blocks("sh")
    with serve(emulator, tls=authority if secure else None) as server:
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "NO_PROXY": "*"}
        if other:
            environment[other] = certifi.where() if other == "CURL_CA_BUNDLE" else "/etc/ssl/certs"
        environment |= server.environment
        done = subprocess.run(
            ["bash", "-euo", "pipefail"], input=script, env=environment, capture_output=True, text=True, check=False
        )

    assert 0 == done.returncode, done.stderr
    assert '"id":"from-curl"' in done.stdout
    expected = ["get_token", "create_session", "get_session", "update_session", "list_sessions", "stop_session"]
    assert [*expected, "create_conversion", "list_conversions"] == [call.operation for call in emulator.requests]
    assert {200, 201, 204} == {call.status for call in emulator.requests}


def test_the_server_in_python(tmp_path, monkeypatch):
    """
    The piece about trust runs as it stands, and believes no other file.
    """
    code = blocks("python")[0]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    exec(compile(code, "docs/interop.md: Trusting it", "exec"), {})
    assert (tmp_path / "emulator-ca.pem").is_file()


@pytest.mark.skipif(not find_spec("azure"), reason="Microsoft's SDK is not installed here")
def test_the_sdk_in_python(emulator, server):
    """
    The piece for Microsoft's SDK runs as it stands, in a process that has nothing but the printed variables.
    """
    environment = os.environ | server.environment
    done = subprocess.run(
        [sys.executable, "-c", blocks("python")[1]], env=environment, capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode, done.stderr
    assert "stop_session" in [call.operation for call in emulator.requests]


def test_the_printed_variables_are_the_printed_ones(server):
    """
    The example of the command's output names exactly the variables that are printed.
    """
    (example,) = blocks("text")
    assert list(server.environment) == re.findall(r"^export (\w+)=", example, re.MULTILINE)
