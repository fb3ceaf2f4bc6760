from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.fan_part_in import FanPartIn
from ...models.fan_part_out import FanPartOut
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    creator: str,
    *,
    body: FanPartIn,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/v1/creators/{creator}/fan-part".format(
            creator=quote(str(creator), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> FanPartOut | Problem | None:
    if response.status_code == 200:
        response_200 = FanPartOut.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())

        return response_404

    if response.status_code == 405:
        response_405 = Problem.from_dict(response.json())

        return response_405

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())

        return response_413

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = Problem.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = Problem.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[FanPartOut | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    creator: str,
    *,
    client: AuthenticatedClient,
    body: FanPartIn,
    idempotency_key: str | Unset = UNSET,
) -> Response[FanPartOut | Problem]:
    """What a creator gives her fans

     The creator's own choice inside the limits of the terms, from now on. Older clicks keep theirs.

    Args:
        creator (str):
        idempotency_key (str | Unset):
        body (FanPartIn): What a creator gives her fans of her commission, in basis points: for
            one link or for all.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FanPartOut | Problem]
    """

    kwargs = _get_kwargs(
        creator=creator,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    creator: str,
    *,
    client: AuthenticatedClient,
    body: FanPartIn,
    idempotency_key: str | Unset = UNSET,
) -> FanPartOut | Problem | None:
    """What a creator gives her fans

     The creator's own choice inside the limits of the terms, from now on. Older clicks keep theirs.

    Args:
        creator (str):
        idempotency_key (str | Unset):
        body (FanPartIn): What a creator gives her fans of her commission, in basis points: for
            one link or for all.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FanPartOut | Problem
    """

    return sync_detailed(
        creator=creator,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    creator: str,
    *,
    client: AuthenticatedClient,
    body: FanPartIn,
    idempotency_key: str | Unset = UNSET,
) -> Response[FanPartOut | Problem]:
    """What a creator gives her fans

     The creator's own choice inside the limits of the terms, from now on. Older clicks keep theirs.

    Args:
        creator (str):
        idempotency_key (str | Unset):
        body (FanPartIn): What a creator gives her fans of her commission, in basis points: for
            one link or for all.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FanPartOut | Problem]
    """

    kwargs = _get_kwargs(
        creator=creator,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    creator: str,
    *,
    client: AuthenticatedClient,
    body: FanPartIn,
    idempotency_key: str | Unset = UNSET,
) -> FanPartOut | Problem | None:
    """What a creator gives her fans

     The creator's own choice inside the limits of the terms, from now on. Older clicks keep theirs.

    Args:
        creator (str):
        idempotency_key (str | Unset):
        body (FanPartIn): What a creator gives her fans of her commission, in basis points: for
            one link or for all.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FanPartOut | Problem
    """

    return (
        await asyncio_detailed(
            creator=creator,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
