"""
What `scripts/regenerate.py` does, once its Python has the tools.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline import report, revisions, update
from pipeline.coverage import CoverageError
from pipeline.errors import PipelineError
from pipeline.pins import Api, Pins
from pipeline.pull import UPSTREAM, Cache, Fetched, Puller, PullError, Server, open_source
from pipeline.workspace import Workspace


def run(root: Path, options: argparse.Namespace) -> int:
    """
    The exit code: 0 when all is done or as it should be, 1 when something drifted or refused.

    Args:
        root: The project.
        options: The command line.
    """
    workspace = Workspace(root)
    try:
        if workspace.recover():
            say("An earlier run was interrupted; what it had moved away is back.")
        if options.check:
            return _check(workspace, options)
        if options.update:
            return _update(workspace, options)
        if options.pull:
            fetched = _pull(workspace.pins(), options)
            workspace.install(fetched)
            _print_coverage(workspace, options.api, fetched)
        else:
            workspace.regenerate(options.api)
            _print_coverage(workspace, options.api, None)
    except PipelineError as error:
        say(f"{error}\nNothing was changed.")
        return 1
    say("Done.")
    return 0


def diff(root: Path, options: argparse.Namespace) -> int:
    """
    The exit code: 0 when nothing changed, else the number of the worst rating; 1 when a state could not be read.

    Args:
        root: The project.
        options: The command line of scripts/spec_diff.py.
    """
    pins = Workspace(root).pins()
    try:
        with open_source(options.source or UPSTREAM) as source:
            puller = Puller(source, pins.repository, pins.commit, Cache(options.cache))
            old, new = (revisions.resolve(name, pins, puller, options.api) for name in (options.old, options.new))
        changes = revisions.compare(old, new)
    except PipelineError as error:
        say(str(error))
        return 1
    print(report.as_json(changes) if options.json else "\n".join(report.as_text(changes, wording=options.wording)))
    return report.worst_of(changes) or 0


def say(text: str) -> None:
    """
    Tells the person at the terminal; results go to standard output, this does not.
    """
    print(text, file=sys.stderr, flush=True)


def _check(workspace: Workspace, options: argparse.Namespace) -> int:
    pins = workspace.pins()
    fetched = _pull(pins, options) if options.source else _cached(pins, options)
    if fetched is None:
        say("spec/openapi is compared by its pinned hashes; after a --pull it is built again and compared.")
    drifted = workspace.drift(options.api, fetched)
    try:
        _print_coverage(workspace, options.api, fetched)
    except CoverageError as error:
        drifted.append(str(error))
    faults = workspace.prose_faults(options.api)
    for line in [*drifted, *faults]:
        print(line)
    if drifted:
        say("This is not what the pins and overlays make: run `python scripts/regenerate.py --pull`.")
    if faults:
        say("Every word has to be ours: say it in spec/overlay, then run `python scripts/regenerate.py --pull`.")
    if not drifted and not faults:
        print("spec/openapi and generated are what the pins and overlays make, in our own words.")
    return 1 if drifted or faults else 0


def _print_coverage(workspace: Workspace, name: str | None, fetched: Sequence[Fetched] | None) -> None:
    """
    Prints what each package has of what is declared, which is all of it.
    """
    for api, counts in workspace.coverage(name, fetched).items():
        print(f"{api}: {', '.join(f'{count} {what}' for what, count in counts.items())}")


def _update(workspace: Workspace, options: argparse.Namespace) -> int:
    with open_source(options.source or UPSTREAM) as source:
        puller = Puller(source, workspace.pins().repository, options.update, Cache(options.cache), say)
        return update.run(workspace, puller, name=options.api, yes=options.yes)


def _pull(pins: Pins, options: argparse.Namespace) -> list[Fetched]:
    apis = pins.select(options.api)
    with open_source(options.source or UPSTREAM) as source:
        # A folder is as near as the cache, so it is read every time.
        cache = Cache(options.cache, reads=isinstance(source, Server))
        puller = Puller(source, pins.repository, pins.commit, cache, _counted(apis))
        return [puller.pinned(api) for api in apis]


def _cached(pins: Pins, options: argparse.Namespace) -> list[Fetched] | None:
    """
    The pinned files where every one is in the cache, else None.
    """
    puller = Puller(Nowhere(), pins.repository, pins.commit, Cache(options.cache))
    try:
        return [puller.pinned(api) for api in pins.select(options.api)]
    except PullError:
        return None


class Nowhere:
    """
    A source without files.
    """

    def read(self, path: str) -> bytes:
        """
        See `Source`.
        """
        raise PullError(f"{path}: not in the cache")


def _counted(apis: Sequence[Api]) -> Callable[[str], None]:
    """
    Says each file with how many of how many it is.
    """
    total = sum(1 + len(api.files) for api in apis)
    done = 0

    def report(line: str) -> None:
        nonlocal done
        done += 1
        say(f"[{done}/{total}] {line}")

    return report
