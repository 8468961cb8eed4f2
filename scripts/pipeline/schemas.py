"""
Schemas of Swagger 2.0 (JSON Schema draft 4 with Microsoft's extensions) as schemas of OpenAPI 3.1.
"""

import re
from typing import Any

from pipeline.references import References
from pipeline.swagger import Node, kind

Schema = dict[str, Any]

PROSE = "prose is ours and comes from spec/overlay"

ASSERTIONS = "multipleOf maxLength minLength pattern maxItems minItems uniqueItems maxProperties minProperties"
"""
What means the same in JSON Schema draft 4 and 2020-12.
"""

SCHEMA = kind(
    "schema",
    reads="type enum x-ms-enum x-nullable items allOf properties required additionalProperties discriminator "
    "maximum minimum exclusiveMaximum exclusiveMinimum collectionFormat",
    copies=f"format default {ASSERTIONS} readOnly example xml x-ms-client-flatten x-ms-client-name x-ms-mutability "
    "x-ms-secret x-ms-azure-resource x-ms-discriminator-value",
    drops={
        "title": "a title renames the generated class, and two of the same collide; the definition's name stands",
        "description": PROSE,
        "externalDocs": PROSE,
        "x-ms-external": "tells another generator that its class lives elsewhere",
    },
)

REFERENCE = kind(
    "reference to a schema",
    reads="$ref x-nullable default type",
    copies="readOnly example x-ms-client-flatten x-ms-client-name x-ms-mutability x-ms-secret",
    drops={"title": SCHEMA.drops["title"], "description": PROSE},
)

ENUM = kind("x-ms-enum", reads="name values", drops={"modelAsString": "every enum is left open, see open_enum"})

ENUM_VALUE = kind("value of an x-ms-enum", reads="value name", drops={"description": PROSE})

TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object"})

SCALARS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}
"""
What the values of an enum of each type are in Python; bool before int, which it is one of.
"""


def lower_schema(node: Node, references: References) -> Schema:
    """
    A schema where it is used: nullable where it or what it refers to says so.

    Args:
        node: A Swagger schema, or the schema half of a parameter, header or `items`.
        references: Names what the schema refers to.

    Raises:
        LoweringError: The schema holds something with no counterpart.
    """
    if "$ref" in node:
        return _reference(node, references)
    schema = lower_definition(node, references)
    return nullable(schema) if node.get("x-nullable") else schema


def lower_definition(node: Node, references: References) -> Schema:
    """
    A schema where it is defined, never nullable itself: its `x-nullable` goes to every reference to it.

    Raises:
        LoweringError: The schema holds something with no counterpart.
    """
    if "$ref" in node:
        # The generator refuses a component that is nothing but a reference, and builds an object's class twice where
        # it is nothing but `allOf` of one.
        own = [{"type": "object"}] if _is_object(node, references) else []
        return {"allOf": [_reference(node, references), *own]}
    copied = node.copied(SCHEMA)
    if node.get("enum") is not None:
        return open_enum(node, copied)
    schema: Schema = {}
    type_ = _type(node)
    if type_:
        schema["type"] = type_
    schema |= copied | _bounds(node)
    if type_ == "array":
        schema["items"] = _items(node, references)
    elif "items" in node:
        raise node.refuse("items without type array")
    schema |= _object(node, references)
    return _inherited(node, schema, references) if "allOf" in node else schema


