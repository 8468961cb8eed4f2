"""
Overlay documents: what they change, and every way in which one can be wrong.
"""

import copy
import tomllib
from pathlib import Path

import pytest
import yaml
from pipeline import overlay
from pipeline.overlay import OverlayError

ROOT = Path(__file__).resolve().parents[2]

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1"},
    "paths": {
        "/things/{id}": {
            "get": {
                "operationId": "Get",
                "parameters": [{"name": "id", "in": "path"}, {"name": "size", "in": "query"}],
                "responses": {"200": {"description": ""}, "404": {"description": ""}},
            },
            "put": {"operationId": "Put", "responses": {"404": {"description": ""}}},
        }
    },
    "components": {"schemas": {"Thing": {"type": "object", "properties": {"size": {"type": "integer", "minimum": 5}}}}},
}


@pytest.fixture
def write(tmp_path):
    """
    Writes an overlay with these actions, each given a reason, and returns its path.
    """

    def write(*actions, name="test.yaml"):
        path = tmp_path / name
        reasoned = [{"description": "Because.", **action} for action in actions]
        document = {"overlay": "1.0.0", "info": {"title": "Test", "version": "1"}, "actions": reasoned}
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        return path

    return write


class TestApply:
    def test_text_is_put_where_the_target_is(self, write):
        """
        An update is merged into the object its target names, and what stood there stays.
        """
        path = write({"target": "$.components.schemas.Thing", "update": {"description": "A thing."}})
        thing = overlay.apply(DOCUMENT, [path])["components"]["schemas"]["Thing"]
        assert {**DOCUMENT["components"]["schemas"]["Thing"], "description": "A thing."} == thing

    def test_the_document_is_left_as_it_was(self, write):
        """
        Applying is pure: the document that was given does not change.
        """
        before = copy.deepcopy(DOCUMENT)
        overlay.apply(DOCUMENT, [write({"target": "$.info", "update": {"description": "All."}})])
        assert before == DOCUMENT

    def test_one_action_reaches_every_match(self, write):
        """
        A wildcard writes the same sentence everywhere it fits, and each place has a copy of its own.
        """
        everywhere = {"target": "$.paths.*.*.responses['404']", "update": {"headers": {"a": {}}}, "x-adds": True}
        one = {"target": "$.paths.*.get.responses['404'].headers.a", "update": {"description": "Only here."}}
        path = write(everywhere | {"x-evidence": "A recording."}, one)
        item = overlay.apply(DOCUMENT, [path])["paths"]["/things/{id}"]
        assert {"description": "Only here."} == item["get"]["responses"]["404"]["headers"]["a"]
        assert {} == item["put"]["responses"]["404"]["headers"]["a"]

    def test_an_element_of_a_list_can_be_the_target(self, write):
        """
        A parameter that stands inline is found by its name.
        """
        target = "$.paths['/things/{id}'].get.parameters[?(@.name == 'size')]"
        parameters = overlay.apply(DOCUMENT, [write({"target": target, "update": {"description": "How big."}})])
        assert [None, "How big."] == [
            parameter.get("description") for parameter in parameters["paths"]["/things/{id}"]["get"]["parameters"]
        ]

    def test_later_overlays_see_what_earlier_ones_did(self, write):
        """
        Overlays are applied in the order given, so the last word wins.
        """
        first = write({"target": "$.info", "update": {"description": "First."}}, name="first.yaml")
        last = write({"target": "$.info", "update": {"description": "Last."}}, name="last.yaml")
        assert "Last." == overlay.apply(DOCUMENT, [first, last])["info"]["description"]

    def test_a_bound_is_changed_and_removed_with_evidence(self, write):
        """
        What is more than wording may be changed, and taken away, by an action that says what shows it is right.
        """
        target = "$.components.schemas.Thing.properties.size"
        change = {"target": target, "update": {"minimum": 0, "maximum": 9}, "x-evidence": "A recording."}
        removal = {"target": f"{target}.minimum", "remove": True, "x-evidence": "A recording."}
        thing = overlay.apply(DOCUMENT, [write(change, removal)])["components"]["schemas"]["Thing"]
        assert {"type": "integer", "maximum": 9} == thing["properties"]["size"]

    def test_actions_are_counted(self, write):
        """
        The number of places each action matched is known.
        """
        actions = overlay.load(
            write(
                {"target": "$.info", "update": {"description": "All."}},
                {"target": "$.paths.*.*.responses['404']", "update": {"description": "Gone."}},
            )
        )
        assert [1, 2] == overlay.apply_actions(copy.deepcopy(DOCUMENT), actions, "test.yaml")


class TestRefusals:
    @pytest.mark.parametrize(
        ("action", "complaint"),
        [
            ({"target": "$.components.schemas.Nothing", "update": {"description": "?"}}, "matches nothing"),
            ({"target": "$.paths['/things'", "update": {"description": "?"}}, "not a JSONPath"),
            ({"target": "$.info.title", "update": "Other", "x-evidence": "Taste."}, "only an object can be updated"),
            ({"target": "$.info", "update": {"description": "?"}, "description": ""}, "gives no reason"),
            ({"target": "$.info", "update": {"title": "Other"}}, "add `x-evidence`"),
            ({"target": "$.info.title", "remove": True}, "add `x-evidence`"),
            (
                {"target": "$.components.schemas.Thing", "update": {"properties": {"sise": {"description": "?"}}}},
                "there is no /properties/sise to update",
            ),
            (
                {"target": "$.components.schemas.Thing", "update": {"properties": {"description": {"type": "null"}}}},
                "add `x-evidence`",
            ),
        ],
    )
    def test_an_action_that_does_not_fit_is_named(self, write, action, complaint):
        """
        The error says which file, which action by index and target, and what is wrong with it.
        """
        good = {"target": "$.info", "update": {"description": "All."}}
        with pytest.raises(OverlayError) as refusal:
            overlay.apply(DOCUMENT, [write(good, action)])
        assert f"test.yaml: action 1 on {action['target']}" in str(refusal.value)
        assert complaint in str(refusal.value)

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("overlay: 1.0.0\n", "not an OpenAPI Overlay 1.0 document"),
            ("- a list\n", "not an OpenAPI Overlay 1.0 document"),
            ("a: [\n", "cannot be read as YAML"),
            ("info: {title: A, title: B}\n", "'title' stands twice"),
        ],
    )
    def test_a_file_that_is_no_overlay_is_named(self, tmp_path, text, complaint):
        """
        A file that YAML or the Overlay schema refuses, or that says a key twice, is refused by its name.
        """
        path = tmp_path / "broken.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(OverlayError, match=r"^broken\.yaml: ") as refusal:
            overlay.apply(DOCUMENT, [path])
        assert complaint in str(refusal.value)

    def test_a_file_that_is_not_there_is_named(self, tmp_path):
        """
        A missing overlay is an overlay error, not a traceback.
        """
        with pytest.raises(OverlayError, match=r"gone\.yaml"):
            overlay.apply(DOCUMENT, [tmp_path / "gone.yaml"])


def test_every_overlay_file_is_used():
    """
    No file in spec/overlay is left out of the pins, and no pin names a file that is not there.
    """
    pins = tomllib.loads((ROOT / "spec" / "pins.toml").read_text(encoding="utf-8"))
    used = {name for api in pins["api"].values() for name in api["overlays"]}
    assert {path.name for path in (ROOT / "spec" / "overlay").iterdir()} == used
