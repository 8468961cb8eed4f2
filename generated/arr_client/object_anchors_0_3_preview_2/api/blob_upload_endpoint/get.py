# Made from spec/openapi/object_anchors_0_3_preview_2.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ...models.error_response import ErrorResponse
from ...models.upload_location import UploadLocation
from ...types import UNSET, Response, Unset

if TYPE_CHECKING:
    from uuid import UUID

    import httpx

    from ...client import AuthenticatedClient, Client


def _get_kwargs(
    account_id: UUID,
    *,
    api_version: str = "0.3-preview.2",
    x_mrc_cv: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_mrc_cv, Unset):
        headers["x-mrc-cv"] = x_mrc_cv

    params: dict[str, Any] = {}

    params["api-version"] = api_version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/accounts/{account_id}/blobUploadEndpoint".format(
            account_id=quote(str(account_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | UploadLocation:
    if response.status_code == 200:
        response_200 = UploadLocation.from_dict(response.json())

        return response_200

    response_default = ErrorResponse.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorResponse | UploadLocation]:
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
    api_version: str = "0.3-preview.2",
    x_mrc_cv: str | Unset = UNSET,
) -> Response[ErrorResponse | UploadLocation]:
    """Ask where to upload a model.

     Put the model's bytes to the URI, then name the same URI when creating a job.

    Statuses:
        200: Where to upload to.
        default: Any error; the body says which. The Swagger declares no statuses of errors.

    Args:
        account_id (UUID): Account ID of the Object Anchors account, a UUID.
        api_version (str): Version of the API that the request speaks. Default: '0.3-preview.2'.
        x_mrc_cv (str | Unset): Correlation vector of this one request, to find it again in the
            service's logs: 22 base64 characters, new each time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | UploadLocation]
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
    api_version: str = "0.3-preview.2",
    x_mrc_cv: str | Unset = UNSET,
) -> ErrorResponse | UploadLocation | None:
    """Ask where to upload a model.

     Put the model's bytes to the URI, then name the same URI when creating a job.

    Statuses:
        200: Where to upload to.
        default: Any error; the body says which. The Swagger declares no statuses of errors.

    Args:
        account_id (UUID): Account ID of the Object Anchors account, a UUID.
        api_version (str): Version of the API that the request speaks. Default: '0.3-preview.2'.
        x_mrc_cv (str | Unset): Correlation vector of this one request, to find it again in the
            service's logs: 22 base64 characters, new each time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | UploadLocation
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
    api_version: str = "0.3-preview.2",
    x_mrc_cv: str | Unset = UNSET,
) -> Response[ErrorResponse | UploadLocation]:
    """Ask where to upload a model.

     Put the model's bytes to the URI, then name the same URI when creating a job.

    Statuses:
        200: Where to upload to.
        default: Any error; the body says which. The Swagger declares no statuses of errors.

    Args:
        account_id (UUID): Account ID of the Object Anchors account, a UUID.
        api_version (str): Version of the API that the request speaks. Default: '0.3-preview.2'.
        x_mrc_cv (str | Unset): Correlation vector of this one request, to find it again in the
            service's logs: 22 base64 characters, new each time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | UploadLocation]
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
    api_version: str = "0.3-preview.2",
    x_mrc_cv: str | Unset = UNSET,
) -> ErrorResponse | UploadLocation | None:
    """Ask where to upload a model.

     Put the model's bytes to the URI, then name the same URI when creating a job.

    Statuses:
        200: Where to upload to.
        default: Any error; the body says which. The Swagger declares no statuses of errors.

    Args:
        account_id (UUID): Account ID of the Object Anchors account, a UUID.
        api_version (str): Version of the API that the request speaks. Default: '0.3-preview.2'.
        x_mrc_cv (str | Unset): Correlation vector of this one request, to find it again in the
            service's logs: 22 base64 characters, new each time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | UploadLocation
    """

    return (
        await asyncio_detailed(
            account_id=account_id,
            client=client,
            api_version=api_version,
            x_mrc_cv=x_mrc_cv,
        )
    ).parsed
