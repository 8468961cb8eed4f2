"""
Upstream's files, from a server or a folder in its layout, with every byte checked against its pin.
"""

import posixpath
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx

from pipeline import documents
from pipeline.documents import sha256
from pipeline.errors import PipelineError
from pipeline.pins import Api

UPSTREAM = "https://raw.githubusercontent.com"

LAYOUTS = ("/data-plane/Microsoft.MixedReality/", "/data-plane/MixedReality/")
"""
Where upstream kept the folder, and where it moved it later.
"""

TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})

ATTEMPTS = 5
FIRST_WAIT = 0.5
TIMEOUT = httpx.Timeout(10.0, read=30.0)
DEADLINE = 120.0
LARGEST = 32 * 1024 * 1024


class PullError(PipelineError):
    """
    A file of upstream could not be had, or is not what its pin says.
    """


class NotFoundError(PullError):
    """
    The source does not have the file.
    """


class Source(Protocol):
    """
    Where upstream's files come from.
    """

    def read(self, path: str) -> bytes:
        """
        The file at a path of the layout `OWNER/NAME/COMMIT/PATH`.

        Raises:
            NotFoundError: It is not there.
            PullError: It cannot be had.
        """
        ...


@dataclass(frozen=True)
class Folder:
    """
    A source on disk.

    Attributes:
        base: The folder the layout begins in.
    """

    base: Path

    def read(self, path: str) -> bytes:
        """
        See `Source`.
        """
        try:
            return (self.base / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotFoundError(f"{self.base / path}: no such file") from error
        except OSError as error:
            raise PullError(f"{self.base / path}: {error.strerror or error}") from error


@dataclass(frozen=True)
class Server:
    """
    A source behind HTTP. What fails in passing is tried again, up to five times, with growing waits.

    Attributes:
        base: The URL the layout begins at.
        client: Follows redirects; its timeouts hold for each attempt.
        sleep: Waits between attempts.
        now: A clock in seconds that never goes back, for the deadline of one file.
    """

    base: str
    client: httpx.Client
    sleep: Callable[[float], object] = time.sleep
    now: Callable[[], float] = time.monotonic

    def read(self, path: str) -> bytes:
        """
        See `Source`.
        """
        url = f"{self.base.rstrip('/')}/{path}"
        deadline = self.now() + DEADLINE
        trouble = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                self.sleep(FIRST_WAIT * 2 ** (attempt - 1))
            try:
                return self._attempt(url, deadline)
            except _TransientError as error:
                trouble = str(error)
            except httpx.TransportError as error:
                trouble = f"{type(error).__name__}: {error}"
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise PullError(f"{url}: {type(error).__name__}: {error}") from error
        raise PullError(f"{url}: gave up after {ATTEMPTS} attempts: {trouble}")

    def _attempt(self, url: str, deadline: float) -> bytes:
        with self.client.stream("GET", url) as response:
            if response.status_code in (404, 410):
                raise NotFoundError(f"{url}: {response.status_code} {response.reason_phrase}")
            if response.status_code in TRANSIENT:
                raise _TransientError(f"{response.status_code} {response.reason_phrase}")
            if response.status_code != httpx.codes.OK:
                raise PullError(f"{url}: {response.status_code} {response.reason_phrase}")
            content = bytearray()
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > LARGEST:
                    raise PullError(f"{url}: larger than {LARGEST} bytes; that is no Swagger")
                if self.now() > deadline:
                    raise PullError(f"{url}: not complete after {DEADLINE:.0f} seconds ({len(content)} bytes came)")
            return bytes(content)


class _TransientError(Exception):
    """
    An answer that may be another one in a moment.
    """


@dataclass(frozen=True)
class Cache:
    """
    What was once fetched, by its sha256.

    Attributes:
        folder: Where it lies; None keeps nothing.
        reads: Whether what lies there is used, or only added to.
    """

    folder: Path | None
    reads: bool = True

    def get(self, digest: str) -> bytes | None:
        """
        The bytes with that sha256, or None. Bytes that changed on disk count as not there.
        """
        if self.folder is None or not self.reads:
            return None
        try:
            content = (self.folder / digest).read_bytes()
        except OSError:
            return None
        return content if sha256(content) == digest else None

    def put(self, content: bytes) -> None:
        """
        Keeps the bytes.
        """
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / sha256(content)
        partial = target.with_suffix(".partial")
        partial.write_bytes(content)
        partial.replace(target)


@dataclass(frozen=True)
class Fetched:
    """
    An API's files, byte for byte.

    Attributes:
        api: The pin they were asked for with.
        swagger: The Swagger.
        files: Path relative to the Swagger → what it refers to there.
    """

    api: Api
    swagger: bytes
    files: dict[str, bytes]


@dataclass(frozen=True)
class Puller:
    """
    Fetches the files of APIs at one commit.

    Attributes:
        source: Where from.
        repository: OWNER/NAME.
        commit: The commit.
        cache: Asked first where a hash is known.
        report: Told one line per file, for people.
    """

    source: Source
    repository: str
    commit: str
    cache: Cache = field(default_factory=lambda: Cache(None))
    report: Callable[[str], object] = lambda _: None

    def pinned(self, api: Api) -> Fetched:
        """
        The files of a pin, every one with the pinned sha256.

        Raises:
            PullError: A file cannot be had or is not the pinned one.
            DocumentError: The pinned file is not Swagger 2.0.
        """
        swagger = self._checked(api.path, api.sha256)
        documents.parse_swagger(swagger, api.path)
        return Fetched(api, swagger, {file: self._checked(api.path_of(file), api.files[file]) for file in api.files})

    def discovered(self, api: Api) -> Fetched | None:
        """
        The files of an API at a commit whose hashes nobody knows yet: the Swagger, and what it refers to.

        None means that there is no such Swagger at the commit.

        Raises:
            PullError: A file cannot be had.
            DocumentError: What is there is not Swagger 2.0.
        """
        try:
            swagger = self._fetched(api.path)
        except NotFoundError:
            return None
        waiting = list(referred_files(documents.parse_swagger(swagger, api.path), ""))
        files: dict[str, bytes] = {}
        while waiting:
            file = waiting.pop(0)
            if file not in files:
                files[file] = self._fetched(api.path_of(file))
                waiting += referred_files(documents.parse_json(files[file], file), file)
        return Fetched(api, swagger, files)

    def _checked(self, path: str, digest: str) -> bytes:
        cached = self.cache.get(digest)
        if cached is not None:
            self.report(f"{path}: cached")
            return cached
        content = self._fetched(path, keep=False)
        if sha256(content) != digest:
            raise PullError(
                f"{path}: the sha256 is {sha256(content)} ({len(content)} bytes), and spec/pins.toml says {digest}; "
                "the source has another file, or changed it on the way"
            )
        self.cache.put(content)
        return content

    def _fetched(self, path: str, *, keep: bool = True) -> bytes:
        if posixpath.normpath(path).startswith(("..", "/")):
            raise PullError(f"{path}: outside of the repository")
        missing: NotFoundError | None = None
        for candidate in layouts(posixpath.normpath(path)):
            try:
                content = self.source.read(f"{self.repository}/{self.commit}/{candidate}")
            except NotFoundError as error:
                missing = missing or error
                continue
            self.report(f"{candidate}: {len(content):,} bytes")
            if keep:
                self.cache.put(content)
            return content
        assert missing is not None
        raise missing


@contextmanager
def open_source(name: str) -> Iterator[Source]:
    """
    The source that a URL or the path of a folder names.
    """
    if name.startswith(("http://", "https://")):
        with httpx.Client(timeout=TIMEOUT, follow_redirects=True) as client:
            yield Server(name, client)
    else:
        if not Path(name).is_dir():
            raise PullError(f"{name}: neither a URL nor a folder")
        yield Folder(Path(name))


def layouts(path: str) -> Iterator[str]:
    """
    The path, and where else upstream kept the same file.
    """
    yield path
    for present in LAYOUTS:
        for other in LAYOUTS:
            if present != other and present in path:
                yield path.replace(present, other)


def referred_files(document: Any, file: str) -> Iterator[str]:
    """
    The other files a document refers to, relative to the Swagger, in the document's order.

    Args:
        document: A decoded document, or a part of one.
        file: The document's own path relative to the Swagger; "" for the Swagger.
    """
    if isinstance(document, list):
        for element in document:
            yield from referred_files(element, file)
    elif isinstance(document, dict):
        for key, value in document.items():
            if key == "$ref" and isinstance(value, str):
                path = value.partition("#")[0]
                if path and "://" not in path:
                    yield posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
            else:
                yield from referred_files(value, file)
