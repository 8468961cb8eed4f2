"""
Small Swagger documents for tests, and what is asked of every lowering of them.
"""

import copy
import json

from pipeline.lower import lower, no_other_files
from pipeline.validate import validate

OK = {"200": {"description": "Words of upstream."}}


def operation(**parts):
    return {"operationId": "Things_Get", "responses": OK, **parts}


def swagger(**parts):
    """
    A document with one operation, `GET /things`, unless `paths` says otherwise.
    """
    return {
        "swagger": "2.0",
        "info": {"title": "Things", "version": "2021-01-01"},
        "paths": {"/things": {"get": operation()}},
        **parts,
    }


def with_operation(**parts):
    return swagger(paths={"/things": {"get": operation(**parts)}})


def with_schema(schema, **definitions):
    """
    A document whose definition `Thing` is the schema.
    """
    return swagger(definitions={"Thing": schema, **definitions})


def lowered(document, files=None):
    """
    The lowered document, valid OpenAPI 3.1 by itself, made without touching what it was made from.
    """
    before = copy.deepcopy(document)
    result = lower(document, files.__getitem__ if files else no_other_files)
    assert before == document
    validate(json.loads(json.dumps(result)), "test.yaml")
    return result


def lowered_schema(schema, **definitions):
    return lowered(with_schema(schema, **definitions))["components"]["schemas"]["Thing"]


def lowered_operation(**parts):
    return lowered(with_operation(**parts))["paths"]["/things"]["get"]


def lowered_parameter(**parts):
    parameter = {"name": "p", "in": "query", "type": "string", **parts}
    return lowered_operation(parameters=[parameter])["parameters"][0]


EVERYTHING = {
    "swagger": "2.0",
    "info": {"title": "Everything", "version": "1", "description": "Words.", "contact": {"name": "n"}},
    "schemes": ["https"],
    "basePath": "/v1",
    "consumes": ["application/json"],
    "produces": ["application/json"],
    "x-ms-parameterized-host": {
        "hostTemplate": "{endpoint}.{region}",
        "useSchemePrefix": True,
        "parameters": [
            {"$ref": "#/parameters/Endpoint"},
            {"name": "region", "in": "path", "type": "string", "enum": ["a", "b"], "default": "b"},
        ],
    },
    "security": [{"key": []}],
    "securityDefinitions": {
        "key": {"type": "apiKey", "in": "header", "name": "Authorization"},
        "basic": {"type": "basic"},
        "oauth": {"type": "oauth2", "flow": "implicit", "authorizationUrl": "https://a/", "scopes": {"s": "Words."}},
    },
    "parameters": {
        "Endpoint": {"name": "endpoint", "in": "path", "required": True, "type": "string"},
        "Id": {"name": "id", "in": "path", "required": True, "type": "string", "format": "uuid", "x-example": "x"},
        "Version": {"name": "api-version", "in": "query", "required": True, "type": "string"},
    },
    "responses": {"Gone": {"description": "Words.", "schema": {"$ref": "#/definitions/Error"}}},
    "paths": {
        "/things/{id}": {
            "parameters": [{"$ref": "#/parameters/Id"}],
            "get": {
                "operationId": "Things_Get",
                "tags": ["T"],
                "parameters": [
                    {"$ref": "#/parameters/Version"},
                    {
                        "name": "ids",
                        "in": "query",
                        "type": "array",
                        "items": {"type": "string", "enum": ["a"]},
                        "collectionFormat": "multi",
                        "x-ms-skip-url-encoding": True,
                    },
                    {"name": "X-Size", "in": "header", "type": "integer", "maximum": 9, "exclusiveMaximum": True},
                ],
                "responses": {
                    "200": {
                        "description": "Words.",
                        "headers": {
                            "MS-CV": {"type": "string"},
                            "X-All": {"type": "array", "items": {"type": "string"}},
                        },
                        "schema": {"$ref": "#/definitions/Thing"},
                        "examples": {"application/json": {"kind": "x"}},
                    },
                    "404": {"$ref": "#/responses/Gone"},
                    "default": {"description": "Words.", "x-ms-error-response": True},
                },
                "x-ms-pageable": {"nextLinkName": "next"},
                "x-ms-examples": {"one": {"$ref": "examples/one.json"}},
            },
            "put": {
                "operationId": "Things_Put",
                "deprecated": True,
                "consumes": ["application/json", "text/json"],
                "parameters": [
                    {"name": "b", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Thing"}}
                ],
                "responses": {"204": {"description": "Words."}},
            },
            "post": {
                "operationId": "Send",
                "parameters": [
                    {"name": "f", "in": "formData", "type": "file", "required": True},
                    {
                        "name": "n",
                        "in": "formData",
                        "type": "array",
                        "items": {"type": "string"},
                        "collectionFormat": "multi",
                    },
                ],
                "responses": {"200": {"description": "", "schema": {"type": "file"}}},
            },
        }
    },
    "x-ms-paths": {
        "/things/{id}?comp=list": {
            "parameters": [{"$ref": "#/parameters/Id"}],
            "get": operation(operationId="Things_List"),
        }
    },
    "definitions": {
        "Thing": {
            "type": "object",
            "discriminator": "kind",
            "required": ["kind"],
            "properties": {
                "kind": {"type": "string", "description": "Words."},
                "cause": {"$ref": "more.json#/definitions/Cause", "x-nullable": True, "readOnly": True},
                "state": {"$ref": "#/definitions/State", "default": "On"},
                "error": {"type": "object", "$ref": "#/definitions/Error"},
                "size": {"type": "integer", "format": "int32", "minimum": 0, "exclusiveMinimum": True, "default": 1},
                "tags": {"type": "object", "additionalProperties": {"type": "string", "x-nullable": True}},
                "list": {"type": "array", "items": {"type": "number"}, "x-nullable": True, "maxItems": 3},
                "level": {"type": "integer", "enum": [1, 2], "x-ms-enum": {"name": "Level"}},
            },
        },
        "Special": {
            "allOf": [{"$ref": "#/definitions/Thing"}],
            "x-ms-discriminator-value": "special",
            "properties": {"own": {"type": "boolean"}},
        },
        "State": {
            "type": "string",
            "enum": ["On", "Off"],
            "x-ms-enum": {"name": "state", "modelAsString": True, "values": [{"value": "On", "name": "Lit"}]},
        },
        "Error": {"type": "object", "x-nullable": True, "properties": {"inner": {"$ref": "#/definitions/Error"}}},
        "Other": {"$ref": "#/definitions/Thing"},
    },
}
"""
One document with about everything the lowering reads; `more.json` holds the definition `Cause`.
"""
