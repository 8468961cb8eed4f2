"""
The generator's work: what a package must have, what must stop it, and that its bytes depend on the pins alone.
"""

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from pipeline import templates
from pipeline.documents import load, operations
from pipeline.generate import COMMAND, GenerationError, generate_packages, module_path, tool_versions
from pipeline.lower import lower
from pipeline.pins import read
from pipeline.verify import VerificationError, drift, tree, verify_package

from tests.pipeline.swaggers import EVERYTHING, lowered, swagger

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "generated/arr_client"
PINS = read(ROOT / "spec/pins.toml")
FILES = {"more.json": {"definitions": {"Cause": {"type": "string"}}}}


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """
    The client of a document with about everything in it, and its document.
    """
    document = lowered(EVERYTHING, FILES)
    folder = tmp_path_factory.mktemp("generated")
    generate_packages({"everything": document}, folder)
    return folder / "everything", document


def imported(monkeypatch, package, module):
    monkeypatch.syspath_prepend(str(package[0].parent))
    return importlib.import_module(f"everything.{module}")


class TestTheCommittedClient:
    @pytest.mark.parametrize("api", PINS.apis, ids=lambda api: api.name)
    def test_each_operation_has_its_pure_functions(self, api):
        """
        Every operation of a document has a module whose request and answer can be had without any network.
        """
        document = load(ROOT / f"spec/openapi/{api.name}.yaml")
        verify_package(CLIENT / api.name, document)
        for _, _, operation in operations(document):
            module = importlib.import_module(f"arr_client.{api.name}.{module_path(operation)}")
            assert callable(module._get_kwargs)
            assert callable(module._parse_response)

    def test_every_file_says_how_it_was_made(self):
        """
        Every module begins with what it was made from and the command, and the package is typed.
        """
        modules = list(CLIENT.rglob("*.py"))
        assert len(modules) > 100
        assert [] == [path for path in modules if COMMAND not in path.read_text(encoding="utf-8").splitlines()[0]]
        assert (CLIENT / "py.typed").is_file()

    def test_provenance(self):
        """
        At run time the package tells the commit, the files, their hashes and the tools it was made from.
        """
        provenance = importlib.import_module("arr_client.provenance").PROVENANCE
        assert (PINS.repository, PINS.commit) == (provenance.repository, provenance.commit)
        assert tool_versions() == dict(provenance.tools)
        assert [api.name for api in PINS.apis] == list(provenance.apis)
        for api in PINS.apis:
            there = provenance.apis[api.name]
            assert (api.version, api.path, api.sha256, dict(api.files), api.document) == (
                there.api_version,
                there.path,
                there.sha256,
                dict(there.files),
                there.document_sha256,
            )
            assert importlib.import_module(f"arr_client.{api.name}").Client

    def test_an_unknown_value_is_text(self):
        """
        A status of tomorrow arrives as what it is, and known ones as members.
        """
        models = importlib.import_module("arr_client.rendering_2021_01_01.models")
        document = {"id": "a", "size": "Enormous", "status": "Ready"}
        session = models.SessionProperties.from_dict(document)
        assert ("Enormous", models.SessionStatus.READY) == (session.size, session.status)
        assert not isinstance(session.size, models.SessionSize)
        assert document == session.to_dict()

    def test_recorded_nulls_are_kept(self):
        """
        Where the service was recorded to send null, null is a value of its own and survives a round trip.
        """
        models = importlib.import_module("arr_client.rendering_2021_01_01.models")
        session = {"id": "a", "size": "Standard", "status": "Starting", "error": None, "hostname": None, "new": None}
        assert session == models.SessionProperties.from_dict(session).to_dict()
        error = {"code": "c", "message": "m", "details": None, "target": None, "innerError": None}
        assert error == models.Error.from_dict(error).to_dict()
        page = {"conversions": [], "@nextLink": None}
        assert page == models.ConversionList.from_dict(page).to_dict()

    def test_any_other_null_of_an_optional_field_is_absent(self):
        """
        Null for an optional field that does not know null is read as if the field were not there.
        """
        models = importlib.import_module("arr_client.rendering_2021_01_01.models")
        session = {"id": "a", "size": "Standard", "status": "Starting"}
        nulls = {"handshakePort": None, "elapsedTimeMinutes": None, "creationTime": None}
        assert session == models.SessionProperties.from_dict(session | nulls).to_dict()

    def test_mypy_is_content(self):
        """
        The generated client and the pipeline hold under mypy's strict rules.
        """
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "scripts/regenerate.py", "scripts/pipeline", "generated/arr_client"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == done.returncode, done.stdout


