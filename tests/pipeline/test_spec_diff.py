"""
The rating of changes between two states of the specification.
"""

import copy
import json
from collections import Counter
from pathlib import Path

import pytest
import spec_diff
from pipeline import diff, pins, revisions
from pipeline.diff import Rating
from pipeline.pull import Folder, Puller
from pipeline.revisions import RevisionError

from tests.pipeline.swaggers import lowered
from tests.shared import SHARED, needs_shared

ROOT = Path(__file__).resolve().parents[2]

HISTORY = [
    "b9433e451a68137c738d4a42630a5fe2b7d9b1cb",
    "883556bcd11ea4cc7525668c3e156dee49bc5b86",
    "92aa7802beffd6bdae18b808e45c4897de2cb2e2",
    "2a65b0a2bbd9113b91c889f187d8778c2725c0b9",
    "297c0866ffaca818bd42ba20ea5d22f850aa4e18",
    "338ccc7bfc79689760959765543387e58b0e4855",
]

SWAGGER = {
    "swagger": "2.0",
    "info": {"title": "Things", "version": "1"},
    "host": "things.example",
    "paths": {
        "/things/{id}": {
            "put": {
                "operationId": "Things_Put",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "type": "string"},
                    {"name": "dry", "in": "query", "type": "boolean"},
                    {"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Wish"}},
                ],
                "responses": {
                    "200": {
                        "description": "Words.",
                        "schema": {"$ref": "#/definitions/Thing"},
                        "headers": {"cv": {"type": "string"}},
                    },
                    "404": {"description": "Words."},
                },
            },
        },
        "/things": {
            "get": {"operationId": "Things_List", "parameters": [], "responses": {"200": {"description": "Words."}}}
        },
    },
    "definitions": {
        "Wish": {
            "type": "object",
            "properties": {
                "size": {"type": "integer", "minimum": 1, "maximum": 9},
                "name": {"type": "string", "x-nullable": True},
            },
            "required": ["size"],
        },
        "Thing": {
            "type": "object",
            "properties": {
                "id": {"type": "string", "example": "a"},
                "age": {"type": "integer", "minimum": 0},
                "tags": {"type": "array", "items": {"type": "string"}},
                "state": {"$ref": "#/definitions/State"},
            },
            "required": ["id"],
        },
        "State": {"type": "string", "enum": ["On", "Off"], "x-ms-enum": {"name": "State"}},
    },
}

PUT = ("paths", "/things/{id}", "put")
WISH = ("definitions", "Wish")
THING = ("definitions", "Thing")


def changed(*place, value=None, base=SWAGGER):
    """
    A copy of the Swagger with the value at the place; None takes away what is there.
    """
    document = copy.deepcopy(base)
    holder = document
    for key in place[:-1]:
        holder = holder[key]
    if value is None:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return document


def compared(new, old=SWAGGER):
    return [
        (str(change.rating), change.kind, change.where, change.what)
        for change in diff.compare(lowered(old), lowered(new))
    ]


