# Made from spec/openapi/rendering_2021_01_01.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from ... import errors
from ...models.error_response import ErrorResponse
from ...models.sessions_list import SessionsList
from ...types import UNSET, Response

if TYPE_CHECKING:
    from uuid import UUID

    import httpx

    from ...client import AuthenticatedClient, Client


def _get_kwargs(
    account_id: UUID,
    *,
    api_version: str = "2021-01-01",
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["api-version"] = api_version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/accounts/{account_id}/sessions".format(
            account_id=quote(str(account_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ErrorResponse | SessionsList | None:
    if response.status_code == 200:
        response_200 = SessionsList.from_dict(response.json())

        return response_200

    if response.status_code == 401:
        response_401 = cast("Any", None)
        return response_401

    if response.status_code == 403:
        response_403 = cast("Any", None)
        return response_403

    if response.status_code == 429:
        response_429 = cast("Any", None)
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
) -> Response[Any | ErrorResponse | SessionsList]:
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
    api_version: str = "2021-01-01",
) -> Response[Any | ErrorResponse | SessionsList]:
    """List the account's sessions that have not ended.

     Recorded: a stopped session is not listed. Documented for Starting and Ready; whether expired or
    failed ones appear was never recorded. More sessions follow where @nextLink is not empty.

    Statuses:
        200: One page of sessions.
        401: The access token is missing, expired or not valid here. There is no body, and
            WWW-Authenticate says why; both documented, no such answer of this service was recorded.
        403: The token is good but not for this: for example the role Remote Rendering Client on a
            conversion. Documented without a body; recorded with an error object when a container was
            not accessible, so read the raw body.
        429: Too many calls. Wait for the seconds in Retry-After, 15 in the official examples; without
            the header wait 5 to 10 seconds, and the count starts anew every minute. No body.
            Documented, threshold unpublished.
        500: The service failed, code InternalServerError. Every call here may be repeated: creating is
            idempotent by ID. Documented; never recorded.

    Args:
        account_id (UUID): Account ID of the Remote Rendering account, a UUID; not the
            subscription ID and not the account's name.
        api_version (str): Version of the API that the request speaks. Replies list the versions
            they accept in the header api-supported-versions. Default: '2021-01-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorResponse | SessionsList]
    """

    kwargs = _get_kwargs(
        account_id=account_id,
        api_version=api_version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    account_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    api_version: str = "2021-01-01",
) -> Any | ErrorResponse | SessionsList | None:
    """List the account's sessions that have not ended.

     Recorded: a stopped session is not listed. Documented for Starting and Ready; whether expired or
    failed ones appear was never recorded. More sessions follow where @nextLink is not empty.

    Statuses:
        200: One page of sessions.
        401: The access token is missing, expired or not valid here. There is no body, and
            WWW-Authenticate says why; both documented, no such answer of this service was recorded.
        403: The token is good but not for this: for example the role Remote Rendering Client on a
            conversion. Documented without a body; recorded with an error object when a container was
            not accessible, so read the raw body.
        429: Too many calls. Wait for the seconds in Retry-After, 15 in the official examples; without
            the header wait 5 to 10 seconds, and the count starts anew every minute. No body.
            Documented, threshold unpublished.
        500: The service failed, code InternalServerError. Every call here may be repeated: creating is
            idempotent by ID. Documented; never recorded.

    Args:
        account_id (UUID): Account ID of the Remote Rendering account, a UUID; not the
            subscription ID and not the account's name.
        api_version (str): Version of the API that the request speaks. Replies list the versions
            they accept in the header api-supported-versions. Default: '2021-01-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorResponse | SessionsList
    """

    return sync_detailed(
        account_id=account_id,
        client=client,
        api_version=api_version,
    ).parsed


async def asyncio_detailed(
    account_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    api_version: str = "2021-01-01",
) -> Response[Any | ErrorResponse | SessionsList]:
    """List the account's sessions that have not ended.

     Recorded: a stopped session is not listed. Documented for Starting and Ready; whether expired or
    failed ones appear was never recorded. More sessions follow where @nextLink is not empty.

    Statuses:
        200: One page of sessions.
        401: The access token is missing, expired or not valid here. There is no body, and
            WWW-Authenticate says why; both documented, no such answer of this service was recorded.
        403: The token is good but not for this: for example the role Remote Rendering Client on a
            conversion. Documented without a body; recorded with an error object when a container was
            not accessible, so read the raw body.
        429: Too many calls. Wait for the seconds in Retry-After, 15 in the official examples; without
            the header wait 5 to 10 seconds, and the count starts anew every minute. No body.
            Documented, threshold unpublished.
        500: The service failed, code InternalServerError. Every call here may be repeated: creating is
            idempotent by ID. Documented; never recorded.

    Args:
        account_id (UUID): Account ID of the Remote Rendering account, a UUID; not the
            subscription ID and not the account's name.
        api_version (str): Version of the API that the request speaks. Replies list the versions
            they accept in the header api-supported-versions. Default: '2021-01-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorResponse | SessionsList]
    """

    kwargs = _get_kwargs(
        account_id=account_id,
        api_version=api_version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    account_id: UUID,
    *,
    client: AuthenticatedClient | Client,
    api_version: str = "2021-01-01",
) -> Any | ErrorResponse | SessionsList | None:
    """List the account's sessions that have not ended.

     Recorded: a stopped session is not listed. Documented for Starting and Ready; whether expired or
    failed ones appear was never recorded. More sessions follow where @nextLink is not empty.

    Statuses:
        200: One page of sessions.
        401: The access token is missing, expired or not valid here. There is no body, and
            WWW-Authenticate says why; both documented, no such answer of this service was recorded.
        403: The token is good but not for this: for example the role Remote Rendering Client on a
            conversion. Documented without a body; recorded with an error object when a container was
            not accessible, so read the raw body.
        429: Too many calls. Wait for the seconds in Retry-After, 15 in the official examples; without
            the header wait 5 to 10 seconds, and the count starts anew every minute. No body.
            Documented, threshold unpublished.
        500: The service failed, code InternalServerError. Every call here may be repeated: creating is
            idempotent by ID. Documented; never recorded.

    Args:
        account_id (UUID): Account ID of the Remote Rendering account, a UUID; not the
            subscription ID and not the account's name.
        api_version (str): Version of the API that the request speaks. Replies list the versions
            they accept in the header api-supported-versions. Default: '2021-01-01'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorResponse | SessionsList
    """

    return (
        await asyncio_detailed(
            account_id=account_id,
            client=client,
            api_version=api_version,
        )
    ).parsed
