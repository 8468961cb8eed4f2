"""
Whose words stand in the project.
"""

import copy
from pathlib import Path

import pytest
from pipeline import docstrings, documents, pins, prose
from pipeline.pull import Folder, Puller
from pipeline.workspace import PROSE, Workspace

from tests.pipeline.swaggers import swagger
from tests.shared import SHARED, needs_shared

ROOT = Path(__file__).resolve().parents[2]

SENTENCE = "The quick brown fox jumps over the lazy dog"


def known(*texts):
    return set().union(*(prose.fingerprints({"description": text}) for text in texts))


class TestCopied:
    @pytest.mark.parametrize(
        "text",
        [
            f"{SENTENCE}.",
            f"Before that. {SENTENCE}! After that.",
            SENTENCE.upper(),
            '    """\n    The quick brown\n    fox jumps over the\n    lazy dog.\n    """',
            'description: "The `quick` brown fox, jumps (over) the lazy dog"',
            "# The quick brown fox\n# jumps over the lazy dog",
        ],
    )
    def test_a_sentence_is_found_however_it_is_set(self, text):
        """
        Case, punctuation, line breaks and comment signs do not hide a sentence.
        """
        found = prose.copied(known(f"{SENTENCE}."), {"a.py": text.encode()})
        assert 1 == len(found)
        assert found[0].startswith("a.py: ")
        assert SENTENCE.lower() in found[0].lower()

    @pytest.mark.parametrize(
        "text",
        ["The quick brown fox jumps over the lazy cat", "The quick brown fox jumps over the", "", "fox"],
    )
    def test_other_words_are_nobodys(self, text):
        """
        A sentence that begins alike, or breaks off, is no copy.
        """
        assert [] == prose.copied(known(SENTENCE), {"a.py": text.encode()})

    def test_four_words_are_anybodys(self):
        """
        Sentences of fewer than five words are not kept, so they are not found; the next one of five is.
        """
        assert set() == known("The status is good.")
        assert 1 == len(known("The status is good. The status is very good."))

    def test_every_kind_of_prose_is_learned(self):
        """
        Descriptions, summaries and titles count at any depth, and nothing else does.
        """
        texts = {
            "summary": "One two three four five.",
            "paths": [{"x-ms-enum": {"values": [{"description": "Six seven eight nine ten."}]}}],
            "title": "A b c d e",
            "pattern": "not prose but five words",
            "properties": {"description": {"type": "a property that is called description"}},
        }
        assert known("One two three four five.", "Six seven eight nine ten.", "A b c d e") == prose.fingerprints(texts)

    def test_the_file_keeps_hashes_only(self, tmp_path):
        """
        What is written can be read again, depends on nothing but the sentences, and holds none of their words.
        """
        sentences = known(SENTENCE, "Another one of five words.")
        path = tmp_path / "prose.txt"
        path.write_bytes(prose.dump(sentences))
        assert sentences == prose.read(path)
        assert prose.dump(sorted(sentences)) == prose.dump(sorted(sentences, reverse=True))
        assert b"fox" not in path.read_bytes()

    def test_a_broken_line_is_named(self, tmp_path):
        """
        A line that is no fingerprint is an error with its number, since a check without it would find nothing.
        """
        path = tmp_path / "prose.txt"
        path.write_text("# comment\nabc\n", encoding="utf-8")
        with pytest.raises(prose.ProseError, match=r"prose\.txt, line 2"):
            prose.read(path)


def described():
    """
    A document in which everything says something.
    """
    return {
        "info": {"description": "All."},
        "paths": {
            "/things": {
                "parameters": [{"name": "a", "description": "A."}],
                "get": {
                    "summary": "Get.",
                    "description": "Get it.",
                    "parameters": [{"$ref": "#/components/parameters/b"}],
                    "requestBody": {"description": "Body."},
                    "responses": {"200": {"description": "Here.", "headers": {"cv": {"description": "Vector."}}}},
                },
            }
        },
        "components": {
            "parameters": {"b": {"name": "b", "description": "B."}},
            "schemas": {
                "Thing": {
                    "description": "A thing.",
                    "properties": {
                        "state": {"$ref": "#/components/schemas/State", "description": "How it is."},
                        "parts": {
                            "description": "Its parts.",
                            "items": {"properties": {"name": {"description": "Its name."}}},
                        },
                    },
                },
                "State": {
                    "description": "A state.",
                    "anyOf": [{"enum": ["On", "Off"]}, {"type": "string"}],
                    "x-enum-descriptions": {"On": "It runs.", "Off": "It does not."},
                },
            },
            "securitySchemes": {"key": {"description": "Key."}},
        },
    }


def places(value, path=()):
    """
    The path of every description, summary and value of x-enum-descriptions.
    """
    for key, child in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if key in {"description", "summary"} or (path and path[-1] == "x-enum-descriptions"):
            yield (*path, key)
        else:
            yield from places(child, (*path, key))


