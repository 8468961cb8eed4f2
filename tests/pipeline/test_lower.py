"""
The lowering of Swagger 2.0 to OpenAPI 3.1: every trap that was found in real documents, one by one.
"""

import json

import pytest
from pipeline import lower as lower_module
from pipeline import operations, schemas
from pipeline.documents import parse_swagger
from pipeline.lower import lower
from pipeline.swagger import Kind, LoweringError
from pipeline.validate import validate

from tests.pipeline.swaggers import (
    OK,
    lowered,
    lowered_operation,
    lowered_parameter,
    lowered_schema,
    operation,
    swagger,
    with_operation,
    with_schema,
)
from tests.shared import SHARED, needs_shared

REF = "#/components/schemas/"
NULL = {"type": "null"}


class TestReferences:
    def test_a_definition_of_another_file_comes_in(self):
        """
        What a `$ref` to another file names becomes a component, and so does what that refers to in turn.
        """
        files = {
            "common/types.json": {
                "definitions": {
                    "Error": {"type": "object", "properties": {"inner": {"$ref": "#/definitions/Inner"}}},
                    "Inner": {"type": "object", "properties": {"cause": {"$ref": "./more.json#/definitions/Cause"}}},
                    "Unused": {"type": "object"},
                }
            },
            "common/more.json": {"definitions": {"Cause": {"type": "string"}}},
        }
        schema = {"type": "object", "properties": {"error": {"$ref": "./common/types.json#/definitions/Error"}}}
        components = lowered(with_schema(schema), files)["components"]["schemas"]
        assert ["Thing", "Error", "Inner", "Cause"] == list(components)
        assert {"$ref": f"{REF}Error"} == components["Thing"]["properties"]["error"]
        assert {"$ref": f"{REF}Cause"} == components["Inner"]["properties"]["cause"]

    def test_a_file_is_read_only_when_it_is_referred_to(self):
        """
        Nothing is resolved that the document does not use.
        """
        asked = []
        lower(with_schema({"type": "object"}), lambda file: asked.append(file) or {})
        assert [] == asked

    def test_the_same_name_in_two_files_is_two_components(self):
        """
        A name that the document itself has taken is told apart by the file's name.
        """
        files = {"types.json": {"definitions": {"Thing": {"type": "string"}}}}
        schema = {"type": "object", "properties": {"other": {"$ref": "types.json#/definitions/Thing"}}}
        components = lowered(with_schema(schema), files)["components"]["schemas"]
        assert ["Thing", "types_Thing"] == list(components)
        assert {"$ref": f"{REF}types_Thing"} == components["Thing"]["properties"]["other"]

    def test_recursion_ends(self):
        """
        A definition may refer to itself, directly and through a file that refers back to it.
        """
        files = {"b.json": {"definitions": {"B": {"type": "object", "properties": {"b": {"$ref": "#/definitions/B"}}}}}}
        schema = {
            "type": "object",
            "properties": {"self": {"$ref": "#/definitions/Thing"}, "b": {"$ref": "b.json#/definitions/B"}},
        }
        components = lowered(with_schema(schema), files)["components"]["schemas"]
        assert {"$ref": f"{REF}Thing"} == components["Thing"]["properties"]["self"]
        assert {"$ref": f"{REF}B"} == components["B"]["properties"]["b"]

    def test_a_whole_file_may_be_a_schema(self):
        """
        A `$ref` without a fragment takes the file as the schema, named as the file.
        """
        files = {"schemas/Leaf.json": {"type": "string"}}
        schema = {"type": "object", "properties": {"leaf": {"$ref": "schemas/Leaf.json"}}}
        assert {"type": "string"} == lowered(with_schema(schema), files)["components"]["schemas"]["Leaf"]

    def test_shared_parameters_and_responses_stay_shared(self):
        """
        Parameters and responses of the document, and of other files, become components that are referred to.
        """
        files = {"p.json": {"parameters": {"Top": {"name": "top", "in": "query", "type": "integer"}}}}
        document = with_operation(
            parameters=[{"$ref": "#/parameters/Skip"}, {"$ref": "p.json#/parameters/Top"}],
            responses={"404": {"$ref": "#/responses/Gone"}},
        )
        document["parameters"] = {"Skip": {"name": "skip", "in": "query", "type": "integer"}}
        document["responses"] = {"Gone": {"description": "Upstream's.", "schema": {"$ref": "#/definitions/Error"}}}
        document["definitions"] = {"Error": {"type": "object"}}
        result = lowered(document, files)
        get = result["paths"]["/things"]["get"]
        assert [{"$ref": f"#/components/parameters/{name}"} for name in ("Skip", "Top")] == get["parameters"]
        assert {"$ref": "#/components/responses/Gone"} == get["responses"]["404"]
        assert ["Skip", "Top"] == list(result["components"]["parameters"])

    def test_a_header_may_be_referred_to(self):
        """
        A header behind a `$ref` is put in its place.
        """
        responses = {"200": {"description": "", "headers": {"MS-CV": {"$ref": "#/x-components/headers/mscv"}}}}
        document = with_operation(responses=responses)
        document["x-components"] = {"headers": {"mscv": {"type": "string"}}}
        get = lowered(document)["paths"]["/things"]["get"]
        assert {"schema": {"type": "string"}} == get["responses"]["200"]["headers"]["MS-CV"]

    def test_pointers_are_unescaped(self):
        """
        A name with a slash or a space is found by its escaped pointer and gets a name OpenAPI allows.
        """
        schema = {"type": "object", "properties": {"odd": {"$ref": "#/definitions/a~1b%20c"}}}
        components = lowered(with_schema(schema, **{"a/b c": {"type": "string"}}))["components"]["schemas"]
        assert {"$ref": f"{REF}a_b_c"} == components["Thing"]["properties"]["odd"]

    @pytest.mark.parametrize(
        ("reference", "reason"),
        [
            ("#/definitions/Nothing", "points to nothing"),
            ("#", "the whole document"),
            ("https://example.com/a.json#/definitions/A", "leaves the source"),
            ("gone.json#/definitions/A", "was not fetched"),
        ],
    )
    def test_a_reference_that_leads_nowhere_is_refused(self, reference, reason):
        """
        A `$ref` that cannot be followed is named.
        """
        with pytest.raises(LoweringError, match=reason):
            lower(with_schema({"type": "object", "properties": {"a": {"$ref": reference}}}))


