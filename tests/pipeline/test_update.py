"""
`regenerate.py --update`: what another commit of upstream would change, and moving to it as a whole or not at all.
"""

import copy
import dataclasses
import json
import re
import shutil
from pathlib import Path

import pytest
import regenerate
from pipeline import command, pins, prose, update
from pipeline.documents import sha256
from pipeline.workspace import PROSE

from tests.pipeline import toy
from tests.shared import SHARED, needs_shared

ROOT = Path(__file__).resolve().parents[2]
SWAGGER = f"{toy.FOLDER}/toys.json"
NEXT = "b" * 40
MISFIT = r"toys\.yaml: action \d+ on \$\.paths\['/toys/\{id\}'\]\.get matches nothing"

LAST = "338ccc7bfc79689760959765543387e58b0e4855"
HISTORY = [
    "b9433e451a68137c738d4a42630a5fe2b7d9b1cb",
    "883556bcd11ea4cc7525668c3e156dee49bc5b86",
    "92aa7802beffd6bdae18b808e45c4897de2cb2e2",
    "2a65b0a2bbd9113b91c889f187d8778c2725c0b9",
    "297c0866ffaca818bd42ba20ea5d22f850aa4e18",
    LAST,
]


def run(root, source, *words):
    options = regenerate.parser().parse_args([*words, "--source", str(source), "--cache", str(root.parent / "cache")])
    return command.run(root, options)


def publish(project, commit, files):
    """
    A commit of upstream with these files.
    """
    for path, content in files.items():
        toy.write(project.source / toy.REPOSITORY / commit / path, content)


def with_operation(**parts):
    """
    The toy's files with its one operation changed.
    """
    document = copy.deepcopy(toy.SWAGGER)
    document["paths"]["/toys/{id}"]["get"] |= parts
    return toy.FILES | {SWAGGER: json.dumps(document).encode()}


@pytest.fixture(scope="module")
def pulled(tmp_path_factory):
    """
    A toy project whose client is made, to be copied.
    """
    project = toy.make(tmp_path_factory.mktemp("toy"))
    assert 0 == run(project.root, project.source, "--pull")
    return project


@pytest.fixture
def project(pulled, tmp_path):
    for folder in ("project", "upstream"):
        shutil.copytree(pulled.root.parent / folder, tmp_path / folder)
    return toy.Toy(tmp_path / "project", tmp_path / "upstream")


class TestLooking:
    def test_the_differences_are_printed_and_nothing_moves(self, project, capsys):
        """
        Without --yes the rated differences are shown, and every byte stays.
        """
        publish(project, NEXT, with_operation(operationId="Dolls_Get"))
        before = project.tree()
        assert 0 == run(project.root, project.source, "--update", NEXT)
        assert [
            "toys_1: 1 breaking",
            "  breaking    module      GET /toys/{}: 'api.toys.get' → 'api.dolls.get'",
            "Nothing was changed. --yes moves the pins, spec/openapi and generated to this commit.",
        ] == capsys.readouterr().out.splitlines()
        assert before == project.tree()

    def test_an_overlay_that_no_longer_fits_is_told_beforehand(self, project, capsys):
        """
        Where an overlay speaks of what is gone, looking says that --yes would refuse, and why.
        """
        moved = json.loads(json.dumps(toy.SWAGGER).replace("/toys/{id}", "/dolls/{id}"))
        publish(project, NEXT, toy.FILES | {SWAGGER: json.dumps(moved).encode()})
        assert 0 == run(project.root, project.source, "--update", NEXT)
        refusal, obstacle = capsys.readouterr().out.splitlines()[-2:]
        assert "Nothing was changed. --yes would refuse:" == refusal
        assert re.match(MISFIT, obstacle.strip())

    def test_versions_that_are_not_pinned_are_named(self, project, capsys):
        """
        What upstream's list of versions has beyond the pins is shown, so that nobody misses a new version.
        """
        listed = "Microsoft.MixedReality/stable/2/toys.json"
        readme = f"- {toy.FOLDER.partition('/data-plane/')[2]}/toys.json\n- {listed}\n"
        publish(project, NEXT, toy.FILES | {update.README: readme.encode()})
        assert 0 == run(project.root, project.source, "--update", NEXT)
        assert f"new at bbbbbbbb and not pinned: {listed}" == capsys.readouterr().out.splitlines()[1]


