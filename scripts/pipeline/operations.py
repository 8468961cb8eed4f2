"""
Operations of Swagger 2.0, with their parameters, bodies and responses, as OpenAPI 3.1.
"""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from pipeline.references import References
from pipeline.schemas import ASSERTIONS, PROSE, SCHEMA, Schema, lower_schema
from pipeline.swagger import Node, kind

Document = dict[str, Any]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")

PATH = kind("path item", reads=" ".join(METHODS) + " parameters")

EXAMPLES = "official examples are replayed by the tests and stay upstream's"

OPERATION = kind(
    "operation",
    reads="operationId consumes produces parameters responses tags",
    copies="deprecated security x-ms-pageable x-ms-long-running-operation x-ms-long-running-operation-options "
    "x-ms-request-id x-ms-client-name",
    drops={
        "summary": PROSE,
        "description": PROSE,
        "externalDocs": PROSE,
        "x-ms-examples": EXAMPLES,
    },
)

SCHEMA_HALF = "type format items collectionFormat default enum x-ms-enum x-nullable maximum minimum exclusiveMaximum "
SCHEMA_HALF += f"exclusiveMinimum {ASSERTIONS}"
"""
What Swagger writes on a parameter or header and OpenAPI 3.1 in its schema.
"""

PARAMETER = kind(
    "parameter",
    reads=f"name in required {SCHEMA_HALF} x-example x-ms-skip-url-encoding",
    copies="allowEmptyValue x-ms-parameter-location x-ms-parameter-grouping x-ms-client-name x-ms-client-request-id",
    drops={"description": PROSE},
)

FIELD = kind(
    "field of a form",
    reads=f"name in required {SCHEMA_HALF} x-example",
    copies="x-ms-parameter-location x-ms-parameter-grouping x-ms-client-name",
    drops={"description": PROSE},
)

BODY = kind(
    "body parameter",
    reads="in required schema",
    copies="x-ms-client-flatten x-ms-parameter-location x-ms-parameter-grouping x-ms-client-name",
    drops={"name": "a request body has no name in OpenAPI 3.1", "description": PROSE, "x-example": EXAMPLES},
)

RESPONSE = kind(
    "response",
    reads="schema headers",
    copies="x-ms-error-response",
    drops={"description": PROSE, "examples": EXAMPLES},
)

HEADER = kind("header", reads=SCHEMA_HALF, copies="x-ms-client-name", drops={"description": PROSE})

STYLES = {
    ("csv", "query"): ("form", False),
    ("multi", "query"): ("form", True),
    ("ssv", "query"): ("spaceDelimited", False),
    ("pipes", "query"): ("pipeDelimited", False),
    ("csv", "path"): ("simple", False),
    ("csv", "header"): ("simple", False),
}
"""
`collectionFormat` and place of an array → style and explode.
"""


JSON = "application/json"


def lower_path_item(path: str, node: Node, root: Node, references: References) -> Document:
    """
    The path item of OpenAPI 3.1.

    Args:
        path: Its key; one out of `x-ms-paths` has a query, whose names become parameters.
        node: The path item.
        root: The document, for its `consumes`, `produces` and `info.version`.
        references: Names what the item refers to.

    Raises:
        LoweringError: The item holds something with no counterpart.
    """
    node.copied(PATH)
    # Whatever fills a template later, braces beyond `{name}` would mean something else to it.
    if re.search(r"[{}]", re.sub(r"\{[A-Za-z_-][\w-]*\}", "", path)):
        raise node.refuse(f"{path!r} has braces that are no parameter's")
    shared = list(node.listing("parameters"))
    bodies = [element for element in shared if not is_component(_target(element, references))]
    parameters = [_parameter(element, root, references) for element in shared if element not in bodies]
    parameters += _fixed_query(path)
    item: Document = {"parameters": parameters} if parameters else {}
    for method in METHODS:
        if method in node:
            item[method] = _operation(node[method], bodies, root, references)
    return item


def is_component(parameter: Node) -> bool:
    """
    Whether a Swagger parameter stays one in OpenAPI 3.1, where bodies and forms are something else.
    """
    return parameter["in"].value not in ("body", "formData")