class TestRating:
    def test_nothing_changed(self):
        """
        The same document gives no change and no rating.
        """
        assert [] == compared(SWAGGER)
        assert None is diff.worst([])

    @pytest.mark.parametrize(
        ("new", "expected"),
        [
            (
                changed("paths", "/things", "get"),
                ("breaking", "operation", "GET /things", "removed"),
            ),
            (
                changed(*PUT, "operationId", value="Stuff_Put"),
                ("breaking", "module", "PUT /things/{}", "'api.things.put' → 'api.stuff.put'"),
            ),
            (
                changed(*PUT, "operationId", value="Things_Place"),
                ("breaking", "module", "PUT /things/{}", "'api.things.put' → 'api.things.place'"),
            ),
            (changed(*PUT, "parameters", 1), ("breaking", "parameter", "PUT /things/{} query dry", "removed")),
            (
                changed(*PUT, "parameters", 1, "required", value=True),
                ("breaking", "parameter", "PUT /things/{} query dry", "required: False → True"),
            ),
            (
                changed(*PUT, "parameters", 1, "type", value="string"),
                ("breaking", "parameter", "PUT /things/{} query dry", "type: 'boolean' → 'string'"),
            ),
            (
                changed(*PUT, "parameters", 2, "required", value=True),
                ("breaking", "body", "PUT /things/{} body", "required: nothing → True"),
            ),
            (changed(*PUT, "responses", "404"), ("breaking", "status", "PUT /things/{} 404", "removed")),
            (
                changed(*PUT, "responses", "200", "schema", "$ref", value="#/definitions/Wish"),
                (
                    "breaking",
                    "status",
                    "PUT /things/{} 200",
                    "content.application/json.$ref: '#/components/schemas/Thing' → '#/components/schemas/Wish'",
                ),
            ),
            (
                changed(*PUT, "responses", "404", "schema", value={"$ref": "#/definitions/Thing"}),
                (
                    "compatible",
                    "status",
                    "PUT /things/{} 404",
                    "content.application/json.$ref: nothing → '#/components/schemas/Thing'",
                ),
            ),
            (
                changed(*PUT, "responses", "409", value={"description": "Words."}),
                ("compatible", "status", "PUT /things/{} 409", "added"),
            ),
            (
                changed(*PUT, "responses", "200", "headers", "cv"),
                ("compatible", "header", "PUT /things/{} 200 cv", "removed"),
            ),
            (changed(*THING, "properties", "age"), ("breaking", "property", "Thing.age", "removed")),
            (
                changed(*THING, "properties", "new", value={"type": "string"}),
                ("compatible", "property", "Thing.new", "added"),
            ),
            (
                changed(*WISH, "required", value=["size", "name"]),
                ("breaking", "property", "Wish.name", "required: False → True"),
            ),
            (changed(*WISH, "required"), ("compatible", "property", "Wish.size", "required: True → False")),
            (changed(*THING, "required"), ("breaking", "property", "Thing.id", "required: True → False")),
            (
                changed(*THING, "required", value=["id", "age"]),
                ("compatible", "property", "Thing.age", "required: False → True"),
            ),
            (
                changed(*THING, "properties", "age", "x-nullable", value=True),
                ("breaking", "property", "Thing.age", "nullable: nothing → True"),
            ),
            (
                changed(*WISH, "properties", "name", "x-nullable"),
                ("breaking", "property", "Wish.name", "nullable: True → nothing"),
            ),
            (
                changed(*WISH, "properties", "size", "x-nullable", value=True),
                ("compatible", "property", "Wish.size", "nullable: nothing → True"),
            ),
            (
                changed(*WISH, "properties", "size", "maximum", value=8),
                ("breaking", "property", "Wish.size", "maximum: 9 → 8"),
            ),
            (
                changed(*WISH, "properties", "size", "maximum", value=10),
                ("compatible", "property", "Wish.size", "maximum: 9 → 10"),
            ),
            (
                changed(*WISH, "properties", "size", "minimum", value=2),
                ("breaking", "property", "Wish.size", "minimum: 1 → 2"),
            ),
            (
                changed(*THING, "properties", "age", "minimum", value=2),
                ("compatible", "property", "Thing.age", "minimum: 0 → 2"),
            ),
            (
                changed(*WISH, "properties", "name", "pattern", value="^a"),
                ("breaking", "property", "Wish.name", "pattern: nothing → '^a'"),
            ),
            (
                changed(*THING, "properties", "tags", "items", "type", value="integer"),
                ("breaking", "property", "Thing.tags.[]", "type: 'string' → 'integer'"),
            ),
            (
                changed(*THING, "properties", "id", "format", value="uuid"),
                ("breaking", "property", "Thing.id", "format: nothing → 'uuid'"),
            ),
            (
                changed(*THING, "properties", "id", "readOnly", value=True),
                ("compatible", "property", "Thing.id", "readOnly: nothing → True"),
            ),
            (
                changed(*THING, "properties", "id", "example", value={"description": "b"}),
                ("wording", "property", "Thing.id", "example: 'a' → {'description': 'b'}"),
            ),
            (
                changed("definitions", "State", "x-ms-enum", "name", value="Status"),
                ("breaking", "model", "State", "class: 'State' → 'Status'"),
            ),
            (
                changed("definitions", "Other", value={"type": "object"}),
                ("compatible", "model", "Other", "added"),
            ),
            (
                changed("info", "version", value="2"),
                ("compatible", "document", "document", "version: '1' → '2'"),
            ),
            (
                changed("info", "title", value="Stuff"),
                ("wording", "document", "document", "info.title: 'Things' → 'Stuff'"),
            ),
            (
                changed("host", value="stuff.example"),
                (
                    "breaking",
                    "document",
                    "document",
                    "servers.0.url: 'https://things.example' → 'https://stuff.example'",
                ),
            ),
        ],
    )
    def test_one_change_is_one_line(self, new, expected):
        """
        Each kind of change is found once, at its place, with the rating its effect on users of the client deserves.
        """
        assert [expected] == compared(new)

    def test_a_needed_field_breaks_callers_only(self):
        """
        A new required field breaks who builds the model, and is compatible where only the service does.
        """
        field = {"type": "string"}
        wish = changed(*WISH, "required", value=["size", "new"], base=changed(*WISH, "properties", "new", value=field))
        thing = changed(*THING, "required", value=["id", "new"], base=changed(*THING, "properties", "new", value=field))
        assert [("breaking", "property", "Wish.new", "added, and required")] == compared(wish)
        assert [("compatible", "property", "Thing.new", "added, and required")] == compared(thing)

    def test_a_needed_parameter_breaks_unless_it_has_a_default(self):
        """
        A new required parameter breaks calls; one the client fills in by itself does not.
        """
        needed = {"name": "new", "in": "query", "required": True, "type": "string"}
        parameters = SWAGGER["paths"]["/things"]["get"]["parameters"]
        place = ("paths", "/things", "get", "parameters")
        where = "GET /things query new"
        bare = changed(*place, value=[*parameters, needed])
        filled = changed(*place, value=[*parameters, needed | {"default": "a"}])
        assert [("breaking", "parameter", where, "added, and required")] == compared(bare)
        assert [("compatible", "parameter", where, "added")] == compared(filled)

    def test_enum_values_come_compatibly_and_go_breaking(self):
        """
        A new value is only new, because enums are open; a value that goes takes a member with it.
        """
        more = changed("definitions", "State", "enum", value=["On", "Off", "Lost"])
        assert [("compatible", "enum value", "State.Lost", "added")] == compared(more)
        assert [("breaking", "enum value", "State.Lost", "removed")] == compared(SWAGGER, old=more)

    def test_a_renamed_member_breaks(self):
        """
        A value that gets another Python name breaks who uses the old one.
        """
        values = [{"value": "On", "name": "Enabled"}, {"value": "Off"}]
        renamed = changed("definitions", "State", "x-ms-enum", value={"name": "State", "values": values})
        assert [("breaking", "enum value", "State.On", "member: 'ON' → 'ENABLED'")] == compared(renamed)

    def test_parts_go_with_the_whole(self):
        """
        What belongs to something that came or went is not listed again.
        """
        assert [("breaking", "operation", "PUT /things/{}", "removed")] == compared(changed(*PUT))
        assert [("compatible", "operation", "PUT /things/{}", "added")] == compared(SWAGGER, old=changed(*PUT))

    def test_a_path_parameter_under_another_name_is_the_same_operation(self):
        """
        The operation stays what it is; the argument of the generated function is another one.
        """
        document = copy.deepcopy(SWAGGER)
        item = document["paths"].pop("/things/{id}")
        item["put"]["parameters"][0]["name"] = "key"
        document["paths"]["/things/{key}"] = item
        assert [
            ("breaking", "parameter", "PUT /things/{} path id", "removed"),
            ("breaking", "parameter", "PUT /things/{} path key", "added, and required"),
        ] == compared(document)

    def test_the_worst_comes_first(self):
        """
        Changes are listed breaking, compatible, wording, and the worst of them rates the whole.
        """
        new = changed("info", "title", value="Stuff", base=changed("info", "version", value="2"))
        new = changed(*THING, "properties", "age", base=new)
        changes = diff.compare(lowered(SWAGGER), lowered(new))
        assert [Rating.BREAKING, Rating.COMPATIBLE, Rating.WORDING] == [change.rating for change in changes]
        assert Rating.BREAKING is diff.worst(changes)

    def test_a_leaf_nobody_thought_of_is_breaking(self):
        """
        The rating errs on the side of whoever would be broken.
        """
        new = lowered(SWAGGER)
        new["components"]["schemas"]["Thing"]["contentEncoding"] = "base64"
        assert [Rating.BREAKING] == [change.rating for change in diff.compare(lowered(SWAGGER), new)]

    def test_a_field_that_is_called_description_is_no_wording(self):
        """
        Words are told from fields by where they stand, also within an array of objects.
        """
        items = {"type": "object", "properties": {"description": {"type": "string"}}}
        old = changed(*THING, "properties", "tags", "items", value=items)
        new = changed(
            *THING, "properties", "tags", "items", "properties", "description", "type", value="integer", base=old
        )
        assert [("breaking", "property", "Thing.tags.[].description", "type: 'string' → 'integer'")] == compared(
            new, old=old
        )