class TestServers:
    def test_host_and_base_path(self):
        """
        Host, base path and schemes become one server per scheme.
        """
        document = swagger(host="example.com", basePath="/v1/", schemes=["https", "http"])
        assert [{"url": "https://example.com/v1"}, {"url": "http://example.com/v1"}] == lowered(document)["servers"]

    def test_no_host_is_no_server(self):
        """
        A document that does not say where the service is says nothing about it when lowered.
        """
        assert "servers" not in lowered(swagger())

    def test_parameterized_host(self):
        """
        A host template becomes a server with variables, and its parameters are no parameters of operations.
        """
        document = swagger(
            parameters={"Endpoint": {"name": "endpoint", "in": "path", "required": True, "type": "string"}},
        )
        document["x-ms-parameterized-host"] = {
            "hostTemplate": "{endpoint}",
            "useSchemePrefix": False,
            "parameters": [{"$ref": "#/parameters/Endpoint"}],
        }
        result = lowered(document)
        expected = {"url": "{endpoint}", "variables": {"endpoint": {"default": "https://endpoint.invalid"}}}
        assert [expected] == result["servers"]
        assert "components" not in result

    def test_parameterized_host_behind_a_scheme(self):
        """
        Without `useSchemePrefix: false` the scheme stands before the template, and enums and defaults are kept.
        """
        parameter = {"name": "region", "in": "path", "type": "string", "enum": ["a", "b"], "default": "b"}
        document = swagger(basePath="/api")
        document["x-ms-parameterized-host"] = {"hostTemplate": "{region}.example.com", "parameters": [parameter]}
        expected = {
            "url": "https://{region}.example.com/api",
            "variables": {"region": {"enum": ["a", "b"], "default": "b"}},
        }
        assert [expected] == lowered(document)["servers"]

    def test_a_host_parameter_without_a_place_is_refused(self):
        """
        A parameter that the host template does not name is not dropped.
        """
        document = swagger()
        document["x-ms-parameterized-host"] = {
            "hostTemplate": "{a}.example.com",
            "parameters": [{"name": "b", "in": "path", "type": "string"}],
        }
        with pytest.raises(LoweringError, match=r"#/x-ms-parameterized-host/parameters/0: .* has no \{b\}"):
            lower(document)


