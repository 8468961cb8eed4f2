"""
Recorded requests and answers in one form, whatever tool wrote them down.

Our own, under tests/fixtures/exchanges, hold the facts of the recordings in invented values. The official SDKs' lie in
the upstream material and come in three formats, each with traps that are undone here (service.md G.15).
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import yaml

from tests.shared import SHARED

OWN = Path(__file__).parent / "fixtures" / "exchanges"
RECORDINGS = SHARED / "recordings"

SAS = "?sv=2015-04-05&sr=c&se=2122-03-10T16%3A13%3A40.0000000Z&sp=rwl&sig=fakeSig"


@dataclass
class Exchange:
    """
    One request and its answer.

    `at` is the answer's time in seconds since 1970, `body` and `answer` are decoded JSON or None, header names are
    lower-case. `traps` names members of the answer that somebody edited after the recording.
    """

    at: float
    method: str
    path: str
    query: dict
    body: object
    status: int
    headers: dict
    answer: object
    traps: frozenset = field(default=frozenset())


@dataclass
class Recording:
    """
    Exchanges in order, and the shape of answers the service had at the time.
    """

    name: str
    shape: str
    exchanges: list

    def __str__(self):
        return self.name


def own_recordings():
    return [_own(path) for path in sorted(OWN.glob("*.json"))]


def upstream_recordings():
    paths = sorted(RECORDINGS.rglob("*.json")) + sorted(RECORDINGS.rglob("*.yaml"))
    readers = {"java": _java, "sts-java": _java}
    return [readers.get(path.parent.name, _yaml if path.suffix == ".yaml" else _proxy)(path) for path in paths]


def _exchange(*, uri, headers, **rest):
    parts = urlsplit(uri)
    headers = {name.lower(): value for name, value in headers.items()}
    return Exchange(path=parts.path, query=dict(parse_qsl(parts.query)), headers=headers, **rest)


def _own(path):
    data = json.loads(path.read_text(encoding="utf-8"))
    start = datetime.fromisoformat(data["start"]).timestamp()
    exchanges = [
        _exchange(
            at=start + one["at"],
            method=one["method"],
            uri=one["uri"],
            body=one.get("body"),
            status=one["status"],
            headers=one["headers"],
            answer=one.get("answer"),
        )
        for one in data["exchanges"]
    ]
    return Recording(path.stem, data["shape"], exchanges)


def _proxy(path):
    """
    The Azure SDK test proxy's JSON of 2022: ids and tokens are replaced everywhere.
    """
    entries = json.loads(path.read_text(encoding="utf-8"))["Entries"]
    exchanges = [
        _exchange(
            at=_time(entry["ResponseHeaders"]),
            method=entry["RequestMethod"],
            uri=entry["RequestUri"],
            body=entry["RequestBody"],
            status=entry["StatusCode"],
            headers=entry["ResponseHeaders"],
            answer=entry["ResponseBody"],
        )
        for entry in entries
    ]
    return Recording(_name(path), "late", exchanges)


def _yaml(path):
    """
    VCR's YAML of 2021-03: in the session's the leases were edited by hand, except in the list.
    """
    exchanges = []
    for one in yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]:
        request, response = one["request"], one["response"]
        headers = {name: values[0] for name, values in response["headers"].items()}
        is_list = request["method"] == "GET" and urlsplit(request["uri"]).path.endswith("/sessions")
        exchanges.append(
            _exchange(
                at=_time(headers),
                method=request["method"],
                uri=request["uri"],
                body=_json(request["body"]),
                status=response["status"]["code"],
                headers=headers,
                answer=_json(response["body"]["string"]),
                traps=frozenset({"maxLeaseTimeMinutes"} if is_list else ()),
            )
        )
    return Recording(_name(path), "late", exchanges)


def _java(path):
    """
    azure-core-test's JSON of 2021-02: no request bodies, and a Retry-After that the recorder wrote.
    """
    exchanges = []
    for one in json.loads(path.read_text(encoding="utf-8"))["networkCallRecords"]:
        response = {name: value for name, value in one["Response"].items() if name != "retry-after"}
        status, answer = int(response.pop("StatusCode")), _json(response.pop("Body", None))
        body = _request_behind(one["Method"], urlsplit(one["Uri"]).path, answer)
        exchanges.append(
            _exchange(
                at=_time(response),
                method=one["Method"],
                uri=one["Uri"],
                body=body,
                status=status,
                headers=response,
                answer=answer,
            )
        )
    return Recording(_name(path), "early", exchanges)


def _request_behind(method, path, answer):
    """
    The body that must have been sent for this answer.
    """
    if method == "PATCH":
        return {"maxLeaseTimeMinutes": answer["maxLeaseTimeMinutes"]}
    if method != "PUT":
        return None
    if "/sessions/" in path:
        return {"maxLeaseTimeMinutes": answer.get("maxLeaseTimeMinutes", -4), "size": answer.get("size", "Standard")}
    if "settings" in answer:
        return conversion_request(answer["settings"])
    location = {"storageContainerUri": "https://sdktest.blob.core.windows.net/test", "blobPrefix": "Input"}
    return {"settings": {"inputLocation": {**location, "relativeInputAssetPath": "a.fbx"}, "outputLocation": location}}


def conversion_request(settings):
    """
    The request that led to these settings in an answer, signatures included.
    """
    source = settings["inputLocation"] | {"storageContainerReadListSas": SAS}
    target = settings["outputLocation"] | {"storageContainerWriteSas": SAS}
    return {"settings": {"inputLocation": source, "outputLocation": target}}


def _json(text):
    return json.loads(text) if text else None


def _time(headers):
    text = next((value for name, value in headers.items() if name.lower() == "date"), None)
    return parsedate_to_datetime(text).astimezone(UTC).timestamp()


def _name(path):
    return f"{path.parent.name}-{path.stem.removeprefix('test_client').lstrip('._')}"
