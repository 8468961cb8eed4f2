"""
What the facade relies on in the generated package: each operation has a pure half, and it is pure.
"""

import inspect
import pkgutil
from importlib import import_module
from uuid import UUID

import arr_client
import httpx
import pytest
from arr_client.provenance import PROVENANCE

METHODS = {"get", "put", "patch", "post", "delete"}


def operations():
    """
    The import name of every endpoint module.
    """
    found = pkgutil.walk_packages(arr_client.__path__, "arr_client.")
    return sorted(info.name for info in found if ".api." in info.name and not info.ispkg)


ALL = [import_module(name) for name in operations()]
OURS = [module for module in ALL if ".remote_rendering." in module.__name__ or ".accounts." in module.__name__]

each_operation = pytest.mark.parametrize("operation", ALL, ids=operations())


class Body:
    """
    Stands for any request body.
    """

    def to_dict(self):
        return {"some": "body"}


def arguments(function):
    """
    Something for each required parameter.
    """
    return {
        name: Body() if name == "body" else UUID(int=7) if "UUID" in str(parameter.annotation) else "some id/?"
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is parameter.empty
    }


@pytest.fixture
def client(operation):
    package = ".".join(operation.__name__.split(".")[:2])
    return import_module(f"{package}.client").Client(base_url="", raise_on_unexpected_status=False)


def test_every_operation_is_found():
    """
    The nine operations of the facade and those of the other pinned APIs are all there.
    """
    assert len(operations()) >= 17
    for package in ("rendering_2021_01_01", "rendering_2021_01_01_preview"):
        group = f"arr_client.{package}.api.remote_rendering."
        assert {
            "create_session",
            "get_session",
            "update_session",
            "stop_session",
            "list_sessions",
            "create_conversion",
            "get_conversion",
            "list_conversions",
        } == {name.removeprefix(group) for name in operations() if name.startswith(group)}
    assert "arr_client.sts_2019_02_28_preview.api.accounts.get_token" in operations()
    assert PROVENANCE


@each_operation
def test_a_request_is_made_by_a_pure_function(operation):
    """
    `_get_kwargs` makes the same method, path, query and body from the same arguments, with ids escaped.
    """
    given = arguments(operation._get_kwargs)
    kwargs = operation._get_kwargs(**given)
    assert kwargs == operation._get_kwargs(**given)
    assert kwargs["method"] in METHODS
    assert kwargs["url"].startswith("/")
    assert "some id" not in kwargs["url"]
    assert set(kwargs) <= {"method", "url", "params", "json", "headers"}
    assert ("body" in given) == ("json" in kwargs)


@each_operation
def test_the_version_is_sent_by_default(operation):
    """
    The api-version of a package's requests is its own.
    """
    kwargs = operation._get_kwargs(**arguments(operation._get_kwargs))
    version = kwargs["params"]["api-version"]
    assert version.replace("-", "_").replace(".", "_") in operation.__name__


@pytest.mark.parametrize("operation", OURS, ids=lambda operation: operation.__name__)
@pytest.mark.parametrize("status", [299, 418, 502, 599])
def test_an_undocumented_status_is_parsed_to_nothing(operation, client, status):
    """
    `_parse_response` gives None for a status that the operation does not have, and leaves its body alone.
    """
    response = httpx.Response(status, content=b"<html>")
    assert None is operation._parse_response(client=client, response=response)


@each_operation
def test_a_parser_takes_a_client_and_a_response(operation):
    """
    `_parse_response` has exactly these two arguments, by name.
    """
    parameters = inspect.signature(operation._parse_response).parameters
    assert [("client", inspect.Parameter.KEYWORD_ONLY), ("response", inspect.Parameter.KEYWORD_ONLY)] == [
        (name, parameter.kind) for name, parameter in parameters.items()
    ]