def nullable(schema: Schema) -> Schema:
    """
    The schema with null allowed besides.
    """
    if isinstance(schema.get("type"), str) and schema["type"] != "object" and "enum" not in schema:
        return schema | {"type": [schema["type"], "null"]}
    if "anyOf" in schema:
        return schema | {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    return {"anyOf": [schema, {"type": "null"}]}


def open_enum(node: Node, copied: Schema) -> Schema:
    """
    An enum that lets a value of tomorrow through as what it is.

    The service may know more values than the document, also where `modelAsString` is false, and a client that cannot
    read them cannot read the rest of the answer either.
    """
    values = [element.value for element in node["enum"].elements()]
    type_ = _type(node) or _type_of(node, values)
    if type_ == "boolean":
        return {"type": "boolean"} | copied | {"enum": values}
    if type_ not in SCALARS or not all(value is None or isinstance(value, SCALARS[type_]) for value in values):
        raise node["enum"].refuse(f"not every value is of type {type_}")
    present = [value for value in values if value is not None]
    if not present or len({repr(value) for value in values}) < len(values):
        raise node["enum"].refuse("an enum needs values, each once")
    branch: Schema = {"type": type_}
    details = node["x-ms-enum"] if "x-ms-enum" in node else Node({}, node.pointer, node.file)
    details.copied(ENUM)
    if "name" in details:
        branch["title"] = details["name"].text()
    branch["enum"] = present
    names = _given_names(details, present)
    if type_ == "string" or names:
        branch["x-enum-varnames"] = _member_names(present, names)
    schema: Schema = {"anyOf": [branch, {"type": type_}]} | copied
    return nullable(schema) if len(present) < len(values) else schema


def _reference(node: Node, references: References) -> Schema:
    copied = node.copied(REFERENCE)
    target = references.target(node)
    if node.get("type") not in (None, "object", target.get("type")):
        raise node["type"].refuse(f"differs from the type of {target.pointer}")
    schema: Schema = {"$ref": f"#/components/schemas/{references.name('definitions', target)}"}
    if node.get("x-nullable", target.get("x-nullable")):
        schema = {"anyOf": [schema, {"type": "null"}]}
    if "default" in node:
        if "$ref" in schema:
            schema = {"allOf": [schema]}
        schema["default"] = node["default"].value
    return schema | copied


def _is_object(node: Node, references: References) -> bool:
    seen = set()
    while "$ref" in node and node.pointer not in seen:
        seen.add(node.pointer)
        node = references.target(node)
    return "allOf" in node or _type(node) == "object"


def _type(node: Node) -> str | None:
    type_ = node.get("type")
    if type_ is None:
        return "object" if "properties" in node or "additionalProperties" in node else None
    if not isinstance(type_, str) or type_ not in TYPES:
        raise node["type"].refuse(f"no type of a schema: {type_!r}")
    return type_


def _type_of(node: Node, values: list[Any]) -> str:
    for type_, of_python in SCALARS.items():
        if values and all(value is None or isinstance(value, of_python) for value in values):
            return type_
    raise node["enum"].refuse("an enum needs a type")


def _bounds(node: Node) -> Schema:
    """
    Draft 4 says with a boolean that a bound excludes its number; draft 2020-12 has a number for each.
    """
    bounds: Schema = {}
    for plain, exclusive in (("maximum", "exclusiveMaximum"), ("minimum", "exclusiveMinimum")):
        if node.get(exclusive) not in (None, True, False):
            raise node[exclusive].refuse("a boolean is needed here in Swagger 2.0")
        if node.get(exclusive) and plain not in node:
            raise node[exclusive].refuse(f"means nothing without {plain}")
        if plain in node:
            bounds[exclusive if node.get(exclusive) else plain] = node[plain].value
    return bounds


def _items(node: Node, references: References) -> Schema:
    items = node["items"]
    if items.get("collectionFormat") not in (None, "csv"):
        raise items["collectionFormat"].refuse("OpenAPI 3.1 has no style for an array within an array")
    return lower_schema(items, references)


def _object(node: Node, references: References) -> Schema:
    schema: Schema = {}
    properties = {name: lower_schema(child, references) for name, child in node.section("properties")}
    if properties:
        schema["properties"] = properties
    required = [element.text() for element in node.listing("required")]
    if required:
        schema["required"] = required
    # `additionalProperties: false` is left out: an object is as open to a newer service as an enum is.
    extra = node.get("additionalProperties")
    if isinstance(extra, dict) and extra:
        schema["additionalProperties"] = lower_schema(node["additionalProperties"], references)
    elif extra is True or extra == {}:
        schema["additionalProperties"] = True
    elif extra not in (None, False):
        raise node["additionalProperties"].refuse("a boolean or a schema is needed here")
    if "discriminator" in node:
        schema["discriminator"] = {"propertyName": node["discriminator"].text()}
    return schema


def _inherited(node: Node, schema: Schema, references: References) -> Schema:
    """
    `allOf` with the object's own fields as its last member.

    Beside `allOf` the generator does not see own fields, and without any it takes the parent's class for this one's.
    """
    members = [lower_schema(element, references) for element in node["allOf"].elements()]
    own = {key: schema.pop(key) for key in ("type", "properties", "required") if key in schema}
    if own or len(members) == 1:
        members.append({"type": "object"} | own)
    return {"allOf": members} | schema


def _given_names(details: Node, values: list[Any]) -> dict[Any, str]:
    """
    The names `x-ms-enum` gives to values.
    """
    names = {}
    for element in details.listing("values"):
        element.copied(ENUM_VALUE)
        value = element["value"]
        if value.value not in values:
            raise value.refuse(f"{value.value!r} is not a value of the enum")
        if "name" in element:
            names[value.value] = element["name"].text()
    return names


def _member_names(values: list[Any], names: dict[Any, str]) -> list[str]:
    """
    One Python name per value: upper case, distinct, and harmless whatever the value is.
    """
    members: list[str] = []
    for index, value in enumerate(values):
        words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+", names.get(value, str(value)))
        member = "_".join(words).upper()
        if not member or member[0].isdigit() or member in members:
            member = f"VALUE_{index}"
        while member in members:
            member += "_"
        members.append(member)
    return members
