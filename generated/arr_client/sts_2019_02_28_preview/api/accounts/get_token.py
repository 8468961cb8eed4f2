# Made from spec/openapi/sts_2019_02_28_preview.yaml. Do not edit: run `python scripts/regenerate.py`.

from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import httpx

from ...client import AuthenticatedClient, Client
from ...models.sts_token_response_message import StsTokenResponseMessage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    account_id: UUID,
    *,
    api_version: str | Unset = "2019-02-28-preview",
    x_mrc_cv: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_mrc_cv, Unset):
        headers["X-MRC-CV"] = x_mrc_cv

    params: dict[str, Any] = {}

    params["api-version"] = api_version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/Accounts/{account_id}/token".format(
            account_id=quote(str(account_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | StsTokenResponseMessage:
    if response.status_code == 200:
        response_200 = StsTokenResponseMessage.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = cast(Any, None)
        return response_400

    if response.status_code == 401:
        response_401 = cast(Any, None)
        return response_401

    if response.status_code == 429:
        response_429 = cast(Any, None)
        return response_429

    response_default = cast(Any, None)
    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | StsTokenResponseMessage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    account_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    api_version: str | Unset = "2019-02-28-preview",
    x_mrc_cv: str | Unset = UNSET,
) -> Response[Any | StsTokenResponseMessage]:
    """
    Args:
        account_id (UUID):
        api_version (str | Unset):  Default: '2019-02-28-preview'.
        x_mrc_cv (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | StsTokenResponseMessage]
    """

    kwargs = _get_kwargs(
        account_id=account_id,
        api_version=api_version,
        x_mrc_cv=x_mrc_cv,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    account_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    api_version: str | Unset = "2019-02-28-preview",
    x_mrc_cv: str | Unset = UNSET,
) -> Any | StsTokenResponseMessage | None:
    """
    Args:
        account_id (UUID):
        api_version (str | Unset):  Default: '2019-02-28-preview'.
        x_mrc_cv (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | StsTokenResponseMessage
    """

    return sync_detailed(
        account_id=account_id,
        client=client,
        api_version=api_version,
        x_mrc_cv=x_mrc_cv,
    ).parsed


async def asyncio_detailed(
    account_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    api_version: str | Unset = "2019-02-28-preview",
    x_mrc_cv: str | Unset = UNSET,
) -> Response[Any | StsTokenResponseMessage]:
    """
    Args:
        account_id (UUID):
        api_version (str | Unset):  Default: '2019-02-28-preview'.
        x_mrc_cv (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | StsTokenResponseMessage]
    """

    kwargs = _get_kwargs(
        account_id=account_id,
        api_version=api_version,
        x_mrc_cv=x_mrc_cv,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    account_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    api_version: str | Unset = "2019-02-28-preview",
    x_mrc_cv: str | Unset = UNSET,
) -> Any | StsTokenResponseMessage | None:
    """
    Args:
        account_id (UUID):
        api_version (str | Unset):  Default: '2019-02-28-preview'.
        x_mrc_cv (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | StsTokenResponseMessage
    """

    return (
        await asyncio_detailed(
            account_id=account_id,
            client=client,
            api_version=api_version,
            x_mrc_cv=x_mrc_cv,
        )
    ).parsed