class TestWording:
    def test_texts_of_swagger_are_compared_without_being_shown(self):
        """
        A changed description is a change of wording, named by its JSON pointer, without upstream's words.
        """
        new = changed(*PUT, "responses", "200", "description", value="Other words.")
        changes = list(diff.compare_prose(SWAGGER, new))
        assert [(Rating.WORDING, "text", "#/paths/~1things~1{id}/put/responses/200/description", "changed")] == [
            (change.rating, change.kind, change.where, change.what) for change in changes
        ]

    def test_texts_go_with_what_they_describe(self):
        """
        The words of something that is gone are not listed besides.
        """
        assert [] == list(diff.compare_prose(SWAGGER, changed(*PUT)))

    def test_examples_beside_the_swagger_are_compared(self):
        """
        A changed, new or missing example file is a change of wording.
        """
        old, new = {"a": b"1", "b": b"1"}, {"a": b"2", "c": b"1"}
        assert {("a", "changed"), ("b", "removed"), ("c", "added")} == {
            (change.where, change.what) for change in diff.compare_examples(old, new)
        }


@pytest.fixture
def write(tmp_path):
    """
    Writes a Swagger and returns its path.
    """

    def write(document, name):
        path = tmp_path / name
        path.write_text(json.dumps(document), encoding="utf-8")
        return str(path)

    return write


