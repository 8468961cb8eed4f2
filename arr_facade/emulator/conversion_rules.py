"""
What the service does with a conversion's settings, and how a conversion ends where there are no blobs to look at.

There is no storage behind the emulator, so the outcome follows from the name of the input asset, by `RULES`, unless the
emulator was given a function that decides.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs

from arr_facade.emulator.documents import Refused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from arr_facade.emulator.world import ConversionEnd

__all__ = [
    "MISSING_ASSET",
    "MISSING_ASSET_2024",
    "RULES",
    "SUCCESS",
    "TOO_LARGE",
    "Decide",
    "Outcome",
    "decide_by_name",
    "normalise",
    "require_access",
]

_EXTENSIONS = (".fbx", ".gltf", ".glb", ".xyz", ".ply", ".e57", ".las", ".laz")
_OUTPUT_EXTENSION = ".arrAsset"
_NO_ACCESS = (
    "Error accessing connected storage account due to insufficient permissions. "
    "Check if the Mixed Reality resource has correct permissions assigned."
)
_HOW_TO_LINK = (
    " Documentation on how to link Remote Rendering Accounts to storage can be found here: "
    "https://docs.microsoft.com/azure/remote-rendering/how-tos/create-an-account#link-storage-accounts."
)


@attrs.frozen
class Outcome:
    """
    How a conversion ends.

    Attributes:
        status: `"Succeeded"`, `"Failed"` or `"Cancelled"`.
        code: Why it failed; only shown for Failed.
        message: The sentence to it.
    """

    status: ConversionEnd = "Succeeded"
    code: str | None = None
    message: str | None = None


Decide = Callable[[Mapping[str, Any]], Outcome | None]
"""From the normalised settings to the outcome, or None to leave it to the rules."""

SUCCESS = Outcome()
MISSING_ASSET = Outcome(
    "Failed", "ConversionProcessFailed", "Invalid input provided. Check logs in output container for details."
)
"""A missing asset as recorded from 2021 to 2022 (service.md C.5)."""
MISSING_ASSET_2024 = Outcome(
    "Failed",
    "InputContainerError",
    "Could not find the asset file in the storage account. "
    "Please make sure all paths and names are correct and the file is uploaded to storage.",
)
"""The same from about March 2024 (service.md C.5)."""
TOO_LARGE = Outcome(
    "Failed",
    "ConversionProcessFailed",
    "the conversion process exceeded system resources. It's possible the asset is too large.",
)
"""An asset too large; the message was reported in 2023, the code is decided here (service.md C.5)."""

RULES: tuple[tuple[str, Outcome], ...] = (
    ("doesnotexist", MISSING_ASSET),
    ("toolarge", TOO_LARGE),
    ("cancelled", Outcome("Cancelled")),
)
"""The first text that the asset's file name contains, in any case, decides; otherwise the conversion succeeds."""


def decide_by_name(settings: Mapping[str, Any]) -> Outcome:
    """
    The outcome by `RULES`.
    """
    name = posixpath.basename(settings["inputLocation"]["relativeInputAssetPath"]).lower()
    return next((outcome for text, outcome in RULES if text in name), SUCCESS)


def normalise(body: Mapping[str, Any]) -> dict[str, Any]:
    """
    The settings as the service repeats them: prefixes end in a slash, the output has a name, no signature is left.

    Raises:
        Refused: 400, for what is missing, of a wrong type or not valid (service.md C.4).
    """
    settings = _member(body, "settings")
    source, target = _member(settings, "inputLocation"), _member(settings, "outputLocation")
    asset = _text(source, "relativeInputAssetPath", required=True)
    stem, _ = posixpath.splitext(posixpath.basename(asset))
    result = {
        "inputLocation": {
            "storageContainerUri": _text(source, "storageContainerUri", required=True),
            "blobPrefix": _folder(_text(source, "blobPrefix")),
            "relativeInputAssetPath": asset,
        },
        "outputLocation": {
            "storageContainerUri": _text(target, "storageContainerUri", required=True),
            "blobPrefix": _folder(_text(target, "blobPrefix")),
            "outputAssetFilename": _text(target, "outputAssetFilename") or stem + _OUTPUT_EXTENSION,
        },
    }
    _validate(result)
    return {where: {name: text for name, text in location.items() if text} for where, location in result.items()}


