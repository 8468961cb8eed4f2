"""
Swagger 2.0 with Microsoft's extensions, lowered to OpenAPI 3.1.

`lower` is a pure function: the same document gives the same result under any hash seed. It carries over everything it
knows, leaves out what a table below names with the reason, and refuses the rest by JSON pointer.
"""

from typing import Any

from pipeline.operations import is_component, lower_parameter, lower_path_item, lower_response
from pipeline.references import References, Resolve
from pipeline.schemas import PROSE, lower_definition
from pipeline.swagger import LoweringError, Node, kind

Document = dict[str, Any]

DOCUMENT = kind(
    "Swagger document",
    reads="swagger info host basePath schemes consumes produces paths x-ms-paths definitions parameters responses "
    "securityDefinitions x-ms-parameterized-host",
    copies="security",
    drops={
        "tags": "tags are made of the groups in operationIds",
        "externalDocs": PROSE,
        "x-components": "what is referred to in it comes in with the reference",
    },
)

INFO = kind(
    "info object",
    reads="title version",
    drops={
        "description": PROSE,
        "termsOfService": "about upstream's document, not about the service",
        "contact": "about upstream's document, not about the service",
        "license": "about upstream's document, not about the service",
        "x-ms-code-generation-settings": "settings of another generator",
    },
)

HOST = kind(
    "parameterized host",
    reads="hostTemplate useSchemePrefix parameters",
    drops={"positionInOperation": "orders the arguments of another generator"},
)

VARIABLE = kind(
    "parameter of the host",
    reads="name in required type enum default x-example",
    drops={
        "description": PROSE,
        "format": "a server variable is text",
        "x-ms-skip-url-encoding": "a server variable is put in as it is",
        "x-ms-parameter-location": "a server variable belongs to the client",
        "x-ms-client-name": "names an argument of another generator",
    },
)

SECURITY = kind(
    "security scheme",
    reads="type name in flow authorizationUrl tokenUrl scopes",
    drops={"description": PROSE},
)

FLOWS = {
    "implicit": "implicit",
    "password": "password",
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
}
"""
The OAuth flows of Swagger 2.0 and what OpenAPI 3.1 calls them.
"""


def no_other_files(file: str) -> dict[str, Any]:
    """
    The `resolve` of a document that refers to no other file.

    Raises:
        LoweringError: Always.
    """
    raise LoweringError(f"{file}#: the document refers to this file, and it was not fetched")


def lower(swagger: dict[str, Any], resolve: Resolve = no_other_files) -> Document:
    """
    The OpenAPI 3.1 document that says what a Swagger 2.0 document says, without its prose.

    Args:
        swagger: The decoded Swagger document; it is left as it is.
        resolve: Gives the document of another file that a `$ref` names, relative to this one's folder.

    Raises:
        LoweringError: The document says something OpenAPI 3.1 or this lowering has no place for. The message begins
            with the file and the JSON pointer.
    """
    root = Node(swagger)
    if root.get("swagger") != "2.0":
        raise root.refuse(f"a Swagger 2.0 document is needed here, not swagger: {root.get('swagger')!r}")
    copied = root.copied(DOCUMENT)
    root["info"].copied(INFO)
    references = References(root, resolve)
    paths = _paths(root, references)
    components = {
        # In this order: parameters and responses may ask for schemas, schemas only for each other.
        "parameters": _parameters(root, references),
        "responses": {name: lower_response(node, root, references) for name, node in references.bring("responses")},
        "schemas": _schemas(references),
        "securitySchemes": {name: _security_scheme(node) for name, node in root.section("securityDefinitions")},
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": root["info"]["title"].text(), "version": root["info"]["version"].text()},
        "servers": _servers(root, references),
        **copied,
        "tags": [{"name": tag} for tag in _tags(paths)],
        "paths": paths,
        "components": {name: components[name] for name in sorted(components) if components[name]},
    }
    return {key: value for key, value in document.items() if value or key == "paths"}


def _servers(root: Node, references: References) -> list[Document]:
    schemes = [element.text() for element in root.listing("schemes")] or ["https"]
    base = root["basePath"].text().rstrip("/") if "basePath" in root else ""
    if "x-ms-parameterized-host" in root:
        return [_parameterized_server(root, scheme, base, references) for scheme in schemes]
    if "host" in root:
        return [{"url": f"{scheme}://{root['host'].text()}{base}"} for scheme in schemes]
    return [{"url": base}] if base else []