class TestMoving:
    def test_everything_moves_in_one_go(self, project, capsys):
        """
        With --yes the pin, the hashes, spec/openapi and generated are those of the new commit, and nothing has drifted.
        """
        publish(project, NEXT, with_operation(operationId="Dolls_Get"))
        assert 0 == run(project.root, project.source, "--update", NEXT, "--yes")
        assert f"moved to {NEXT}" in capsys.readouterr().out
        present = project.workspace.pins()
        assert NEXT == present.commit
        assert sha256((project.source / toy.REPOSITORY / NEXT / SWAGGER).read_bytes()) == present.api("toys_1").sha256
        assert "Dolls_Get" in (project.root / "spec/openapi/toys_1.yaml").read_text()
        client = project.root / "generated/arr_client/toys_1/api"
        assert {"__init__.py", "dolls"} == {path.name for path in client.iterdir()}
        assert [] == project.workspace.drift()

    def test_what_no_overlay_describes_is_listed(self, project, capsys):
        """
        After moving, whatever is new and has no words of ours is named by JSON pointer.
        """
        document = copy.deepcopy(toy.SWAGGER)
        document.setdefault("definitions", {})["Doll"] = {"type": "object"}
        publish(project, NEXT, toy.FILES | {SWAGGER: json.dumps(document).encode()})
        assert 0 == run(project.root, project.source, "--update", NEXT, "--yes")
        assert (
            "no words  spec/openapi/toys_1.yaml#/components/schemas/Doll/description"
            in capsys.readouterr().out.splitlines()
        )

    def test_upstreams_words_are_learned(self, project):
        """
        The sentences of the new commit are known from then on, and those of the old one stay known.
        """
        old = prose.read(project.root / PROSE) | prose.fingerprints({"summary": "A sentence of five words."})
        (project.root / PROSE).write_bytes(prose.dump(old))
        publish(project, NEXT, with_operation(summary="Gets a toy by its name."))
        assert 0 == run(project.root, project.source, "--update", NEXT, "--yes")
        learned = prose.fingerprints({"summary": "Gets a toy by its name."})
        assert old | learned == prose.read(project.root / PROSE)

    def test_a_version_is_added_by_a_pin_of_zeros(self, project, capsys):
        """
        A pin whose sha256 is all zeros counts as new, and --yes fills in what it has to say.
        """
        added = dataclasses.replace(
            toy.API,
            name="toys_2",
            version="2",
            default=False,
            path=SWAGGER.replace("/1/", "/2/"),
            sha256="0" * 64,
            files={},
        )
        present = project.workspace.pins()
        (project.root / "spec/pins.toml").write_bytes(
            pins.dump(dataclasses.replace(present, apis=(*present.apis, added)))
        )
        publish(project, toy.COMMIT, {path.replace("/1/", "/2/"): content for path, content in toy.FILES.items()})
        assert 0 == run(project.root, project.source, "--update", toy.COMMIT, "--yes")
        assert "  compatible  api         toys_2: added" in capsys.readouterr().out
        assert sha256(toy.FILES[SWAGGER]) == project.workspace.pins().api("toys_2").sha256
        assert {"examples/Get.json", "types.json"} == project.workspace.pins().api("toys_2").files.keys()
        assert (project.root / "generated/arr_client/toys_2/api/toys/get.py").exists()


class TestRefusing:
    @pytest.fixture(autouse=True)
    def unchanged(self, project):
        """
        Whatever is refused here leaves every byte of the project alone.
        """
        before = project.tree()
        yield
        assert before == project.tree()

    @pytest.mark.parametrize("yes", [[], ["--yes"]])
    def test_a_commit_without_the_folder(self, project, capsys, yes):
        """
        Where nothing of what is pinned is left, upstream's retirement and the last commit are named.
        """
        publish(project, NEXT, {"README.md": b"Nothing."})
        assert 1 == run(project.root, project.source, "--update", NEXT, *yes)
        errors = capsys.readouterr().err
        assert f"at {NEXT}. It retired the folder in October 2025" in errors
        assert LAST in errors

    def test_an_overlay_that_does_not_fit(self, project, capsys):
        """
        Moving ends with the overlay's file, action and target.
        """
        moved = json.loads(json.dumps(toy.SWAGGER).replace("/toys/{id}", "/dolls/{id}"))
        publish(project, NEXT, toy.FILES | {SWAGGER: json.dumps(moved).encode()})
        assert 1 == run(project.root, project.source, "--update", NEXT, "--yes")
        assert re.search(MISFIT, capsys.readouterr().err)

    def test_a_name_that_can_move(self, project, capsys):
        """
        A branch may be looked at, but pins name a commit.
        """
        publish(project, "main", toy.FILES)
        assert 0 == run(project.root, project.source, "--update", "main")
        assert "--yes would refuse" in capsys.readouterr().out
        assert 1 == run(project.root, project.source, "--update", "main", "--yes")
        assert "--yes needs the 40 hexadecimal digits of a commit; 'main' can move" in capsys.readouterr().err

    def test_a_file_that_the_swagger_needs_and_is_not_there(self, project, capsys):
        """
        A Swagger whose own files are missing is an incomplete source, not a retired version.
        """
        publish(project, NEXT, {SWAGGER: toy.FILES[SWAGGER]})
        assert 1 == run(project.root, project.source, "--update", NEXT)
        assert "no such file" in capsys.readouterr().err

    def test_no_json(self, project, capsys):
        """
        What is no document is said by its name.
        """
        publish(project, NEXT, toy.FILES | {SWAGGER: b"<html>"})
        assert 1 == run(project.root, project.source, "--update", NEXT)
        assert f"{SWAGGER}: not a JSON document" in capsys.readouterr().err


