# Made from spec/openapi/rendering_2021_01_01_preview.yaml. Do not edit: run `python scripts/regenerate.py`.

from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_response import ErrorResponse
from ...models.session_properties import SessionProperties
from ...models.update_session_settings import UpdateSessionSettings
from ...types import UNSET, Response


def _get_kwargs(
    account_id: UUID,
    session_id: str,
    *,
    body: UpdateSessionSettings,
    api_version: str = "2021-01-01-preview",
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["api-version"] = api_version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/accounts/{account_id}/sessions/{session_id}".format(
            account_id=quote(str(account_id), safe=""),
            session_id=quote(str(session_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ErrorResponse | SessionProperties | None:
    if response.status_code == 200:
        response_200 = SessionProperties.from_dict(response.json())

        return response_200

    if response.status_code == 401:
        response_401 = cast(Any, None)
        return response_401

    if response.status_code == 403:
        response_403 = cast(Any, None)
        return response_403

    if response.status_code == 404:
        response_404 = cast(Any, None)
        return response_404

    if response.status_code == 422:
        response_422 = ErrorResponse.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = cast(Any, None)
        return response_429

    if response.status_code == 500:
        response_500 = ErrorResponse.from_dict(response.json())

        return response_500

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | ErrorResponse | SessionProperties]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    account_id: UUID,
    session_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: UpdateSessionSettings,
    api_version: str = "2021-01-01-preview",
) -> Response[Any | ErrorResponse | SessionProperties]:
    """
    Args:
        account_id (UUID):
        session_id (str):
        api_version (str):  Default: '2021-01-01-preview'.
        body (UpdateSessionSettings):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorResponse | SessionProperties]
    """

    kwargs = _get_kwargs(
        account_id=account_id,
        session_id=session_id,
        body=body,
        api_version=api_version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    account_id: UUID,
    session_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: UpdateSessionSettings,
    api_version: str = "2021-01-01-preview",
) -> Any | ErrorResponse | SessionProperties | None:
    """
    Args:
        account_id (UUID):
        session_id (str):
        api_version (str):  Default: '2021-01-01-preview'.
        body (UpdateSessionSettings):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorResponse | SessionProperties
    """

    return sync_detailed(
        account_id=account_id,
        session_id=session_id,
        client=client,
        body=body,
        api_version=api_version,
    ).parsed


async def asyncio_detailed(
    account_id: UUID,
    session_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: UpdateSessionSettings,
    api_version: str = "2021-01-01-preview",
) -> Response[Any | ErrorResponse | SessionProperties]:
    """
    Args:
        account_id (UUID):
        session_id (str):
        api_version (str):  Default: '2021-01-01-preview'.
        body (UpdateSessionSettings):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorResponse | SessionProperties]
    """

    kwargs = _get_kwargs(
        account_id=account_id,
        session_id=session_id,
        body=body,
        api_version=api_version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    account_id: UUID,
    session_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: UpdateSessionSettings,
    api_version: str = "2021-01-01-preview",
) -> Any | ErrorResponse | SessionProperties | None:
    """
    Args:
        account_id (UUID):
        session_id (str):
        api_version (str):  Default: '2021-01-01-preview'.
        body (UpdateSessionSettings):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorResponse | SessionProperties
    """

    return (
        await asyncio_detailed(
            account_id=account_id,
            session_id=session_id,
            client=client,
            body=body,
            api_version=api_version,
        )
    ).parsed