def lower_parameter(node: Node, root: Node, references: References) -> Document:
    """
    A parameter of the query, path or header.

    Args:
        node: The parameter, not a reference to one.
        root: The document, for its `info.version`.
        references: Names what the parameter's elements refer to.

    Raises:
        LoweringError: The parameter holds something with no counterpart.
    """
    copied = node.copied(PARAMETER)
    name, place = node["name"].text(), node["in"].value
    if place not in ("query", "path", "header"):
        raise node["in"].refuse(f"no place for a parameter: {place!r}")
    parameter: Document = {"name": name, "in": place}
    if node.get("required"):
        parameter["required"] = True
    parameter["schema"] = _schema_half(node, references)
    if name == "api-version" and place == "query":
        parameter["schema"].setdefault("default", root["info"]["version"].text())
    if node.get("type") == "array":
        parameter |= _style(node, place)
    if node.get("x-ms-skip-url-encoding"):
        if place != "query":
            raise node["x-ms-skip-url-encoding"].refuse(f"a {place} parameter is always encoded in OpenAPI 3.1")
        parameter["allowReserved"] = True
    if "x-example" in node:
        parameter["example"] = node["x-example"].value
    return parameter | copied


def lower_response(node: Node, root: Node, references: References, produces: list[str] | None = None) -> Document:
    """
    A response with our words for its status left to the caller.

    Args:
        node: The response, not a reference to one.
        root: The document.
        references: Names what the response refers to.
        produces: The media types of its operation; None means the document's.

    Raises:
        LoweringError: The response holds something with no counterpart.
    """
    copied = node.copied(RESPONSE)
    response: Document = {"description": ""}
    headers = {name: _header(_target(header, references), references) for name, header in node.section("headers")}
    if headers:
        response["headers"] = headers
    if "schema" in node:
        types = _strings(root, "produces") if produces is None else produces
        is_file = node["schema"].get("type") == "file"
        media_type, others = _media_type(node, types, "application/octet-stream" if is_file else JSON)
        schema = _binary(node["schema"]) if is_file else lower_schema(node["schema"], references)
        response["content"] = {media_type: {"schema": schema}}
        if others:
            response["x-other-media-types"] = others
    return response | copied


def _operation(node: Node, shared_bodies: list[Node], root: Node, references: References) -> Document:
    copied = node.copied(OPERATION)
    operation_id = node["operationId"].text()
    operation: Document = {"tags": [_tag(node, operation_id)], "operationId": operation_id}
    elements = list(node.listing("parameters"))
    bodies = [element for element in elements if not is_component(_target(element, references))]
    parameters = [_parameter(element, root, references) for element in elements if element not in bodies]
    if parameters:
        operation["parameters"] = parameters
    consumes = _strings(node if "consumes" in node else root, "consumes")
    body_parts = [_target(element, references) for element in [*shared_bodies, *bodies]]
    body = _request_body(node, body_parts, consumes, references)
    if body:
        operation["requestBody"] = body
    produces = _strings(node, "produces") if "produces" in node else None
    operation["responses"] = {
        status: _response(status, response, root, references, produces)
        for status, response in node["responses"].items()
    }
    return operation | copied


def _tag(node: Node, operation_id: str) -> str:
    """
    Where an operation's module goes: the group in its operationId, else the first of the Swagger's own tags.

    Azure's code generators go by the group; tags are for documentation, and none of them is a second home here.
    """
    group, _, _ = operation_id.rpartition("_")
    own = [element.text() for element in node.listing("tags")]
    return group or next(iter(own), "default")


def _target(node: Node, references: References) -> Node:
    return references.target(node) if "$ref" in node else node


def _parameter(node: Node, root: Node, references: References) -> Document:
    if "$ref" in node:
        return {"$ref": f"#/components/parameters/{references.name('parameters', _target(node, references))}"}
    return lower_parameter(node, root, references)


def _fixed_query(path: str) -> list[Document]:
    """
    The query within a path of `x-ms-paths`, as parameters with one value each.

    The path keeps its query besides: it is what tells it from its neighbours.
    """
    return [
        {"name": name, "in": "query", "required": True, "schema": {"type": "string", "default": value}}
        for name, value in parse_qsl(path.partition("?")[2], keep_blank_values=True)
    ]


def _schema_half(node: Node, references: References) -> Schema:
    return lower_schema(node.only(frozenset(SCHEMA_HALF.split())), references)