def _parameterized_server(root: Node, scheme: str, base: str, references: References) -> Document:
    host = root["x-ms-parameterized-host"]
    host.copied(HOST)
    template = host["hostTemplate"].text()
    prefix = f"{scheme}://" if host.get("useSchemePrefix", True) else ""
    variables = {}
    for element in host.listing("parameters"):
        parameter = references.target(element) if "$ref" in element else element
        parameter.copied(VARIABLE)
        name = parameter["name"].text()
        if f"{{{name}}}" not in template:
            raise parameter.refuse(f"the host template {template!r} has no {{{name}}}")
        variables[name] = _server_variable(parameter, starts_url=(prefix + template).startswith(f"{{{name}}}"))
    return {"url": f"{prefix}{template}{base}", "variables": variables}


def _server_variable(parameter: Node, *, starts_url: bool) -> Document:
    values = [element.text() for element in parameter.listing("enum")]
    # OpenAPI demands a default. Where Swagger gives none, .invalid (RFC 2606) can never be called by mistake.
    placeholder = f"{'https://' if starts_url else ''}{parameter['name'].text()}.invalid"
    default = parameter.get("default", parameter.get("x-example", values[0] if values else placeholder))
    return {"enum": values, "default": default} if values else {"default": default}


def _is_of_host(root: Node, parameter: Node) -> bool:
    pointers = [element.get("$ref") for element in root.get("x-ms-parameterized-host", {}).get("parameters", [])]
    return f"{parameter.file}{parameter.pointer}" in pointers


def _paths(root: Node, references: References) -> Document:
    paths: Document = {}
    for section in ("paths", "x-ms-paths"):
        for path, item in root.section(section):
            if path in paths:
                raise item.refuse(f"{path!r} stands in paths and in x-ms-paths")
            paths[path] = lower_path_item(path, item, root, references)
    return paths


def _tags(paths: Document) -> list[str]:
    operations = (operation for item in paths.values() for operation in item.values() if isinstance(operation, dict))
    return list(dict.fromkeys(tag for operation in operations for tag in operation["tags"]))


def _parameters(root: Node, references: References) -> Document:
    """
    The shared parameters, without those that became request bodies or server variables.
    """
    host = root["x-ms-parameterized-host"].listing("parameters") if "x-ms-parameterized-host" in root else ()
    of_host = [element.get("$ref") for element in host]
    return {
        name: lower_parameter(node, root, references)
        for name, node in references.bring("parameters")
        if is_component(node) and f"{node.file}{node.pointer}" not in of_host
    }


def _schemas(references: References) -> Document:
    schemas = {name: lower_definition(node, references) for name, node in references.bring("definitions")}
    _map_discriminators(schemas, dict(references.bring("definitions")))
    return schemas


def _map_discriminators(schemas: Document, nodes: dict[str, Node]) -> None:
    """
    Gives every discriminator the values by which Swagger implies its subtypes.
    """
    parents = {name: _parents(schema) for name, schema in schemas.items()}
    for base, schema in schemas.items():
        if "discriminator" not in schema:
            continue
        family = [name for name in schemas if name == base or base in _ancestors(name, parents)]
        schema["discriminator"]["mapping"] = {
            _discriminator_value(name, nodes[name]): f"#/components/schemas/{name}" for name in family
        }


def _discriminator_value(name: str, node: Node) -> str:
    key = "x-ms-discriminator-value"
    return node[key].text() if key in node else name


def _parents(schema: Document) -> list[str]:
    return [member["$ref"].rpartition("/")[2] for member in schema.get("allOf", []) if "$ref" in member]


def _ancestors(name: str, parents: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(parents[name])
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting += parents[parent]
    return found


def _security_scheme(node: Node) -> Document:
    node.copied(SECURITY)
    type_ = node["type"].text()
    if type_ == "basic":
        return {"type": "http", "scheme": "basic"}
    if type_ == "apiKey":
        return {"type": "apiKey", "in": node["in"].text(), "name": node["name"].text()}
    flow_name = node["flow"].text() if "flow" in node else ""
    if type_ != "oauth2" or flow_name not in FLOWS:
        raise node.refuse(f"no security scheme of Swagger 2.0: type {type_!r}, flow {flow_name!r}")
    # The texts of scopes are prose; OpenAPI keeps the names as keys.
    urls = {key: node[key].text() for key in ("authorizationUrl", "tokenUrl") if key in node}
    flow = {**urls, "scopes": {name: "" for name, _ in node.section("scopes")}}
    return {"type": "oauth2", "flows": {FLOWS[flow_name]: flow}}