class TestParameters:
    def test_a_parameter_keeps_its_rules_in_its_schema(self):
        """
        Type, format, bounds and default move to the schema; the rest stays on the parameter.
        """
        parameter = lowered_parameter(
            type="integer", format="int32", minimum=0, exclusiveMinimum=True, maximum=9, default=3, required=True
        )
        schema = {"type": "integer", "format": "int32", "default": 3, "maximum": 9, "exclusiveMinimum": 0}
        assert {"name": "p", "in": "query", "required": True, "schema": schema} == parameter

    def test_a_header_of_a_response_has_a_schema(self):
        """
        Response headers are carried over with their types.
        """
        headers = {"Retry-After": {"type": "integer", "description": "Upstream's words."}}
        get = lowered_operation(responses={"429": {"description": "", "headers": headers}})
        assert {"Retry-After": {"schema": {"type": "integer"}}} == get["responses"]["429"]["headers"]

    @pytest.mark.parametrize(
        ("place", "collection_format", "style", "explode"),
        [
            ("query", None, "form", False),
            ("query", "csv", "form", False),
            ("query", "multi", "form", True),
            ("query", "ssv", "spaceDelimited", False),
            ("query", "pipes", "pipeDelimited", False),
            ("header", "csv", "simple", False),
        ],
    )
    def test_collection_format(self, place, collection_format, style, explode):
        """
        How an array is written in a URL or header is said by style and explode.
        """
        parts = {"in": place, "type": "array", "items": {"type": "string"}}
        parameter = lowered_parameter(**parts, **({"collectionFormat": collection_format} if collection_format else {}))
        assert (style, explode) == (parameter["style"], parameter["explode"])
        assert {"type": "array", "items": {"type": "string"}} == parameter["schema"]

    @pytest.mark.parametrize(("place", "collection_format"), [("query", "tsv"), ("header", "multi")])
    def test_a_collection_format_without_a_style_is_refused(self, place, collection_format):
        """
        What OpenAPI 3.1 cannot write is not written some other way.
        """
        parts = {"in": place, "type": "array", "items": {"type": "string"}, "collectionFormat": collection_format}
        with pytest.raises(LoweringError, match="no style"):
            lowered_parameter(**parts)

    def test_api_version_defaults_to_the_document(self):
        """
        The query parameter `api-version` defaults to the version of the document, unless it says its own.
        """
        parameter = lowered_parameter(name="api-version", required=True)
        assert {"type": "string", "default": "2021-01-01"} == parameter["schema"]
        assert "x" == lowered_parameter(name="api-version", default="x")["schema"]["default"]

    def test_a_reserved_query_stays_unencoded(self):
        """
        `x-ms-skip-url-encoding` is `allowReserved` in the query, and refused where OpenAPI always encodes.
        """
        assert lowered_parameter(**{"x-ms-skip-url-encoding": True})["allowReserved"]
        with pytest.raises(LoweringError, match="always encoded"):
            lowered_parameter(**{"in": "header", "x-ms-skip-url-encoding": True})

    def test_paths_with_a_query(self):
        """
        A path of `x-ms-paths` keeps its key, and its fixed query becomes parameters with that value.
        """
        document = swagger()
        document["x-ms-paths"] = {"/things?comp=list&all": {"get": operation(operationId="Things_List")}}
        item = lowered(document)["paths"]["/things?comp=list&all"]
        assert [("comp", "list"), ("all", "")] == [
            (parameter["name"], parameter["schema"]["default"]) for parameter in item["parameters"]
        ]

    def test_parameters_of_a_path_stay_there(self):
        """
        Parameters shared by the operations of a path stay on the path.
        """
        item = {"parameters": [{"name": "id", "in": "path", "required": True, "type": "string"}], "get": operation()}
        result = lowered(swagger(paths={"/things/{id}": item}))["paths"]["/things/{id}"]
        assert ["id"] == [parameter["name"] for parameter in result["parameters"]]