def _style(node: Node, place: str) -> Document:
    key = (node["collectionFormat"].text() if "collectionFormat" in node else "csv", place)
    if key not in STYLES:
        raise node.refuse(f"OpenAPI 3.1 has no style for the collectionFormat {key[0]!r} of a {place} parameter")
    style, explode = STYLES[key]
    return {"style": style, "explode": explode}


def _request_body(node: Node, parameters: list[Node], consumes: list[str], references: References) -> Document:
    bodies = [parameter for parameter in parameters if parameter["in"].value == "body"]
    fields = [parameter for parameter in parameters if parameter["in"].value == "formData"]
    if len(bodies) > 1 or (bodies and fields):
        raise node.refuse("an operation has one body, or the fields of one form")
    if fields:
        return _form(fields, consumes, references)
    if not bodies:
        return {}
    body = bodies[0]
    copied = body.copied(BODY)
    media_type, others = _media_type(node, consumes, JSON)
    lowered: Document = {"required": True} if body.get("required") else {}
    lowered["content"] = {media_type: {"schema": lower_schema(body["schema"], references)}}
    if others:
        lowered["x-other-media-types"] = others
    return lowered | copied


def _form(fields: list[Node], consumes: list[str], references: References) -> Document:
    properties: Document = {}
    for field in fields:
        copied = field.copied(FIELD)
        if "x-example" in field:
            copied["example"] = field["x-example"].value
        if field.get("type") == "array" and field.get("collectionFormat") != "multi":
            raise field.refuse("OpenAPI 3.1 sends an array in a form as repeated fields: collectionFormat multi")
        schema = _binary(field) if field.get("type") == "file" else _schema_half(field, references)
        properties[field["name"].text()] = schema | copied
    required = [field["name"].value for field in fields if field.get("required")]
    schema = {"type": "object", "properties": properties} | ({"required": required} if required else {})
    multipart = "multipart/form-data" in consumes or any(field.get("type") == "file" for field in fields)
    media_type = "multipart/form-data" if multipart else "application/x-www-form-urlencoded"
    others = [other for other in consumes if other != media_type]
    body: Document = {"required": True} if required else {}
    body["content"] = {media_type: {"schema": schema}}
    return body | ({"x-other-media-types": others} if others else {})


def _response(status: str, node: Node, root: Node, references: References, produces: list[str] | None) -> Document:
    if not re.fullmatch(r"[1-5]\d\d|default", status):
        raise node.refuse(f"no status of a response: {status!r}")
    if "$ref" in node:
        return {"$ref": f"#/components/responses/{references.name('responses', references.target(node))}"}
    return lower_response(node, root, references, produces) | {"description": _phrase(status)}


def _phrase(status: str) -> str:
    """
    What a status is called, until an overlay says what it means here.
    """
    if status == "default":
        return "Any other status."
    return f"{HTTPStatus(int(status)).phrase}." if int(status) in set(HTTPStatus) else f"Status {status}."


def _header(node: Node, references: References) -> Document:
    copied = node.copied(HEADER)
    header: Document = {"schema": _schema_half(node, references)}
    if node.get("type") == "array":
        header |= _style(node, "header")
    return header | copied


def _binary(node: Node) -> Schema:
    """
    What Swagger calls a file.
    """
    extra = [key for key in node.object() if key in SCHEMA.reads - {"type", "required"}]
    if extra:
        raise node.refuse(f"a file has no {extra[0]!r}")
    return {"type": "string", "format": "binary"}


def _media_type(node: Node, types: list[str], default: str) -> tuple[str, list[str]]:
    """
    The media type the generated client speaks, and the others.

    Raises:
        LoweringError: There are several and none of them is JSON, so that nothing says which.
    """
    if not types:
        return default, []
    json_types = [type_ for type_ in types if re.fullmatch(r"application/(.+\+)?json", type_.partition(";")[0].strip())]
    chosen = (json_types or types)[0]
    if len(types) > 1 and not json_types:
        raise node.refuse(f"which of these media types is meant: {', '.join(types)}?")
    return chosen, [type_ for type_ in types if type_ != chosen]


def _strings(node: Node, key: str) -> list[str]:
    return [element.text() for element in node.listing(key)]
