# Made from spec/openapi/sts_2019_02_28_preview.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from ...models.sts_token_response_message import StsTokenResponseMessage
from ...types import UNSET, Response, Unset

if TYPE_CHECKING:
    from uuid import UUID

    import httpx

    from ...client import AuthenticatedClient, Client


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
        response_400 = cast("Any", None)
        return response_400

    if response.status_code == 401:
        response_401 = cast("Any", None)
        return response_401

    if response.status_code == 429:
        response_429 = cast("Any", None)
        return response_429

    response_default = cast("Any", None)
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
    """Exchange a credential for an access token.

     Send the header Authorization with Bearer and either <account ID>:<account key> or a Microsoft Entra
    token. Both the primary and the secondary key work (documented). The token is good for 24 hours.

    Statuses:
        200: The token, and nothing beside it; its exp claim says until when it is good.
        400: The request is malformed; WWW-Authenticate says how. Documented; never recorded.
        401: The credential is wrong for this account. Recorded with an empty body and without the
            WWW-Authenticate that the Swagger declares.
        429: Too many calls; the official example asks for 5 seconds in Retry-After. Documented; never
            recorded.
        default: Anything else; the Swagger declares neither statuses nor a body.

    Args:
        account_id (UUID): Account ID of the Mixed Reality account, a UUID.
        api_version (str | Unset): Version of the API that the request speaks. May be left out;
            the PowerShell scripts never send it. Default: '2019-02-28-preview'.
        x_mrc_cv (str | Unset): Correlation vector of this one request, to find it again in the
            service's logs: 22 base64 characters, new each time.

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
    """Exchange a credential for an access token.

     Send the header Authorization with Bearer and either <account ID>:<account key> or a Microsoft Entra
    token. Both the primary and the secondary key work (documented). The token is good for 24 hours.

    Statuses:
        200: The token, and nothing beside it; its exp claim says until when it is good.
        400: The request is malformed; WWW-Authenticate says how. Documented; never recorded.
        401: The credential is wrong for this account. Recorded with an empty body and without the
            WWW-Authenticate that the Swagger declares.
        429: Too many calls; the official example asks for 5 seconds in Retry-After. Documented; never
            recorded.
        default: Anything else; the Swagger declares neither statuses nor a body.

    Args:
        account_id (UUID): Account ID of the Mixed Reality account, a UUID.
        api_version (str | Unset): Version of the API that the request speaks. May be left out;
            the PowerShell scripts never send it. Default: '2019-02-28-preview'.
        x_mrc_cv (str | Unset): Correlation vector of this one request, to find it again in the
            service's logs: 22 base64 characters, new each time.

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
    """Exchange a credential for an access token.

     Send the header Authorization with Bearer and either <account ID>:<account key> or a Microsoft Entra
    token. Both the primary and the secondary key work (documented). The token is good for 24 hours.

    Statuses:
        200: The token, and nothing beside it; its exp claim says until when it is good.
        400: The request is malformed; WWW-Authenticate says how. Documented; never recorded.
        401: The credential is wrong for this account. Recorded with an empty body and without the
            WWW-Authenticate that the Swagger declares.
        429: Too many calls; the official example asks for 5 seconds in Retry-After. Documented; never
            recorded.
        default: Anything else; the Swagger declares neither statuses nor a body.

    Args:
        account_id (UUID): Account ID of the Mixed Reality account, a UUID.
        api_version (str | Unset): Version of the API that the request speaks. May be left out;
            the PowerShell scripts never send it. Default: '2019-02-28-preview'.
        x_mrc_cv (str | Unset): Correlation vector of this one request, to find it again in the
            service's logs: 22 base64 characters, new each time.

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
    """Exchange a credential for an access token.

     Send the header Authorization with Bearer and either <account ID>:<account key> or a Microsoft Entra
    token. Both the primary and the secondary key work (documented). The token is good for 24 hours.

    Statuses:
        200: The token, and nothing beside it; its exp claim says until when it is good.
        400: The request is malformed; WWW-Authenticate says how. Documented; never recorded.
        401: The credential is wrong for this account. Recorded with an empty body and without the
            WWW-Authenticate that the Swagger declares.
        429: Too many calls; the official example asks for 5 seconds in Retry-After. Documented; never
            recorded.
        default: Anything else; the Swagger declares neither statuses nor a body.

    Args:
        account_id (UUID): Account ID of the Mixed Reality account, a UUID.
        api_version (str | Unset): Version of the API that the request speaks. May be left out;
            the PowerShell scripts never send it. Default: '2019-02-28-preview'.
        x_mrc_cv (str | Unset): Correlation vector of this one request, to find it again in the
            service's logs: 22 base64 characters, new each time.

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
