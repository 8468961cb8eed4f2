"""
Whether what is missing from a generated package is noticed, piece by piece.
"""

import re
import shutil
from pathlib import Path

import pytest
from pipeline import coverage, documents, pins
from pipeline.coverage import CoverageError
from pipeline.pull import Folder, Puller

from tests.shared import SHARED, needs_shared

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "generated" / "arr_client"
NAME = "rendering_2021_01_01"


@pytest.fixture(scope="module")
def document():
    return documents.load(ROOT / "spec" / "openapi" / f"{NAME}.yaml")


@pytest.fixture
def package(tmp_path):
    """
    A copy of a generated package, to take things out of.
    """
    return Path(shutil.copytree(CLIENT / NAME, tmp_path / NAME, ignore=shutil.ignore_patterns("__pycache__")))


def edit(path, pattern, replacement):
    text = path.read_text(encoding="utf-8")
    changed = re.sub(pattern, replacement, text)
    assert changed != text
    path.write_text(changed, encoding="utf-8")


class TestFound:
    def test_everything_is_counted(self, document):
        """
        The counts are those of the document: Remote Rendering has 8 operations, 42 properties in 14 models, 12 enum
        values and 51 statuses.
        """
        counts = coverage.check(CLIENT / NAME, document)
        assert {"operations": 8, "properties": 42, "enum values": 12, "statuses": 51} == counts

    def test_every_package_has_all_of_its_document(self):
        """
        Nothing that spec/openapi declares is missing from any generated package.
        """
        for api in pins.read(ROOT / "spec" / "pins.toml").apis:
            counts = coverage.check(CLIENT / api.name, documents.load(ROOT / "spec" / "openapi" / f"{api.name}.yaml"))
            assert counts["operations"], api.name

    @needs_shared
    def test_every_package_has_all_of_upstreams_swagger(self):
        """
        Nothing that upstream's Swagger declares was lost on the way, by the lowering or by the generator.
        """
        present = pins.read(ROOT / "spec" / "pins.toml")
        puller = Puller(Folder(SHARED / "specs"), present.repository, present.commit)
        for api in present.apis:
            swagger = documents.parse_swagger(puller.pinned(api).swagger, api.path)
            lowered = documents.load(ROOT / "spec" / "openapi" / f"{api.name}.yaml")
            counts = coverage.check(CLIENT / api.name, swagger)
            assert coverage.check(CLIENT / api.name, lowered) == counts, api.name


class TestMissing:
    def test_an_operation(self, package, document):
        """
        A module that is gone is reported as its operation and each of its statuses.
        """
        (package / "api" / "remote_rendering" / "stop_session.py").unlink()
        with pytest.raises(CoverageError, match=NAME) as refusal:
            coverage.check(package, document)
        assert [
            "operation POST /accounts/{}/sessions/{}/:stop",
            *(f"status {code} of POST /accounts/{{}}/sessions/{{}}/:stop" for code in (204, 401, 403, 404, 429, 500)),
        ] == str(refusal.value).splitlines()[1:]

    @pytest.mark.parametrize(
        ("module", "change", "missing"),
        [
            (
                "models/session_properties.py",
                (r'd\.pop\("teraflops", UNSET\)', "UNSET"),
                "property SessionProperties.teraflops",
            ),
            (
                "models/session_properties.py",
                (r'field_dict\["teraflops"\] = teraflops', "pass"),
                "property SessionProperties.teraflops",
            ),
            (
                "models/conversion_output.py",
                (r'"outputAssetUri"', '"output_asset_uri"'),
                "property ConversionOutput.outputAssetUri",
            ),
            ("models/session_status.py", (r'    EXPIRED = "Expired"\n', ""), "enum value session_status.Expired"),
            (
                "api/remote_rendering/create_session.py",
                (r"status_code == 409", "status_code == 410"),
                "status 409 of PUT /accounts/{}/sessions/{}",
            ),
        ],
    )
    def test_a_part(self, package, document, module, change, missing):
        """
        A field that goes only one way, a field under another name, an enum value and a status are each missed.
        """
        edit(package / module, *change)
        with pytest.raises(CoverageError) as refusal:
            coverage.check(package, document)
        assert [missing] == str(refusal.value).splitlines()[1:]

    def test_a_model(self, package, document):
        """
        A model whose module is gone is reported field by field.
        """
        (package / "models" / "update_session_settings.py").unlink()
        with pytest.raises(CoverageError, match=r"property UpdateSessionSettings\.maxLeaseTimeMinutes"):
            coverage.check(package, document)

    def test_the_answer_to_any_other_status(self, tmp_path):
        """
        A `default` response is missed when the package treats other statuses as unexpected.
        """
        name = "sts_2019_02_28_preview"
        package = Path(shutil.copytree(CLIENT / name, tmp_path / name))
        shutil.copyfile(
            CLIENT / NAME / "api" / "remote_rendering" / "get_session.py", package / "api" / "accounts" / "get_token.py"
        )
        edit(
            package / "api" / "accounts" / "get_token.py",
            r"/accounts/\{account_id\}/sessions/.*\"",
            '/Accounts/{}/token"',
        )
        declared = documents.load(ROOT / "spec" / "openapi" / f"{name}.yaml")
        with pytest.raises(CoverageError, match=r"status default of GET /Accounts/\{\}/token"):
            coverage.check(package, declared)


def test_swagger_and_openapi_declare_the_same():
    """
    A Swagger document and its OpenAPI form are read alike, inline enums, nested objects and arrays included.
    """
    schemas = {
        "thing": {
            "properties": {
                "state": {"enum": ["on", "off"], "type": "string"},
                "part": {"type": "object", "properties": {"name": {"type": "string"}}},
                "list": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}},
            }
        },
        "child": {"allOf": [{"$ref": "#/elsewhere"}, {"properties": {"own": {"type": "string"}}}]},
    }
    operation = {"operationId": "Get", "parameters": [{"name": "a", "enum": ["x"]}], "responses": {"200": {}}}
    swagger = {"paths": {"/{a}": {"get": operation}}, "definitions": schemas}
    openapi = {
        "paths": {"/{b}": {"get": operation | {"parameters": [{"name": "a", "schema": {"enum": ["x"]}}]}}},
        "components": {"schemas": schemas},
    }
    declared = coverage.declare(swagger)
    assert coverage.declare(openapi) == declared
    assert {
        "Thing": {"state", "part", "list"},
        "ThingPart": {"name"},
        "ThingListItem": {"id"},
        "Child": {"own"},
    } == declared.properties
    assert {frozenset({"on", "off"}), frozenset({"x"})} == declared.enums.keys()
    assert {("get", "/{}"): {"200"}} == declared.statuses