class TestCommand:
    @pytest.mark.parametrize(
        ("new", "code", "words"),
        [
            (SWAGGER, 0, "document: no change"),
            (changed(*PUT, "responses", "200", "description", value="Other."), 10, "document: 1 wording"),
            (changed("info", "version", value="2"), 20, "document: 1 compatible"),
            (changed(*THING, "properties", "age"), 30, "document: 1 breaking"),
        ],
    )
    def test_the_exit_code_is_the_worst_rating(self, write, capsys, new, code, words):
        """
        0, 10, 20 and 30 stand for no change, wording, compatible and breaking.
        """
        assert code == spec_diff.main([write(SWAGGER, "old.json"), write(new, "new.json")])
        assert words in capsys.readouterr().out

    def test_wording_is_listed_on_request(self, write, capsys):
        """
        Changes of wording are counted, and listed with --wording.
        """
        new = changed(*PUT, "responses", "200", "description", value="Other.")
        files = [write(SWAGGER, "old.json"), write(new, "new.json")]
        spec_diff.main(files)
        assert ["document: 1 wording"] == capsys.readouterr().out.splitlines()
        spec_diff.main([*files, "--wording"])
        assert "  wording     text        #/paths" in capsys.readouterr().out

    def test_json_has_every_change(self, write, capsys):
        """
        Programs read the worst rating and all changes per API.
        """
        new = changed(*THING, "properties", "age")
        code = spec_diff.main([write(SWAGGER, "old.json"), write(new, "new.json"), "--json", "--api", "things"])
        expected = {"rating": "breaking", "kind": "property", "where": "Thing.age", "what": "removed"}
        assert {"rating": "breaking", "apis": {"things": [expected]}} == json.loads(capsys.readouterr().out)
        assert 30 == code

    def test_json_of_nothing(self, write, capsys):
        """
        Where nothing changed the rating is null.
        """
        path = write(SWAGGER, "old.json")
        assert 0 == spec_diff.main([path, path, "--json"])
        assert {"rating": None, "apis": {"document": []}} == json.loads(capsys.readouterr().out)

    def test_committed_documents_are_compared(self, capsys):
        """
        The documents of spec/openapi can be given as they are.
        """
        older, newer = (ROOT / "spec" / "openapi" / f"object_anchors_0_3_preview_{n}.yaml" for n in (0, 1))
        assert 20 == spec_diff.main([str(older), str(newer)])
        assert "  compatible  property    IngestionProperties.scaledAssetDimensions: added" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("names", "complaint"),
        [
            (["nothing", "nowhere"], "'nothing' is neither `pins`, nor a file, nor the 40 hexadecimal digits"),
            (["broken.json", "broken.json"], "broken.json: not a JSON document"),
        ],
    )
    def test_what_cannot_be_read_is_said(self, tmp_path, monkeypatch, capsys, names, complaint):
        """
        A name that means nothing and a file that is no document each end in one line and exit code 1.
        """
        monkeypatch.chdir(tmp_path)
        (tmp_path / "broken.json").write_text("{", encoding="utf-8")
        assert 1 == spec_diff.main([*names, "--source", str(tmp_path)])
        assert complaint in capsys.readouterr().err


@pytest.fixture(scope="module")
def history():
    """
    The past states of upstream's folder, by commit.
    """
    present = pins.read(ROOT / "spec" / "pins.toml")
    puller = Puller(Folder(SHARED / "specs"), present.repository, "")
    return {commit: revisions.resolve(commit, present, puller) for commit in HISTORY}