class TestAPackage:
    def test_it_is_whole(self, package):
        """
        A document with about everything in it becomes a package with every operation.
        """
        verify_package(*package)
        modules = {path.relative_to(package[0]).as_posix() for path in package[0].rglob("*.py")}
        assert {"api/things/get.py", "api/things/put.py", "api/things/list_.py", "api/default/send.py"} <= modules

    def test_inherited_and_own_fields(self, monkeypatch, package):
        """
        A subtype has the fields of its parent and its own.
        """
        special = imported(monkeypatch, package, "models.special").Special.from_dict({"kind": "special", "own": True})
        assert ("special", True) == (special.kind, special.own)

    def test_defaults_and_formats(self, monkeypatch, package):
        """
        Defaults, names of enum members and nullable references arrive in the code.
        """
        thing = imported(monkeypatch, package, "models.thing").Thing
        state = imported(monkeypatch, package, "models.state").State
        assert ["LIT", "OFF"] == [member.name for member in state]
        assert (state.LIT, 1) == (thing(kind="a").state, thing(kind="a").size)
        assert {"kind": "a", "cause": None, "list": None} == thing.from_dict(
            {"kind": "a", "cause": None, "list": None, "size": None}
        ).to_dict()

    def test_a_multipart_form_is_sent(self, monkeypatch, package):
        """
        A form with a file takes a file.
        """
        send = imported(monkeypatch, package, "api.default.send")
        types = imported(monkeypatch, package, "types")
        body = imported(monkeypatch, package, "models.send_body").SendBody(f=types.File(payload=b"x"))
        kwargs = send._get_kwargs("00000000-0000-0000-0000-000000000000", body=body)
        assert ["f"] == [name for name, _ in kwargs["files"]]
        assert b"\r\n\r\nx\r\n" in httpx.Request("POST", "https://a/", files=kwargs["files"]).read()

    def test_a_module_without_its_functions_is_found(self, package, tmp_path):
        """
        A package that lost an operation, a header or its syntax is not accepted.
        """
        broken = tmp_path / "everything"
        shutil.copytree(package[0], broken)
        (broken / "api/things/put.py").unlink()
        (broken / "types.py").write_text("def = 1")
        with pytest.raises(VerificationError) as caught:
            verify_package(broken, package[1])
        message = str(caught.value)
        assert "api.things.put: has no _get_kwargs for PUT /things/{id}" in message
        assert "types: has no do-not-edit header" in message
        assert "types: invalid syntax" in message