class TestBodies:
    def test_a_body_has_one_media_type(self):
        """
        Of several media types the JSON one is taken, and the others are not forgotten.
        """
        body = {"name": "body", "in": "body", "required": True, "schema": {"type": "object"}}
        get = lowered_operation(parameters=[body], consumes=["text/json", "application/json"])
        assert {"application/json": {"schema": {"type": "object"}}} == get["requestBody"]["content"]
        assert ["text/json"] == get["requestBody"]["x-other-media-types"]
        assert get["requestBody"]["required"]
        assert "parameters" not in get

    def test_the_document_says_the_media_type_for_all(self):
        """
        `consumes` and `produces` of the document hold for operations that have none of their own.
        """
        body = {"name": "body", "in": "body", "schema": {"type": "object"}}
        responses = {"200": {"description": "", "schema": {"type": "object"}}}
        document = with_operation(parameters=[body], responses=responses)
        document |= {"consumes": ["application/merge-patch+json"], "produces": ["application/problem+json"]}
        get = lowered(document)["paths"]["/things"]["get"]
        assert ["application/merge-patch+json"] == list(get["requestBody"]["content"])
        assert ["application/problem+json"] == list(get["responses"]["200"]["content"])

    def test_nothing_says_which_media_type(self):
        """
        Several media types without JSON are refused.
        """
        responses = {"200": {"description": "", "schema": {"type": "object"}}}
        with pytest.raises(LoweringError, match="which of these media types"):
            lowered_operation(responses=responses, produces=["text/plain", "text/html"])

    def test_a_form_becomes_a_body(self):
        """
        Form fields become the properties of one body.
        """
        fields = [
            {"name": "a", "in": "formData", "type": "string", "required": True, "maxLength": 3},
            {"name": "b", "in": "formData", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi"},
        ]
        body = lowered_operation(parameters=fields)["requestBody"]
        schema = body["content"]["application/x-www-form-urlencoded"]["schema"]
        assert {"a": {"type": "string", "maxLength": 3}, "b": {"type": "array", "items": {"type": "string"}}} == schema[
            "properties"
        ]
        assert ["a"] == schema["required"]
        assert body["required"]

    def test_a_file_makes_a_form_multipart(self):
        """
        A form with a file is multipart, and the file is binary.
        """
        body = lowered_operation(parameters=[{"name": "f", "in": "formData", "type": "file"}])["requestBody"]
        schema = body["content"]["multipart/form-data"]["schema"]
        assert {"f": {"type": "string", "format": "binary"}} == schema["properties"]

    def test_a_response_may_be_a_file(self):
        """
        A response of type file is a binary body.
        """
        get = lowered_operation(responses={"200": {"description": "", "schema": {"type": "file"}}})
        assert {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}} == get["responses"][
            "200"
        ]["content"]

    def test_a_response_without_a_schema_has_no_body(self):
        """
        A status alone stays a status alone, with a phrase of ours.
        """
        get = lowered_operation(responses={"204": {"description": "Words."}, "default": {"description": "Words."}})
        assert {"description": "No Content."} == get["responses"]["204"]
        assert {"description": "Any other status."} == get["responses"]["default"]

    def test_a_shared_body_is_put_in_its_place(self):
        """
        A body among the document's parameters, or the path's, becomes the body of each operation that names it.
        """
        document = swagger(
            parameters={"Body": {"name": "b", "in": "body", "schema": {"type": "object"}}},
            paths={"/things": {"parameters": [{"$ref": "#/parameters/Body"}], "put": operation()}},
        )
        result = lowered(document)
        assert "requestBody" in result["paths"]["/things"]["put"]
        assert "parameters" not in result.get("components", {})

    def test_two_bodies_are_refused(self):
        """
        An operation with two bodies means nothing.
        """
        body = {"name": "b", "in": "body", "schema": {"type": "object"}}
        with pytest.raises(LoweringError, match="one body"):
            lowered_operation(parameters=[body, body])