def require_access(body: Mapping[str, Any], linked: Collection[str], *, explain: bool) -> None:
    """
    Pass only where both containers can be reached: by a signature, or by a storage account linked to the account.

    Args:
        body: The request's body, already found valid by `normalise`.
        linked: Names or hosts of the linked storage accounts; `"*"` is all of them.
        explain: Whether the message names the documentation, as it did from 2021-04 on.

    Raises:
        Refused: 403 with a body, although the Swagger declares none (service.md C.4).
    """
    settings = body["settings"]
    for where, signature in (
        ("inputLocation", "storageContainerReadListSas"),
        ("outputLocation", "storageContainerWriteSas"),
    ):
        location = settings[where]
        host = _host(location["storageContainerUri"])
        if not _text(location, signature) and not {"*", host, host.partition(".")[0]} & set(linked):
            raise Refused(403, "DelegatedResourceAccessError", _NO_ACCESS + (_HOW_TO_LINK if explain else ""))


def _member(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name)
    if not isinstance(value, dict):
        raise Refused(400, "BadRequest", f"The {name} field is required and has to be an object.")
    return value


def _text(parent: Mapping[str, Any], name: str, *, required: bool = False) -> str:
    value = parent.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value):
        raise Refused(400, "BadRequest", f"The {name} field {'is required and ' if required else ''}has to be a text.")
    return value


def _folder(prefix: str) -> str:
    return prefix if not prefix or prefix.endswith("/") else prefix + "/"


@attrs.frozen
class _Flaw:
    path: tuple[str, ...]
    code: str
    message: str


def _validate(settings: Mapping[str, Mapping[str, str]]) -> None:
    flaws = list(_flaws(settings))
    if flaws:
        error = _nested(("settings",), flaws)
        raise Refused(400, error["code"], error["message"], error["details"])


def _flaws(settings: Mapping[str, Mapping[str, str]]) -> Iterator[_Flaw]:
    for where, location in settings.items():
        for code, message in _container_flaws(location["storageContainerUri"]):
            yield _Flaw(("settings", where, "storageContainerUri", "BlobContainerName"), code, message)
    asset = settings["inputLocation"]["relativeInputAssetPath"]
    if not asset.lower().endswith(_EXTENSIONS):
        path = ("settings", "inputLocation", "relativeInputAssetPath")
        yield _Flaw(path, "AssetFormatNotSupported", f"File has to end in one of {', '.join(_EXTENSIONS)}.")
    if not settings["outputLocation"]["outputAssetFilename"].endswith(_OUTPUT_EXTENSION):
        path = ("settings", "outputLocation", "outputAssetFilename")
        yield _Flaw(path, "OutputAssetExtensionInvalid", f"File name has to end in {_OUTPUT_EXTENSION}.")


def _container_flaws(uri: str) -> Iterator[tuple[str, str]]:
    if not _host(uri):
        yield "UriInvalid", "Container has to be given as an absolute URI."
        return
    # All that follows the host counts as the name: a pasted signature ("test?sv=…") then gives the reported codes.
    name = uri.partition("://")[2].partition("/")[2].rstrip("/")
    if not 3 <= len(name) <= 63:  # noqa: PLR2004 - the bounds the message names
        yield "BlobContainerInvalidLength", "Container name has to be between 3 and 63 characters."
    if not re.match(r"[A-Za-z0-9]", name):
        yield "BlobContainerStartIsNotAlphanumeric", "Container name has to start with an alphanumeric character."
    if not re.search(r"[A-Za-z0-9]\Z", name):
        yield "BlobContainerEndIsNotAlphanumeric", "Container name has to end with an alphanumeric character."
    if not re.fullmatch(r"[A-Za-z0-9-]+", name):
        message = "Container name can only have alphanumeric characters and dashes."
        yield "BlobContainerIsNotOnlyAlphanumericOrDash", message


def _host(uri: str) -> str:
    """
    The host of an absolute http(s) URI, or empty.
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in {"http", "https"} else ""


def _nested(path: tuple[str, ...], flaws: list[_Flaw]) -> dict[str, Any]:
    """
    The error at `path`, with one below it for each property on the way to a flaw.
    """
    children = list(dict.fromkeys(flaw.path[: len(path) + 1] for flaw in flaws if len(flaw.path) > len(path)))
    codes = ", ".join(dict.fromkeys(flaw.code for flaw in flaws))
    found = f"Input validation failed at '{path[-1]}' property. Found errors: {codes}."
    details: list[dict[str, Any]] = []
    for child in children:
        below = [flaw for flaw in flaws if flaw.path[: len(child)] == child]
        if all(flaw.path == child for flaw in below):
            details += [_leaf(flaw) for flaw in below]
        else:
            details.append(_nested(child, below))
    return {"code": "ValidationError", "message": f"{found} Check inner errors for details.", "details": details}


def _leaf(flaw: _Flaw) -> dict[str, Any]:
    message = f"Input validation failed at '{flaw.path[-1]}' property. Found errors: {flaw.code}. {flaw.message}"
    return {"code": "ValidationError", "message": message}