class TestTwoVersions:
    """
    There is one commit for all APIs, so it moves only where it is true of all.
    """

    @pytest.fixture
    def two(self, tmp_path):
        project = toy.make(tmp_path, toy.FILES | {path.replace("/1/", "/2/"): data for path, data in toy.FILES.items()})
        second = dataclasses.replace(
            toy.API, name="toys_2", version="2", default=False, path=SWAGGER.replace("/1/", "/2/")
        )
        (project.root / "spec/pins.toml").write_bytes(
            pins.dump(pins.Pins(toy.REPOSITORY, toy.COMMIT, (toy.API, second)))
        )
        return project

    def test_a_version_that_is_gone(self, two, capsys):
        """
        A version that the commit does not have is breaking to lose, and keeps the pins from moving.
        """
        publish(two, NEXT, toy.FILES)
        before = two.tree()
        assert 0 == run(two.root, two.source, "--update", NEXT)
        assert "  breaking    api         toys_2: removed: not there at bbbbbbbb" in capsys.readouterr().out
        assert 1 == run(two.root, two.source, "--update", NEXT, "--yes")
        assert f"toys_2: not there at {NEXT}; take the pin out first" in capsys.readouterr().err
        assert before == two.tree()

    def test_one_api_of_two_that_changed(self, two, capsys):
        """
        --api moves the one commit only where the other API is the same at it.
        """
        changed = {path.replace("/1/", "/2/"): data for path, data in with_operation(operationId="Dolls_Get").items()}
        publish(two, NEXT, toy.FILES | changed)
        before = two.tree()
        assert 1 == run(two.root, two.source, "--update", NEXT, "--yes", "--api", "toys_1")
        assert f"toys_2: changed or gone at {NEXT} too" in capsys.readouterr().err
        assert before == two.tree()


@needs_shared
class TestHistory:
    @pytest.fixture
    def copied(self, tmp_path):
        """
        A copy of what the pipeline reads and writes of this project.
        """
        for folder in ("spec", "generated"):
            shutil.copytree(
                ROOT / folder, tmp_path / "project" / folder, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
            )
        return toy.Toy(tmp_path / "project", SHARED / "specs")

    def test_every_past_commit_can_be_looked_at(self, copied, capsys):
        """
        Upstream's past commits are compared with the pins without a refusal, and nothing changes.
        """
        before = copied.tree()
        for commit in HISTORY:
            assert 0 == run(copied.root, copied.source, "--update", commit), commit
            assert "Nothing was changed." in capsys.readouterr().out
        assert before == copied.tree()

    def test_there_and_back_again(self, copied, capsys):
        """
        Moving to a past commit and back gives the same bytes, for an API that both commits have.
        """
        present = copied.workspace.pins()
        fewer = dataclasses.replace(present, apis=(present.api("sts_2019_02_28_preview"),))
        (copied.root / "spec/pins.toml").write_bytes(pins.dump(fewer))
        assert 0 == run(copied.root, copied.source, "--pull")
        before = copied.tree()
        assert 0 == run(copied.root, copied.source, "--update", HISTORY[0], "--yes")
        assert HISTORY[0] == copied.workspace.pins().commit
        module = copied.root / "generated/arr_client/sts_2019_02_28_preview/api/accounts/get_token.py"
        assert "account_id: str," in module.read_text("utf-8")
        capsys.readouterr()
        assert 0 == run(copied.root, copied.source, "--update", LAST, "--yes")
        assert "sts_2019_02_28_preview: 1 breaking, 2 wording" in capsys.readouterr().out
        assert {path: data for path, data in before.items() if path.name != Path(PROSE).name} == {
            path: data for path, data in copied.tree().items() if path.name != Path(PROSE).name
        }
