"""
Recorded traffic: one exchange a line, as JSON, with everything secret taken out before it reaches the file.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import attrs

from arr_facade._secret import readable, redact
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["MASKED_ACCOUNT", "MASKED_TOKEN", "Exchange", "Mask", "read_exchanges"]

MASKED_ACCOUNT = "00000000-0000-0000-0000-000000000000"
"""What a recording has in the place of every account's id."""

_ACCOUNT = re.compile(r"/accounts/([^/?]+)", re.IGNORECASE)
_SIGNATURES = frozenset({"storageContainerReadListSas", "storageContainerWriteSas"})
_DOTS_OF_A_TOKEN = 2
# Whatever is shorter is nobody's secret, and masking it wherever it appears would leave nothing to read.
_SHORTEST_SECRET = 8
# What a reader of a recording, and a replay, can use; anything else might be somebody's cookie.
_KEPT_HEADERS = frozenset(
    {
        "accept",
        "allow",
        "api-supported-versions",
        "cache-control",
        "content-type",
        "date",
        "ms-cv",
        "pragma",
        "retry-after",
        "www-authenticate",
        "x-content-type-options",
        "x-mrc-cv",
    }
)


def _unsigned(part: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).rstrip(b"=").decode()


MASKED_TOKEN = f"{_unsigned({'alg': 'none', 'typ': 'JWT'})}.{_unsigned({'exp': 4102444800})}.masked"
"""What a recording has in the place of every access token: a token that says it expires in 2100, and opens nothing."""


@attrs.frozen
class Exchange:
    """
    A request and its answer, without secrets.

    Attributes:
        at: Seconds since the recording began.
        method: The verb.
        url: The whole URL.
        request_headers: The kept headers of the request, by lower-case name.
        request_body: Decoded JSON, text where it was none, or None.
        status: The status of the answer.
        response_headers: The kept headers of the answer, by lower-case name.
        response_body: As `request_body`.
    """

    at: float
    method: str
    url: str
    request_headers: Mapping[str, str]
    request_body: Any
    status: int
    response_headers: Mapping[str, str]
    response_body: Any

    @property
    def path(self) -> str:
        """
        The path of the URL.
        """
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        """
        The parameters of the URL.
        """
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def asked(self) -> tuple[str, str, dict[str, str]]:
        """
        What makes two requests ask for the same: method, path and query; never the host.
        """
        return self.method, self.path, self.query

    def response_content(self) -> bytes:
        """
        The answer's body as it is sent.
        """
        if self.response_body is None:
            return b""
        if isinstance(self.response_body, str):
            return self.response_body.encode()
        return json.dumps(self.response_body, separators=(",", ":"), ensure_ascii=False).encode()

    def line(self) -> str:
        """
        The line of the file.
        """
        request = {"headers": self.request_headers, "body": self.request_body}
        response = {"status": self.status, "headers": self.response_headers, "body": self.response_body}
        parts = {"at": self.at, "method": self.method, "url": self.url, "request": request, "response": response}
        return json.dumps(parts, ensure_ascii=False) + "\n"


def read_exchanges(path: str | os.PathLike[str]) -> list[Exchange]:
    """
    The exchanges of a recording, in order.

    Raises:
        ConfigurationError: The file cannot be read, or a line of it is no exchange.
    """
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - any kind of path
            lines = [line for line in file if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError("recording", path, f"cannot be read: {error}") from error
    return [_read(line, path, number) for number, line in enumerate(lines, 1)]


def _read(line: str, path: str | os.PathLike[str], number: int) -> Exchange:
    try:
        parts = json.loads(line)
        request, response = parts["request"], parts["response"]
        return Exchange(
            at=float(parts["at"]),
            method=parts["method"],
            url=parts["url"],
            request_headers=dict(request["headers"]),
            request_body=request["body"],
            status=int(response["status"]),
            response_headers=dict(response["headers"]),
            response_body=response["body"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError("recording", path, f"has no exchange in line {number}: {error!r}") from error


class Mask:
    """
    Takes out of exchanges what must not be seen: account ids, keys, tokens and shared access signatures.

    It remembers them: what was a token in one exchange is masked wherever it appears later.

    Args:
        secrets: Further texts to mask, such as the name of a storage account.
    """

    def __init__(self, secrets: Collection[str] = ()) -> None:
        self._known: dict[str, str] = dict.fromkeys(filter(None, secrets), "***")

    def exchange(
        self,
        *,
        at: float,
        method: str,
        url: str,
        request_headers: Mapping[str, str],
        request_content: bytes,
        status: int,
        response_headers: Mapping[str, str],
        response_content: bytes,
    ) -> Exchange:
        """
        The exchange, masked.
        """
        asked, answered = _decode(request_content), _decode(response_content)
        if answered is not None and not isinstance(answered, dict) and _gives_tokens(url):
            # Not what the token service promises, so nobody can tell where in it the token is.
            answered = "***"
        self._learn(url, request_headers, asked, answered)
        return Exchange(
            at=round(at, 3),
            method=method,
            url=self._text(url),
            request_headers=self._headers(request_headers),
            request_body=self._value(asked),
            status=status,
            response_headers=self._headers(response_headers),
            response_body=self._value(answered),
        )

    def _learn(self, url: str, headers: Mapping[str, str], asked: Any, answered: Any) -> None:
        for account in _ACCOUNT.findall(urlsplit(url).path):
            self._remember(account, MASKED_ACCOUNT)
        authorization = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
        credential = authorization.partition(" ")[2].strip()
        self._remember(credential, MASKED_TOKEN if credential.count(".") == _DOTS_OF_A_TOKEN else "***")
        # The token service is shown the account's id and, after a colon, its key.
        self._remember(credential.partition(":")[2], "***")
        if isinstance(answered, dict) and isinstance(answered.get("AccessToken"), str):
            self._remember(answered["AccessToken"], MASKED_TOKEN)
        for signature in _signatures(asked):
            self._remember(signature, "***")

    def _remember(self, secret: str, mask: str) -> None:
        if len(secret) >= _SHORTEST_SECRET:
            self._known[secret] = mask

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        kept = {name.lower(): value for name, value in headers.items() if name.lower() in _KEPT_HEADERS}
        return {name: self._text(value) for name, value in kept.items()}

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self._value(one) for one in value]
        if isinstance(value, dict):
            return {self._text(name): self._member(name, one) for name, one in value.items()}
        return value

    def _member(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and value and name in _SIGNATURES:
            return "***"
        if name.lower() == "accesstoken" and value is not None:
            return MASKED_TOKEN if isinstance(value, str) else "***"
        return self._value(value)

    def _text(self, text: str) -> str:
        # The longest first: a key is a part of the credential that has it.
        for secret in sorted(self._known, key=len, reverse=True):
            text = re.sub(re.escape(secret), self._known[secret], text, flags=re.IGNORECASE)
        return redact(text)


def _decode(content: bytes) -> Any:
    if not content:
        return None
    text = readable(content)
    try:
        decoded = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text if isinstance(decoded, str) else decoded


def _gives_tokens(url: str) -> bool:
    return urlsplit(url).path.lower().rstrip("/").endswith("/token")


def _signatures(value: Any) -> Sequence[str]:
    if isinstance(value, list):
        return [found for one in value for found in _signatures(one)]
    if not isinstance(value, dict):
        return []
    mine = [text for name, text in value.items() if name in _SIGNATURES and isinstance(text, str) and text]
    return mine + [found for one in value.values() for found in _signatures(one)]
