"""
spec/pins.toml: what the client is made from, to the byte.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.errors import PipelineError

HEADER = """\
# What the generated client is made from. `python scripts/regenerate.py --update COMMIT` moves it.
#
# Paths are upstream's, at the commit; example paths are relative to their Swagger. `document` is the sha256 of the file
# in spec/openapi. `default` marks the version a service is used in unless another is asked for.
"""


class PinsError(PipelineError):
    """
    spec/pins.toml does not say what it has to.
    """


@dataclass(frozen=True)
class Api:
    """
    One version of one service.

    Attributes:
        name: The sub-package of arr_client and the stem of the file in spec/openapi.
        service: What it is a version of.
        version: The api-version.
        default: Whether the service is used in this version unless another is asked for.
        path: The Swagger's path in the upstream repository.
        sha256: Of the Swagger.
        document: The sha256 of the file in spec/openapi.
        overlays: Names of files in spec/overlay, in the order they are applied.
        overlays_sha256: Of those files, one behind the other.
        files: Path relative to the Swagger → sha256, of every file it refers to, examples included.
    """

    name: str
    service: str
    version: str
    default: bool
    path: str
    sha256: str
    document: str
    overlays: tuple[str, ...]
    overlays_sha256: str
    files: Mapping[str, str]

    def path_of(self, file: str) -> str:
        """
        The upstream path of a file the Swagger refers to.
        """
        return str(PurePosixPath(self.path).parent / file)


@dataclass(frozen=True)
class Pins:
    """
    The repository, the commit and the APIs.
    """

    repository: str
    commit: str
    apis: tuple[Api, ...]

    def api(self, name: str) -> Api:
        """
        The pin of that name.

        Raises:
            PinsError: There is none.
        """
        for api in self.apis:
            if api.name == name:
                return api
        raise PinsError(f"no API is called {name!r}; there are {', '.join(api.name for api in self.apis)}")

    def default(self, service: str) -> Api:
        """
        The default version of a service.

        Raises:
            PinsError: The service is unknown.
        """
        for api in self.apis:
            if api.service == service and api.default:
                return api
        raise PinsError(f"no service is called {service!r}")

    def select(self, name: str | None) -> tuple[Api, ...]:
        """
        The APIs a run is about: the one of that name, or all.

        Raises:
            PinsError: There is none of that name.
        """
        return self.apis if name is None else (self.api(name),)

    def with_apis(self, changed: Iterable[Api], commit: str | None = None) -> "Pins":
        """
        The pins with these APIs in the place of those of the same name, and maybe at another commit.
        """
        by_name = {api.name: api for api in changed}
        apis = tuple(by_name.get(api.name, api) for api in self.apis)
        return replace(self, apis=apis, commit=commit or self.commit)


def read(path: Path) -> Pins:
    """
    The pins in a file.

    Raises:
        PinsError: The file cannot be read, lacks a field, or a field is not what it has to be.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PinsError(f"{path}: cannot be read: {error}") from error
    return parse(table, str(path))


def parse(table: Mapping[str, Any], name: str) -> Pins:
    """
    The pins in a decoded table.

    Args:
        table: What TOML gave.
        name: What an error calls it.

    Raises:
        PinsError: A field is missing, unknown or not what it has to be.
    """
    commit = _text(table, "commit", name, r"[0-9a-f]{40}", "the 40 hexadecimal digits of a commit")
    repository = _text(table, "repository", name, r"[\w.-]+/[\w.-]+", "OWNER/NAME")
    apis = tuple(_api(f"{name}: api.{key}", key, value) for key, value in table.get("api", {}).items())
    for service in {api.service for api in apis}:
        defaults = [api.name for api in apis if api.service == service and api.default]
        if len(defaults) != 1:
            raise PinsError(f"{name}: {service} needs one default version, not {len(defaults)}")
    return Pins(repository, commit, apis)


def dump(pins: Pins) -> bytes:
    """
    The pins as the text of spec/pins.toml.
    """
    lines = [HEADER, f"repository = {_quoted(pins.repository)}", f"commit = {_quoted(pins.commit)}"]
    for api in pins.apis:
        lines += ["", f"[api.{api.name}]"]
        lines += [f"{key} = {_quoted(getattr(api, key))}" for key in ("service", "version")]
        lines += ["default = true"] if api.default else []
        lines += [f"{key} = {_quoted(getattr(api, key))}" for key in ("path", "sha256", "document")]
        lines += [f"overlays = [{', '.join(map(_quoted, api.overlays))}]"]
        lines += [f"overlays_sha256 = {_quoted(api.overlays_sha256)}", "", f"[api.{api.name}.files]"]
        lines += [f"{_quoted(file)} = {_quoted(api.files[file])}" for file in sorted(api.files)]
    return ("\n".join(lines) + "\n").encode()


def _api(where: str, key: str, table: Mapping[str, Any]) -> Api:
    known = {"service", "version", "default", "path", "sha256", "document", "overlays", "overlays_sha256", "files"}
    unknown = sorted(set(table) - known)
    if unknown:
        raise PinsError(f"{where}: no field is called {unknown[0]!r}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", key):
        raise PinsError(f"{where}: a name is a Python package's: lower case letters, digits and underscores")
    files = table.get("files", {})
    return Api(
        name=key,
        service=_text(table, "service", where, r"[a-z_]+", "lower case letters"),
        version=_text(table, "version", where, r"[\w.-]+", "an api-version"),
        default=table.get("default") is True,
        path=_text(table, "path", where, r"[\w./-]+\.json", "the path of a JSON file"),
        sha256=_hash(table, "sha256", where),
        document=_hash(table, "document", where),
        overlays=_names(table, "overlays", where),
        overlays_sha256=_hash(table, "overlays_sha256", where),
        files={file: _hash(files, file, f"{where}.files") for file in files},
    )


def _names(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    names = table.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) and "/" not in name for name in names):
        raise PinsError(f"{where}: {key} has to be a list of file names, not {names!r}")
    return tuple(names)


def _hash(table: Mapping[str, Any], key: str, where: str) -> str:
    return _text(table, key, where, r"[0-9a-f]{64}", "the 64 hexadecimal digits of a sha256")


def _text(table: Mapping[str, Any], key: str, where: str, pattern: str, meaning: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise PinsError(f"{where}: {key} has to be {meaning}, not {value!r}")
    return value


def _quoted(text: str) -> str:
    """
    A TOML basic string; JSON's escapes are among TOML's.
    """
    return json.dumps(text, ensure_ascii=False)
