"""
`arr conversion` and `arr token`.
"""

import base64
import io
import json
import sys
from datetime import UTC, datetime

import pytest

CONTAINERS = [
    "--input-container",
    "https://example.blob.core.windows.net/models",
    "--output-container",
    "https://example.blob.core.windows.net/assets",
]


def test_start_get_list_agree(arr):
    """
    A conversion is found by its id and in the list, with the settings as the service has normalised them.
    """
    started = arr(
        "conversion", "start", "mine", *CONTAINERS, "--input-path", "a/engine.fbx", "--output-prefix", "out", "--json"
    )
    assert 0 == started.code
    assert "out/" == started.json["target"]["prefix"]
    assert "engine.arrAsset" == started.json["target"]["asset_filename"]
    assert "mine" == arr("conversion", "get", "mine", "--json").json["id"]
    assert ["mine"] == [conversion["id"] for conversion in arr("conversion", "list", "--json").json]
    assert "mine" == arr("conversion", "list").out.splitlines()[1].split("\t")[0]


def test_wait_tells_where_the_result_is(arr):
    """
    Waiting for a conversion ends with the address of its result.
    """
    arr("conversion", "start", "mine", *CONTAINERS, "--input-path", "engine.fbx")
    result = arr("conversion", "wait", "mine")
    assert 0 == result.code
    facts = dict(line.split(maxsplit=1) for line in result.out.splitlines())
    assert "https://example.blob.core.windows.net/assets/engine.arrAsset" == facts["Result"]
    assert "https://example.blob.core.windows.net/models/engine.fbx" == facts["Input"]
    assert "conversion 'mine' is" in result.err


def test_failed_conversion_has_its_exit_code(arr):
    """
    A conversion that fails ends the wait with exit code 5 and the service's own words.
    """
    result = arr("conversion", "start", "mine", *CONTAINERS, "--input-path", "doesnotexist.fbx", "--wait")
    assert 5 == result.code
    assert "conversion 'mine' failed" in result.err
    assert "ConversionProcessFailed" in result.err


def test_sas_is_read_from_the_environment_or_stdin_and_never_shown(arr, monkeypatch):
    """
    A SAS can be kept out of the command line, and appears in no output.
    """
    monkeypatch.setenv("ARR_INPUT_SAS", "sv=1&sig=in-secret")
    monkeypatch.setattr(sys, "stdin", io.StringIO("sv=1&sig=out-secret\n"))
    result = arr("conversion", "start", "mine", *CONTAINERS, "--input-path", "engine.fbx", "--output-sas", "-")
    assert 0 == result.code
    assert "secret" not in result.out + result.err
    assert "" == sys.stdin.read()


@pytest.mark.parametrize("option", ["--input-sas", "--output-sas"])
def test_empty_sas_is_a_wrong_setting(arr, option):
    """
    An empty SAS, as an unset variable of the shell makes it, is told as such and nothing is sent.
    """
    result = arr("conversion", "start", "mine", *CONTAINERS, "--input-path", "engine.fbx", option, "")
    assert 3 == result.code
    assert "sas: '' is empty" in result.err


@pytest.mark.parametrize("left_out", ["--input-container", "--output-container", "--input-path"])
def test_missing_location_is_a_usage_error(arr, left_out):
    """
    What a conversion cannot do without is asked for by name, before anything is sent.
    """
    options = dict(zip(CONTAINERS[::2], CONTAINERS[1::2], strict=True)) | {"--input-path": "engine.fbx"}
    del options[left_out]
    result = arr("conversion", "start", *(word for option in options.items() for word in option))
    assert 2 == result.code
    assert left_out in result.err


def test_token_is_the_only_thing_on_stdout(arr):
    """
    The token can be captured as it is; how long it is valid stands on stderr.
    """
    result = arr("token")
    header, claims, _ = result.out.strip().split(".")
    assert "JWT" == json.loads(base64.urlsafe_b64decode(header + "=="))["typ"]
    expires = json.loads(base64.urlsafe_b64decode(claims + "=="))["exp"]
    assert f"valid until {datetime.fromtimestamp(int(expires), UTC):%Y-%m-%d %H:%M:%S} UTC" in result.err


def test_token_as_json_has_its_end(arr):
    """
    In JSON the token comes with its end in ISO 8601, with a time zone.
    """
    token = arr("token", "--json").json
    assert datetime.fromisoformat(token["expires_at"]).tzinfo is not None
    assert 3 == len(token["token"].split("."))
