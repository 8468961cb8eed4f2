# Made from spec/openapi/rendering_2021_01_01_preview.yaml. Do not edit: run `python scripts/regenerate.py`.

from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.conversion import Conversion
from ...models.create_conversion_settings import CreateConversionSettings
from ...models.error_response import ErrorResponse
from ...types import UNSET, Response


def _get_kwargs(
    account_id: UUID,
    conversion_id: str,
    *,
    body: CreateConversionSettings,
    api_version: str = "2021-01-01-preview",
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["api-version"] = api_version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/accounts/{account_id}/conversions/{conversion_id}".format(
            account_id=quote(str(account_id), safe=""),
            conversion_id=quote(str(conversion_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | Conversion | ErrorResponse | None:
    if response.status_code == 200:
        response_200 = Conversion.from_dict(response.json())

        return response_200

    if response.status_code == 201:
        response_201 = Conversion.from_dict(response.json())

        return response_201

    if response.status_code == 400:
        response_400 = ErrorResponse.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = cast(Any, None)
        return response_401

    if response.status_code == 403:
        response_403 = cast(Any, None)
        return response_403

    if response.status_code == 409:
        response_409 = ErrorResponse.from_dict(response.json())

        return response_409

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
) -> Response[Any | Conversion | ErrorResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    account_id: UUID,
    conversion_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CreateConversionSettings,
    api_version: str = "2021-01-01-preview",
) -> Response[Any | Conversion | ErrorResponse]:
    """
    Args:
        account_id (UUID):
        conversion_id (str):
        api_version (str):  Default: '2021-01-01-preview'.
        body (CreateConversionSettings):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Conversion | ErrorResponse]
    """

    kwargs = _get_kwargs(
        account_id=account_id,
        conversion_id=conversion_id,
        body=body,
        api_version=api_version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    account_id: UUID,
    conversion_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CreateConversionSettings,
    api_version: str = "2021-01-01-preview",
) -> Any | Conversion | ErrorResponse | None:
    """
    Args:
        account_id (UUID):
        conversion_id (str):
        api_version (str):  Default: '2021-01-01-preview'.
        body (CreateConversionSettings):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Conversion | ErrorResponse
    """

    return sync_detailed(
        account_id=account_id,
        conversion_id=conversion_id,
        client=client,
        body=body,
        api_version=api_version,
    ).parsed


async def asyncio_detailed(
    account_id: UUID,
    conversion_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CreateConversionSettings,
    api_version: str = "2021-01-01-preview",
) -> Response[Any | Conversion | ErrorResponse]:
    """
    Args:
        account_id (UUID):
        conversion_id (str):
        api_version (str):  Default: '2021-01-01-preview'.
        body (CreateConversionSettings):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Conversion | ErrorResponse]
    """

    kwargs = _get_kwargs(
        account_id=account_id,
        conversion_id=conversion_id,
        body=body,
        api_version=api_version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    account_id: UUID,
    conversion_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CreateConversionSettings,
    api_version: str = "2021-01-01-preview",
) -> Any | Conversion | ErrorResponse | None:
    """
    Args:
        account_id (UUID):
        conversion_id (str):
        api_version (str):  Default: '2021-01-01-preview'.
        body (CreateConversionSettings):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Conversion | ErrorResponse
    """

    return (
        await asyncio_detailed(
            account_id=account_id,
            conversion_id=conversion_id,
            client=client,
            body=body,
            api_version=api_version,
        )
    ).parsed
