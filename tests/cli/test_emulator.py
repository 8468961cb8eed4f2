"""
`arr emulator` with regions, faults, a scenario and its admin API, as a program of its own.
"""

import json
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from arr_facade.cli import emulator as command

ARR = [sys.executable, "-m", "arr_facade.cli", "emulator"]
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture
def emulator():
    """Starts the command; the settings it printed and what it said on stderr by then."""
    started = []

    def start(*options):
        made = subprocess.Popen([*ARR, *options, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(made)
        said = []
        for line in made.stderr:
            said.append(line)
            if "admin API" in line:
                break
        assert said, "the command has ended"
        assert "listens at" in said[0], said
        settings = ""
        while not settings.endswith("\n}\n"):
            settings += made.stdout.readline()
        return json.loads(settings), "".join(said)

    yield start
    for made in started:
        with made:
            made.kill()


def ask(url, path, body=None):
    """The decoded answer of the admin API at the address that was printed."""
    base, _, token = url.partition("/?token=")
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, {"Authorization": f"Bearer {token}"})
    with NO_PROXY.open(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def admin_of(said):
    return re.search(r"admin API is at (http://127\.0\.0\.1:\d+/\?token=\S+)", said)[1]


def test_the_admin_api_is_at_the_printed_address(emulator):
    """
    The address on stderr and in the JSON has the token, and time that stands still is moved by it.
    """
    settings, said = emulator("--speed", "0")
    admin = admin_of(said)
    before = ask(admin, "/state")["clock"]
    moved = ask(admin, "/clock", {"advance": "9m"})

    assert (0, before["now"] + 540) == (before["speed"], moved["now"])
    assert admin == settings["admin"]
    with pytest.raises(urllib.error.HTTPError, match="401"):
        ask(admin + "x", "/state")


def test_regions_and_faults_are_options(emulator):
    """
    Each region is printed with its port, and a rule is met at once.
    """
    settings, said = emulator(
        *("--region", "westeurope", "--region", "eastus,latency=0.01s,capacity.Standard=1"),
        *("--fault", "error,status=503,operation=get_token,count=1", "--fault", "hold,id=gpu-*"),
    )
    state = ask(admin_of(said), "/state")
    eastus = re.search(r"region eastus is at (http://127\.0\.0\.1:\d+)\n", said)[1]
    assert {"westeurope": settings["ARR_ENDPOINT"], "eastus": eastus} == settings["regions"]
    assert [("westeurope", {}, 0), ("eastus", {"standard": 1}, 0.01)] == [
        (one["name"], one["capacity"], one["latency"]) for one in state["regions"]
    ]
    assert ["error", "hold"] == [rule["fault"]["effect"] for rule in state["faults"]]
    url = f"{settings['ARR_STS_ENDPOINT']}/Accounts/{settings['ARR_ACCOUNT_ID']}/token"
    with pytest.raises(urllib.error.HTTPError, match="503"):
        NO_PROXY.open(url, timeout=30)


def test_a_scenario_survives_a_restart(emulator, tmp_path):
    """
    What a file describes is there, and started again on the same state nothing is there twice.
    """
    scenario = tmp_path / "scenario.toml"
    scenario.write_text('[[faults]]\neffect = "hold"\n[[sessions]]\nid = "seeded"\n', encoding="utf-8")
    options = ("--scenario", str(scenario), "--state", str(tmp_path / "state.db"))
    for _ in range(2):
        state = ask(admin_of(emulator(*options)[1]), "/state")
        assert ["seeded"] == [one["id"] for one in state["sessions"]]
        assert [{"effect": "hold"}] == [rule["fault"] for rule in state["faults"]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--fault", "earthquake"], "effect: 'earthquake' is none of"),
        (["--region", "x,colour.Standard=1"], "regions.x.colour"),
        (["--region", "x,capacity.Standrad=1"], "regions.x.capacity['Standrad']: 1 is for no size there is; known are"),
        (["--region", "we st"], "regions: 'we st' is no name of a region"),
        (["--region", "x", "--region", "x,latency=1s"], "--region: 'x' is given twice"),
        (["--region", "x", "--region", "X"], "regions: 'X' is x again"),
        (["--fault", "hold,region=nowhere"], "region: 'nowhere' is none of local"),
        (["--host", "192.0.2.1", "--exposed"], "host: '192.0.2.1' is no address of this machine"),
        (["--port", "5000", "--admin-port", "5000"], "--port and --admin-port are both to be 5000; give each its own"),
        (["--https-port", "5000", "--admin-port", "5000"], "--https-port and --admin-port are both to be 5000"),
        (
            ["--region", "a", "--region", "b", "--port", "5000", "--https-port", "5001"],
            "--port and --https-port are both to be 5001; give each its own; further regions have",
        ),
        (["--host", "0.0.0.0"], "host: '0.0.0.0' is not a loopback address"),
        (["--speed", "-1"], "--speed"),
        (["--speed", "nan"], "'--speed': nan is not a number from 0"),
        (["--speed", "inf"], "'--speed': inf is not a number from 0"),
        (["--scenario", "missing.toml"], "missing.toml"),
    ],
)
def test_wrong_options_are_named(arr, options, message):
    """
    A mistake ends the command before it listens, with what was wrong.
    """
    result = arr("emulator", *options)
    assert result.code
    assert message in result.err


@pytest.mark.parametrize("option", ["--admin-port", "--https-port"])
def test_a_taken_port_is_named_by_its_option(arr, tmp_path, option):
    """
    Of the three ports the one that is in use is named as it was given.
    """
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = arr("emulator", option, str(port), "--ca-file", str(tmp_path / "ca.pem"))
    assert 3 == result.code
    assert f"{option}: {port} cannot be listened on: " in result.err
    assert "[Errno" in result.err


def test_the_same_port_of_another_address_is_another():
    """
    Where --host leads elsewhere, the service's port may be the admin API's number.
    """
    command._refuse_one_port_for_two("127.0.0.2", 5000, 0, 5000, regions=1)
    command._refuse_one_port_for_two("127.0.0.1", 0, 0, 0, regions=2)


def test_an_empty_recording_is_refused(arr, tmp_path):
    """
    Where nothing was recorded there is no agreement to report.
    """
    path = tmp_path / "empty.jsonl"
    path.write_text("\n", encoding="utf-8")
    result = arr("emulator", "diff", str(path))
    assert 3 == result.code
    assert "empty.jsonl' has nothing in it to compare" in result.err
