"""
A project of one small API, and a source of upstream's files to pull it from.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from pipeline import pins
from pipeline.documents import sha256
from pipeline.pins import Api, Pins
from pipeline.workspace import Workspace

REPOSITORY = "Owner/specs"
COMMIT = "0123456789" * 4
FOLDER = "specification/toys/data-plane/Microsoft.MixedReality/stable/1"

SWAGGER = {
    "swagger": "2.0",
    "info": {"title": "Toy", "version": "1"},
    "host": "toys.example.com",
    "paths": {
        "/toys/{id}": {
            "get": {
                "operationId": "Toys_Get",
                "description": "Gets the toy that has this very ID.",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "type": "string"},
                    {"name": "api-version", "in": "query", "required": True, "type": "string"},
                ],
                "responses": {"200": {"description": "", "schema": {"$ref": "types.json#/definitions/Toy"}}},
                "x-ms-examples": {"one": {"$ref": "./examples/Get.json"}},
            }
        }
    },
}
TYPES = {"definitions": {"Toy": {"type": "object", "properties": {"name": {"type": "string"}}}}}
EXAMPLE = {"parameters": {"id": "bear"}, "responses": {"200": {"body": {"name": "Bear"}}}}

FILES = {
    f"{FOLDER}/toys.json": json.dumps(SWAGGER).encode(),
    f"{FOLDER}/types.json": json.dumps(TYPES).encode(),
    f"{FOLDER}/examples/Get.json": json.dumps(EXAMPLE).encode(),
}

OVERLAY = """\
overlay: 1.0.0
info: {title: Toys in our words, version: 1.0.0}
actions:
  - target: $.paths['/toys/{id}'].get
    description: Says what it is for.
    update: {summary: A toy., description: The toy of that ID.}
  - target: $.paths['/toys/{id}'].get.responses['200']
    description: Says what it means.
    update: {description: The toy.}
  - target: $.paths.*.*.parameters[*]
    description: Says what to give.
    update: {description: What the toy is asked by.}
  - target: $.components.schemas.Toy
    description: Says what it is.
    update: {description: A toy of ours., properties: {name: {description: What it is called.}}}
  - target: $.info
    description: Says what the document covers.
    update: {description: Toys of children.}
"""

API = Api(
    name="toys_1",
    service="toys",
    version="1",
    default=True,
    path=f"{FOLDER}/toys.json",
    sha256=sha256(FILES[f"{FOLDER}/toys.json"]),
    document="0" * 64,
    overlays=("toys.yaml",),
    overlays_sha256="0" * 64,
    files={name: sha256(FILES[f"{FOLDER}/{name}"]) for name in ("examples/Get.json", "types.json")},
)


@dataclass
class Toy:
    """
    The project's folder and the folder its upstream lies in.
    """

    root: Path
    source: Path

    @property
    def workspace(self):
        return Workspace(self.root)

    def tree(self):
        return {path.relative_to(self.root): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}


def make(folder, files=FILES, api=API):
    """
    A toy project that was never pulled, with something in the place of the client.
    """
    root, source = folder / "project", folder / "upstream"
    for path, content in {
        "spec/pins.toml": pins.dump(Pins(REPOSITORY, COMMIT, (api,))),
        "spec/overlay/toys.yaml": OVERLAY.encode(),
        "spec/openapi/toys_1.yaml": b"openapi: 3.1.0\n",
        "generated/arr_client/old.py": b"old = True\n",
    }.items():
        write(root / path, content)
    for path, content in files.items():
        write(source / REPOSITORY / COMMIT / path, content)
    return Toy(root, source)


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
