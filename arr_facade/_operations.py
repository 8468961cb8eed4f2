"""
The door to the generated client: from an operation's name and arguments to a request, and back to a generated model.

Only the pure halves of the generated modules are used, `_get_kwargs` and `_parse_response`; they are underscored, so
`tests/generated` asserts that each operation has both. Modules are imported when first used.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import attrs

from arr_facade._steps import Send
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from arr_facade._steps import Answer

__all__ = ["API_VERSIONS", "Api", "rendering", "sts"]

API_VERSIONS = {
    "2021-01-01": "rendering_2021_01_01",
    "2021-01-01-preview": "rendering_2021_01_01_preview",
}
"""The rendering API's versions and the generated sub-package of each."""

# All that a parser asks its client is whether an undocumented status raises. We look at the status ourselves.
_PARSING = SimpleNamespace(raise_on_unexpected_status=False)

_STS = "sts_2019_02_28_preview"


@attrs.frozen
class Api:
    """
    One generated sub-package behind one endpoint.

    Attributes:
        package: Its import name.
        group: The folder of its operations below `api`.
        endpoint: The URL that its paths are appended to.
    """

    package: str
    group: str
    endpoint: str

    def request(self, name: str, operation: str, **arguments: Any) -> Send:
        """
        The request for the operation `name`.

        Args:
            name: Its module, such as `"get_session"`.
            operation: What it does, in words for errors and logs.
            arguments: What the generated `_get_kwargs` takes.
        """
        build = _built if "body" in arguments else _remembered
        method, path, content = build(self.package, self.group, name, **arguments)
        return Send(operation, method, self.endpoint + path, content)

    def parser(self, name: str) -> Callable[[Answer], Any]:
        """
        The generated parser of the operation `name`.
        """
        parse = _operation(self.package, self.group, name)._parse_response  # noqa: SLF001 - see above
        return lambda answer: parse(client=_PARSING, response=answer)

    def model(self, name: str) -> Any:
        """
        The generated model class called `name`.
        """
        return getattr(import_module(f"{self.package}.models"), name)


def rendering(api_version: str, endpoint: str) -> Api:
    """
    The rendering API of one version.

    Raises:
        ConfigurationError: No client was generated for that version.
    """
    package = API_VERSIONS.get(api_version)
    if package is None:
        known = ", ".join(API_VERSIONS)
        raise ConfigurationError("api_version", api_version, f"is not one this package was generated for: {known}")
    return Api(f"arr_client.{package}", "remote_rendering", endpoint)


def sts(endpoint: str) -> Api:
    """
    The token service's API.
    """
    return Api(f"arr_client.{_STS}", "accounts", endpoint)


def _built(package: str, group: str, name: str, **arguments: Any) -> tuple[str, str, bytes | None]:
    kwargs = _operation(package, group, name)._get_kwargs(**arguments)  # noqa: SLF001 - see above
    query, body = kwargs.get("params"), kwargs.get("json")
    path = f"{kwargs['url']}?{urlencode(query)}" if query else kwargs["url"]
    content = None if body is None else json.dumps(body, separators=(",", ":")).encode()
    return kwargs["method"].upper(), path, content


# Polls ask for the same few things again and again.
_remembered = lru_cache(maxsize=4096)(_built)


@cache
def _operation(package: str, group: str, name: str) -> Any:
    return import_module(f"{package}.api.{group}.{name}")
