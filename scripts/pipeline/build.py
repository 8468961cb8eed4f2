"""
The steps put together: from Swagger bytes to a document, from documents to the package.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline import coverage, documents, overlay, provenance
from pipeline.errors import PipelineError
from pipeline.generate import generate_packages, tidy, tool_versions
from pipeline.lower import lower
from pipeline.pins import Api, Pins
from pipeline.validate import validate
from pipeline.verify import verify_package

Document = dict[str, Any]


class BuildError(PipelineError):
    """
    A step has not what it is to start from.
    """


def build_document(api: Api, swagger: bytes, files: Mapping[str, bytes], overlay_folder: Path) -> bytes:
    """
    The file of spec/openapi for an API: its Swagger lowered, overlaid and validated.

    Args:
        api: The pin, for its name and overlays.
        swagger: The Swagger's bytes.
        files: The files the Swagger refers to, by path relative to it.
        overlay_folder: Where the overlays lie.

    Raises:
        PipelineError: A step refused.
        OverlayError: An overlay does not fit.
    """
    lowered = lower_swagger(api.name, documents.parse_swagger(swagger, api.path), files)
    overlaid = overlay.apply(lowered, [overlay_folder / name for name in api.overlays])
    validate(overlaid, f"{api.name}.yaml")
    return documents.dump(overlaid)


def lower_swagger(name: str, swagger: Document, files: Mapping[str, bytes]) -> Document:
    """
    The Swagger as OpenAPI 3.1, before any overlay.

    Args:
        name: What an error calls it.
        swagger: The decoded Swagger.
        files: The files it refers to, by path relative to it.

    Raises:
        PipelineError: It refers to another file, or cannot be lowered.
    """

    def resolve(file: str) -> Document:
        if file not in files:
            raise BuildError(f"{name}: the Swagger refers to {file}, which was not fetched")
        return documents.parse_json(files[file], file)

    return lower(swagger, resolve)


def build_client(pins: Pins, openapi: Path, target: Path, *, only: Sequence[Api], present: Path) -> None:
    """
    The package arr_client, complete, in a folder that does not exist yet.

    Args:
        pins: What the package is to say it was made from.
        openapi: The folder with the documents.
        target: Where the package goes.
        only: The APIs to generate.
        present: The package as it is; the other APIs are taken from it.

    Raises:
        PipelineError: A document is missing, or a tool refused one.
    """
    kept = [api.name for api in pins.apis if api not in only]
    for name in kept:
        if not (present / name).is_dir():
            raise BuildError(f"{name} was never generated; run without --api first")
    loaded = {api.name: documents.load(openapi / f"{api.name}.yaml") for api in only}
    generate_packages(loaded, target)
    (target / "__init__.py").write_text(provenance.package_module(), encoding="utf-8")
    (target / "provenance.py").write_text(provenance.provenance_module(pins, tool_versions()), encoding="utf-8")
    (target / "py.typed").write_bytes(b"")
    tidy(target)
    for name, document in loaded.items():
        verify_package(target / name, document)
        coverage.check(target / name, document)
    for name in kept:
        shutil.copytree(present / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
