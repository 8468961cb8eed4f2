"""
The module of arr_client that says what arr_client was made from.
"""

from collections.abc import Mapping

from pipeline.generate import header
from pipeline.pins import Api, Pins

PACKAGE = '''"""
The REST clients of Azure Remote Rendering and its neighbours, one sub-package per service and api-version.

`provenance` says what they were made from.
"""
'''

MODULE = '''"""
What arr_client was made from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class ApiProvenance:
    """
    What one sub-package was made from.

    Attributes:
        service: The service.
        api_version: The api-version the sub-package speaks.
        default: Whether the service is used in this version unless another is asked for.
        path: The Swagger's path in the upstream repository.
        sha256: Of the Swagger.
        document_sha256: Of the OpenAPI document the Swagger was lowered to.
        files: Path relative to the Swagger and sha256 of every file it refers to.
    """

    service: str
    api_version: str
    default: bool
    path: str
    sha256: str
    document_sha256: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class Provenance:
    """
    What the package was made from, and by what.

    Attributes:
        repository: The upstream repository on GitHub.
        commit: The commit of it.
        tools: Distribution and version of what generated and formatted the code.
        apis: Sub-package and what it was made from.
    """

    repository: str
    commit: str
    tools: Mapping[str, str]
    apis: Mapping[str, ApiProvenance]

'''


def package_module() -> str:
    """
    The text of arr_client/__init__.py.
    """
    return f"{header('spec/openapi')}\n{PACKAGE}"


def provenance_module(pins: Pins, tools: Mapping[str, str]) -> str:
    """
    The text of arr_client/provenance.py, before formatting.
    """
    apis = "".join(f"{api.name!r}: {_api(api)}," for api in pins.apis)
    value = (
        f"Provenance(repository={pins.repository!r}, commit={pins.commit!r}, tools={_mapping(tools)}, "
        f"apis=MappingProxyType({{{apis}}}),)"
    )
    return f"{header('spec/pins.toml')}\n{MODULE}\nPROVENANCE: Final = {value}\n"


def _api(api: Api) -> str:
    return (
        f"ApiProvenance(service={api.service!r}, api_version={api.version!r}, default={api.default!r}, "
        f"path={api.path!r}, sha256={api.sha256!r}, document_sha256={api.document!r}, files={_mapping(api.files)},)"
    )


def _mapping(mapping: Mapping[str, str]) -> str:
    members = "".join(f"{key!r}: {mapping[key]!r}," for key in sorted(mapping))
    return f"MappingProxyType({{{members}}})"