class TestSecurity:
    @pytest.mark.parametrize(
        ("scheme", "expected"),
        [
            ({"type": "basic"}, {"type": "http", "scheme": "basic"}),
            (
                {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Words."},
                {"type": "apiKey", "in": "header", "name": "Authorization"},
            ),
            (
                {"type": "oauth2", "flow": "application", "tokenUrl": "https://a/t", "scopes": {"s": "Words."}},
                {
                    "type": "oauth2",
                    "flows": {"clientCredentials": {"tokenUrl": "https://a/t", "scopes": {"s": ""}}},
                },
            ),
            (
                {
                    "type": "oauth2",
                    "flow": "accessCode",
                    "authorizationUrl": "https://a/a",
                    "tokenUrl": "https://a/t",
                    "scopes": {},
                },
                {
                    "type": "oauth2",
                    "flows": {
                        "authorizationCode": {
                            "authorizationUrl": "https://a/a",
                            "tokenUrl": "https://a/t",
                            "scopes": {},
                        }
                    },
                },
            ),
        ],
    )
    def test_schemes(self, scheme, expected):
        """
        Basic authentication, keys and the flows of OAuth have new names and the same content.
        """
        document = swagger(securityDefinitions={"it": scheme}, security=[{"it": []}])
        result = lowered(document)
        assert {"it": expected} == result["components"]["securitySchemes"]
        assert [{"it": []}] == result["security"]

    def test_an_unknown_scheme_is_refused(self):
        """
        A scheme that Swagger 2.0 does not have is named.
        """
        with pytest.raises(LoweringError, match="#/securityDefinitions/it: no security scheme"):
            lower(swagger(securityDefinitions={"it": {"type": "mutualTLS"}}))


class TestSchemas:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
            ({"maximum": 9, "exclusiveMaximum": True}, {"exclusiveMaximum": 9}),
            ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
            ({"minimum": 0, "maximum": 9}, {"maximum": 9, "minimum": 0}),
        ],
    )
    def test_exclusive_bounds(self, before, after):
        """
        A bound that excludes its number says so by its own name.
        """
        assert {"type": "integer", **after} == lowered_schema({"type": "integer", **before})

    def test_an_exclusive_bound_needs_its_number(self):
        """
        A bare `exclusiveMinimum` means nothing.
        """
        with pytest.raises(LoweringError, match="#/definitions/Thing/exclusiveMinimum: means nothing without minimum"):
            lowered_schema({"type": "integer", "exclusiveMinimum": True})

    def test_titles_and_prose_are_dropped(self):
        """
        Neither a title, which would rename the class, nor a sentence of upstream gets through.
        """
        words = {"title": "Bad Title", "description": "Words of upstream.", "externalDocs": {"url": "https://a/"}}
        schema = {"type": "object", **words, "properties": {"a": {"type": "string", **words}}}
        document = with_schema(schema)
        document["paths"]["/things"]["get"] |= {"summary": "Words of upstream.", "description": "Words of upstream."}
        document["info"]["description"] = "Words of upstream."
        text = json.dumps(lowered(document))
        assert "Words" not in text
        assert "Bad Title" not in text

    def test_examples_and_read_only_are_kept(self):
        """
        What is data rather than prose is carried over, also where the generator does not use it.
        """
        schema = {"type": "string", "readOnly": True, "example": "house.fbx", "format": "uri", "x-ms-secret": True}
        assert schema == lowered_schema(schema)

    def test_own_fields_beside_all_of_are_moved_into_it(self):
        """
        A subtype's own fields stand inside `allOf`, where the generator sees them.
        """
        schema = {
            "allOf": [{"$ref": "#/definitions/Base"}],
            "type": "object",
            "properties": {"own": {"type": "string"}},
            "required": ["own"],
        }
        own = {"type": "object", "properties": {"own": {"type": "string"}}, "required": ["own"]}
        assert {"allOf": [{"$ref": f"{REF}Base"}, own]} == lowered_schema(schema, Base={"type": "object"})

    def test_all_of_alone_is_a_type_of_its_own(self):
        """
        A definition that only extends another is not taken for the other.
        """
        schema = {"allOf": [{"$ref": "#/definitions/Base"}]}
        assert {"allOf": [{"$ref": f"{REF}Base"}, {"type": "object"}]} == lowered_schema(
            schema, Base={"type": "object"}
        )

    def test_a_definition_may_be_another_name(self):
        """
        A definition that is a reference is wrapped, for a bare reference is refused by the generator.
        """
        schema = {"$ref": "#/definitions/Base"}
        base = {"$ref": f"{REF}Base"}
        assert {"allOf": [base]} == lowered_schema(schema, Base={"type": "string"})
        assert {"allOf": [base, {"type": "object"}]} == lowered_schema(schema, Base={"type": "object"})

    def test_discriminator(self):
        """
        A discriminator maps each value to its type, of children and grandchildren, by `x-ms-discriminator-value`.
        """
        components = lowered(
            swagger(
                definitions={
                    "Base": {
                        "type": "object",
                        "discriminator": "kind",
                        "required": ["kind"],
                        "properties": {"kind": {"type": "string"}},
                    },
                    "Child": {"allOf": [{"$ref": "#/definitions/Base"}], "x-ms-discriminator-value": "#child"},
                    "Grandchild": {"allOf": [{"$ref": "#/definitions/Child"}]},
                    "Stranger": {"type": "object"},
                }
            )
        )["components"]["schemas"]
        mapping = {"Base": f"{REF}Base", "#child": f"{REF}Child", "Grandchild": f"{REF}Grandchild"}
        assert {"propertyName": "kind", "mapping": mapping} == components["Base"]["discriminator"]

    @pytest.mark.parametrize("extra", [False, None])
    def test_objects_are_open(self, extra):
        """
        `additionalProperties: false` is lifted, so that a property of tomorrow survives.
        """
        schema = {"type": "object"} | ({} if extra is None else {"additionalProperties": extra})
        assert {"type": "object"} == lowered_schema(schema)

    def test_additional_properties_keep_their_type(self):
        """
        Typed additional properties stay typed.
        """
        schema = {"type": "object", "additionalProperties": {"type": "string"}}
        assert schema == lowered_schema(schema)
        assert {"type": "object", "additionalProperties": True} == lowered_schema({"additionalProperties": {}})


