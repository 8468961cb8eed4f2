# Made from spec/openapi/object_anchors_0_3_preview_1.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ...models.error_response import ErrorResponse
from ...models.ingestion_properties import IngestionProperties
from ...types import UNSET, Response, Unset

if TYPE_CHECKING:
    from uuid import UUID

    import httpx

    from ...client import AuthenticatedClient, Client


def _get_kwargs(
    account_id: UUID,
    job_id: UUID,
    *,
    api_version: str = "0.3-preview.1",
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
        "url": "/accounts/{account_id}/jobs/{job_id}".format(
            account_id=quote(str(account_id), safe=""),
            job_id=quote(str(job_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorResponse | IngestionProperties:
    if response.status_code == 200:
        response_200 = IngestionProperties.from_dict(response.json())

        return response_200

    response_default = ErrorResponse.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorResponse | IngestionProperties]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    account_id: UUID,
    job_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    api_version: str = "0.3-preview.1",
    x_mrc_cv: str | Unset = UNSET,
) -> Response[ErrorResponse | IngestionProperties]:
    """Read one job.

     Says how far the job is; once Succeeded, outputModelUri leads to the result.

    Statuses:
        200: The job as it is now, in whatever status.
        default: Any error; the body says which. The Swagger declares no statuses of errors.

    Args:
        account_id (UUID): Account ID of the Object Anchors account, a UUID.
        job_id (UUID): ID of the job, a UUID chosen by whoever creates it; the all-zero UUID is
            refused.
        api_version (str): Version of the API that the request speaks. Default: '0.3-preview.1'.
        x_mrc_cv (str | Unset): Correlation vector of this one request, to find it again in the
            service's logs: 22 base64 characters, new each time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | IngestionProperties]
    """

    kwargs = _get_kwargs(
        account_id=account_id,
        job_id=job_id,
        api_version=api_version,
        x_mrc_cv=x_mrc_cv,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    account_id: UUID,
    job_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    api_version: str = "0.3-preview.1",
    x_mrc_cv: str | Unset = UNSET,
) -> ErrorResponse | IngestionProperties | None:
    """Read one job.

     Says how far the job is; once Succeeded, outputModelUri leads to the result.

    Statuses:
        200: The job as it is now, in whatever status.
        default: Any error; the body says which. The Swagger declares no statuses of errors.

    Args:
        account_id (UUID): Account ID of the Object Anchors account, a UUID.
        job_id (UUID): ID of the job, a UUID chosen by whoever creates it; the all-zero UUID is
            refused.
        api_version (str): Version of the API that the request speaks. Default: '0.3-preview.1'.
        x_mrc_cv (str | Unset): Correlation vector of this one request, to find it again in the
            service's logs: 22 base64 characters, new each time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | IngestionProperties
    """

    return sync_detailed(
        account_id=account_id,
        job_id=job_id,
        client=client,
        api_version=api_version,
        x_mrc_cv=x_mrc_cv,
    ).parsed


async def asyncio_detailed(
    account_id: UUID,
    job_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    api_version: str = "0.3-preview.1",
    x_mrc_cv: str | Unset = UNSET,
) -> Response[ErrorResponse | IngestionProperties]:
    """Read one job.

     Says how far the job is; once Succeeded, outputModelUri leads to the result.

    Statuses:
        200: The job as it is now, in whatever status.
        default: Any error; the body says which. The Swagger declares no statuses of errors.

    Args:
        account_id (UUID): Account ID of the Object Anchors account, a UUID.
        job_id (UUID): ID of the job, a UUID chosen by whoever creates it; the all-zero UUID is
            refused.
        api_version (str): Version of the API that the request speaks. Default: '0.3-preview.1'.
        x_mrc_cv (str | Unset): Correlation vector of this one request, to find it again in the
            service's logs: 22 base64 characters, new each time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorResponse | IngestionProperties]
    """

    kwargs = _get_kwargs(
        account_id=account_id,
        job_id=job_id,
        api_version=api_version,
        x_mrc_cv=x_mrc_cv,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    account_id: UUID,
    job_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    api_version: str = "0.3-preview.1",
    x_mrc_cv: str | Unset = UNSET,
) -> ErrorResponse | IngestionProperties | None:
    """Read one job.

     Says how far the job is; once Succeeded, outputModelUri leads to the result.

    Statuses:
        200: The job as it is now, in whatever status.
        default: Any error; the body says which. The Swagger declares no statuses of errors.

    Args:
        account_id (UUID): Account ID of the Object Anchors account, a UUID.
        job_id (UUID): ID of the job, a UUID chosen by whoever creates it; the all-zero UUID is
            refused.
        api_version (str): Version of the API that the request speaks. Default: '0.3-preview.1'.
        x_mrc_cv (str | Unset): Correlation vector of this one request, to find it again in the
            service's logs: 22 base64 characters, new each time.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorResponse | IngestionProperties
    """

    return (
        await asyncio_detailed(
            account_id=account_id,
            job_id=job_id,
            client=client,
            api_version=api_version,
            x_mrc_cv=x_mrc_cv,
        )
    ).parsed