@needs_shared
class TestHistory:
    """
    The ratings of what upstream really did, as recorded when they were first read one by one.
    """

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            (
                0,
                1,
                {
                    "rendering_2021_01_01_preview": {"breaking": 11, "compatible": 91, "wording": 104},
                    "sts_2019_02_28_preview": {"breaking": 1, "wording": 2},
                },
            ),
            (
                1,
                2,
                {
                    "rendering_2021_01_01_preview": {"breaking": 8, "wording": 90},
                    "sts_2019_02_28_preview": {},
                },
            ),
            (
                2,
                3,
                {
                    "object_anchors_0_2_preview_0": {"compatible": 1},
                    "rendering_2021_01_01": {"compatible": 1},
                    "rendering_2021_01_01_preview": {},
                    "sts_2019_02_28_preview": {},
                },
            ),
            (
                3,
                4,
                {
                    "object_anchors_0_2_preview_0": {},
                    "object_anchors_0_2_preview_1": {"compatible": 1},
                    "rendering_2021_01_01": {"wording": 5},
                    "rendering_2021_01_01_preview": {"wording": 5},
                    "sts_2019_02_28_preview": {},
                },
            ),
            (
                4,
                5,
                {
                    "object_anchors_0_2_preview_0": {},
                    "object_anchors_0_2_preview_1": {},
                    "object_anchors_0_3_preview_0": {"compatible": 1},
                    "object_anchors_0_3_preview_1": {"compatible": 1},
                    "object_anchors_0_3_preview_2": {"compatible": 1},
                    "rendering_2021_01_01": {},
                    "rendering_2021_01_01_preview": {},
                    "sts_2019_02_28_preview": {},
                },
            ),
        ],
    )
    def test_ratings(self, history, old, new, expected):
        """
        From each past commit to the next, each API has so many changes of each rating.
        """
        changes = revisions.compare(history[HISTORY[old]], history[HISTORY[new]])
        assert expected == {api: Counter(str(change.rating) for change in of_api) for api, of_api in changes.items()}

    def test_the_renamed_groups_move_every_module(self, history):
        """
        883556bc → 92aa7802 renamed the groups in operationIds, which moves all eight modules of the client.
        """
        changes = revisions.compare(history[HISTORY[1]], history[HISTORY[2]])["rendering_2021_01_01_preview"]
        moved = [change for change in changes if change.rating is Rating.BREAKING]
        assert {"module"} == {change.kind for change in moved}
        assert 8 == len(moved)
        assert all("→ 'api.remote_rendering." in change.what for change in moved)

    def test_the_first_step_renamed_models(self, history):
        """
        b9433e45 → 883556bc broke importers by names: three models, three enum classes, a field, the bodies, the host.
        """
        changes = revisions.compare(history[HISTORY[0]], history[HISTORY[1]])["rendering_2021_01_01_preview"]
        broken = Counter(change.kind for change in changes if change.rating is Rating.BREAKING)
        assert {"body": 3, "document": 1, "model": 6, "property": 1} == broken

    def test_two_examples_were_the_only_change(self, history):
        """
        2a65b0a2 → 297c0866 touched examples: files beside the Swagger, and two examples within it.
        """
        changes = revisions.compare(history[HISTORY[3]], history[HISTORY[4]])["rendering_2021_01_01"]
        assert {Rating.WORDING} == {change.rating for change in changes}
        assert {"example": 3, "property": 2} == Counter(change.kind for change in changes)

    def test_the_pins_are_the_last_commit(self, history):
        """
        What the pins say, checked byte for byte, is the last commit of the folder.
        """
        present = pins.read(ROOT / "spec" / "pins.toml")
        puller = Puller(Folder(SHARED / "specs"), present.repository, "")
        changes = revisions.compare(revisions.resolve("pins", present, puller), history[HISTORY[5]])
        assert {api.name: [] for api in present.apis} == changes

    def test_the_command_reads_commits(self, capsys):
        """
        Two commits are compared from a folder in upstream's layout.
        """
        assert 30 == spec_diff.main([HISTORY[1], HISTORY[2], "--source", str(SHARED / "specs")])
        assert "rendering_2021_01_01_preview: 8 breaking, 90 wording" in capsys.readouterr().out


def test_nothing_in_common_is_said():
    """
    Two states without a common API are not compared, and the error says what each has.
    """
    old = revisions.Revision("old", {"a": revisions.Version({})})
    new = revisions.Revision("new", {"b": revisions.Version({})})
    with pytest.raises(RevisionError, match=r"old has a and new has b; --api NAME"):
        revisions.compare(old, new)