class TestNull:
    @pytest.mark.parametrize(
        ("schema", "expected"),
        [
            ({"type": "string", "format": "uuid"}, {"type": ["string", "null"], "format": "uuid"}),
            (
                {"type": "array", "items": {"type": "string"}},
                {"type": ["array", "null"], "items": {"type": "string"}},
            ),
            ({"type": "object"}, {"anyOf": [{"type": "object"}, NULL]}),
            ({"$ref": "#/definitions/Base"}, {"anyOf": [{"$ref": f"{REF}Base"}, NULL]}),
            (
                {"$ref": "#/definitions/Base", "readOnly": True, "type": "object", "description": "Words."},
                {"anyOf": [{"$ref": f"{REF}Base"}, NULL], "readOnly": True},
            ),
        ],
    )
    def test_x_nullable_of_a_property(self, schema, expected):
        """
        `x-nullable` beside a type or a `$ref` makes a union with null where it stands.
        """
        thing = {"type": "object", "properties": {"a": schema | {"x-nullable": True}}}
        assert {"a": expected} == lowered_schema(thing, Base={"type": "object"})["properties"]

    def test_x_nullable_of_an_enum(self):
        """
        A nullable enum lets null through beside its values and any other text.
        """
        thing = {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"], "x-nullable": True}}}
        branch = {"type": "string", "enum": ["x"], "x-enum-varnames": ["X"]}
        assert {"anyOf": [branch, {"type": "string"}, NULL]} == lowered_schema(thing)["properties"]["a"]

    def test_x_nullable_of_a_definition(self):
        """
        `x-nullable` on a definition makes every reference to it nullable, unless the reference says otherwise.
        """
        thing = {
            "type": "object",
            "properties": {
                "maybe": {"$ref": "#/definitions/Base"},
                "never": {"$ref": "#/definitions/Base", "x-nullable": False},
            },
        }
        components = lowered(with_schema(thing, Base={"type": "object", "x-nullable": True}))["components"]["schemas"]
        assert {"type": "object"} == components["Base"]
        assert {"anyOf": [{"$ref": f"{REF}Base"}, NULL]} == components["Thing"]["properties"]["maybe"]
        assert {"$ref": f"{REF}Base"} == components["Thing"]["properties"]["never"]

    def test_a_default_beside_a_reference(self):
        """
        A default beside a `$ref` is not lost.
        """
        thing = {"type": "object", "properties": {"a": {"$ref": "#/definitions/Base", "default": "x"}}}
        expected = {"allOf": [{"$ref": f"{REF}Base"}], "default": "x"}
        assert expected == lowered_schema(thing, Base={"type": "string"})["properties"]["a"]


class TestEnums:
    @pytest.mark.parametrize("model_as_string", [True, False])
    def test_every_enum_is_open(self, model_as_string):
        """
        An enum lets other text through, whatever `modelAsString` says, and is named as `x-ms-enum` says.
        """
        schema = {
            "type": "string",
            "enum": ["NotStarted", "B"],
            "x-ms-enum": {"name": "job_status", "modelAsString": model_as_string},
        }
        branch = {
            "type": "string",
            "title": "job_status",
            "enum": ["NotStarted", "B"],
            "x-enum-varnames": ["NOT_STARTED", "B"],
        }
        assert {"anyOf": [branch, {"type": "string"}]} == lowered_schema(schema)

    def test_names_of_values(self):
        """
        A name that `x-ms-enum` gives to a value names the member.
        """
        values = [{"value": "a1", "name": "FirstOne", "description": "Words."}, {"value": "b"}]
        schema = {"type": "string", "enum": ["a1", "b"], "x-ms-enum": {"name": "E", "values": values}}
        assert ["FIRST_ONE", "B"] == lowered_schema(schema)["anyOf"][0]["x-enum-varnames"]

    @pytest.mark.parametrize(
        ("values", "names"),
        [
            (["", "+", "1x"], ["VALUE_0", "VALUE_1", "VALUE_2"]),
            (["a b", "a-b", "A_B"], ["A_B", "VALUE_1", "VALUE_2"]),
            (["__class__", "name\nimport os", '"""'], ["CLASS", "NAME_IMPORT_OS", "VALUE_2"]),
            (["VALUE_1", "?"], ["VALUE_1", "VALUE_1_"]),
            (["ASSET_SIZE_TOO_LARGE", "HTTPError"], ["ASSET_SIZE_TOO_LARGE", "HTTP_ERROR"]),
        ],
    )
    def test_members_have_harmless_names(self, values, names):
        """
        Every value has a Python name of its own, whatever it looks like.
        """
        branch = lowered_schema({"type": "string", "enum": values})["anyOf"][0]
        assert names == branch["x-enum-varnames"]

    def test_enum_of_numbers(self):
        """
        An enum of integers is open as well.
        """
        assert {"anyOf": [{"type": "integer", "enum": [1, 2]}, {"type": "integer"}]} == lowered_schema(
            {"type": "integer", "enum": [1, 2]}
        )

    def test_null_among_the_values(self):
        """
        Null as a value makes the enum nullable.
        """
        schema = {"type": "object", "properties": {"a": {"enum": ["x", None]}}}
        anyof = lowered_schema(schema)["properties"]["a"]["anyOf"]
        assert [["x"], None, None] == [branch.get("enum") for branch in anyof]
        assert NULL == anyof[-1]

    @pytest.mark.parametrize(
        ("schema", "reason"),
        [
            ({"type": "string", "enum": []}, "each once"),
            ({"type": "string", "enum": ["a", "a"]}, "each once"),
            ({"enum": ["a", 1]}, "needs a type"),
            ({"type": "string", "enum": ["a"], "x-ms-enum": {"values": [{"value": "b"}]}}, "is not a value"),
        ],
    )
    def test_a_senseless_enum_is_refused(self, schema, reason):
        """
        Enums that contradict themselves are named.
        """
        with pytest.raises(LoweringError, match=reason):
            lowered_schema(schema)


class TestOperations:
    @pytest.mark.parametrize(
        ("parts", "tag"),
        [
            ({"operationId": "RemoteRendering_GetSession", "tags": ["Else"]}, "RemoteRendering"),
            ({"operationId": "GetToken", "tags": ["Accounts"]}, "Accounts"),
            ({"operationId": "GetToken"}, "default"),
        ],
    )
    def test_groups_are_tags(self, parts, tag):
        """
        The group of an operationId is the tag; without a group it is the Swagger's own tag.
        """
        assert [tag] == lowered_operation(**parts)["tags"]

    def test_vendor_extensions_are_carried_over(self):
        """
        What other tools say about paging and errors is kept as it is.
        """
        pageable = {"itemName": "sessions", "nextLinkName": "@nextLink"}
        get = lowered_operation(
            **{
                "x-ms-pageable": pageable,
                "responses": {"400": {"description": "", "x-ms-error-response": True}},
            }
        )
        assert pageable == get["x-ms-pageable"]
        assert get["responses"]["400"]["x-ms-error-response"]


UNKNOWN_KEYS = {
    "#": lambda: swagger(odd=1),
    "#/info": lambda: swagger(info={"title": "t", "version": "v", "odd": 1}),
    "#/paths/~1things": lambda: swagger(paths={"/things": {"odd": {}}}),
    "#/paths/~1things/get": lambda: with_operation(odd=1),
    "#/paths/~1things/get/parameters/0": lambda: with_operation(
        parameters=[{"name": "p", "in": "query", "type": "string", "odd": 1}]
    ),
    "#/paths/~1things/get/parameters/1": lambda: with_operation(
        parameters=[
            {"name": "p", "in": "query", "type": "string"},
            {"name": "b", "in": "body", "schema": {}, "odd": 1},
        ]
    ),
    "#/paths/~1things/get/responses/200": lambda: with_operation(responses={"200": {"description": "", "odd": 1}}),
    "#/paths/~1things/get/responses/200/headers/H": lambda: with_operation(
        responses={"200": {"description": "", "headers": {"H": {"type": "string", "odd": 1}}}}
    ),
    "#/definitions/Thing": lambda: with_schema({"type": "object", "odd": 1}),
    "#/definitions/Thing/properties/a~1b~0": lambda: with_schema(
        {"type": "object", "properties": {"a/b~": {"type": "string", "odd": 1}}}
    ),
    "#/definitions/Thing/properties/a": lambda: with_schema(
        {"type": "object", "properties": {"a": {"$ref": "#/definitions/Thing", "odd": 1}}}
    ),
    "#/definitions/Thing/x-ms-enum": lambda: with_schema({"type": "string", "enum": ["a"], "x-ms-enum": {"odd": 1}}),
    "#/securityDefinitions/it": lambda: swagger(securityDefinitions={"it": {"type": "basic", "odd": 1}}),
}


@pytest.mark.parametrize("pointer", UNKNOWN_KEYS)
def test_an_unknown_key_is_refused_by_name_and_pointer(pointer):
    """
    Nothing is dropped in silence: a key the lowering does not know stops it, whatever object it stands in.
    """
    with pytest.raises(LoweringError) as caught:
        lower(UNKNOWN_KEYS[pointer]())
    assert str(caught.value).startswith(f"{pointer}: ")
    assert "'odd'" in str(caught.value)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"openapi": "3.0.0"}, "#: a Swagger 2.0 document is needed here"),
        (swagger(paths=[]), "#/paths: an object is needed here"),
        (swagger(paths={"/a": {"get": {"responses": OK}}}), "#/paths/~1a/get: has no 'operationId'"),
        (with_operation(responses={"teapot": {"description": ""}}), "no status of a response: 'teapot'"),
        (with_operation(parameters=[{"name": "p", "in": "cookie", "type": "string"}]), "no place for a parameter"),
        (with_schema({"type": "array"}), "#/definitions/Thing: has no 'items'"),
        (with_schema({"type": "array", "items": [{"type": "string"}]}), "an object is needed here"),
        (with_schema({"type": ["string", "null"]}), "no type of a schema"),
        (with_schema({"type": "string", "items": {}}), "items without type array"),
        (with_schema({"type": "object", "required": True}), "#/definitions/Thing/required: an array is needed here"),
        (with_schema({"type": "object", "additionalProperties": 1}), "a boolean or a schema"),
        (
            with_schema({"type": "array", "items": {"type": "array", "items": {}, "collectionFormat": "ssv"}}),
            "no style for an array within an array",
        ),
        (
            with_schema({"type": "object", "properties": {"a": {"$ref": "#/definitions/B", "type": "array"}}}, B={}),
            "differs from the type",
        ),
    ],
)
def test_what_cannot_be_lowered_is_refused(document, message):
    """
    A document that says something without a counterpart is refused with the place and the reason.
    """
    with pytest.raises(LoweringError) as caught:
        lower(document)
    assert message in str(caught.value)


def test_every_deliberate_drop_has_a_reason():
    """
    No key is left out without a sentence that says why, and none is both used and left out.
    """
    kinds = [value for module in (lower_module, operations, schemas) for value in vars(module).values()]
    kinds = [value for value in kinds if isinstance(value, Kind)]
    assert len(kinds) > 10
    for kind in kinds:
        assert all(len(reason.split()) > 2 for reason in kind.drops.values())
        assert not kind.drops.keys() & (kind.reads | kind.copies)


@needs_shared
@pytest.mark.parametrize(
    "path",
    sorted((SHARED / "specs").glob("*/*/*/specification/mixedreality/data-plane/*/*/*/mr-*.json")),
    ids=lambda path: f"{path.parts[path.parts.index('specification') - 1][:8]}-{path.parent.name}",
)
def test_every_state_upstream_ever_had_is_lowered(path):
    """
    All versions at all stored commits become valid OpenAPI 3.1.
    """
    validate(lower(parse_swagger(path.read_bytes(), path.name)), path.name)
