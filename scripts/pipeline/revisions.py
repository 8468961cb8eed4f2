"""
A state of the specification that can be compared with another: the pinned one, an upstream commit's, or files at hand.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline import diff, documents, pins
from pipeline.build import lower_swagger
from pipeline.diff import Change, Rating
from pipeline.documents import Document
from pipeline.errors import PipelineError
from pipeline.pins import Api, Pins
from pipeline.pull import Fetched, Puller

ONLY = "document"
"""
What the one API of a revision is called that is a file.
"""


class RevisionError(PipelineError):
    """
    What was named is no state of the specification, or cannot be compared with the other one.
    """


@dataclass(frozen=True)
class Version:
    """
    One API as it is in a revision.

    Attributes:
        lowered: The document, before any overlay.
        swagger: What it was lowered from; None where only the document is at hand.
        files: Path relative to the Swagger → what it refers to there.
    """

    lowered: Document
    swagger: Document | None = None
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Revision:
    """
    All APIs as they are at one time.

    Attributes:
        name: What it is called to a reader.
        versions: API → its version; an API that did not exist is not there.
    """

    name: str
    versions: dict[str, Version]


def resolve(name: str, present: Pins, puller: Puller, only: str | None = None) -> Revision:
    """
    The revision somebody means.

    Args:
        name: "pins", the path of a pins file, a commit of upstream, or the path of a Swagger or OpenAPI document.
        present: The pins of the project.
        puller: Fetches; its commit is not used.
        only: The one API that is asked for; None means all.

    Raises:
        RevisionError: It is none of these.
        PipelineError: A file cannot be had, or is not what it should be.
    """
    path = Path(name)
    if name == "pins":
        return pinned(present, puller, only)
    if path.suffix == ".toml":
        return pinned(pins.read(path), puller, only)
    if path.is_file():
        return Revision(name, {only or ONLY: _version_of_file(path)})
    if re.fullmatch(r"[0-9a-f]{40}", name):
        return at_commit(fetch(present.select(only), replace(puller, commit=name)), name)
    raise RevisionError(f"{name!r} is neither `pins`, nor a file, nor the 40 hexadecimal digits of a commit")


def pinned(present: Pins, puller: Puller, only: str | None = None) -> Revision:
    """
    What pins say, with every byte checked.

    An API whose sha256 is all zeros is one a maintainer has just added, and not there yet.

    Raises:
        PipelineError: A file cannot be had or is not the pinned one.
    """
    puller = replace(puller, repository=present.repository, commit=present.commit)
    fetched = (puller.pinned(api) for api in present.select(only) if set(api.sha256) != {"0"})
    return at_commit(fetched, f"pins ({present.commit[:8]})")


def fetch(apis: Iterable[Api], puller: Puller) -> list[Fetched]:
    """
    The files of those APIs that exist at the puller's commit.

    Raises:
        PullError: A file cannot be had.
    """
    return [fetched for api in apis if (fetched := puller.discovered(api)) is not None]


def at_commit(fetched: Iterable[Fetched], name: str) -> Revision:
    """
    What was fetched, lowered.

    Raises:
        PipelineError: A document cannot be lowered.
    """
    return Revision(name, {each.api.name: _version(each) for each in fetched})


def compare(old: Revision, new: Revision) -> dict[str, list[Change]]:
    """
    API → the rated differences between two revisions, the worst first; an API without any is there with none.

    Raises:
        RevisionError: The revisions have no API in common.
    """
    names = sorted(old.versions.keys() | new.versions.keys())
    if not old.versions.keys() & new.versions.keys():
        raise RevisionError(
            f"nothing to compare: {old.name} has {_listed(old)} and {new.name} has {_listed(new)}; "
            "--api NAME says which API a file is"
        )
    return {name: list(_compare(name, old, new)) for name in names}


def _compare(name: str, old: Revision, new: Revision) -> Iterator[Change]:
    if name not in new.versions:
        yield Change(Rating.BREAKING, "api", name, f"removed: not there at {new.name}")
    elif name not in old.versions:
        yield Change(Rating.COMPATIBLE, "api", name, f"added: not there at {old.name}")
    else:
        before, after = old.versions[name], new.versions[name]
        changes = diff.compare(before.lowered, after.lowered)
        if before.swagger is not None and after.swagger is not None:
            changes += diff.compare_prose(before.swagger, after.swagger)
        changes += diff.compare_examples(before.files, after.files)
        yield from diff.in_order(changes)


def _listed(revision: Revision) -> str:
    return ", ".join(sorted(revision.versions)) or "no API"


def _version(fetched: Fetched) -> Version:
    swagger = documents.parse_swagger(fetched.swagger, fetched.api.path)
    return Version(lower_swagger(fetched.api.name, swagger, fetched.files), swagger, fetched.files)


def _version_of_file(path: Path) -> Version:
    if path.suffix in {".yaml", ".yml"}:
        return Version(documents.load(path))
    content = documents.parse_json(path.read_bytes(), str(path))
    if "openapi" in content:
        return Version(content)
    swagger = documents.parse_swagger(path.read_bytes(), str(path))
    return Version(lower_swagger(path.stem, swagger, {}), swagger)
