"""
spec/pins.toml: read, written, and refused where it does not say what it has to.
"""

import copy
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipeline import pins
from pipeline.pins import Api, Pins, PinsError

ROOT = Path(__file__).resolve().parents[2]

HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)


@st.composite
def tables(draw):
    """
    Pins with a few versions of one service, of which the first is the default.
    """
    apis = tuple(
        Api(
            name=name,
            service="things",
            version=draw(st.from_regex(r"[0-9a-z.-]{1,8}", fullmatch=True)),
            default=index == 0,
            path=f"specification/{name}/a.json",
            sha256=draw(HASHES),
            document=draw(HASHES),
            overlays=tuple(draw(st.lists(st.sampled_from(["a.yaml", "b.yaml"]), unique=True))),
            overlays_sha256=draw(HASHES),
            files=draw(st.dictionaries(st.text(st.characters(codec="utf-8", exclude_categories=["C"])), HASHES)),
        )
        for index, name in enumerate(draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)))
    )
    commit = draw(st.text("0123456789abcdef", min_size=40, max_size=40))
    return Pins("Owner/name-of.it", commit, apis)


@given(tables())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_is_read_back(table):
    """
    Any pins survive being written and read, whatever the names of their files look like.
    """
    assert table == pins.parse(tomllib.loads(pins.dump(table).decode()), "pins.toml")


def test_the_project_pins_every_version():
    """
    The eight versions of the data plane are pinned, with one default per service and all their examples.
    """
    table = pins.read(ROOT / "spec/pins.toml")
    assert "338ccc7bfc79689760959765543387e58b0e4855" == table.commit
    assert "2021-01-01" == table.default("rendering").version
    assert [
        ("rendering", "2021-01-01", 8),
        ("rendering", "2021-01-01-preview", 8),
        ("sts", "2019-02-28-preview", 1),
        ("object_anchors", "0.2-preview.0", 3),
        ("object_anchors", "0.2-preview.1", 3),
        ("object_anchors", "0.3-preview.0", 3),
        ("object_anchors", "0.3-preview.1", 3),
        ("object_anchors", "0.3-preview.2", 3),
    ] == [(api.service, api.version, len(api.files)) for api in table.apis]


def test_the_committed_file_is_as_it_would_be_written():
    """
    The committed pins are byte for byte what a run would write, so that an update shows real changes only.
    """
    path = ROOT / "spec/pins.toml"
    assert path.read_bytes() == pins.dump(pins.read(path))


def test_names():
    """
    An API is found by its name, a default by its service, and an unknown name is told the known ones.
    """
    table = pins.read(ROOT / "spec/pins.toml")
    assert ("sts_2019_02_28_preview",) == tuple(api.name for api in table.select("sts_2019_02_28_preview"))
    assert table.apis == table.select(None)
    with pytest.raises(PinsError, match="no API is called 'x'; there are rendering_2021_01_01, "):
        table.select("x")
    with pytest.raises(PinsError, match="no service is called 'x'"):
        table.default("x")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda table: table.update(commit="main"),
            "commit has to be the 40 hexadecimal digits of a commit, not 'main'",
        ),
        (lambda table: table.update(repository="x"), "repository has to be OWNER/NAME"),
        (lambda table: api(table).update(sha256="0"), "api.sts_2019_02_28_preview: sha256 has to be the 64"),
        (lambda table: api(table).update(path="../x"), "path has to be the path of a JSON file"),
        (lambda table: api(table).update(extra=1), "no field is called 'extra'"),
        (lambda table: api(table).pop("default"), "sts needs one default version, not 0"),
        (lambda table: api(table).update(overlays="a.yaml"), "a list of file names"),
        (lambda table: api(table).update(overlays=["../a.yaml"]), "a list of file names"),
        (lambda table: api(table)["files"].update(x=""), "files: x has to be the 64"),
        (lambda table: table["api"].update({"Bad-Name": api(table)}), "a name is a Python package's"),
    ],
)
def test_wrong_pins_are_refused(change, message):
    """
    A field that is missing or wrong is named, with what it has to be.
    """
    table = copy.deepcopy(tomllib.loads((ROOT / "spec/pins.toml").read_text(encoding="utf-8")))
    change(table)
    with pytest.raises(PinsError) as caught:
        pins.parse(table, "pins.toml")
    assert message in str(caught.value)


def api(table):
    return table["api"]["sts_2019_02_28_preview"]


def test_an_unreadable_file_is_named(tmp_path):
    """
    A file that is not there, or no TOML, is named with the reason.
    """
    with pytest.raises(PinsError, match=r"pins\.toml: cannot be read"):
        pins.read(tmp_path / "pins.toml")
    (tmp_path / "pins.toml").write_text("commit = ")
    with pytest.raises(PinsError, match=r"pins\.toml: cannot be read"):
        pins.read(tmp_path / "pins.toml")