class TestRefusals:
    def test_a_warning_is_a_failure(self, tmp_path):
        """
        Where the generator would leave something out and only warn, the run fails with the warning.
        """
        responses = {"200": {"description": "", "schema": {"type": "object"}}}
        document = lower(
            swagger(paths={"/a": {"get": {"operationId": "A_B", "responses": responses, "produces": ["image/png"]}}})
        )
        with pytest.raises(GenerationError, match=r"(?s)failed with exit code 1.*Unsupported content_type image/png"):
            generate_packages({"p": document}, tmp_path)

    def test_two_classes_of_one_name_are_a_failure(self, tmp_path):
        """
        Definitions whose names become the same class are not reduced to one.
        """
        definitions = {name: {"type": "object", "properties": {name: {"type": "string"}}} for name in ("a_b", "AB")}
        with pytest.raises(GenerationError, match="duplicate models"):
            generate_packages({"p": lower(swagger(definitions=definitions))}, tmp_path)

    def test_a_list_in_one_parameter_is_a_failure(self, tmp_path):
        """
        What the generator drops without a warning is refused before it.
        """
        ids = {"name": "ids", "in": "query", "type": "array", "items": {"type": "string"}}
        operation = {"operationId": "A_B", "parameters": [ids], "responses": {"200": {"description": ""}}}
        with pytest.raises(GenerationError, match=r"p: the generator cannot send 'ids' as one list \(form\)"):
            generate_packages({"p": lower(swagger(paths={"/a": {"get": operation}}))}, tmp_path)

    @pytest.mark.parametrize("first", ["hen", "egg"])
    def test_models_may_need_each_other(self, tmp_path, first):
        """
        Of two models that hold each other, whichever is imported first reads and writes both.
        """
        hen, egg = {"$ref": "#/definitions/Hen"}, {"$ref": "#/definitions/Egg"}
        definitions = {
            "Hen": {"type": "object", "properties": {"laid": {"type": "array", "items": egg}}},
            "Egg": {"type": "object", "properties": {"from": hen}},
        }
        generate_packages({"farm": lower(swagger(definitions=definitions))}, tmp_path)
        document = {"laid": [{"from": {"laid": []}}, {}]}
        program = (
            f"import farm.models.{first}\nfrom farm.models import Hen, Egg\nhen = Hen.from_dict({document})\n"
            f"assert isinstance(hen.laid[0], Egg) and isinstance(hen.laid[0].from_, Hen)\n"
            f"assert hen.to_dict() == {document}"
        )
        subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)

    def test_a_changed_template_is_a_failure(self, tmp_path, monkeypatch):
        """
        A replacement that no longer fits the generator's template stops the run.
        """
        name, _, new = templates.REPLACEMENTS[0]
        monkeypatch.setattr(templates, "REPLACEMENTS", ((name, "no such line\n", new),))
        with pytest.raises(templates.TemplateError, match=f"{name} changed"):
            templates.write(tmp_path)


class TestDeterminism:
    @pytest.mark.parametrize("seed", ["1", "2"])
    def test_only_the_pins_decide(self, tmp_path, seed):
        """
        Another folder, hash seed, working directory and ruff configuration above give the committed bytes.
        """
        project = tmp_path / "project"
        for folder in ("spec", "generated", "scripts"):
            shutil.copytree(ROOT / folder, project / folder, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copyfile(ROOT / "pyproject.toml", project / "pyproject.toml")
        name = "sts_2019_02_28_preview"
        shutil.rmtree(project / "generated/arr_client" / name)
        for above in (tmp_path, project / "generated"):
            (above / "ruff.toml").write_text('line-length = 60\n[format]\nquote-style = "single"\n')
        done = subprocess.run(
            [sys.executable, project / "scripts/regenerate.py", "--api", name],
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": seed, "RUFF_CONFIG": str(tmp_path / "ruff.toml"), "LANG": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == done.returncode, done.stderr
        assert [] == drift(tree(CLIENT), tree(project / "generated/arr_client"), "arr_client")

    def test_two_runs_are_one(self, package, tmp_path):
        """
        The same document gives the same bytes again.
        """
        generate_packages({"everything": package[1]}, tmp_path)
        assert [] == drift(tree(package[0]), tree(tmp_path / "everything"), "everything")


def test_drift_names_each_file():
    """
    Files that differ, are missing or are left over are told apart.
    """
    expected, actual = {"a": b"1", "b": b"1", "c": b"1"}, {"a": b"1", "b": b"2", "d": b"1"}
    assert ["differs   x/b", "missing   x/c", "leftover  x/d"] == drift(expected, actual, "x")
