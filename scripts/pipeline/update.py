"""
What a maintainer does when upstream's specification moves: see what it would break, then take it over in one go.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline import report, revisions
from pipeline.errors import PipelineError
from pipeline.pins import Api, Pins
from pipeline.pull import Cache, Fetched, NotFoundError, Puller, PullError
from pipeline.workspace import Workspace

LAST = "338ccc7bfc79689760959765543387e58b0e4855"
"""
The last commit that changed upstream's folder, of 30 September 2022.
"""

README = "specification/mixedreality/data-plane/readme.md"
"""
Upstream's list of versions: each tag of it names one Swagger.
"""


class UpdateError(PipelineError):
    """
    The pins cannot move to a commit.
    """


def run(workspace: Workspace, puller: Puller, *, name: str | None = None, yes: bool = False) -> int:
    """
    The exit code, 0, after the differences were printed and, with `yes`, taken over.

    Args:
        workspace: The project.
        puller: Fetches, at the commit to look at.
        name: The one API to look at; None means all.
        yes: Whether to move pins, spec/openapi and generated.

    Raises:
        UpdateError: The commit has nothing of what is pinned, or the pins cannot move to it.
        PipelineError: A file cannot be had, or a step refused. Nothing is changed then.
    """
    present = workspace.pins()
    fetched = revisions.fetch(present.select(name), puller)
    if not fetched:
        raise UpdateError(_retired(puller.commit))
    changes = revisions.compare(
        revisions.pinned(present, puller, name), revisions.at_commit(fetched, puller.commit[:8])
    )
    print("\n".join(report.as_text(changes)))
    for path in _not_pinned(present, puller):
        print(f"new at {puller.commit[:8]} and not pinned: {path}")
    if yes:
        _require_whole(present, puller, fetched, name)
        workspace.install(fetched, puller.commit)
        print(f"Pins, spec/openapi and generated moved to {puller.commit}.")
        for line in workspace.prose_faults(name):
            print(line)
    else:
        print("\n".join(_prospect(workspace, present, puller, fetched, name)))
    return 0


def _prospect(
    workspace: Workspace, present: Pins, puller: Puller, fetched: Sequence[Fetched], name: str | None
) -> list[str]:
    """
    Whether `--yes` would work, and everything that would keep it from it: an overlay may speak of what is gone.
    """
    obstacles = []
    for step in (lambda: workspace.lowered(fetched), lambda: _require_whole(present, puller, fetched, name)):
        try:
            step()
        except PipelineError as error:
            obstacles.append(f"  {error}")
    if obstacles:
        return ["Nothing was changed. --yes would refuse:", *obstacles]
    return ["Nothing was changed. --yes moves the pins, spec/openapi and generated to this commit."]


def _require_whole(present: Pins, puller: Puller, fetched: Sequence[Fetched], name: str | None) -> None:
    """
    Raises unless the pins, which name one commit for all APIs, would be true of every API at the new one.
    """
    if not re.fullmatch(r"[0-9a-f]{40}", puller.commit):
        raise UpdateError(f"--yes needs the 40 hexadecimal digits of a commit; {puller.commit!r} can move")
    there = {each.api.name for each in fetched}
    gone = [api.name for api in present.select(name) if api.name not in there]
    if gone:
        raise UpdateError(f"{', '.join(gone)}: not there at {puller.commit}; take the pin out first, or stay")
    others = [api for api in present.apis if api.name not in there]
    moved = [api.name for api in others if not _unchanged(api, puller)]
    if moved:
        raise UpdateError(
            f"{', '.join(moved)}: changed or gone at {puller.commit} too, and the pins name one commit for all APIs; "
            "leave --api out"
        )


def _unchanged(api: Api, puller: Puller) -> bool:
    # The cache knows the pinned bytes from any commit; whether this commit has them, only the source can say.
    try:
        replace(puller, cache=Cache(None)).pinned(api)
    except PullError:
        return False
    return True


def _not_pinned(present: Pins, puller: Puller) -> Iterator[str]:
    """
    The Swagger files that upstream's list names and no pin does; none where there is no list.
    """
    try:
        text = puller.source.read(f"{puller.repository}/{puller.commit}/{README}").decode("utf-8", "replace")
    except NotFoundError:
        return
    pinned = {api.path.partition("/data-plane/")[2] for api in present.apis}
    for path in re.findall(r"^- (Microsoft\.MixedReality/\S+\.json)$", text, re.MULTILINE):
        if path not in pinned:
            yield path


def _retired(commit: str) -> str:
    return (
        f"upstream has no data plane of Microsoft.MixedReality at {commit}. It retired the folder in October 2025 "
        f"(pull request 38188), after moving it; the last commit that changed it is {LAST}"
    )
