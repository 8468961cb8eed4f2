"""
The project's folders that the pipeline reads and writes, and what can be done to them as a whole.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import coverage, documents, pins, prose, swap, verify
from pipeline.build import build_client, build_document
from pipeline.errors import PipelineError
from pipeline.pins import Api, Pins
from pipeline.pull import Fetched

PINS = "spec/pins.toml"
OPENAPI = "spec/openapi"
OVERLAY = "spec/overlay"
CLIENT = "generated/arr_client"
PROSE = "spec/upstream_prose.txt"


class StaleError(PipelineError):
    """
    A committed file is not the one that spec/pins.toml speaks of.
    """


@dataclass(frozen=True)
class Workspace:
    """
    A checkout of the project.

    Attributes:
        root: Its folder.
    """

    root: Path

    def pins(self) -> Pins:
        """
        What spec/pins.toml says.

        Raises:
            PinsError: It says it wrongly.
        """
        return pins.read(self.root / PINS)

    def recover(self) -> bool:
        """
        Undoes what an interrupted run left half done; whether there was anything.
        """
        return swap.recover(self.root)

    def regenerate(self, name: str | None = None) -> None:
        """
        spec/openapi → generated/arr_client.

        Args:
            name: The one API to generate; None means all.

        Raises:
            StaleError: A document was changed by hand.
            PipelineError: A step refused; nothing is changed then.
        """
        present = self.pins()
        changed = self._changed_documents(present.select(name))
        if changed:
            raise StaleError(
                f"{', '.join(changed)}: changed since --pull wrote it; say it in spec/overlay instead, and --pull"
            )
        with tempfile.TemporaryDirectory(prefix="arr-client-") as folder:
            built = Path(folder) / "arr_client"
            self._build_client(present, self.root / OPENAPI, built, present.select(name))
            swap.replace(self.root, {CLIENT: built})

    def lowered(self, fetched: Iterable[Fetched]) -> dict[str, bytes]:
        """
        The file of spec/openapi for each API, by name.

        Raises:
            PipelineError: A step refused.
        """
        return {
            each.api.name: build_document(each.api, each.swagger, each.files, self.root / OVERLAY) for each in fetched
        }

    def repinned(self, fetched: Sequence[Fetched], lowered: Mapping[str, bytes], commit: str | None = None) -> Pins:
        """
        The pins that say what was fetched and lowered, and maybe another commit.
        """
        changed = [
            replace(
                each.api,
                sha256=documents.sha256(each.swagger),
                files={file: documents.sha256(content) for file, content in each.files.items()},
                overlays_sha256=self._overlays_sha256(each.api),
                document=documents.sha256(lowered[each.api.name]),
            )
            for each in fetched
        ]
        return self.pins().with_apis(changed, commit)

    def install(self, fetched: Sequence[Fetched], commit: str | None = None) -> None:
        """
        Pins, spec/openapi and the client made from what was fetched, all three put in place at once.

        Args:
            fetched: The files of the APIs to rebuild.
            commit: Where they are from, if not from the pinned commit.

        Raises:
            PipelineError: A step refused; nothing is changed then.
        """
        lowered = self.lowered(fetched)
        new_pins = self.repinned(fetched, lowered, commit)
        with tempfile.TemporaryDirectory(prefix="arr-install-") as folder:
            work = Path(folder)
            (work / "pins.toml").write_bytes(pins.dump(new_pins))
            self._write_documents(work / "openapi", new_pins, lowered)
            only = [api for api in new_pins.apis if api.name in lowered]
            self._build_client(new_pins, work / "openapi", work / "arr_client", only)
            swaggers = {each.api.name: documents.parse_swagger(each.swagger, each.api.path) for each in fetched}
            for name, swagger in swaggers.items():
                coverage.check(work / "arr_client" / name, swagger)
            known = prose.read(self.root / PROSE).union(*map(prose.fingerprints, swaggers.values()))
            (work / "upstream_prose.txt").write_bytes(prose.dump(known))
            new = {
                PINS: work / "pins.toml",
                OPENAPI: work / "openapi",
                PROSE: work / "upstream_prose.txt",
                CLIENT: work / "arr_client",
            }
            swap.replace(self.root, new)

    def drift(self, name: str | None = None, fetched: Sequence[Fetched] | None = None) -> list[str]:
        """
        One line per file of spec and generated that is not what the pins and overlays make.

        Args:
            name: The one API to look at; None means all.
            fetched: The pinned files. With them the documents are built again and compared; without, their hashes.

        Raises:
            PipelineError: A step refused.
        """
        present = self.pins()
        apis = present.select(name)
        lines = [f"differs   {path} (its hash is not the pinned one)" for path in self._changed_documents(apis)]
        lines += [f"stale     {api.name}: its overlays changed since --pull" for api in self._stale_overlays(apis)]
        if fetched is not None:
            lowered = {f"{key}.yaml": content for key, content in self.lowered(fetched).items()}
            committed = verify.tree(self.root / OPENAPI)
            relevant = committed if name is None else {key: committed[key] for key in lowered if key in committed}
            lines += verify.drift(lowered, relevant, OPENAPI)
        if any("differs" in line or "missing" in line for line in lines):
            return lines
        with tempfile.TemporaryDirectory(prefix="arr-check-") as folder:
            built = Path(folder) / "arr_client"
            self._build_client(present, self.root / OPENAPI, built, apis)
            return lines + verify.drift(verify.tree(built), verify.tree(self.root / CLIENT), CLIENT)

    def prose_faults(self, name: str | None = None) -> list[str]:
        """
        One line per thing that no overlay describes, and per sentence of upstream's in spec or generated.

        Args:
            name: The one API whose document is looked at; None means all. Sentences are looked for everywhere.

        Raises:
            PipelineError: A document or the fingerprints cannot be read.
        """
        lines = []
        for api in self.pins().select(name):
            path = f"{OPENAPI}/{api.name}.yaml"
            lines += [f"no words  {path}{pointer}" for pointer in prose.undescribed(documents.load(self.root / path))]
        known = prose.read(self.root / PROSE)
        if not known:
            lines.append(f"missing   {PROSE}")
        files = {
            f"{folder}/{path}": content
            for folder in ("spec", "generated")
            for path, content in verify.tree(self.root / folder).items()
        }
        return lines + [f"copied    {line}" for line in prose.copied(known, files)]

    def coverage(self, name: str | None = None, fetched: Sequence[Fetched] | None = None) -> dict[str, dict[str, int]]:
        """
        API → how many operations, properties, enum values and statuses its package has, all that are declared.

        Args:
            name: The one API to count; None means all.
            fetched: The pinned files. With them upstream's Swagger says what is declared; without, spec/openapi.

        Raises:
            CoverageError: Something is missing.
            PipelineError: A document cannot be read.
        """
        declared = {
            api.name: documents.load(self.root / OPENAPI / f"{api.name}.yaml") for api in self.pins().select(name)
        }
        for each in fetched or ():
            declared[each.api.name] = documents.parse_swagger(each.swagger, each.api.path)
        return {key: coverage.check(self.root / CLIENT / key, document) for key, document in declared.items()}

    def _build_client(self, new_pins: Pins, openapi: Path, target: Path, only: Sequence[Api]) -> None:
        build_client(new_pins, openapi, target, only=only, present=self.root / CLIENT)

    def _write_documents(self, folder: Path, new_pins: Pins, lowered: Mapping[str, bytes]) -> None:
        folder.mkdir()
        for api in new_pins.apis:
            content = lowered.get(api.name)
            if content is None:
                content = (self.root / OPENAPI / f"{api.name}.yaml").read_bytes()
            (folder / f"{api.name}.yaml").write_bytes(content)

    def _changed_documents(self, apis: Sequence[Api]) -> list[str]:
        return [
            f"{OPENAPI}/{api.name}.yaml"
            for api in apis
            if self._document_sha256(self.root / OPENAPI / f"{api.name}.yaml") != api.document
        ]

    def _document_sha256(self, path: Path) -> str | None:
        return documents.sha256(path.read_bytes()) if path.is_file() else None

    def _stale_overlays(self, apis: Sequence[Api]) -> list[Api]:
        return [api for api in apis if self._overlays_sha256(api) != api.overlays_sha256]

    def _overlays_sha256(self, api: Api) -> str:
        contents = (self.root / OVERLAY / overlay for overlay in api.overlays)
        return documents.sha256(b"".join(path.read_bytes() for path in contents if path.is_file()))
