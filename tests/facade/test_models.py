"""
What a caller gets to see: frozen values that print, compare, copy and turn into JSON.
"""

import json
import pickle
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from arr_facade import (
    AccessToken,
    ConfigurationError,
    Conversion,
    ConversionInput,
    ConversionOutput,
    ConversionStatus,
    ErrorInfo,
    LeaseEvent,
    LeaseEventKind,
    ReadySession,
    Secret,
    Session,
    SessionSize,
    SessionStatus,
)
from arr_facade.models import open_enum

READY = ReadySession(
    id="s",
    status=SessionStatus.READY,
    size=SessionSize.STANDARD,
    lease=timedelta(minutes=10),
    elapsed=timedelta(minutes=3),
    created=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    host="vm.example",
    handshake_port=50051,
    inspector_port=50052,
    teraflops=8.1,
    read_at=12.0,
)
CONVERSION = Conversion(
    id="c",
    status=ConversionStatus.FAILED,
    created=datetime(2026, 1, 2, tzinfo=UTC),
    source=ConversionInput(container_uri="https://a.example/in", asset_path="x.fbx", prefix="p/", sas="?sig=hunter2"),
    target=ConversionOutput(container_uri="https://a.example/out", sas=Secret("?sig=hunter2")),
    error=ErrorInfo("InputContainerError", "No such file."),
)


def test_a_session_as_json():
    """
    Durations are minutes and times ISO 8601, under names that say so.
    """
    assert {
        "id": "s",
        "status": "Ready",
        "size": "Standard",
        "lease_minutes": 10,
        "elapsed_minutes": 3,
        "created": "2026-01-02T03:04:05+00:00",
        "host": "vm.example",
        "handshake_port": 50051,
        "inspector_port": 50052,
        "inspector_url": "https://vm.example:50052",
        "teraflops": 8.1,
        "error": None,
    } == json.loads(json.dumps(READY.as_dict()))


def test_a_session_of_which_little_is_known_has_the_same_keys():
    """
    What is absent is null, so that a reader of the JSON finds every key in every state.
    """
    bare = Session(id="s", status="Rebooting", size="Tiny")
    assert READY.as_dict().keys() == bare.as_dict().keys()
    assert "Rebooting" == bare.as_dict()["status"]
    assert json.dumps(bare.as_dict())


def test_a_conversion_as_json_has_no_signature():
    """
    Neither the JSON nor the repr of a conversion shows a shared access signature.
    """
    text = json.dumps(CONVERSION.as_dict())
    assert "hunter2" not in text + repr(CONVERSION)
    assert {"code": "InputContainerError", "message": "No such file."} == json.loads(text)["error"]
    assert {"container_uri", "prefix", "asset_path"} == json.loads(text)["source"].keys()


@pytest.mark.parametrize("kind", [ConversionInput, ConversionOutput])
@pytest.mark.parametrize("sas", ["", Secret("")])
def test_an_empty_signature_is_refused(kind, sas):
    """
    Empty text in place of a SAS is a mistake that is named, and not a container without one.
    """
    more = {"asset_path": "a.fbx"} if kind is ConversionInput else {}
    with pytest.raises(ConfigurationError, match="sas: '' is empty") as raised:
        kind(container_uri="https://a.example/in", sas=sas, **more)
    assert "sas" == raised.value.field
    assert "leave it out for linked storage" in str(raised.value)


def test_a_signature_in_an_address_is_not_shown():
    """
    Neither repr nor JSON shows a signature that stands in a container's address, whoever wrote it there.
    """
    uri = "https://a.example/in?sv=1&sig=hunter3"
    conversion = attrs.evolve(
        CONVERSION,
        source=ConversionInput(container_uri=uri, asset_path="a.fbx"),
        target=ConversionOutput(container_uri=uri),
    )
    text = repr(conversion) + json.dumps(conversion.as_dict())
    assert 4 == text.count("https://a.example/in?sv=1&sig=***")
    assert "hunter3" not in text


@pytest.mark.parametrize("value", [READY, CONVERSION, AccessToken(Secret("x"), 1.0), LeaseEvent("lost", READY, "why")])
def test_values_cannot_be_changed(value):
    """
    What the service said stays said.
    """
    for field in attrs.fields(type(value)):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, field.name, None)


def test_the_moment_of_reading_is_no_part_of_a_session():
    """
    Two readings of the same state are equal, and a repr does not show a number that means nothing to people.
    """
    assert attrs.evolve(READY, read_at=99.0) == READY
    assert "read_at" not in repr(READY)


def test_a_session_crosses_processes():
    """
    A session can be pickled, as results of a process pool are.
    """
    assert READY == pickle.loads(pickle.dumps(READY))


@pytest.mark.parametrize(
    ("status", "ready", "ended"),
    [
        ("Starting", False, False),
        ("Ready", True, False),
        ("Stopped", False, True),
        ("Expired", False, True),
        ("Error", False, True),
        ("Rebooting", False, False),
    ],
)
def test_what_a_status_means(status, ready, ended):
    """
    Ready is the one state to connect in, three states are the end, and an unknown one is neither.
    """
    session = Session(id="s", status=open_enum(SessionStatus, status), size="Standard")
    assert (ready, ended) == (session.is_ready, session.has_ended)


@pytest.mark.parametrize(
    ("status", "ended"),
    [
        ("NotStarted", False),
        ("Running", False),
        ("Succeeded", True),
        ("Failed", True),
        ("Cancelled", True),
        ("X", False),
    ],
)
def test_when_a_conversion_has_ended(status, ended):
    """
    Succeeded, Failed and Cancelled are the end of a conversion.
    """
    assert ended is attrs.evolve(CONVERSION, status=open_enum(ConversionStatus, status)).has_ended


def test_an_unknown_value_stays_text():
    """
    A status or size of a later service arrives as it was sent.
    """
    assert SessionStatus.READY is open_enum(SessionStatus, "Ready")
    assert "ready" == open_enum(SessionStatus, "ready")
    assert type(open_enum(SessionSize, "Huge")) is str


def test_members_print_as_the_service_writes_them():
    """
    Statuses, sizes and event kinds are text in formats and comparisons.
    """
    assert "Ready Standard NotStarted lost" == " ".join(
        [SessionStatus.READY, f"{SessionSize.STANDARD}", str(ConversionStatus.NOT_STARTED), LeaseEventKind.LOST]
    )
    assert SessionStatus.READY == "Ready"


def test_an_inspector_needs_a_server():
    """
    There is an inspector's address only where host and port are both known.
    """
    assert "https://vm.example:50052" == READY.inspector_url
    assert attrs.evolve(READY, inspector_port=None).inspector_url is None
    assert Session(id="s", status="Stopped", size="Standard", inspector_port=50052).inspector_url is None