class TestUndescribed:
    def test_a_document_that_says_everything_passes(self):
        """
        Nothing is missing where all is described; a reference needs no words of its own in a list of parameters.
        """
        assert [] == prose.undescribed(described())

    @pytest.mark.parametrize("place", list(places(described())), ids=lambda place: "/".join(map(str, place)))
    def test_each_missing_text_is_found(self, place):
        """
        Whatever one text is taken away, exactly its place is named, whether it is gone or empty.
        """
        for leave in ("", None):
            document = described()
            holder = document
            for key in place[:-1]:
                holder = holder[key]
            if leave is None:
                del holder[place[-1]]
            else:
                holder[place[-1]] = leave
            pointer = "#/" + "/".join(str(key).replace("/", "~1") for key in place)
            assert [pointer] == prose.undescribed(document)

    def test_a_status_that_repeats_its_name_is_silent(self):
        """
        The phrase HTTP gives a status, which the lowering writes for want of another, counts as no words.
        """
        document = described()
        document["paths"]["/things"]["get"]["responses"]["200"]["description"] = "OK."
        assert ["#/paths/~1things/get/responses/200/description"] == prose.undescribed(document)

    def test_words_for_a_value_that_is_not_there_are_found(self):
        """
        A description of an enum value that the enum does not have is named, as a misspelt one would be.
        """
        document = described()
        document["components"]["schemas"]["State"]["x-enum-descriptions"]["Oof"] = "Misspelt."
        assert ["#/components/schemas/State/x-enum-descriptions/Oof"] == prose.undescribed(document)


class TestDocstrings:
    def test_every_text_reaches_the_generator(self):
        """
        Parameters speak through their schemas, operations list their statuses and enums their members.
        """
        document = described()
        document["components"]["parameters"]["b"]["schema"] = {"type": "string"}
        document["components"]["schemas"]["State"]["anyOf"][0]["x-enum-varnames"] = ["ON", "OFF"]
        shown = docstrings.printable(document)
        assert "B." == shown["components"]["parameters"]["b"]["schema"]["description"]
        assert "Get it.\n\nStatuses:\n    200: Here." == shown["paths"]["/things"]["get"]["description"]
        enum = shown["components"]["schemas"]["State"]["anyOf"][0]
        assert "A state.\n\nAttributes:\n    ON: It runs.\n    OFF: It does not." == enum["description"]

    def test_the_document_is_left_as_it_was(self):
        """
        What the generator is shown is a copy.
        """
        document = described()
        before = copy.deepcopy(document)
        docstrings.printable(document)
        assert before == document

    def test_every_text_of_ours_is_in_the_generated_client(self):
        """
        The words of spec/openapi for operations, parameters, fields, statuses and enum values stand in the docstrings.
        """
        words = {
            api.name: " ".join(prose._words(" ".join(path.read_text("utf-8") for path in package.rglob("*.py"))))
            for api in pins.read(ROOT / "spec" / "pins.toml").apis
            if (package := ROOT / "generated" / "arr_client" / api.name).is_dir()
        }
        assert words
        for name, printed in words.items():
            document = documents.load(ROOT / "spec" / "openapi" / f"{name}.yaml")
            missing = [
                place
                for place in places(document)
                if not {"headers", "requestBody", "info", "securitySchemes"} & set(place)
                and " ".join(prose._words(_at(document, place))) not in printed
            ]
            # An enum is printed where it is defined; its description is repeated by nothing that refers to it.
            assert [] == missing, name


def _at(value, place):
    for key in place:
        value = value[key]
    return value


class TestProject:
    def test_every_word_is_ours(self):
        """
        Everything in spec/openapi is described, and no sentence of upstream's stands in spec or generated.
        """
        assert [] == Workspace(ROOT).prose_faults()

    def test_nothing_is_checked_without_fingerprints(self, tmp_path):
        """
        A project without the file of fingerprints fails the check rather than passing it unseen.
        """
        folder = tmp_path / "spec"
        (folder / "openapi").mkdir(parents=True)
        (folder / "pins.toml").write_text(f'repository = "a/b"\ncommit = "{"0" * 40}"\n', encoding="utf-8")
        assert [f"missing   {PROSE}"] == Workspace(tmp_path).prose_faults()

    def test_an_upstream_sentence_in_an_overlay_is_found(self, tmp_path):
        """
        The check reads the whole of spec, overlays and comments too.
        """
        upstream = swagger(info={"title": "Things", "version": "1", "description": f"{SENTENCE}."})
        (tmp_path / "spec" / "overlay").mkdir(parents=True)
        (tmp_path / "spec" / "pins.toml").write_text(f'repository = "a/b"\ncommit = "{"0" * 40}"\n', encoding="utf-8")
        (tmp_path / PROSE).write_bytes(prose.dump(prose.fingerprints(upstream)))
        (tmp_path / "spec" / "overlay" / "a.yaml").write_text(f"# {SENTENCE}\n", encoding="utf-8")
        assert [f"copied    spec/overlay/a.yaml: upstream's words: {SENTENCE.lower()}"] == Workspace(
            tmp_path
        ).prose_faults()

    @needs_shared
    def test_the_fingerprints_are_those_of_the_pinned_swagger(self):
        """
        Every sentence of the pinned documents is known, so that none of them can slip in.
        """
        present = pins.read(ROOT / "spec" / "pins.toml")
        puller = Puller(Folder(SHARED / "specs"), present.repository, present.commit)
        learned = prose.read(ROOT / PROSE)
        for api in present.apis:
            upstream = documents.parse_swagger(puller.pinned(api).swagger, api.path)
            assert prose.fingerprints(upstream) <= learned, api.name
